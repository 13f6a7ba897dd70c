"""Logged models as MLflow's clients read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal.mlflow import model_metrics, stored_form, workspaces
from lineal.mlflow.new_models import EXPERIMENT, SOURCE_RUN, STATUS
from lineal.mlflow.requests import Request
from lineal.mlflow.stored_form import PARAM, TAG
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.wire import metadata_store as pb

Fields = dict[str, Any]


def whole(
    session: Session, types: KnownTypes, request: Request, models: Sequence[pb.Artifact], *, has_points: bool = True
) -> list[Fields]:
    """Return logged models as MLflow's clients read them.

    Args:
        session: the transaction.
        types: the known types.
        request: the request.
        models: the models.
        has_points: whether they have the points of their metrics, which can be many.
    """
    default_id = workspaces.default_experiment(session, types, request.workspace).id
    points = model_metrics.read(session, types, models) if has_points else {}
    return [_fields(model, default_id, points.get(model.id, [])) for model in models]


def _fields(model: pb.Artifact, default_id: int, points: list[Fields]) -> Fields:
    custom, own = model.custom_properties, model.properties
    experiment = custom[EXPERIMENT].int_value
    model_id, source_run = own["version"].string_value, custom[SOURCE_RUN].string_value
    tags, params = stored_form.pairs_of(model, TAG), stored_form.pairs_of(model, PARAM)
    info = {
        "model_id": model_id,
        "experiment_id": stored_form.DEFAULT_ID if experiment == default_id else str(experiment),
        "name": own["name"].string_value,
        "creation_timestamp_ms": model.create_time_since_epoch,
        "last_updated_timestamp_ms": model.last_update_time_since_epoch,
        "artifact_uri": model.uri,
        "status": custom[STATUS].string_value,
        "model_type": own["model_type"].string_value if "model_type" in own else "",
        "source_run_id": source_run,
        **({"tags": tags} if tags else {}),
    }
    data = {"params": params, "metrics": points}
    return {"info": info, "data": {name: value for name, value in data.items() if value}}
