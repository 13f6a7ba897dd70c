"""The calls of the driver and the launcher of Kubeflow Pipelines 2, one function for each thing that they do.

Each pod is a process of its own, so each has a client of its own: what one has learned of types, the next one asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineal import errors
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.kfp.asking import Asking

PIPELINE, RUN = "system.Pipeline", "system.PipelineRun"
CONTAINER, DAG, IMPORTER = "system.ContainerExecution", "system.DAGExecution", "system.ImporterExecution"
SESSION = json.dumps({"Provider": "minio", "Params": {"fromEnv": "true"}})
State = pb.Execution.State


@dataclass(frozen=True)
class Contexts:
    """The contexts of a run: its pipeline's and its own."""

    pipeline: pb.Context
    run: pb.Context


@dataclass(frozen=True)
class Given:
    """What an execution is recorded with.

    Attributes:
        type_name: its type.
        custom: its custom properties.
        name: its name, "" for none.
        reads: the ids of the artifacts that it reads, by the names of inputs.
        state: its state.
    """

    type_name: str
    custom: Mapping[str, Any]
    name: str = ""
    reads: Mapping[str, Sequence[int]] | None = None
    state: State = pb.Execution.RUNNING


class MetadataClient:
    """What one pod calls."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._type_ids: dict[str, int] = {}

    def contexts(self, pipeline: str, run_id: str, *, namespace: str = "", root: str = "") -> Contexts:
        """Find or make the contexts of a run, and put the run below its pipeline."""
        above = self._context(PIPELINE, pipeline, {})
        custom = {
            "namespace": namespace,
            "resource_name": "run-resource" if namespace else "",
            "pipeline_root": f"{root}/{pipeline}/{run_id}",
            "store_session_info": SESSION if namespace else "",
        }
        run = self._context(RUN, run_id, custom)
        parents = self._asking.ok(rpc.GetParentContextsByContextRequest(context_id=run.id)).contexts
        assert [each.id for each in parents] in ([], [above.id])
        if not parents:
            link = pb.ParentContext(child_id=run.id, parent_id=above.id)
            self._asking.maybe(rpc.PutParentContextsRequest(parent_contexts=[link]), errors.ALREADY_EXISTS)
        return Contexts(above, run)

    def _context(self, type_name: str, name: str, custom: Mapping[str, str]) -> pb.Context:
        asked = rpc.GetContextByTypeAndNameRequest(type_name=type_name, context_name=name)
        found = self._asking.ok(asked)
        if not found.HasField("context"):
            new = pb.Context(name=name, type_id=self._context_type_id(type_name))
            for key, value in custom.items():
                new.custom_properties[key].string_value = value
            self._asking.maybe(rpc.PutContextsRequest(contexts=[new]), errors.ALREADY_EXISTS)
            found = self._asking.ok(asked)
        context: pb.Context = found.context
        return context

    def _context_type_id(self, name: str) -> int:
        if name not in self._type_ids:
            asked = rpc.GetContextTypeRequest(type_name=name)
            found = self._asking.maybe(asked, errors.NOT_FOUND)
            if found is not None:
                self._type_ids[name] = found.context_type.id
            else:
                put = rpc.PutContextTypeRequest(context_type=pb.ContextType(name=name))
                self._type_ids[name] = self._asking.ok(put).type_id
        return self._type_ids[name]

    def create(self, contexts: Contexts, given: Given) -> pb.Execution | None:
        """Record an execution, and read it back; None if there is one with its name."""
        type_ = pb.ExecutionType(name=given.type_name)
        type_id = self._asking.ok(rpc.PutExecutionTypeRequest(execution_type=type_)).type_id
        new = pb.Execution(type_id=type_id, last_known_state=given.state)
        if given.name:
            new.name = given.name
        for key, value in given.custom.items():
            set_value(new.custom_properties[key], value)
        put = rpc.PutExecutionRequest(execution=new, contexts=[contexts.pipeline, contexts.run])
        for name, ids in (given.reads or {}).items():
            for each in ids:
                event = pb.Event(artifact_id=each, path=path_of(name), type=pb.Event.INPUT)
                put.artifact_event_pairs.add(event=event)
        answer = self._asking.maybe(put, errors.ALREADY_EXISTS)
        return None if answer is None else self._by_id(answer.execution_id)

    def _by_id(self, execution_id: int) -> pb.Execution:
        asked = rpc.GetExecutionsByIDRequest(execution_ids=[execution_id])
        [found] = self._asking.ok(asked).executions
        execution: pb.Execution = found
        return execution

    def execution(self, execution_id: int) -> tuple[pb.Execution, Contexts]:
        """Return an execution with the contexts of its run."""
        found = self._by_id(execution_id)
        return found, self.contexts_of(found.id)

    def named(self, type_name: str, name: str) -> pb.Execution:
        """Return the execution with a name."""
        asked = rpc.GetExecutionByTypeAndNameRequest(type_name=type_name, execution_name=name)
        found: pb.Execution = self._asking.ok(asked).execution
        self.contexts_of(found.id)
        return found

    def contexts_of(self, execution_id: int) -> Contexts:
        """Return the contexts of an execution's run."""
        ids = [self._context_type_id(PIPELINE), self._context_type_id(RUN)]
        found = self._asking.ok(rpc.GetContextsByExecutionRequest(execution_id=execution_id)).contexts
        by_type = {each.type_id: each for each in found}
        return Contexts(*[by_type[each] for each in ids])

    def inside(self, dag: pb.Execution, contexts: Contexts, *, is_filtered: bool = True) -> list[pb.Execution]:
        """Return the executions of a dag, or of the whole run, by pages; filter and token are sent even if empty."""
        query = f"custom_properties.parent_dag_id.int_value = {dag.id}" if is_filtered else ""
        found, token = [], ""
        while True:
            options = pb.ListOperationOptions(filter_query=query, next_page_token=token)
            asked = rpc.GetExecutionsByContextRequest(context_id=contexts.run.id, options=options)
            page = self._asking.ok(asked)
            found += page.executions
            token = page.next_page_token
            if not token:
                return found

    def artifacts(self, execution_id: int, kind: int) -> dict[str, pb.Artifact]:
        """Return what an execution read or wrote, by the names in the events."""
        asked = rpc.GetEventsByExecutionIDsRequest(execution_ids=[execution_id])
        events = [event for event in self._asking.ok(asked).events if event.type == kind]
        names = {event.artifact_id: event.path.steps[0].key for event in events}
        by_id = rpc.GetArtifactsByIDRequest(artifact_ids=list(names))
        found = self._asking.maybe(by_id, errors.INVALID_ARGUMENT)
        return {names[each.id]: each for each in (found.artifacts if found is not None else ())}

    def prepare(self, execution: pb.Execution, pod: str, namespace: str) -> None:
        """Say in which pod an execution runs."""
        for key, value in {"pod_name": pod, "pod_uid": f"uid-{pod}", "namespace": namespace}.items():
            execution.custom_properties[key].string_value = value
        execution.last_known_state = pb.Execution.RUNNING
        self._asking.ok(rpc.PutExecutionRequest(execution=execution))

    def record(self, name: str, type_name: str, uri: str, metadata: Mapping[str, Any]) -> pb.Artifact:
        """Record an output artifact, and read it back."""
        put_type = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name=type_name))
        new = pb.Artifact(type_id=self._asking.ok(put_type).type_id, uri=uri, state=pb.Artifact.LIVE)
        for key, value in {"display_name": name, "store_session_info": SESSION, **metadata}.items():
            set_value(new.custom_properties[key], value)
        [new_id] = self._asking.ok(rpc.PutArtifactsRequest(artifacts=[new])).artifact_ids
        [found] = self._asking.ok(rpc.GetArtifactsByIDRequest(artifact_ids=[new_id])).artifacts
        artifact: pb.Artifact = found
        return artifact

    def publish(
        self,
        execution: pb.Execution,
        contexts: Contexts,
        state: State,
        *,
        returns: Mapping[str, Any] | None = None,
        wrote: Mapping[str, pb.Artifact] | None = None,
    ) -> None:
        """Say how an execution ended, what it returned and what it wrote: artifacts that are there, or new ones."""
        execution.last_known_state = state
        if returns is not None:
            set_value(execution.custom_properties["outputs"], Inputs(returns))
        put = rpc.PutExecutionRequest(execution=execution, contexts=[contexts.pipeline, contexts.run])
        for name, artifact in (wrote or {}).items():
            event = pb.Event(path=path_of(name), type=pb.Event.OUTPUT)
            if artifact.HasField("id"):
                event.artifact_id = artifact.id
                put.artifact_event_pairs.add(event=event)
            else:
                put.artifact_event_pairs.add(event=event, artifact=artifact)
        self._asking.ok(put)

    def put_state(self, execution: pb.Execution) -> None:
        """Store an execution whose state has changed."""
        self._asking.ok(rpc.PutExecutionRequest(execution=execution))

    def to_import(self, type_name: str, uri: str, metadata: Mapping[str, Any]) -> pb.Artifact:
        """Return the artifact that an importer would record."""
        found = self._asking.maybe(rpc.GetArtifactTypeRequest(type_name=type_name), errors.NOT_FOUND)
        if found is not None:
            type_id = found.artifact_type.id
        else:
            put = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name=type_name))
            type_id = self._asking.ok(put).type_id
        new = pb.Artifact(type_id=type_id, state=pb.Artifact.LIVE, uri=uri)
        for key, value in {**metadata, "store_session_info": SESSION}.items():
            set_value(new.custom_properties[key], value)
        return new

    def matching(self, wanted: pb.Artifact, contexts: Contexts) -> pb.Artifact | None:
        """Return an artifact of the pipeline that is as one to import."""
        for each in self._asking.ok(rpc.GetArtifactsByURIRequest(uris=[wanted.uri])).artifacts:
            held = dict(each.custom_properties.items())
            same = all(held.get(key) == value for key, value in wanted.custom_properties.items())
            if not same or (each.type_id, each.state) != (wanted.type_id, wanted.state):
                continue
            inside = self._asking.ok(rpc.GetContextsByArtifactRequest(artifact_id=each.id)).contexts
            if contexts.pipeline.id in {context.id for context in inside}:
                found: pb.Artifact = each
                return found
        return None


def path_of(name: str) -> pb.Event.Path:
    """Return the path of an event: the name of an input or output."""
    return pb.Event.Path(steps=[pb.Event.Path.Step(key=name)])


def set_value(held: pb.Value, value: Any) -> None:
    """Set a property as Kubeflow Pipelines does: no truth values, and lists and objects inside of another object."""
    if isinstance(value, str):
        held.string_value = value
    elif isinstance(value, bool):
        held.int_value = int(value)
    elif isinstance(value, Whole):
        held.int_value = value
    elif isinstance(value, int | float):
        held.double_value = value
    elif isinstance(value, Inputs):
        held.struct_value.SetInParent()  # there may be none
        held.struct_value.update(value)
    elif isinstance(value, Mapping):
        held.struct_value.update({"struct": value})
    else:
        held.struct_value.update({"list": value})


class Whole(int):
    """A number that is stored as a whole one, such as an id; those of metadata are doubles."""


class Inputs(dict[str, Any]):
    """Parameters, which are stored as an object itself."""
