"""What runs read and made, as MLflow's clients know it: the events between their executions and artifacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import data_sets, models
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import whole_nodes
from lineal.store.rows.events import Step
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]


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
    found: dict[int, Fields] = {}
    for event_id, artifact_id, run, event_type, *_ in told:
        artifact = artifacts.get(artifact_id)
        link = _link(artifact, event_type, steps.get(event_id, [])) if artifact is not None else None
        if link is not None:
            side, name, fields = link
            found.setdefault(run, {"inputs": {}, "outputs": {}})[side].setdefault(name, []).append(fields)
    return found


def _link(artifact: pb.Artifact, event_type: int, steps: Sequence[Step]) -> tuple[str, str, Fields] | None:
    """Return the side of a run on which an artifact is, the list, and its fields; None for what clients do not know."""
    if data_sets.is_data_set(artifact) and event_type == pb.Event.INPUT:
        return "inputs", "dataset_inputs", data_sets.input_fields(artifact, steps)
    if not models.is_model(artifact):
        return None
    model = {"model_id": artifact.properties["version"].string_value}
    if event_type == pb.Event.INPUT:
        return "inputs", "model_inputs", model
    return "outputs", "model_outputs", {**model, "step": steps[0][0] or 0 if steps else 0}
