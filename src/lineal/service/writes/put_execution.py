"""The rules of PutExecution: an execution with its artifacts, events and contexts, all or nothing.

Order of work: the artifacts, the execution, the events, then the contexts with their relations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lineal import errors
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_contexts import ReuseOptions, join_contexts, start_contexts
from lineal.service.writes.put_events import check_event_type, write_events
from lineal.service.writes.put_nodes import start_artifacts_reusing, start_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_Pair = rpc.PutExecutionRequest.ArtifactAndEvent
_NO_ARTIFACT = -1


def put_execution(session: Session, types: KnownTypes, request: rpc.PutExecutionRequest) -> rpc.PutExecutionResponse:
    """Write an execution and what belongs to it; return all ids, index-aligned with the request."""
    if not request.HasField("execution"):
        raise errors.InvalidArgumentError("the request has no execution; give one, with an id to update it")
    options = request.options
    artifacts = _start_artifacts(session, types, request)
    update = UpdateOptions(force_time=options.force_update_time)
    execution = start_nodes(session, types, EXECUTION, [request.execution], update)
    reuse = ReuseOptions(options.reuse_context_if_already_exist, options.force_reuse_context)
    contexts = start_contexts(session, types, request.contexts, reuse)
    linked = node_rows.ask_to_link(session, ARTIFACT, _named_artifacts(request.artifact_event_pairs))
    artifact_ids, [execution_id] = artifacts(), execution()
    _put_events(session, request.artifact_event_pairs, artifact_ids, execution_id, linked())
    context_ids = contexts()
    put_artifacts = [artifact_id for artifact_id in artifact_ids if artifact_id != _NO_ARTIFACT]
    join_contexts(session, context_ids, artifact_ids=put_artifacts, execution_ids=[execution_id])
    return rpc.PutExecutionResponse(execution_id=execution_id, artifact_ids=artifact_ids, context_ids=context_ids)


def _start_artifacts(session: Session, types: KnownTypes, request: rpc.PutExecutionRequest) -> Callable[[], list[int]]:
    """Begin to put the artifacts of the pairs; the end returns an id for each pair, _NO_ARTIFACT for an empty one."""
    fault: errors.StatusError | None = None
    pairs: list[_Pair] = []
    for pair in request.artifact_event_pairs:
        if pair.HasField("event") and not pair.HasField("artifact") and not pair.event.HasField("artifact_id"):
            fault = errors.InvalidArgumentError(
                "a pair has an event without artifact_id and no artifact; give one of them"
            )
            break
        pairs.append(pair)
    given = [pair.artifact for pair in pairs if pair.HasField("artifact")]
    reuses = request.options.reuse_artifact_if_already_exist_by_external_id
    started = (start_artifacts_reusing if reuses else start_nodes)(session, types, ARTIFACT, given)

    def finish() -> list[int]:
        ids = iter(started())
        if fault:
            raise fault
        return [next(ids) if pair.HasField("artifact") else _named_artifact(pair) for pair in pairs]

    return finish


def _named_artifact(pair: _Pair) -> int:
    """Return the id of the artifact that a pair only names."""
    return pair.event.artifact_id if pair.HasField("event") else _NO_ARTIFACT


def _named_artifacts(pairs: Sequence[_Pair]) -> set[int]:
    """Return the ids of the artifacts that only events name."""
    return {pair.event.artifact_id for pair in pairs if pair.HasField("event") and not pair.HasField("artifact")}


def _put_events(
    session: Session, pairs: Sequence[_Pair], artifact_ids: Sequence[int], execution_id: int, linked: set[int]
) -> None:
    """Write the events of the pairs, up to the first that is wrong: an event before it may be refused first."""
    put = {artifact_id for pair, artifact_id in zip(pairs, artifact_ids, strict=True) if pair.HasField("artifact")}
    missing = _named_artifacts(pairs) - linked - put
    events: list[pb.Event] = []
    fault: errors.StatusError | None = None
    for pair, artifact_id in zip(pairs, artifact_ids, strict=True):
        try:
            if pair.HasField("event"):
                events.append(_event(pair.event, artifact_id, execution_id, missing))
        except errors.StatusError as error:
            fault = error
            break
    write_events(session, events)
    if fault:
        raise fault


def _event(given: pb.Event, artifact_id: int, execution_id: int, missing: set[int]) -> pb.Event:
    """Return the event between this artifact and this execution, if the ids in it, if any, say the same."""
    if artifact_id in missing:
        raise errors.InvalidArgumentError(f"an event names artifact {artifact_id}, which does not exist; put it first")
    for field, node_id in (("artifact_id", artifact_id), ("execution_id", execution_id)):
        if given.HasField(field) and getattr(given, field) != node_id:
            raise errors.InvalidArgumentError(
                f"an event has the {field} {getattr(given, field)} and stands beside the one with id {node_id}; "
                f"leave {field} out"
            )
    check_event_type(given)
    event = pb.Event()
    event.CopyFrom(given)
    event.artifact_id, event.execution_id = artifact_id, execution_id
    return event
