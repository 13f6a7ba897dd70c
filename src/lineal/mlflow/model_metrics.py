"""Metrics of logged models, which are those of the versions that are registered of them, too.

So a list of versions shows how good each is. What stays out: the points themselves (metrics.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import metrics, models, stored_form
from lineal.mlflow.requests import Request
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.wire import metadata_store as pb
from lineal.wire import metrics as wire

Fields = dict[str, Any]


def log(session: Session, types: KnownTypes, request: Request, points: Sequence[Fields]) -> None:
    """Add points of a run to the models that they name, and to the versions of these.

    Raises:
        NotFoundError: the workspace has no such model.
    """
    named: dict[str, list[Fields]] = {}
    for point in points:
        if point.get("model_id"):
            named.setdefault(point["model_id"], []).append(point)
    known = models.by_ids(session, types, request.workspace, list(named)) if named else {}
    for model_id, model in known.items():
        series = metrics.series_of(named.pop(model_id), place="")
        for artifact_id in [model.id, *_versions_of(session, types, model)]:
            metrics.log(session, types, artifact_id, series, kind=ARTIFACT)
    if named:
        raise errors.NotFoundError(
            f"the workspace {request.workspace!r} has no logged model {next(iter(named))[:100]!r}"
        )


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
    if not models.has_versions(model):
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
