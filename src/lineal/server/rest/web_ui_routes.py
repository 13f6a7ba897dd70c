"""The routes that serve the web UI alone: searches as they were understood, the search's keys, stored views."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from lineal import errors
from lineal.catalogue import Catalogue, searching, shapes
from lineal.catalogue.views import LONGEST_VIEW, StoredView, View
from lineal.server.rest import problems
from lineal.server.rest.parameters import Search
from lineal.server.rest.writing import answer

_TAGS: list[str | Enum] = ["web-ui"]


class NewView(BaseModel):
    """A view to be stored: any text, usually the parameters of a link."""

    model_config = ConfigDict(extra="forbid")
    content: Annotated[str, Field(min_length=1, max_length=LONGEST_VIEW)]


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    _add_search(router)
    _add_views(router, catalogue)


def _add_search(router: APIRouter) -> None:
    @router.get(
        "/search/parse",
        response_model=shapes.ParsedSearch,
        summary="A search as it was understood",
        operation_id="parse_search",
        tags=_TAGS,
    )
    def parse(q: Search = "") -> Response:
        return answer(searching.parsed(q))

    @router.get(
        "/search/keys",
        response_model=shapes.SearchKeys,
        summary="The keys that a search may name",
        operation_id="search_keys",
        tags=_TAGS,
    )
    def keys() -> Response:
        return answer(searching.keys())


def _add_views(router: APIRouter, catalogue: Catalogue) -> None:
    @router.post(
        "/views",
        response_model=StoredView,
        responses={
            507: {"description": "There is no space left on the disk of the database.", "content": problems.CONTENT}
        },
        status_code=201,
        summary="Store a view of the web UI under a short name",
        operation_id="put_view",
        tags=_TAGS,
    )
    def put(view: NewView) -> Response:
        return answer(catalogue.put_view(_storable(view.content)), status=201)

    @router.get(
        "/views/{view_id}",
        response_model=View,
        summary="A stored view",
        operation_id="get_view",
        tags=_TAGS,
    )
    def get(view_id: Annotated[str, Path(pattern=r"^[a-z2-7]{16}$", description="Its short name.")]) -> Response:
        return answer(catalogue.view(view_id))


def _storable(text: str) -> str:
    """Return a text that every database can hold.

    Raises:
        InvalidArgumentError: it holds NUL or half of a surrogate pair.
    """
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise errors.InvalidArgumentError("content holds NUL or half of a surrogate pair; send well-formed text")
    return text
