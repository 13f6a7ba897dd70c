"""The routes that serve only the web UI: reading, completing and changing searches, their keys, and stored views."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from lineal import errors
from lineal.catalogue import Catalogue, search_shapes, searching
from lineal.catalogue.cards import kind_named
from lineal.catalogue.views import LONGEST_VIEW, StoredView, View
from lineal.server.rest import problems
from lineal.server.rest.parameters import LONGEST_TEXT, Search
from lineal.server.rest.writing import answer

_TAGS: list[str | Enum] = ["web-ui"]


_EditedKeys = Annotated[
    list[str],
    Query(
        min_length=1,
        max_length=20,
        description="A key without quotation marks, such as `label.cost centre`; empty for words (`add`).",
    ),
]
_Choice = Annotated[
    Literal["only", "any", "not", "none", "add", "range", "clear"],
    Query(
        description="`only`: this value alone. `any`: this value as well. `not`: every other value. `none`: nothing of "
        "this value. `add`: this value and all that the search says already. `range`: from `low` to `high`. `clear`: "
        "nothing of the key but what is excluded."
    ),
]


class NewView(BaseModel):
    """A view to be stored: any text, usually the parameters of a link."""

    model_config = ConfigDict(extra="forbid")
    content: Annotated[str, Field(min_length=1, max_length=LONGEST_VIEW)]


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    _add_search(router)
    _add_completions(router, catalogue)
    _add_edits(router)
    _add_views(router, catalogue)


def _add_search(router: APIRouter) -> None:
    @router.get(
        "/search/parse",
        response_model=search_shapes.ParsedSearch,
        summary="A search as it was understood",
        operation_id="parse_search",
        tags=_TAGS,
    )
    def parse(q: Search = "") -> Response:
        return answer(searching.parsed(q))

    @router.get(
        "/search/keys",
        response_model=search_shapes.SearchKeys,
        summary="The keys that a search may name",
        operation_id="search_keys",
        tags=_TAGS,
    )
    def keys() -> Response:
        return answer(searching.keys())


def _add_completions(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/search/complete",
        response_model=search_shapes.Completed,
        summary="The mistake in a search that is being written, and how it could go on",
        operation_id="complete_search",
        tags=_TAGS,
    )
    def complete(
        q: Search = "",
        kind: Annotated[
            Literal["artifact", "execution", "context", "run"], Query(description="What the search is for.")
        ] = "artifact",
        position: Annotated[
            int | None, Query(ge=0, le=LONGEST_TEXT, description="Where, in characters from 0; by default the end.")
        ] = None,
    ) -> Response:
        wanted = None if kind == "run" else kind_named(kind)
        return answer(catalogue.completed(wanted, q, len(q) if position is None else min(position, len(q))))


def _add_edits(router: APIRouter) -> None:
    @router.get(
        "/search/edit",
        response_model=search_shapes.ParsedSearch,
        summary="A search that says something else of a value",
        operation_id="edit_search",
        tags=_TAGS,
    )
    def edit(
        key: _EditedKeys,
        choice: _Choice,
        q: Search = "",
        value: Annotated[
            list[str] | None, Query(max_length=20, description="A value for each key; none for `range` and `clear`.")
        ] = None,
        low: Annotated[str, Query(max_length=300, description="The lower end; empty for an open one.")] = "",
        high: Annotated[str, Query(max_length=300, description="The upper end; empty for an open one.")] = "",
    ) -> Response:
        return answer(searching.edited(q, choice, key, value or [], low=low, high=high))


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
