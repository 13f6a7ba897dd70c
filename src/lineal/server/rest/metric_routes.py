"""The routes of points of metrics: the metrics of a record, the history of one, and adding points.

What stays out: rules. A route reads its parameters, calls the catalogue and writes its answer. NaN and the infinities
are the texts "NaN", "Infinity" and "-Infinity", in bodies as in answers.
"""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from lineal import errors
from lineal.catalogue import Catalogue, shapes
from lineal.catalogue.metric_points import LONGEST_HISTORY, Columns
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.server.rest.parameters import Cursor, NodeId, read_id
from lineal.server.rest.writing import DECIMAL_SCHEMA, answer

_NAMED = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_Whole = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]


def _number(given: Any) -> Any:
    """Return a number, given as one or by its name if it is not finite."""
    if isinstance(given, str) and given in _NAMED:
        return _NAMED[given]
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise ValueError("give a number, or NaN, Infinity or -Infinity as a text")
    return given


_Value = Annotated[float, BeforeValidator(_number, json_schema_input_type=Any), Field(json_schema_extra=DECIMAL_SCHEMA)]
_Name = Annotated[str, Query(min_length=1, max_length=255, description="The metric.")]
_Step = Annotated[int | None, Query(ge=-(2**63), lt=2**63, description="Only points from, or up to, this step.")]


class MetricColumns(BaseModel):
    """Points of one metric as columns, index-aligned; without times, all have the present one."""

    model_config = ConfigDict(extra="forbid")
    name: str
    steps: list[_Whole]
    values: list[_Value]
    times: list[_Whole] = Field(default=[], description="Milliseconds since 1970.")


class NewPoints(BaseModel):
    """Points to be added: `values` by name at one `step`, or `series`, or both."""

    model_config = ConfigDict(extra="forbid")
    values: dict[str, _Value] = {}
    step: _Whole | None = Field(default=None, description="The step of `values`.")
    time: _Whole | None = Field(default=None, description="The time of `values`; by default the present one.")
    series: list[MetricColumns] = []


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    _add_reads(router, catalogue, ARTIFACT, "")
    _add_reads(router, catalogue, EXECUTION, "_of_execution")
    _add_write(router, catalogue)


def _add_reads(router: APIRouter, catalogue: Catalogue, kind: Kind, called: str) -> None:
    @router.get(
        f"/{kind.plural}/{{node_id}}/metrics",
        response_model=shapes.LoggedMetrics,
        summary=f"The metrics whose points were logged to an {kind.name}, in the order in which they began",
        operation_id=f"logged_metrics{called}",
        tags=[kind.plural],
    )
    def logged(
        node_id: NodeId,
        name: Annotated[list[str] | None, Query(max_length=100, description="Only these metrics.")] = None,
        latest_only: Annotated[bool, Query(description="Leave out what takes reading all points.")] = False,
        limit: Annotated[int, Query(ge=1, le=1000, description="The longest page wanted.")] = 1000,
        cursor: Cursor = "",
    ) -> Response:
        number = read_id(node_id, what=kind.name)
        found = catalogue.metrics.page(
            kind, number, names=name or (), latest_only=latest_only, limit=limit, cursor=cursor
        )
        return answer(found)

    @router.get(
        f"/{kind.plural}/{{node_id}}/metrics/history",
        response_model=shapes.MetricHistory,
        summary=f"The points of one metric of an {kind.name}, ordered by step, time and value",
        operation_id=f"metric_history{called}",
        tags=[kind.plural],
    )
    def history(
        node_id: NodeId,
        name: _Name,
        first_step: _Step = None,
        last_step: _Step = None,
        limit: Annotated[int, Query(ge=1, le=LONGEST_HISTORY, description="The longest page wanted.")] = 10_000,
        cursor: Cursor = "",
    ) -> Response:
        number = read_id(node_id, what=kind.name)
        steps = (first_step, last_step)
        return answer(catalogue.metrics.history(kind, number, name, steps=steps, limit=limit, cursor=cursor))


def _add_write(router: APIRouter, catalogue: Catalogue) -> None:
    @router.post(
        "/artifacts/{node_id}/metrics",
        response_model=shapes.LatestMetrics,
        summary="Add points of metrics to an artifact, all of them or none",
        operation_id="log_metrics",
        tags=["artifacts"],
    )
    def log(node_id: NodeId, points: NewPoints) -> Response:
        return answer(catalogue.metrics.log(read_id(node_id, what=ARTIFACT.name), _columns(points)))


def _columns(points: NewPoints) -> list[Columns]:
    """Return the points of a body as columns.

    Raises:
        InvalidArgumentError: values have no step.
    """
    now = time.time_ns() // 1_000_000
    if points.values and points.step is None:
        raise errors.InvalidArgumentError("the body has values without a step; give `step`, such as 0")
    at = now if points.time is None else points.time
    single = [Columns(name, [points.step or 0], [at], [value]) for name, value in points.values.items()]
    many = [
        Columns(each.name, each.steps, each.times or [now] * len(each.steps), each.values) for each in points.series
    ]
    return single + many
