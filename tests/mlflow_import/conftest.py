"""A source without mlflow, a store, and what asks the store as a client of MLflow does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from lineal.mlflow import Tracking
from lineal.mlflow.importing import Files, Options, Report, import_source
from lineal.mlflow_sources import open_source
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from tests.mlflow_import.mlflow_database import MlflowDatabase
from tests.serving import running_server

Import = Callable[..., Report]


@dataclass
class Store:
    """A store that a test imports into, asked as MLflow's clients ask."""

    url: str
    service: MetadataService

    def __post_init__(self) -> None:
        self.tracking = Tracking(self.service)

    def take(self, place: str, *, workspace: str = "default", kept_at: str = "", who: str = "") -> Report:
        """Import a source."""
        with closing(open_source(place)) as source:
            return import_source(self.service, source, Options(workspace, Files(kept_at), who))

    def ask(self, call: str, *, workspace: str = "default", **fields: Any) -> Any:
        """Make a call of MLflow's interface."""
        return self.tracking.call(call, fields, workspace=workspace)

    def run(self, run_id: str, *, workspace: str = "default") -> Any:
        """Return a run."""
        return self.ask("runs/get", run_id=run_id, workspace=workspace)["run"]

    def history(self, run_id: str, key: str) -> list[tuple[int, int, float]]:
        """Return the time, step and value of each point of a metric of a run."""
        found = self.ask("metrics/get-history", run_id=run_id, metric_key=key).get("metrics", [])
        return [(point["timestamp"], point["step"], point["value"]) for point in found]

    def experiment(self, name: str, *, workspace: str = "default") -> Any:
        """Return an experiment by its name."""
        return self.ask("experiments/get-by-name", experiment_name=name, workspace=workspace)["experiment"]

    def runs_of(self, name: str, *, workspace: str = "default") -> list[str]:
        """Return the ids of the runs of an experiment, deleted ones too, in alphabetical order."""
        wanted = [self.experiment(name, workspace=workspace)["experiment_id"]]
        found = self.ask("runs/search", experiment_ids=wanted, run_view_type="ALL", workspace=workspace)
        return sorted(run["info"]["run_id"] for run in found.get("runs", []))


@pytest.fixture
def mlflow(tmp_path: Path) -> Iterator[MlflowDatabase]:
    """A database of MLflow 3.17 in a SQLite file, with the experiment `first`."""
    with closing(MlflowDatabase(f"sqlite:///{tmp_path}/mlflow.db")) as database:
        database.experiment(1, "first", artifact_location="s3://bucket/1")
        yield database


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store in a SQLite file."""
    url = f"sqlite:///{tmp_path}/store.db"
    with open_service(url) as service:  # type: ignore[arg-type]
        yield Store(url, service)


class Source:
    """A running server, asked as MLflow's clients ask."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, call: str, **fields: Any) -> Any:
        answer = httpx.post(f"{self.url}/api/2.0/mlflow/{call}", json=fields, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def run(self, experiment: str, **fields: Any) -> str:
        return str(self.post("runs/create", experiment_id=experiment, **fields)["run"]["info"]["run_id"])


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """A server that runs for all tests here."""
    with running_server(f"sqlite:///{tmp_path_factory.mktemp('source')}/source.db") as running:
        yield Source(running.http)


@pytest.fixture(scope="session")
def run_id(source: Source) -> str:
    """A run with everything, in the experiment `first`."""
    first = source.post("experiments/create", name="first", tags=[{"key": "team", "value": "a"}])["experiment_id"]
    run = source.run(first, run_name="calm-owl", start_time=1_700_000_000_000, user_id="ann")
    points = [{"key": "loss", "value": 1 / (n + 1), "timestamp": n, "step": n} for n in range(40)]
    odd = [{"key": "odd", "value": value, "timestamp": 1, "step": 0} for value in ("NaN", "Infinity", 2.0)]
    source.post("runs/log-batch", run_id=run, metrics=[*points, *odd], params=[{"key": "p", "value": "1"}])
    data_set = {"name": "numbers", "digest": "8be7b4a3", "source_type": "local", "source": "/a.csv"}
    source.post("runs/log-inputs", run_id=run, datasets=[{"dataset": data_set, "tags": [{"key": "k", "value": "v"}]}])
    model = source.post("logged-models", experiment_id=first, name="net", source_run_id=run)["model"]["info"][
        "model_id"
    ]
    source.post("runs/log-inputs", run_id=run, models=[{"model_id": model}])
    source.post("runs/outputs", run_id=run, models=[{"model_id": model, "step": 7}])
    source.post("runs/log-metric", run_id=run, key="acc", value=0.5, timestamp=5, step=3, model_id=model)
    source.post("registered-models/create", name="churn", description="who leaves")
    source.post("model-versions/create", name="churn", source=f"models:/{model}", model_id=model, run_id=run)
    source.post("registered-models/alias", name="churn", alias="best", version="1")
    deleted = source.run(first, run_name="deleted")
    source.post("runs/delete", run_id=deleted)
    source.post("runs/update", run_id=run, status="FINISHED", end_time=1_700_000_060_000)
    return run
