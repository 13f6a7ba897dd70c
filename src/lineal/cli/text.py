"""Text for terminals: aligned tables, times, JSON, and names without control characters.

What stays out: where the values come from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from lineal import json_form
from lineal.cli.console import shows_every_character
from lineal.counting import amount

_WIDEST = 60


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table whose columns are aligned; texts beyond 60 columns are cut."""
    cells = [list(header), *([cell(value) for value in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(_padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def cell(value: object) -> str:
    """Return a value for a table: one line, cut at 60 columns."""
    text = plain(value)
    return text if _width(text) <= _WIDEST else f"{text[: _WIDEST - 1]}{'…' if shows_every_character() else '~'}"


def plain(value: object) -> str:
    """Return a value as one line in which line breaks and control characters are written out."""
    text = value if isinstance(value, str) else json_form.text(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def time(milliseconds: int | None) -> str:
    """Return milliseconds since the epoch as a time in UTC; none as the empty text."""
    if not milliseconds:
        return ""
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, tz=timezone.utc)
    except (OverflowError, ValueError, OSError):
        return str(milliseconds)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def to_json(value: Any) -> str:
    """Return a value as indented JSON."""
    # no escape but JSON's own
    return json_form.text(value, indent=2, ensure_ascii=not shows_every_character())


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def counted(counts: Mapping[str, int]) -> str:
    """Return counts as a sentence lists them, without those that are 0."""
    said = [amount(count, name.replace("_", " ")) for name, count in counts.items() if count]
    return ", ".join(said) or "nothing"
