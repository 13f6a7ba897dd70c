"""The routes of curves of metrics: which metrics records have points of, curves for a chart, and all points as CSV.

What stays out: rules, and points as pages (metric_routes.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from lineal import csv_text
from lineal.catalogue import Catalogue, cards, shapes
from lineal.catalogue.curves import Range
from lineal.kinds import KINDS
from lineal.server.rest.exports import Export
from lineal.server.rest.writing import answer

MOST_CURVES = 50
_End = Annotated[int | None, Query(ge=-(2**63), lt=2**63, description="Where the part of the axis begins, or ends.")]
_Keys = Annotated[
    str,
    Query(
        pattern=r"^[ae][0-9]{1,19}(,[ae][0-9]{1,19}){0,199}$",
        description="Up to 200 keys, comma-separated: `a12` (artifact), `e7` (execution).",
    ),
]
_FewKeys = Annotated[
    str,
    Query(
        pattern=rf"^[ae][0-9]{{1,19}}(,[ae][0-9]{{1,19}}){{0,{MOST_CURVES - 1}}}$",
        description=f"Up to {MOST_CURVES} keys, comma-separated: `a12` (artifact), `e7` (execution).",
    ),
]


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    _add_names(router, catalogue)
    _add_curves(router, catalogue)
    _add_export(router, catalogue)


def _add_names(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/metrics/names",
        response_model=shapes.MetricNames,
        summary="The metrics whose points were logged to artifacts and executions, by name",
        operation_id="metric_names",
        tags=["metrics"],
    )
    def names(keys: _Keys) -> Response:
        return answer(catalogue.metrics.names(keys.split(",")))


def _add_curves(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/metrics/curves",
        response_model=shapes.Curves,
        summary="The points of one metric of several records, as many as a chart can show",
        operation_id="metric_curves",
        tags=["metrics"],
    )
    def curves(
        keys: _FewKeys,
        name: Annotated[str, Query(min_length=1, max_length=255, description="The metric.")],
        axis: Annotated[
            Literal["step", "time", "elapsed"],
            Query(
                description="What `first` and `last` are: steps, or milliseconds since 1970 or since the first point."
            ),
        ] = "step",
        first: _End = None,
        last: _End = None,
        points: Annotated[
            int, Query(ge=4, le=20_000, description="How many points of a record are enough; about as many are given.")
        ] = 1000,
    ) -> Response:
        wanted = Range(axis, first, last)
        return answer(catalogue.metrics.curves(keys.split(","), name, wanted, points=points))


def _add_export(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/metrics/export",
        response_class=StreamingResponse,
        summary="Export all points of metrics of artifacts and executions, as CSV",
        operation_id="export_metrics",
        tags=["metrics"],
        responses={
            200: {"description": "The rows, streamed.", "content": {"text/csv": {"schema": {"type": "string"}}}}
        },
    )
    def export(
        keys: _Keys,
        name: Annotated[list[str] | None, Query(max_length=100, description="Only these metrics.")] = None,
    ) -> Response:
        wanted = list(dict.fromkeys(keys.split(",")))
        histories = [(key, catalogue.metrics.histories(key, name or ())) for key in wanted]
        called = _names_of(catalogue, wanted)
        headers = {"Content-Disposition": 'attachment; filename="metrics.csv"', "Cache-Control": "no-store"}
        return Export(_lines(histories, called), media_type="text/csv; charset=utf-8", headers=headers)


def _names_of(catalogue: Catalogue, keys: Sequence[str]) -> dict[str, str | None]:
    """Return what records are called, by key."""
    read = [cards.read_key(key) for key in keys]
    asked = {kind: [node_id for each, node_id in read if each is kind] for kind in KINDS}
    return {node.key: node.name for kind, ids in asked.items() if ids for node in catalogue.nodes(kind, ids).items}


def _lines(
    histories: Sequence[tuple[str, Iterator[shapes.MetricHistory]]], called: dict[str, str | None]
) -> Iterator[bytes]:
    yield csv_text.lines([["key", "name", "metric", "step", "time", "value"]])
    for key, pages in histories:
        for page in pages:
            points = zip(page.steps, page.times, page.values, strict=True)
            yield csv_text.lines([[key, called.get(key), page.name, *point] for point in points])
