"""Where a page of a list begins: the number of what the pages before it had, as a text."""

from __future__ import annotations

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


def bad(token: str) -> errors.InvalidArgumentError:
    """Return the error of a token that no page has."""
    return errors.InvalidArgumentError(
        f"page_token {token[:60]!r} is none of this call; give next_page_token unchanged"
    )
