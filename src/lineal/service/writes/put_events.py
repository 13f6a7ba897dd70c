"""The rules of writing events."""

from __future__ import annotations

from collections.abc import Sequence

from lineal import deadlines, errors
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.events import NewEvent, Step
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc


def put_events(session: Session, _: KnownTypes, request: rpc.PutEventsRequest) -> rpc.PutEventsResponse:
    """Write the events of a request."""
    store_events(session, request.events)
    return rpc.PutEventsResponse()


def store_events(session: Session, events: Sequence[pb.Event]) -> None:
    """Write events.

    Raises:
        InvalidArgumentError: an event lacks its artifact, execution or type, or names one that does not exist.
        AlreadyExistsError: an event of that artifact, execution and type exists.
    """
    asked = node_rows.ask_to_link(session, ARTIFACT, {event.artifact_id for event in events})
    executions = node_rows.ask_to_link(session, EXECUTION, {event.execution_id for event in events})()
    artifacts = asked()
    checked: list[pb.Event] = []
    fault: errors.StatusError | None = None
    for event in events:
        deadlines.check()
        try:
            _check(event, artifacts, executions)
        except errors.StatusError as error:
            fault = error
            break
        checked.append(event)
    write_events(session, checked)
    if fault:
        raise fault


def _check(event: pb.Event, artifacts: set[int], executions: set[int]) -> None:
    if not event.HasField("artifact_id"):
        raise errors.InvalidArgumentError("an event has no artifact_id; give the id of the artifact")
    if not event.HasField("execution_id"):
        raise errors.InvalidArgumentError("an event has no execution_id; give the id of the execution")
    check_event_type(event)
    if event.artifact_id not in artifacts:
        raise errors.InvalidArgumentError(f"an event names artifact {event.artifact_id}, which does not exist")
    if event.execution_id not in executions:
        raise errors.InvalidArgumentError(f"an event names execution {event.execution_id}, which does not exist")


def check_event_type(event: pb.Event) -> None:
    """Refuse an event without a type.

    Raises:
        InvalidArgumentError: the type is unset or UNKNOWN.
    """
    if not event.type:
        raise errors.InvalidArgumentError(
            f"the event of artifact {event.artifact_id} and execution {event.execution_id} has no type; "
            "set INPUT, OUTPUT or another type"
        )


def write_events(session: Session, events: Sequence[pb.Event]) -> None:
    """Write checked events.

    Raises:
        AlreadyExistsError: an event of that artifact, execution and type exists.
    """
    time = now()
    rows = [
        NewEvent(
            event.artifact_id,
            event.execution_id,
            event.type,
            event.milliseconds_since_epoch if event.HasField("milliseconds_since_epoch") else time,
            _steps(event),
        )
        for event in events
    ]
    try:
        event_rows.insert_events(session, rows)
    except Conflict as conflict:
        raise _exists(events, conflict) from conflict


def _steps(event: pb.Event) -> list[Step]:
    """Return the steps that have a value."""
    steps: list[Step] = []
    for step in event.path.steps:
        kind = step.WhichOneof("value")
        if kind == "index":
            steps.append((step.index, None))
        elif kind == "key":
            steps.append((None, step.key))
    return steps


def _exists(events: Sequence[pb.Event], conflict: Conflict) -> errors.AlreadyExistsError:
    if conflict.row is None:
        return errors.AlreadyExistsError("an event of the same artifact, execution and type exists already")
    event = events[conflict.row]
    return errors.AlreadyExistsError(
        f"an event of type {pb.Event.Type.Name(event.type)} between artifact {event.artifact_id} and execution "
        f"{event.execution_id} exists already; leave it out"
    )
