"""The routes about the store as a whole: totals, types, and finding what a text from a log means."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Catalogue, shapes
from lineal.catalogue.cards import kind_named
from lineal.kinds import KINDS
from lineal.server.rest.parameters import KindName
from lineal.server.rest.writing import answer

_TAGS: list[str | Enum] = ["store"]


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""

    @router.get("/totals", response_model=shapes.Totals, summary="How much there is", operation_id="totals", tags=_TAGS)
    def totals() -> Response:
        return answer(catalogue.totals())

    @router.get("/types", response_model=shapes.Types, summary="All types", operation_id="types", tags=_TAGS)
    def types(kind: Annotated[KindName | None, Query(description="Only types of this kind.")] = None) -> Response:
        return answer(catalogue.types(KINDS if kind is None else (kind_named(kind),)))

    @router.get(
        "/caller",
        response_model=shapes.CallerRights,
        summary="The caller, and what they can do",
        operation_id="caller",
        tags=_TAGS,
    )
    def caller() -> Response:
        return answer(catalogue.rights())

    @router.get(
        "/find",
        response_model=shapes.Found,
        summary="What a text from a log means: an id, a uri, a name",
        operation_id="find",
        tags=_TAGS,
    )
    def find(
        text: Annotated[str, Query(min_length=1, max_length=4000, description="The text.")],
        limit: Annotated[int, Query(ge=1, le=100, description="The most of each wanted.")] = 10,
    ) -> Response:
        return answer(catalogue.find(text, limit=limit))
