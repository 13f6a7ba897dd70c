"""The routes of runs, workspaces, metric series and monitoring."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Asked, Catalogue, shapes
from lineal.catalogue.cards import kind_named
from lineal.catalogue.series import Lines
from lineal.conventions import WORKSPACE_TYPES
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.server.rest.parameters import (
    LONGEST_TEXT,
    ColumnKeys,
    ContextId,
    Cursor,
    FilterQuery,
    Limit,
    NodeId,
    OrderBy,
    Search,
    Time,
    asked,
    read_id,
)
from lineal.server.rest.writing import answer

_Spans = Annotated[int, Query(ge=1, le=500, description="How many spans of time.")]


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    for add_routes in (_add_runs, _add_workspaces, _add_contexts, _add_series, _add_compared, _add_monitoring):
        add_routes(router, catalogue)


def _add_runs(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/runs", response_model=shapes.Runs, summary="Runs, newest first", operation_id="list_runs", tags=["runs"]
    )
    def runs(
        q: Annotated[
            str,
            Query(
                max_length=LONGEST_TEXT,
                description="A search of runs: words of the name, `name:nightly` or `workspace=bakery`.",
            ),
        ] = "",
        workspace: Annotated[str | None, Query(max_length=300, description="Only of this workspace.")] = None,
        name: Annotated[str, Query(max_length=300, description="What the name contains.")] = "",
        limit: Limit = 60,
        cursor: Cursor = "",
    ) -> Response:
        return answer(catalogue.runs(q=q, workspace=workspace, name=name, cursor=cursor, limit=limit))

    @router.get("/runs/{node_id}", response_model=shapes.Run, summary="One run", operation_id="get_run", tags=["runs"])
    def run(node_id: NodeId) -> Response:
        return answer(catalogue.run(read_id(node_id, what="run")))

    @router.get(
        "/runs/{node_id}/holding",
        response_model=shapes.Holding,
        summary="What a run holds, by type",
        operation_id="holding_of_run",
        tags=["runs"],
    )
    def holding_of_run(node_id: NodeId) -> Response:
        return answer(catalogue.contents(read_id(node_id, what="run")))


def _add_workspaces(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/workspaces",
        response_model=shapes.Page,
        summary="Workspaces and pipelines",
        operation_id="list_workspaces",
        tags=["workspaces"],
    )
    def workspaces(
        q: Search = "",
        filter_query: FilterQuery = "",
        order_by: OrderBy = "name",
        columns: ColumnKeys = "",
        limit: Limit = 60,
        cursor: Cursor = "",
    ) -> Response:
        wanted = Asked(CONTEXT, q, filter_query, type_names=WORKSPACE_TYPES)
        return answer(catalogue.page(wanted, order=order_by, columns=columns, limit=limit, cursor=cursor))


def _add_contexts(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/contexts/{node_id}/children",
        response_model=shapes.Page,
        summary="The contexts below a context, such as the jobs of a pipeline run",
        operation_id="children_of_context",
        tags=["contexts"],
    )
    def children(
        node_id: NodeId, q: Search = "", order_by: OrderBy = "-created", limit: Limit = 60, cursor: Cursor = ""
    ) -> Response:
        context_id = read_id(node_id, what="context")
        return answer(catalogue.children(context_id, q=q, order=order_by, limit=limit, cursor=cursor))

    @router.get(
        "/contexts/{node_id}/holding",
        response_model=shapes.Holding,
        summary="What a workspace, run or other context holds, by type",
        operation_id="holding",
        tags=["contexts"],
    )
    def holding(node_id: NodeId) -> Response:
        return answer(catalogue.holding(read_id(node_id, what="context")))


def _add_series(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/metrics/series",
        response_model=shapes.MetricSeries,
        summary="A metric over time and versions",
        operation_id="metric_series",
        tags=["metrics"],
    )
    def series(
        metric: Annotated[str, Query(min_length=1, max_length=255, description="The metric.")],
        q: Search = "",
        filter_query: FilterQuery = "",
        context_id: ContextId = None,
        group_by: Annotated[
            list[str] | None,
            Query(max_length=5, description="`label.NAME`, `name`, `type`, `version`, `workspace`, ..."),
        ] = None,
        since: Time = None,
        until: Time = None,
        buckets: Annotated[int, Query(ge=1, le=5000, description="Spans of time of a thinned series.")] = 500,
        lines: Annotated[
            int | None,
            Query(ge=0, le=1000, description="How many series to return, those with the newest values; all if absent."),
        ] = None,
        only: Annotated[
            list[str] | None,
            Query(max_length=100, description="Return only series whose first `group_by` key has one of these values."),
        ] = None,
    ) -> Response:
        wanted = asked(ARTIFACT, q, filter_query, context_id)
        drawn = Lines(group_by or (), frozenset(only or ()), lines, buckets)
        return answer(catalogue.series(wanted, metric=metric, since=since, until=until, lines=drawn))


_Keys = Annotated[
    str,
    Query(
        pattern=r"^[ae][0-9]{1,19}(,[ae][0-9]{1,19}){0,199}$",
        description="Up to 200 keys, comma-separated: `a12` (artifact), `e7` (execution).",
    ),
]


def _add_compared(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/metrics/compared",
        response_model=shapes.ComparedMetrics,
        summary="The latest metrics of several artifacts, or of the outputs of several executions",
        operation_id="compared_metrics",
        tags=["metrics"],
    )
    def compared(keys: _Keys) -> Response:
        return answer(catalogue.compared(keys.split(",")))

    @router.get(
        "/environments",
        response_model=shapes.RecordEnvironments,
        summary="The code and the environment of executions, and of those that made artifacts",
        operation_id="environments",
        tags=["executions"],
    )
    def environments(keys: _Keys) -> Response:
        return answer(catalogue.environments(keys.split(",")))


def _add_monitoring(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/monitor/running",
        response_model=shapes.Running,
        summary="Running executions, longest first, and whether they are stuck",
        operation_id="running",
        tags=["monitor"],
    )
    def running(q: Search = "", context_id: ContextId = None, limit: Limit = 60) -> Response:
        wanted = asked(EXECUTION, f"({q}) state=RUNNING" if q.strip() else "state=RUNNING", "", context_id)
        return answer(catalogue.running(wanted, limit=limit))

    @router.get(
        "/monitor/growth",
        response_model=shapes.Growth,
        summary="How many nodes of a kind were created over time",
        operation_id="growth",
        tags=["monitor"],
    )
    def growth(
        kind: Annotated[Literal["artifact", "execution", "context"], Query(description="Which kind.")] = "artifact",
        since: Time = None,
        until: Time = None,
        spans: _Spans = 60,
    ) -> Response:
        return answer(catalogue.growth(kind_named(kind), since=since, until=until, spans=spans))
