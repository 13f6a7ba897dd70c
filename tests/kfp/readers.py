"""The calls of the pages of Kubeflow Pipelines in a browser, and of its UI server.

The pages speak gRPC-Web as text, the UI server as binary.
"""

from __future__ import annotations

from collections.abc import Sequence

from lineal import errors
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.kfp.asking import Asking

_RUN = "system.PipelineRun"
_PAGE = 10


class Browser:
    """The pages."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def run_details(self, run_id: str) -> list[pb.Execution]:
        """Open a run: its graph, with the artifacts at its tasks."""
        executions = self._of_run(run_id)
        asked = rpc.GetEventsByExecutionIDsRequest(execution_ids=[each.id for each in executions])
        self._asking.maybe(asked, errors.INVALID_ARGUMENT)
        self._asking.ok(rpc.GetArtifactTypesRequest())
        return executions

    def _of_run(self, run_id: str) -> list[pb.Execution]:
        asked = rpc.GetContextByTypeAndNameRequest(type_name=_RUN, context_name=run_id)
        context = self._asking.ok(asked).context
        executions = self._asking.ok(rpc.GetExecutionsByContextRequest(context_id=context.id)).executions
        self._asking.ok(rpc.GetArtifactsByContextRequest(context_id=context.id))
        return list(executions)

    def old_run_details(self, workflow: str) -> None:
        """Open a run of Kubeflow Pipelines 1, which may be one of TFX."""
        for type_name in ("pipeline_run", "KfpRun"):
            asked = rpc.GetContextByTypeAndNameRequest(type_name=type_name, context_name=workflow)
            found = self._asking.ok(asked)
        if found.HasField("context"):
            self._asking.ok(rpc.GetExecutionsByContextRequest(context_id=found.context.id))

    def task_details(self, execution_id: int) -> None:
        """Open a task of a run: its inputs and outputs, and the pipeline that it is of."""
        self._linked(execution_id)
        self._asking.ok(rpc.GetContextsByExecutionRequest(execution_id=execution_id))
        self._asking.ok(rpc.GetContextTypeRequest(type_name="system.Pipeline"))
        self._asking.ok(rpc.GetArtifactTypesRequest())

    def _linked(self, execution_id: int) -> list[int]:
        asked = rpc.GetEventsByExecutionIDsRequest(execution_ids=[execution_id])
        ids = [event.artifact_id for event in self._asking.ok(asked).events]
        self._asking.maybe(rpc.GetArtifactsByIDRequest(artifact_ids=ids), errors.INVALID_ARGUMENT)
        return ids

    def compare_runs(self, run_ids: Sequence[str]) -> None:
        """Compare runs by their metrics."""
        for run_id in run_ids:
            executions = self._of_run(run_id)
            asked = rpc.GetEventsByExecutionIDsRequest(execution_ids=[each.id for each in executions])
            self._asking.maybe(asked, errors.INVALID_ARGUMENT)
        self._asking.ok(rpc.GetArtifactTypesRequest())

    def artifact_list(self, *, is_grouped: bool = False) -> list[int]:
        """Page through all artifacts, with the time of each; a grouped list has no pages."""
        self._asking.ok(rpc.GetArtifactTypesRequest())
        if is_grouped:
            return [each.id for each in self._asking.ok(rpc.GetArtifactsRequest()).artifacts]
        found, token = [], ""
        while True:
            page = self._asking.ok(rpc.GetArtifactsRequest(options=_options(token)))
            for each in page.artifacts:
                self._asking.ok(rpc.GetEventsByArtifactIDsRequest(artifact_ids=[each.id]))
            found += [each.id for each in page.artifacts]
            token = page.next_page_token
            if not token:
                return found

    def execution_list(self, *, is_grouped: bool = False) -> list[int]:
        """Page through all executions."""
        self._asking.ok(rpc.GetExecutionTypesRequest())
        if is_grouped:
            return [each.id for each in self._asking.ok(rpc.GetExecutionsRequest()).executions]
        found, token = [], ""
        while True:
            page = self._asking.ok(rpc.GetExecutionsRequest(options=_options(token)))
            found += [each.id for each in page.executions]
            token = page.next_page_token
            if not token:
                return found

    def artifact_details(self, artifact_id: int) -> None:
        """Open an artifact."""
        [found] = self._asking.ok(rpc.GetArtifactsByIDRequest(artifact_ids=[artifact_id])).artifacts
        self._asking.ok(rpc.GetArtifactTypesByIDRequest(type_ids=[found.type_id]))
        self._asking.ok(rpc.GetEventsByArtifactIDsRequest(artifact_ids=[artifact_id]))

    def execution_details(self, execution_id: int) -> None:
        """Open an execution."""
        [found] = self._asking.ok(rpc.GetExecutionsByIDRequest(execution_ids=[execution_id])).executions
        self._linked(execution_id)
        self._asking.ok(rpc.GetExecutionTypesByIDRequest(type_ids=[found.type_id]))
        self._asking.ok(rpc.GetArtifactTypesRequest())

    def lineage(self, artifact_id: int) -> None:
        """Open the lineage explorer at an artifact: the executions beside it, and their other artifacts."""
        self._asking.ok(rpc.GetArtifactTypesRequest())
        self._asking.ok(rpc.GetExecutionTypesRequest())
        asked = rpc.GetEventsByArtifactIDsRequest(artifact_ids=[artifact_id])
        executions = [event.execution_id for event in self._asking.ok(asked).events]
        by_id = rpc.GetExecutionsByIDRequest(execution_ids=executions)
        self._asking.maybe(by_id, errors.INVALID_ARGUMENT)
        beside = rpc.GetEventsByExecutionIDsRequest(execution_ids=executions)
        found = self._asking.maybe(beside, errors.INVALID_ARGUMENT)
        ids = [event.artifact_id for event in (found.events if found is not None else ())]
        self._asking.maybe(rpc.GetArtifactsByIDRequest(artifact_ids=ids), errors.INVALID_ARGUMENT)


def _options(token: str) -> pb.ListOperationOptions:
    options = pb.ListOperationOptions(max_result_size=_PAGE)
    if token:
        options.next_page_token = token
    return options


def namespaces_of(asking: Asking, uri: str) -> set[str]:
    """Return in which namespaces the runs were that wrote to a place, as the UI server asks before it shows a file."""
    found = set()
    for artifact in asking.ok(rpc.GetArtifactsByURIRequest(uris=[uri])).artifacts:
        for context in asking.ok(rpc.GetContextsByArtifactRequest(artifact_id=artifact.id)).contexts:
            if context.type == _RUN and "namespace" in context.custom_properties:
                found.add(context.custom_properties["namespace"].string_value)
    return found
