"""Metrics of logged models, which are those of the versions that are registered of them, too.

So a list of versions shows how good each is. What stays out: the points themselves (metrics.py).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import ARTIFACT
from lineal.mlflow import evaluations, found_models, metrics, stored_form
from lineal.mlflow.evaluations import DataSet
from lineal.mlflow.requests import Request
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages, whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import whole_nodes
from lineal.store.rows.metrics import StoredPoint
from lineal.store.rows.node_points import points_of
from lineal.wire import metadata_store as pb
from lineal.wire import metrics as wire

Fields = dict[str, Any]
_OF_MODEL = "__mlflow_versions__"
"""The property of a model with the ids of the artifacts of its versions, as a JSON list."""
_NOTHING = pb.Value()


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
    for model in _held(session, types, request, list(named)):
        versions = versions_of(session, types, model)
        for data_set, own in named[model.properties["version"].string_value].items():
            series = metrics.series_of(own, place="")
            is_own = not data_set.name and found_models.source_run_of(model) == run.properties["run_id"].string_value
            holder = model.id if is_own else evaluations.stored(session, types, request, model, run, data_set)
            for artifact_id in [holder, *versions]:
                metrics.log(session, types, artifact_id, series, kind=ARTIFACT)


def _held(session: Session, types: KnownTypes, request: Request, wanted: Sequence[str]) -> list[pb.Artifact]:
    """Lock logged models in the order of their nodes, so that two callers do not wait for each other; return them.

    Raises:
        NotFoundError: the workspace lacks one.
    """
    if not wanted:
        return []
    known = found_models.by_ids(session, types, request.workspace, wanted)
    missing = next((each for each in wanted if each not in known), None)
    if missing is not None:
        raise errors.NotFoundError(f"the workspace {request.workspace!r} has no logged model {missing[:100]!r}")
    node_rows.ask_to_update(session, ARTIFACT, sorted(model.id for model in known.values()))()
    return list(found_models.by_ids(session, types, request.workspace, wanted).values())


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


def copy_latest(session: Session, types: KnownTypes, origin: pb.Artifact, version: int) -> None:
    """Give a new version the latest point of each metric of the model that it is one of, on whichever data set."""
    evaluated = evaluations.of_models(session, types, [origin])[origin.id]
    latest: dict[str, StoredPoint] = {}
    for rows in metric_rows.latest_of(session, ARTIFACT, [origin.id, *[each.id for each in evaluated]]).values():
        for row in rows:
            latest[row.name] = max(row.latest, latest.get(row.name, row.latest), key=_age)
    series = [
        wire.MetricSeries(name=name, steps=[point.step], times=[point.time], values=[point.meant])
        for name, point in sorted(latest.items())
    ]
    if series:
        metrics.log(session, types, version, series, kind=ARTIFACT)


def _age(point: StoredPoint) -> tuple[int, int]:
    return point.time, point.step


def note_version(session: Session, types: KnownTypes, origin: pb.Artifact, version: int) -> None:
    """Keep with a model that a version has been made of it; the model is locked."""
    [stored] = node_messages(session, types, ARTIFACT, node_rows.nodes_by_ids(session, ARTIFACT, [origin.id]))
    stored.custom_properties[_OF_MODEL].string_value = json.dumps([*_ids_of(stored), version])
    write_nodes(session, types, ARTIFACT, [stored], UpdateOptions(mask=(f"custom_properties.{_OF_MODEL}",)))


def versions_of(session: Session, types: KnownTypes, model: pb.Artifact) -> list[int]:
    """Return the artifacts of the versions of a logged model, and of the copies of these."""
    found: dict[int, None] = {}
    reached = _ids_of(model)
    while reached:
        nodes = whole_nodes.whole_by_ids(session, ARTIFACT, reached)
        prefix = f"mlflow:{stored_form.workspace_of(model)}:version:"
        own = [
            each
            for each in whole_messages(session, types, ARTIFACT, nodes)
            if each.external_id.startswith(prefix) and each.id not in found
        ]
        found.update(dict.fromkeys(each.id for each in own))
        reached = sorted({each for version in own for each in _ids_of(version)} - found.keys())
    return list(found)


def _ids_of(model: pb.Artifact) -> list[int]:
    return stored_form.ids_in(model.custom_properties.get(_OF_MODEL, _NOTHING).string_value)
