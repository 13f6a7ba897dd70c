"""Runs of MLflow as the MLflow door stores them, for tests of searches: put by the ordinary calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal.service import MetadataService
from lineal.store.rows.run_search import RUN_TYPE
from lineal.wire import metadata_store as pb
from lineal.wire import metrics
from lineal.wire import service as rpc

EXPERIMENT_TYPE = "mlflow.Experiment"
DATA_SET_TYPE = "kubeflow.org/alpha/data_set"
RUN_PROPERTIES = {
    **dict.fromkeys(("name", "run_id", "user_id", "artifact_uri"), pb.STRING),
    "experiment_id": pb.INT,
}


@dataclass
class Run:
    """A run as a test describes it; times are milliseconds, a metric is its values by step."""

    name: str | None
    start: int | None = 0
    end: int | None = None
    run_id: str = ""
    user: str = "ada"
    state: int = pb.Execution.RUNNING
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Sequence[float]] = field(default_factory=dict)
    inputs: Sequence[tuple[str, str, str]] = ()
    archived: bool = False

    def __post_init__(self) -> None:
        self.run_id = self.run_id or f"id-{self.name}"


class Runs:
    """What puts experiments and runs into a store, in one workspace."""

    def __init__(self, service: MetadataService, workspace: str = "team") -> None:
        self.service = service
        self.workspace = workspace
        properties = {"name": pb.STRING}
        self._experiment_type = self._context_type(EXPERIMENT_TYPE, properties)
        self._run_context_type = self._context_type(RUN_TYPE, {})
        given = pb.ExecutionType(name=RUN_TYPE, properties=RUN_PROPERTIES)
        self.type_id = self._call(rpc.PutExecutionTypeRequest(execution_type=given)).type_id
        texts = pb.ArtifactType(name=DATA_SET_TYPE, properties={"name": pb.STRING, "version": pb.STRING})
        request = rpc.PutArtifactTypeRequest(artifact_type=texts, can_add_fields=True)
        self._data_set_type = self._call(request).type_id

    def put_experiment(self, name: str) -> int:
        """Put an experiment; return its id."""
        node = pb.Context(type_id=self._experiment_type, name=f"{self.workspace}/{name}")
        node.properties["name"].string_value = name
        node.custom_properties["__kf_workspace__"].string_value = self.workspace
        return int(self._call(rpc.PutContextsRequest(contexts=[node])).context_ids[0])

    def put(self, experiment_id: int, *runs: Run) -> list[int]:
        """Put runs; return the ids of their executions."""
        return [self._put(experiment_id, run) for run in runs]

    def _put(self, experiment_id: int, run: Run) -> int:
        node = pb.Execution(type_id=self.type_id, last_known_state=run.state)
        node.external_id = f"mlflow:{self.workspace}:run:{run.run_id}"
        texts = {"name": run.name, "run_id": run.run_id, "user_id": run.user, "artifact_uri": f"a:/{run.run_id}"}
        for name, text in texts.items():
            if text is not None:
                node.properties[name].string_value = text
        node.properties["experiment_id"].int_value = experiment_id
        for name, number in {"__started__": run.start, "__ended__": run.end}.items():
            if number is not None:
                node.custom_properties[name].int_value = number
        named = {f"param.{key}": value for key, value in run.params.items()}
        named |= {f"tag.{key}": value for key, value in run.tags.items()}
        for name, text in {**named, "__kf_workspace__": self.workspace}.items():
            node.custom_properties[name].string_value = text
        if run.archived:
            node.custom_properties["__archived__"].int_value = 1
        node_id = int(self._call(rpc.PutExecutionRequest(execution=node)).execution_id)
        self._measure(node_id, run.metrics)
        for name, digest, context in run.inputs:
            self._read(node_id, name, digest, context)
        return node_id

    def _measure(self, node_id: int, given: Mapping[str, Sequence[float]]) -> None:
        series = [
            metrics.MetricSeries(name=name, steps=range(len(values)), times=[1] * len(values), values=values)
            for name, values in given.items()
        ]
        if series:
            self._call(metrics.LogMetricsRequest(execution_id=node_id, series=series))

    def _read(self, node_id: int, name: str, digest: str, context: str) -> None:
        data_set = pb.Artifact(type_id=self._data_set_type)
        data_set.properties["name"].string_value = name
        data_set.properties["version"].string_value = digest
        data_set.custom_properties["__kf_workspace__"].string_value = self.workspace
        artifact_id = self._call(rpc.PutArtifactsRequest(artifacts=[data_set])).artifact_ids[0]
        event = pb.Event(artifact_id=artifact_id, execution_id=node_id, type=pb.Event.INPUT)
        if context:
            event.path.steps.add(key=context)
        self._call(rpc.PutEventsRequest(events=[event]))

    def _context_type(self, name: str, properties: dict[str, Any]) -> int:
        given = pb.ContextType(name=name, properties=properties)
        return int(self._call(rpc.PutContextTypeRequest(context_type=given)).type_id)

    def _call(self, request: Any) -> Any:
        return self.service.call(type(request).__name__.removesuffix("Request"), request)
