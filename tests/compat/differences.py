"""The deliberate differences, by name: where Lineal answers other than the official core, and is right to.

Each name has its line in docs/compatibility.md. A difference that generated requests can meet has a condition, as
narrow as can be; the others are avoided by the generator and shown by hand-written tests alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from google.protobuf.message import Message

from lineal import errors
from lineal.wire import metadata_store as pb
from tests.compat.official import Answer


@dataclass(frozen=True)
class Exchange:
    """One request and its two answers, canonical."""

    method: str
    request: Message
    official: Answer
    lineal: Answer


def _never(_: Exchange) -> bool:
    return False


@dataclass(frozen=True)
class Difference:
    """One deliberate difference.

    Attributes:
        name: as it stands in docs/compatibility.md.
        explains: whether the difference accounts for the two answers of an exchange.

    """

    name: str
    explains: Callable[[Exchange], bool] = _never


OFFICIAL_PAGE_LIMIT = 100
_SERVED_HERE = ("GetLineageGraph", "GetParentContextsByContexts", "GetChildrenContextsByContexts")


def _codes(exchange: Exchange) -> tuple[int, int]:
    return exchange.official.code, exchange.lineal.code


def _taken_on_update(exchange: Exchange) -> bool:
    puts = exchange.method.startswith("Put")
    return puts and _codes(exchange) == (errors.INTERNAL, errors.ALREADY_EXISTS)


def _served_here(exchange: Exchange) -> bool:
    official, lineal = _codes(exchange)
    refusals = (0, errors.INVALID_ARGUMENT, errors.NOT_FOUND)
    return exchange.method in _SERVED_HERE and official == errors.UNIMPLEMENTED and lineal in refusals


def _large_pages(exchange: Exchange) -> bool:
    """The official page is the beginning of Lineal's."""
    options = getattr(exchange.request, "options", None)
    if not isinstance(options, pb.ListOperationOptions) or options.max_result_size <= OFFICIAL_PAGE_LIMIT:
        return False
    ours, theirs = _listed(exchange.lineal), _listed(exchange.official)
    return _codes(exchange) == (0, 0) and ours[: len(theirs)] == theirs


def _listed(answer: Answer) -> list[Message]:
    """Return the nodes of a listing, which are its only messages."""
    fields = answer.response.ListFields() if answer.response is not None else []
    return [node for field, value in fields if field.message_type is not None for node in value]


DIFFERENCES = (
    Difference("taken-on-update", _taken_on_update),
    Difference("large-pages", _large_pages),
    Difference("pages-by-last-update"),
    Difference("foreign-tokens"),
    Difference("full-doubles"),
    Difference("any-string"),
    Difference("refused-values"),
    Difference("utf-8"),
    Difference("any-bytes"),
    Difference("two-properties-of-one-name"),
    Difference("no-dangling-events"),
    Difference("empty-pairs"),
    Difference("mask-paths"),
    Difference("type-twice"),
    Difference("served-here", _served_here),
    Difference("short-messages"),
    Difference("filter-property-names"),
    Difference("filter-literals"),
    Difference("filter-enums"),
    Difference("filter-neighbour-fields"),
    Difference("filter-functions"),
    Difference("filter-limits"),
)
BY_NAME = {difference.name: difference for difference in DIFFERENCES}


def known(name: str) -> str:
    """Return the name of a deliberate difference, for tests of what cannot be asked of the official core."""
    return BY_NAME[name].name


def explain(exchange: Exchange) -> str | None:
    """Return the name of the deliberate difference that accounts for two unequal answers, or None."""
    return next((difference.name for difference in DIFFERENCES if difference.explains(exchange)), None)
