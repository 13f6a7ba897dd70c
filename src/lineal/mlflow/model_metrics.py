"""Metrics of logged models, which are those of the versions that are registered of them, too.

So a list of versions shows how good each is. What stays out: the points themselves (metrics.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import evaluations, found_models, metrics, stored_form
from lineal.mlflow.evaluations import DataSet
from lineal.mlflow.requests import Request
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.node_points import points_of
from lineal.wire import metadata_store as pb
from lineal.wire import metrics as wire

Fields = dict[str, Any]


def log(session: Session, types: KnownTypes, request: Request, run: pb.Execution, points: Sequence[Fields]) -> None:
    """Add points of a run to the models that they name, to evaluations of these, and to their versions.

    Raises:
        NotFoundError: the workspace has no such model.
    """
    named: dict[str, dict[DataSet, list[Fields]]] = {}
    for point in points:
        if point.get("model_id"):
            data_set = DataSet(point.get("dataset_name", ""), point.get("dataset_digest", ""))
            named.setdefault(point["model_id"], {}).setdefault(data_set, []).append(point)
    known = found_models.by_ids(session, types, request.workspace, list(named)) if named else {}
    for model_id, model in known.items():
        versions = _versions_of(session, types, model)
        for data_set, own in named.pop(model_id).items():
            series = metrics.series_of(own, place="")
            is_own = not data_set.name and found_models.source_run_of(model) == run.properties["run_id"].string_value
            holder = model.id if is_own else evaluations.stored(session, types, request, model, run, data_set)
            for artifact_id in [holder, *versions]:
                metrics.log(session, types, artifact_id, series, kind=ARTIFACT)
    if named:
        raise errors.NotFoundError(
            f"the workspace {request.workspace!r} has no logged model {next(iter(named))[:100]!r}"
        )


def require_whole(points: Sequence[Fields], place: str) -> None:
    """Refuse points that name a data set by its name or its digest alone.

    Args:
        points: the points.
        place: the field that they are in, with the index to be filled in: `metrics[{}].`, or "" for one alone.

    Raises:
        InvalidArgumentError: one does.
    """
    for index, point in enumerate(points):
        if bool(point.get("dataset_name")) != bool(point.get("dataset_digest")):
            raise errors.InvalidArgumentError(
                f"'{place.format(index)}dataset_name' and 'dataset_digest' name a data set together; give both, or none"
            )


def read(session: Session, types: KnownTypes, of: Sequence[pb.Artifact]) -> dict[int, list[Fields]]:
    """Return all points of logged models as MLflow's clients read them, by the ids of their artifacts."""
    evaluated = evaluations.of_models(session, types, of)
    ids = [model.id for model in of] + [each.id for found in evaluated.values() for each in found]
    points = points_of(session, ARTIFACT, ids)
    found: dict[int, list[Fields]] = {}
    for model in of:
        run_id = found_models.source_run_of(model)
        bound = {model.id: {"run_id": run_id} if run_id else {}}
        bound |= {each.id: evaluations.bound_to(each) for each in evaluated[model.id]}
        model_id = model.properties["version"].string_value
        found[model.id] = [
            {**metrics.point_fields(name, point), "model_id": model_id, **bound[holder]}
            for holder in bound
            for name, point in points.get(holder, ())
        ]
    return found


def copy_latest(session: Session, types: KnownTypes, origin: int, version: int) -> None:
    """Give a new version the latest point of each metric of the model that it is one of."""
    series = [
        wire.MetricSeries(name=row.name, steps=[row.latest.step], times=[row.latest.time], values=[row.latest.meant])
        for row in metric_rows.latest_of(session, ARTIFACT, [origin]).get(origin, ())
    ]
    if series:
        metrics.log(session, types, version, series, kind=ARTIFACT)


def _versions_of(session: Session, types: KnownTypes, model: pb.Artifact) -> list[int]:
    """Return the artifacts of the versions of a logged model, and of the copies of these."""
    if not found_models.has_versions(model):
        return []
    found: dict[int, None] = {}
    reached = [model.id]
    while reached:
        steps = [row.execution_id for row in event_rows.events_of_types(session, ARTIFACT, reached, [pb.Event.INPUT])]
        rows = node_rows.nodes_by_ids(session, EXECUTION, sorted(set(steps)))
        registrations = [
            each.id
            for each in node_messages(session, types, EXECUTION, rows)
            if each.type == stored_form.REGISTRATION_TYPE
        ]
        made = event_rows.events_of_types(session, EXECUTION, registrations, [pb.Event.OUTPUT])
        reached = [row.artifact_id for row in made if row.artifact_id not in found]
        found.update(dict.fromkeys(reached))
    return list(found)
