"""Whether a text is like a pattern, for values that no database compares."""

from __future__ import annotations

import re
import string

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def is_like(text: str, pattern: str, *, folds: bool = False) -> bool:
    """Say whether a text matches a pattern of LIKE: % is any text, _ is any character, and nothing escapes them.

    The time is bounded by the length of the text times that of the pattern, whatever the pattern.

    Args:
        text: the text.
        pattern: the pattern.
        folds: whether the case of the letters a to z is ignored, as ILIKE does.
    """
    if folds:
        text, pattern = text.translate(_SMALL), pattern.translate(_SMALL)
    first, *pieces = pattern.split("%")
    if not pieces:
        return len(text) == len(first) and _fits(text, 0, first)
    last = pieces.pop()
    at, end = len(first), len(text) - len(last)
    if at > end or not _fits(text, 0, first) or not _fits(text, end, last):
        return False
    for piece in pieces:  # the first place of each leaves the most text for the others
        found = re.compile(_expression(piece), re.DOTALL).search(text, at, end)
        if found is None:
            return False
        at = found.end()
    return True


def _fits(text: str, at: int, piece: str) -> bool:
    """Say whether a piece without % matches the text at an offset, after which the text is as long at least."""
    return all(char in ("_", text[place]) for place, char in enumerate(piece, at))


def _expression(piece: str) -> str:
    return "".join("." if char == "_" else re.escape(char) for char in piece)
