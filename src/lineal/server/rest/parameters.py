"""The parameters that routes share, with their limits and descriptions."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query, Request
from fastapi.dependencies.models import Dependant

from lineal import errors, pages
from lineal.catalogue import Asked
from lineal.catalogue.listing import LONGEST_PAGE
from lineal.kinds import Kind

_LARGEST_ID = (1 << 63) - 1
LONGEST_TEXT = 20_000
MOST_IDS = 200
KindName = Literal["artifact", "execution", "context"]

Search = Annotated[
    str,
    Query(
        max_length=LONGEST_TEXT,
        description="A search: `type:model metric.auc>0.9 -label.team=x` (the language: "
        f"{pages.SEARCHING.address()}; keys: /api/v1/search/keys).",
    ),
]
FilterQuery = Annotated[
    str,
    Query(
        max_length=LONGEST_TEXT,
        description="A filter query of ML Metadata; both it and `q` must fit (the language: "
        f"{pages.FILTER_QUERY.address()}).",
    ),
]
ContextId = Annotated[
    str | None, Query(pattern=r"^[0-9]{1,19}$", description="Only what this context (workspace, run, other) holds.")
]
OrderBy = Annotated[
    str,
    Query(
        max_length=1000,
        description="`created`, `updated`, `id`, `name`, `type`, `state`, `uri`, `version`, `workspace`, `run`, "
        "`ran` (executions: when they ran last), `prop.NAME`, `label.NAME`, "
        "`metric.NAME` (the last that was reported), `least.NAME` or `greatest.NAME` (of "
        "all reports of a metric); with `-` in front, the greatest first. What lacks it comes last.",
    ),
]
ColumnKeys = Annotated[
    str,
    Query(
        max_length=LONGEST_TEXT,
        description="Values to show: `prop.NAME,label.NAME,metric.NAME`, comma-separated. A name with a comma is "
        'quoted, as `metric."a, b"` or `"metric.a, b"`. A metric has its last, least and greatest value; exports as '
        "CSV take `least.NAME` and `greatest.NAME` as well. Lists and exports also take `headline`, the metric that "
        "stands for the records that fit, and `default`, what suits the type that is listed and "
        "what is searched for; the page names them.",
    ),
]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="The longest page wanted.")]
Cursor = Annotated[
    str, Query(max_length=8000, description="`next_cursor` of the page before, with the same other parameters.")
]
NodeId = Annotated[str, Path(pattern=r"^[0-9]{1,19}$", description="The id, a number of up to 64 bits.")]
NodeKey = Annotated[
    str,
    Query(pattern=r"^[aec][0-9]{1,19}$", description="A node: `a12` (artifact), `e7` (execution), `c3` (context)."),
]
Time = Annotated[int | None, Query(ge=0, le=1 << 62, description="Milliseconds since 1970.")]


def refuse_nul(request: Request) -> None:
    """Refuse the character NUL, which not every database can compare.

    Raises:
        InvalidArgumentError: a parameter holds it.
    """
    for name, value in request.query_params.multi_items():
        if "\0" in value:
            raise errors.InvalidArgumentError(f"{name[:60]!r} holds the character NUL; leave it out")


def refuse_unknown(request: Request) -> None:
    """Refuse a query parameter that the route does not have: nobody would notice that a misspelt one has no effect.

    Raises:
        InvalidArgumentError: there is one.
    """
    known = _declared(request.scope["route"].dependant)
    for name in request.query_params:
        if name not in known:
            has = f"it has {', '.join(sorted(known))}" if known else "it has none"
            raise errors.InvalidArgumentError(f"no parameter {name[:60]!r} of {request.url.path[:200]}; {has}")


def _declared(dependant: Dependant) -> set[str]:
    """Return the names of the query parameters that a route and what it depends on declare."""
    inner = [_declared(each) for each in dependant.dependencies]
    return {field.alias for field in dependant.query_params}.union(*inner)


def read_id(text: str, *, what: str) -> int:
    """Return an id.

    Raises:
        NotFoundError: it is beyond 64 bits, where no id can be.
    """
    found = int(text)
    if found > _LARGEST_ID:
        raise errors.NotFoundError(f"there is no {what} with the id {text}")
    return found


def read_ids(text: str, *, what: str) -> list[int]:
    """Return the ids of a list separated by commas.

    Raises:
        InvalidArgumentError: one is no number, or they are too many.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or len(parts) > MOST_IDS:
        raise errors.InvalidArgumentError(f"ids has {len(parts)} ids; give from 1 to {MOST_IDS}, separated by commas")
    for part in parts:
        digits = part.lstrip("aec") if len(part) - len(part.lstrip("aec")) <= 1 else part
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 19:
            raise errors.InvalidArgumentError(
                f"{part[:40]!r} is not the id of an {what}; give numbers separated by commas"
            )
    return [min(int(part.lstrip("aec")), _LARGEST_ID) for part in parts]


def asked(kind: Kind, q: str, filter_query: str, context_id: str | None = None) -> Asked:
    """Return which nodes a request asks for."""
    held_by = None if context_id is None else read_id(context_id, what="context")
    return Asked(kind, q, filter_query, held_by)
