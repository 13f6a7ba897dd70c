"""The values that the SDK takes: paths, dates, numbers of NumPy, and objects where an id is asked."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
from kubeflow.metadata import metadata


def model(workspace: metadata.Workspace) -> metadata.Model:
    return metadata.Model(
        uri=Path("model"),
        name="cnn",
        version=3,
        owner=Decimal(3),
        workspace=workspace,
        hyperparameters={"rate": Decimal("0.1")},
        labels={"layers": np.int64(3), "day": datetime.date.today(), 3: 0.5},
    )


def points(metrics: metadata.Metrics) -> list[float]:
    metrics.log({"loss": np.float32(0.1)}, step=np.int64(3), time=datetime.datetime.now())
    metrics.log_points({"loss": np.array([0.1, 0.2])}, steps=np.arange(2))
    metrics.log_points([("loss", 0.1, 4), ("loss", 0.1, 5, datetime.datetime.now())])
    return metrics.history("loss", first_step=np.int64(3)).values


def record(folder: Path) -> None:
    with metadata.Store(folder / "metadata.db") as store:
        workspace = metadata.Workspace(store, name="digits")
        with metadata.Execution("train", workspace=workspace) as training:
            made = training.log_output(model(workspace))
            found = workspace.list(labels={"layers": 3}, limit=np.int64(1))
            scores = metadata.Metrics(uri="scores", name="scores", model_id=made, data_set_id=np.int64(3))
            training.log_output(scores)
            training.log_input(found[0])
            training.log_input(made.id)
        print(points(scores), made.lineage(store=store).artifact_id)


if __name__ == "__main__":
    record(Path.cwd())
