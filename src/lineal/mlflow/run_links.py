"""What runs read and made: the events between their executions and artifacts, and what MLflow's clients read of them.

What stays out: how data sets and models are stored (data_sets.py, models.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lineal.event_directions import SAYS_OUTPUT
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import data_sets, found_models
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_events import write_events
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import relations, whole_nodes
from lineal.store.rows.events import Step
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]


def data_set_event(run: int, data_set: int, tags: Mapping[str, str], saying: Sequence[str] = ()) -> pb.Event:
    """Return the event of a data set that a run read.

    Its path has the tags of the use, keys and values in turn, and then what says which data set it is.
    """
    event = pb.Event(execution_id=run, artifact_id=data_set, type=pb.Event.INPUT)
    for each in (*(text for pair in sorted(tags.items()) for text in pair), *saying):
        event.path.steps.add(key=each)
    return event


def model_read_event(run: int, model: int) -> pb.Event:
    """Return the event of a model that a run read."""
    return pb.Event(execution_id=run, artifact_id=model, type=pb.Event.INPUT)


def model_made_event(run: int, model: int, step: int) -> pb.Event:
    """Return the event of a model that a run made at a step."""
    event = pb.Event(execution_id=run, artifact_id=model, type=pb.Event.OUTPUT)
    event.path.steps.add(index=step)
    return event


def join(session: Session, events: Sequence[pb.Event]) -> int:
    """Write events, but not those that are there, and put the artifacts where the runs are; return how many were new.

    The first of several events of the same artifact, run and type counts.
    """
    if not events:
        return 0
    runs = sorted({event.execution_id for event in events})
    rows = event_rows.events_of(session, EXECUTION, runs)
    there = {(row.artifact_id, row.execution_id, row.type) for row in rows}
    wanted = {_key(event): event for event in reversed(events)}
    new = [event for event in events if wanted[_key(event)] is event and _key(event) not in there]
    if not new:
        return 0
    write_events(session, new)
    made = {(event.artifact_id, event.execution_id) for event in new if event.type == pb.Event.OUTPUT}
    # What a run said that it would make is one of its outputs now.
    event_rows.delete_events(
        session, [row for row in rows if row.type == SAYS_OUTPUT and (row.artifact_id, row.execution_id) in made]
    )
    holders: dict[int, list[int]] = {}
    for context_id, run in relations.memberships_of(session, EXECUTION, runs):
        holders.setdefault(run, []).append(context_id)
    pairs = [(each, event.artifact_id) for event in new for each in holders.get(event.execution_id, ())]
    relations.add_members(session, ARTIFACT, pairs)
    return len(new)


def _key(event: pb.Event) -> tuple[int, int, int]:
    return event.artifact_id, event.execution_id, event.type


def links_of(session: Session, types: KnownTypes, ids: Sequence[int]) -> dict[int, Fields]:
    """Return `inputs` and `outputs` of runs by the ids of their executions; runs without either are left out.

    Args:
        session: the transaction.
        types: the known types.
        ids: the ids of the executions.
    """
    events, steps = event_rows.events_with_steps(session, EXECUTION, ids)
    told = [row for row in events if row[3] in (pb.Event.INPUT, pb.Event.OUTPUT)]
    known = sorted({row[1] for row in told})
    if not known:
        return {}
    nodes = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_ids(session, ARTIFACT, known))
    artifacts = {node.id: node for node in nodes}
    kept = data_sets.kept_of(session, [row[0] for row in told if data_sets.said_by(steps.get(row[0], []))])
    found: dict[int, Fields] = {}
    for event_id, artifact_id, run, event_type, *_ in told:
        artifact = artifacts.get(artifact_id)
        path, said = steps.get(event_id, []), kept.get(event_id, {})
        link = _link(artifact, event_type, path, said) if artifact is not None else None
        if link is not None:
            side, name, fields = link
            found.setdefault(run, {"inputs": {}, "outputs": {}})[side].setdefault(name, []).append(fields)
    return found


def _link(
    artifact: pb.Artifact, event_type: int, steps: Sequence[Step], said: Mapping[str, str]
) -> tuple[str, str, Fields] | None:
    """Return the side of a run on which an artifact is, the list, and its fields; None for what clients do not know."""
    if event_type == pb.Event.INPUT and (data_sets.is_data_set(artifact) or data_sets.said_by(steps)):
        return "inputs", "dataset_inputs", data_sets.input_fields(artifact, steps, said)
    if not found_models.is_model(artifact):
        return None
    model = {"model_id": artifact.properties["version"].string_value}
    if event_type == pb.Event.INPUT:
        return "inputs", "model_inputs", model
    return "outputs", "model_outputs", {**model, "step": steps[0][0] or 0 if steps else 0}
