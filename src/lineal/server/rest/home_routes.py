"""The routes of the home view of the web UI: what ran, the models in production, the workspaces with counts."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Catalogue, shapes
from lineal.server.rest.writing import answer

_TAGS: list[str | Enum] = ["home"]
_Limit = Annotated[int, Query(ge=1, le=100, description="The most wanted.")]
_Since = Annotated[int, Query(ge=0, le=253_402_300_799_999, description="Milliseconds since 1970.")]
_State = Literal["", "NEW", "RUNNING", "COMPLETE", "FAILED", "CACHED", "CANCELED", "UNKNOWN"]


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""

    @router.get(
        "/home/executions",
        response_model=shapes.RecentExecutions,
        summary="What ran since a time: counts by state, reasons of failures, the latest with their inputs",
        operation_id="recent_executions",
        tags=_TAGS,
    )
    def recent(
        since: _Since,
        state: Annotated[_State, Query(description="Only executions in this state.")] = "",
        limit: _Limit = 8,
    ) -> Response:
        return answer(catalogue.recent(since=since, state=state, limit=limit))

    @router.get(
        "/home/models",
        response_model=shapes.ProductionModels,
        summary="Models in production, by alias or stage, else by the state LIVE",
        operation_id="production_models",
        tags=_TAGS,
    )
    def production(limit: _Limit = 8) -> Response:
        return answer(catalogue.production(limit=limit))

    @router.get(
        "/home/workspaces",
        response_model=shapes.Workspaces,
        summary="Workspaces that were active last, and how much each holds",
        operation_id="recent_workspaces",
        tags=_TAGS,
    )
    def workspaces(limit: _Limit = 8) -> Response:
        return answer(catalogue.workspaces(limit=limit))
