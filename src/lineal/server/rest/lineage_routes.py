"""The routes of the lineage: around a node, relatives, ways between two nodes."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Catalogue, shapes
from lineal.catalogue.cards import kind_named
from lineal.catalogue.lineage_graph import MOST_GENERATIONS, MOST_NODES
from lineal.catalogue.paths import MOST_PATHS
from lineal.server.rest.parameters import (
    ColumnKeys,
    FilterQuery,
    Limit,
    NodeKey,
    Search,
    Time,
    asked,
)
from lineal.server.rest.writing import answer

_Generations = Annotated[int, Query(ge=0, le=MOST_GENERATIONS, description="How many generations (two events each).")]
_Internal = Annotated[bool, Query(description="Whether internal events count.")]
_TAGS: list[str | Enum] = ["lineage"]


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    _add_around(router, catalogue)
    _add_relatives(router, catalogue)
    _add_paths(router, catalogue)


def _add_around(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/lineage",
        response_model=shapes.Lineage,
        summary="The lineage around a node",
        operation_id="lineage",
        tags=_TAGS,
    )
    def lineage(
        focus: NodeKey,
        up: _Generations = 1,
        down: _Generations = 1,
        limit: Annotated[int, Query(ge=1, le=MOST_NODES, description="The most nodes wanted.")] = 60,
        as_of: Time = None,
        since: Time = None,
        internal: _Internal = False,
        inside: Annotated[
            str,
            Query(
                pattern=r"^([cr][0-9]{1,19})?$",
                description="Only what this context holds, such as `c3`, or the executions of this run, such as `r7`.",
            ),
        ] = "",
        columns: ColumnKeys = "",
    ) -> Response:
        found = catalogue.lineage(
            focus,
            up=up,
            down=down,
            limit=limit,
            since=since,
            until=as_of,
            internal=internal,
            inside=inside,
            columns=columns,
        )
        return answer(found)


def _add_relatives(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/lineage/relatives",
        response_model=shapes.Relatives,
        summary="All ancestors or descendants of a node that fit a search, nearest first",
        operation_id="relatives",
        tags=_TAGS,
    )
    def relatives(
        focus: NodeKey,
        direction: Annotated[Literal["up", "down"], Query(description="Ancestors or descendants.")],
        kind: Annotated[Literal["artifact", "execution"], Query(description="Which kind of relatives.")] = "artifact",
        q: Search = "",
        filter_query: FilterQuery = "",
        limit: Limit = 60,
        as_of: Time = None,
        internal: _Internal = False,
    ) -> Response:
        wanted = asked(kind_named(kind), q, filter_query)
        found = catalogue.relatives(
            focus, direction=direction, asked=wanted, limit=limit, until=as_of, internal=internal
        )
        return answer(found)


def _add_paths(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/lineage/path",
        response_model=shapes.Paths,
        summary="How two nodes are related: the ways between them, or their nearest common ancestors",
        operation_id="path",
        tags=_TAGS,
    )
    def path(
        first: NodeKey,
        second: NodeKey,
        limit: Annotated[int, Query(ge=1, le=MOST_PATHS, description="The most ways wanted.")] = MOST_PATHS,
        as_of: Time = None,
        since: Time = None,
        internal: _Internal = False,
    ) -> Response:
        return answer(catalogue.paths(first, second, limit=limit, since=since, until=as_of, internal=internal))
