"""A training that uses every class of the SDK, written as a user with strict type checkers would write it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from kubeflow.metadata import metadata

from lineal import ListOptions, OrderByField, errors
from lineal.sdk import Lineage, Relatives
from lineal.wire import metadata_store as mlpb


class FeatureView(metadata.Artifact):
    """A custom type of artifact."""

    ARTIFACT_TYPE_NAME = "example.org/feature_view"

    def __init__(self, uri: str, columns: int) -> None:
        self.id: int | None = None
        self.uri = uri
        self.columns = columns

    def serialization(self) -> mlpb.Artifact:
        return mlpb.Artifact(uri=self.uri, properties={"columns": mlpb.Value(int_value=self.columns)})

    @staticmethod
    def is_duplicated(a: mlpb.Artifact, b: mlpb.Artifact) -> bool:
        return a.uri == b.uri


def train(workspace: metadata.Workspace) -> metadata.Model:
    with metadata.Run(workspace, name="nightly") as run, metadata.Execution("train", workspace, run) as training:
        data = training.log_input(metadata.DataSet(uri="file:///digits.csv", name="digits", version="1"))
        view = training.log_input(FeatureView("file:///view", columns=12))
        model = training.log_output(
            metadata.Model(uri="file:///model", name="cnn", hyperparameters={"rate": 0.1}, labels={"stage": "test"})
        )
        scores = metadata.Metrics(uri="file:///scores", name="scores", model_id=model, values={"auc": 0.9})
        training.log_output(scores).log({"loss": 0.5}, step=1)
        losses: list[float] = scores.history("loss").values
    assert [data.id, view.id, model.id, scores.id].count(None) == 0
    assert losses == [0.5]
    return model


def executions_behind(lineage: Lineage) -> Sequence[str]:
    upstream: Relatives = lineage.upstream
    return [str(execution["name"]) for execution in upstream.executions]


def use(store: metadata.Store) -> None:
    workspace = metadata.Workspace(store, name="digits", labels={"team": "vision"})
    model = train(workspace)
    model.update(labels={"stage": "production"}, description="of the night")
    model.promote("production")
    production = workspace.get_by_alias("cnn", "production")
    assert production is not None
    assert production["id"] == model.id
    kinds: list[type[metadata.Artifact]] = [metadata.DataSet, metadata.Model, metadata.Metrics, FeatureView]
    names: dict[str, int] = {kind.ARTIFACT_TYPE_NAME: len(workspace.list(kind.ARTIFACT_TYPE_NAME)) for kind in kinds}
    outputs = [event for event in store.store.get_events_by_artifact_ids([model.id]) if event.type == mlpb.Event.OUTPUT]
    newest = store.store.get_executions(ListOptions(limit=1, order_by=OrderByField.ID, is_asc=False))
    try:
        store.store.get_artifact_type("no such type")
    except errors.NotFoundError as error:
        print(error.message, error.hint)
    print(
        names, len(outputs), newest[0].last_known_state == mlpb.Execution.COMPLETE, executions_behind(model.lineage())
    )


def main(url: str) -> None:
    with metadata.Store(url=url) as store:
        use(store)


if __name__ == "__main__":
    main(sys.argv[1])
