"""Text for terminals: aligned tables, times, JSON, and names without control characters.

What stays out: where the values come from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from lineal import json_form
from lineal.cli import terminal
from lineal.cli.console import shows_every_character
from lineal.counting import amount

_WIDEST = 60
_NARROWEST = 12
_COLOURS = {
    **dict.fromkeys(("LIVE", "COMPLETE", "CACHED", "valid"), terminal.GREEN),
    **dict.fromkeys(("PENDING", "NEW", "RUNNING", "MARKED_FOR_DELETION"), terminal.YELLOW),
    **dict.fromkeys(("FAILED", "CANCELED", "ABANDONED", "DELETED", "expired", "revoked"), terminal.RED),
}


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Return the lines of a table whose columns are aligned.

    On a terminal texts are cut so that the lines fit; elsewhere they are whole, for other programs.
    """
    cells = [list(header), *([plain(value) for value in row] for row in rows)]
    widths = _fitting([max(map(_width, column)) for column in zip(*cells, strict=True)], terminal.width())
    first, *rest = cells
    return [terminal.coloured(_line(first, widths), terminal.BOLD), *[_line(row, widths) for row in rest]]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Return a row of a table; the words of states have colours on a terminal."""
    cells = [(text, _padded(_cut(text, width), width)) for text, width in zip(row, widths, strict=True)]
    return "  ".join(
        terminal.coloured(cell, _COLOURS[text]) if text in _COLOURS else cell for text, cell in cells
    ).rstrip()


def _fitting(widths: list[int], most: int | None) -> list[int]:
    """Return widths whose columns fit into a line: the widest ones become narrower, but not too narrow to read."""
    if most is None:
        return widths
    widths = [min(width, _WIDEST) for width in widths]
    gaps = 2 * (len(widths) - 1)
    while sum(widths) + gaps > most and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def cell(value: object) -> str:
    """Return a value in one line, cut at 60 columns."""
    return _cut(plain(value), _WIDEST)


def _cut(text: str, width: int) -> str:
    if _width(text) <= width:
        return text
    kept = text[: width - 1]
    while _width(kept) >= width:
        kept = kept[:-1]
    return f"{kept}{'…' if shows_every_character() else '~'}"


def plain(value: object) -> str:
    """Return a value as one line in which line breaks and control characters are written out."""
    text = value if isinstance(value, str) else json_form.text(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def time(milliseconds: int | None) -> str:
    """Return milliseconds since the epoch as a time in UTC; none as the empty text."""
    return _as_text(milliseconds, lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S"))


def duration(milliseconds: int | None) -> str:
    """Return milliseconds as a span of time, such as "0.8 s" or "1:02:03"; none as the empty text."""
    if milliseconds is None:
        return ""
    if milliseconds < 60_000:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(milliseconds // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def memory(mib: float) -> str:
    """Return an amount of memory in MiB as the web UI rounds it: "300 MiB", "2.0 GiB"."""
    return f"{mib:.0f} MiB" if mib < 1024 else f"{mib / 1024:.1f} GiB"


def measured(name: str, value: Any) -> Any:
    """Return a measurement of an execution, by its name in records, as people read it; other values as they are."""
    if not isinstance(value, (int, float)):
        return value
    return duration(int(value)) if name == "duration" else memory(value) if name == "peak_mib" else value


def iso_time(milliseconds: int | None) -> str:
    """Return milliseconds since the epoch as a time of ISO 8601 in UTC; none as the empty text."""
    return _as_text(milliseconds, lambda moment: moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


def _as_text(milliseconds: int | None, write: Callable[[datetime], str]) -> str:
    """Return a time as it is written; one that no calendar has as its number."""
    if not milliseconds:
        return ""
    try:
        return write(datetime.fromtimestamp(milliseconds / 1000, tz=timezone.utc))
    except (OverflowError, ValueError, OSError):
        return str(milliseconds)


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


_MEMBERS = {"audit": "entries of the audit log", "files": "digests of files"}


def counted_members(counts: Mapping[str, int]) -> str:
    """Return how many records the members of an archive hold, as a sentence; `files` holds no files."""
    return counted({_MEMBERS.get(name, name): count for name, count in counts.items()})
