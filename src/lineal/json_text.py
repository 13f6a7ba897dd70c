"""Read JSON of unknown writers, so that none of its texts can harm a reader.

Values that are nested too deeply are read as text, whatever Python's own parser would do. Characters that UTF-8 or a
database cannot hold can be read in their escaped form. What stays out: what the JSON means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

# Python's parser and writer stop at 1,000 levels, and the caller's own calls use some of them.
DEEPEST = 500
_SHALLOW = 50
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]', re.DOTALL)
_PAIR = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_ESCAPE = re.compile(rf"{_PAIR}|(?P<odd>\\u(?:[dD][89a-fA-F][0-9a-fA-F]{{2}}|0000))|\\.", re.DOTALL)


def loads(text: str | bytes, *, deepest: int = DEEPEST, escape: bool = False, instead: str | None = None) -> Any:
    """Return the value of a JSON text.

    Args:
        text: the JSON; bytes are UTF-8.
        deepest: how many levels of lists and objects are read; what is nested more deeply becomes its JSON as a text.
        escape: read half of a surrogate pair and the character NUL, which UTF-8 and PostgreSQL cannot hold, in their
            escaped form, which is a backslash, u and four digits.
        instead: the text in place of what is nested too deeply; None for its JSON.

    Raises:
        ValueError: the text is no JSON.
    """
    whole = text if isinstance(text, str) else text.decode("utf-8", "replace")
    if escape:
        whole = _escaped(whole)
    try:
        return _parsed(_cut(whole, deepest, instead))
    except RecursionError:  # the caller's own calls leave too little
        return _parsed(_cut(whole, min(deepest, _SHALLOW), instead))


def list_in(text: str) -> list[Any]:
    """Return the list that a JSON text is, and an empty one for any other text."""
    try:
        found = loads(text) if text else []
    except ValueError:
        return []
    return found if isinstance(found, list) else []


def is_deeper(text: str, deepest: int = DEEPEST) -> bool:
    """Say whether lists and objects in a JSON text are nested more deeply than that."""
    return _cut(text, deepest) is not text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # a whole number with more digits than Python reads
        return json.loads(text, parse_int=_number)


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) < 1000 else float(digits)


def _escaped(text: str) -> str:
    """Double the backslash of escapes for characters that UTF-8 or a database cannot hold."""
    if "\\u" not in text:
        return text
    escaped: Callable[[re.Match[str]], str] = lambda found: f"\\{found[0]}" if found["odd"] else found[0]  # noqa: E731
    return _ESCAPE.sub(escaped, text)


def _cut(text: str, deepest: int, instead: str | None = None) -> str:
    """Return the text with JSON strings in place of what is nested too deeply; the same text if nothing is."""
    if text.count("[") + text.count("{") <= deepest:
        return text
    kept: list[str] = []
    depth = start = end = 0
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token in ("[", "{"):
            depth += 1
            start = found.start() if depth == deepest + 1 else start
        elif token in ("]", "}"):
            if depth == deepest + 1:
                kept += [text[end:start], json.dumps(text[start : found.end()] if instead is None else instead)]
                end = found.end()
            depth -= 1
    if depth > deepest:  # it never ends, and so is no JSON; its parser need not go down to find that out
        kept.append(text[end:start])
        end = len(text)
    return "".join([*kept, text[end:]]) if kept else text
