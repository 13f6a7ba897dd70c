"""Where a page of a list begins: the number of what the pages before it had, as a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lineal import errors
from lineal.store.rows import pages

write = pages.numbered


def read(token: str) -> int:
    """Return how many come before a page; "" is the first page.

    Raises:
        InvalidArgumentError: it is the token of no page.
    """
    try:
        return pages.numbers(token, 1)[0] if token else 0
    except ValueError:
        raise bad(token) from None


def page(name: str, found: Sequence[dict[str, Any]], *, start: int, most: int) -> dict[str, Any]:
    """Return the answer with a page of a list, and with the token of the next page if there is one.

    Args:
        name: the field that the list is in.
        found: the whole list.
        start: how many of it come before the page.
        most: how many the page has at most.
    """
    shown = found[start : start + most]
    answer: dict[str, Any] = {name: [*shown]} if shown else {}
    end = start + len(shown)
    return answer if end >= len(found) else {**answer, "next_page_token": write(end)}


def bad(token: str) -> errors.InvalidArgumentError:
    """Return the error of a token that no page has."""
    return errors.InvalidArgumentError(
        f"page_token {token[:60]!r} is none of this call; give next_page_token unchanged"
    )
