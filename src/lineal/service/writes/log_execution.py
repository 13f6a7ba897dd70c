"""The rules of LogExecution: an execution and its artifacts in one transaction, each artifact one record.

How a stored artifact is recognised is the rule of LogArtifact. What stays out: artifacts that the caller compares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from lineal import errors
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.service.known_types import KnownTypes
from lineal.service.scope_rules import marked
from lineal.service.writes.log_artifact import find_same_version, is_one
from lineal.service.writes.put_contexts import ReuseOptions, join_contexts, start_contexts
from lineal.service.writes.put_events import check_event_type, write_events
from lineal.service.writes.put_nodes import start_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.wire import lineage
from lineal.wire import metadata_store as pb


class _Written(NamedTuple):
    """What a transaction has written, by id."""

    execution_id: int
    new_ids: Sequence[int]


class _Settled(NamedTuple):
    """Which artifacts of a request are stored, and which are new.

    Attributes:
        stored: the stored one of each artifact of the request that has no id, None for new ones.
        new: what is to be stored.
        places: where each artifact without id is in `new`; meaningless for stored ones.
    """

    stored: list[pb.Artifact | None]
    new: list[pb.Artifact]
    places: list[int]


def log_execution(
    session: Session, types: KnownTypes, request: lineage.LogExecutionRequest
) -> lineage.LogExecutionResponse:
    """Create or update an execution, find or store its artifacts, and link them.

    Raises:
        InvalidArgumentError: the execution, an artifact or an event is missing or breaks a rule, or an id is unknown.
        NotFoundError: the type of the execution or of an artifact does not exist.
        AbortedError: a stored artifact was deleted at this moment.
    """
    _check(request)
    settled = _settle(session, types, [each.artifact for each in request.artifacts if each.HasField("artifact")])
    named = {each.artifact_id for each in request.artifacts if each.HasField("artifact_id")}
    known = {stored.id for stored in settled.stored if stored is not None}
    linked = node_rows.ask_to_link(session, ARTIFACT, named | known)
    written = _write(session, types, request, settled.new)
    _require_there(named, known, linked())
    answers = _answers(request, settled, written)
    _link(session, request, [each.artifact_id for each in answers], written)
    return lineage.LogExecutionResponse(execution_id=written.execution_id, artifacts=answers)


def _check(request: lineage.LogExecutionRequest) -> None:
    if not request.HasField("execution"):
        raise errors.InvalidArgumentError("the request has no execution; give one, with an id to update it")
    if request.execution.HasField("id") and not request.update_mask.paths:
        raise errors.InvalidArgumentError(
            f"the execution has the id {request.execution.id}, and there is no update_mask; name the fields to update"
        )
    for logged in request.artifacts:
        _check_artifact(logged)


def _check_artifact(logged: lineage.LoggedArtifact) -> None:
    if logged.WhichOneof("which") is None:
        raise errors.InvalidArgumentError(
            "one of the artifacts is neither given nor named; set artifact or artifact_id"
        )
    if logged.artifact.HasField("id"):
        raise errors.InvalidArgumentError(
            f"an artifact has the id {logged.artifact.id}; give only this id, as artifact_id, of a stored one"
        )
    if not logged.HasField("event") or logged.event.HasField("artifact_id") or logged.event.HasField("execution_id"):
        raise errors.InvalidArgumentError("each artifact needs an event, without ids, which are found out here")
    check_event_type(logged.event)


def _settle(session: Session, types: KnownTypes, given: Sequence[pb.Artifact]) -> _Settled:
    wanted = given if session.sees_all else marked(session, given)
    stored = find_same_version(session, types, wanted)
    new: list[pb.Artifact] = []
    places: list[int] = []
    for artifact, found in zip(wanted, stored, strict=True):
        place = next((place for place, other in enumerate(new) if is_one(session, other, artifact)), len(new))
        if found is None and place == len(new):
            new.append(artifact)
        places.append(place)
    return _Settled(stored, new, places)


def _write(
    session: Session, types: KnownTypes, request: lineage.LogExecutionRequest, new: Sequence[pb.Artifact]
) -> _Written:
    """Write the execution and the new artifacts, and put what is new of them into the context."""
    is_new = not request.execution.HasField("id")
    joins = request.HasField("context") and (is_new or new)
    contexts = start_contexts(session, types, [request.context] if joins else [], ReuseOptions(existing=True))
    artifacts = start_nodes(session, types, ARTIFACT, new)
    mask = UpdateOptions(mask=tuple(request.update_mask.paths))
    execution = start_nodes(session, types, EXECUTION, [request.execution], mask)
    context_ids, new_ids, [execution_id] = contexts(), artifacts(), execution()
    join_contexts(session, context_ids, artifact_ids=new_ids, execution_ids=[execution_id] if is_new else [])
    return _Written(execution_id, new_ids)


def _require_there(named: set[int], known: set[int], there: set[int]) -> None:
    """Refuse artifacts that do not exist.

    Raises:
        InvalidArgumentError: the request names one.
        AbortedError: one was found, and has been deleted since.
    """
    for artifact_id in sorted(named - there):
        raise errors.InvalidArgumentError(f"an event names artifact {artifact_id}, which does not exist; put it first")
    for artifact_id in sorted(known - there):
        raise errors.AbortedError(f"artifact {artifact_id} was deleted while it was being logged; log it again")


def _answers(
    request: lineage.LogExecutionRequest, settled: _Settled, written: _Written
) -> list[lineage.LogArtifactResponse]:
    """Return what became of each artifact, in the order of the request."""
    answers: list[lineage.LogArtifactResponse] = []
    ways = iter(zip(settled.stored, settled.places, strict=True))
    for logged in request.artifacts:
        if logged.HasField("artifact_id"):
            answers.append(lineage.LogArtifactResponse(artifact_id=logged.artifact_id))
            continue
        stored, place = next(ways)
        artifact_id = written.new_ids[place] if stored is None else stored.id
        answers.append(lineage.LogArtifactResponse(artifact_id=artifact_id, stored=stored))
    return answers


def _link(
    session: Session, request: lineage.LogExecutionRequest, artifact_ids: Sequence[int], written: _Written
) -> None:
    """Write the events that are missing."""
    events: dict[tuple[int, int], pb.Event] = {}
    for logged, artifact_id in zip(request.artifacts, artifact_ids, strict=True):
        event = pb.Event()
        event.CopyFrom(logged.event)
        event.artifact_id, event.execution_id = artifact_id, written.execution_id
        events.setdefault((artifact_id, event.type), event)
    may_be_there = set(artifact_ids) - set(written.new_ids) if request.execution.HasField("id") else set()
    write_events(
        session,
        [
            event
            for (artifact_id, kind), event in events.items()
            if artifact_id not in may_be_there
            or not event_rows.is_there(session, artifact_id, written.execution_id, kind)
        ],
    )
