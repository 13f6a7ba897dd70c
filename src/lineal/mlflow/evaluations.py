"""Evaluations of logged models: what a run measured of a model on a data set, as records of metrics of their own.

An evaluation is an artifact of the SDK's type for metrics, one for each model, run and data set. It names the model and
the data set, and is an output of the run. So the web UI shows it among the evaluations of the model. Points that the
run which made a model logs without a data set are the model's own (model_metrics.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from lineal import conventions
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import data_sets, stored_form, workspaces
from lineal.mlflow.requests import Request
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages, whole_messages
from lineal.service.writes.put_events import write_events
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations, whole_nodes
from lineal.wire import metadata_store as pb

TYPE = "kubeflow.org/alpha/metrics"
_TYPE_PROPERTIES = dict.fromkeys(
    ("name", "create_time", "description", "owner", conventions.ALL_META, "data_set_id", "model_id", "metrics_type"),
    pb.STRING,
)
_RUN, _NAME, _DIGEST = "__mlflow_source_run__", "__mlflow_dataset_name__", "__mlflow_dataset_digest__"
_OF_MODEL = "__mlflow_evaluations__"
"""The property of a model with the ids of its evaluations, as a JSON list."""
_DIGITS = 32
_NOTHING = pb.Value()


class DataSet(NamedTuple):
    """The name and the digest of a data set; both are "" for none."""

    name: str = ""
    digest: str = ""


def stored(
    session: Session,
    types: KnownTypes,
    request: Request,
    model: pb.Artifact,
    run: pb.Execution,
    data_set: DataSet,
    *,
    time: int | None = None,
) -> int:
    """Return the id of the evaluation of a model by a run on a data set, which is created if it is not there.

    `time` is when it was measured, in milliseconds since the epoch; None for now.
    """
    run_id = run.properties["run_id"].string_value
    told = [run_id, model.properties["version"].string_value, *data_set]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:_DIGITS]
    external_id = f"mlflow:{request.workspace}:evaluation:{digest}"
    node_rows.ask_to_update(session, ARTIFACT, [model.id])()  # one evaluation of a model after the other
    nodes = whole_messages(
        session, types, ARTIFACT, whole_nodes.whole_by_external_ids(session, ARTIFACT, [external_id])
    )
    found = next((node for node in nodes if stored_form.is_own(node, TYPE, request.workspace)), None)
    if found is not None:
        return int(found.id)
    new = _new(session, types, request, model, run, data_set)
    new.external_id = external_id
    [evaluation] = write_nodes(session, types, ARTIFACT, [new])
    event = pb.Event(artifact_id=evaluation, execution_id=run.id, type=pb.Event.OUTPUT, milliseconds_since_epoch=time)
    write_events(session, [event])
    if time is not None:
        node_rows.set_times(session, ARTIFACT, [(evaluation, time, time)])
    contexts = [context_id for context_id, _ in relations.memberships_of(session, EXECUTION, [run.id])]
    relations.add_members(session, ARTIFACT, [(context_id, evaluation) for context_id in contexts])
    _note(session, types, model, evaluation)
    return evaluation


def _new(
    session: Session,
    types: KnownTypes,
    request: Request,
    model: pb.Artifact,
    run: pb.Execution,
    data_set: DataSet,
) -> pb.Artifact:
    measured = f"on {data_set.name}" if data_set.name else f"in {run.properties['name'].string_value}"
    known = data_sets.by_name(session, types, request.workspace, data_set.name, data_set.digest)
    own = {
        "name": f"{model.properties['name'].string_value} {measured}",
        "model_id": str(model.id),
        "data_set_id": str(known) if known else "",
    }
    custom = {
        conventions.WORKSPACE_PROPERTY: request.workspace,
        _RUN: run.properties["run_id"].string_value,
        _NAME: data_set.name,
        _DIGEST: data_set.digest,
    }
    evaluation = pb.Artifact(
        type_id=workspaces.type_id(session, types, ARTIFACT, TYPE, _TYPE_PROPERTIES), state=pb.Artifact.LIVE
    )
    for name, value in own.items():
        if value:
            evaluation.properties[name].string_value = value
    for name, value in custom.items():
        if value:
            evaluation.custom_properties[name].string_value = value
    return evaluation


def _note(session: Session, types: KnownTypes, model: pb.Artifact, evaluation: int) -> None:
    """Add an evaluation to the property of its model."""
    rows = node_rows.nodes_by_ids(session, ARTIFACT, [model.id])
    for present in node_messages(session, types, ARTIFACT, rows):
        present.custom_properties[_OF_MODEL].string_value = json.dumps([*_ids_of(present), evaluation])
        write_nodes(session, types, ARTIFACT, [present], UpdateOptions(mask=(f"custom_properties.{_OF_MODEL}",)))


def _ids_of(model: pb.Artifact) -> list[int]:
    return stored_form.ids_in(model.custom_properties.get(_OF_MODEL, _NOTHING).string_value)


def of_models(session: Session, types: KnownTypes, models: Sequence[pb.Artifact]) -> dict[int, list[pb.Artifact]]:
    """Return the evaluations of models by the ids of their artifacts."""
    wanted = sorted({each for model in models for each in _ids_of(model)})
    nodes = whole_messages(session, types, ARTIFACT, whole_nodes.whole_by_ids(session, ARTIFACT, wanted))
    known = {node.id: node for node in nodes}
    return {
        model.id: [
            known[each]
            for each in _ids_of(model)
            if each in known and stored_form.is_own(known[each], TYPE, stored_form.workspace_of(model))
        ]
        for model in models
    }


def bound_to(evaluation: pb.Artifact) -> dict[str, Any]:
    """Return what MLflow's clients read of the run and the data set of an evaluation."""
    custom = evaluation.custom_properties
    found = {
        "run_id": custom.get(_RUN, _NOTHING).string_value,
        "dataset_name": custom.get(_NAME, _NOTHING).string_value,
        "dataset_digest": custom.get(_DIGEST, _NOTHING).string_value,
    }
    return {name: value for name, value in found.items() if value}
