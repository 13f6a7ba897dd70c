"""How the values of a search are read: numbers, moments and spans of time."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta, timezone

from lineal.filter.search.tree import Range
from lineal.filter.search.vocabulary import Sort

_SPAN = re.compile(r"(\d{1,6})(m|h|d|w|y)")
_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000, "y": 365 * 86_400_000}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_INTEGER = re.compile(r"[+-]?\d{1,19}")


def problem(value: str | Range, sort: Sort, *, is_listed: bool, is_end: bool = False) -> tuple[str, str] | None:
    """Return what is wrong with a value and what to write instead, or None.

    Args:
        value: the value.
        sort: how values of its key are compared.
        is_listed: whether it stands after an operator that takes one of several values.
        is_end: whether it is an end of a range.
    """
    if isinstance(value, Range):
        if not is_listed:
            return "a range", "a range must follow = or :"
        ends = [end for end in (value.low, value.high) if end is not None]
        if not ends:
            return "a range without ends", "write low..high, low.. or ..high"
        # A range of what may be text or number is one of numbers.
        wanted = Sort.NUMBER if sort is Sort.EITHER else sort
        return next((found for end in ends if (found := problem(end, wanted, is_listed=True, is_end=True))), None)
    if sort is Sort.NUMBER and number(value) is None:
        return "no number", "write one such as 12 or 0.5"
    if sort in (Sort.NUMBER, Sort.EITHER) and (is_end or not is_listed) and is_nan(value):
        return "no place in an order", "compare it with = or !="
    if sort is Sort.TIME and span(value) is None and moment(value) is None:
        return "no time", "write 2024-05-31, 2024-05-31T12:00Z, milliseconds since 1970, or a span such as 7d"
    return None


def number(text: str) -> float | int | None:
    """Return the number that a text is, an integer where it is one, or None; it may be NaN or infinite."""
    if _INTEGER.fullmatch(text):
        return int(text)
    try:
        found = float(text)
    except ValueError:
        return None
    return found if "_" not in text else None


def is_nan(text: str) -> bool:
    """Say whether a text is NaN, the one number that is neither greater nor less than any other."""
    found = number(text)
    return found is not None and math.isnan(found)


def span(text: str) -> int | None:
    """Return the milliseconds of a span such as 7d (m, h, d, w, y), or None."""
    found = _SPAN.fullmatch(text)
    return int(found[1]) * _UNITS[found[2]] if found else None


def moment(text: str) -> tuple[int, int] | None:
    """Return the first and the last millisecond that a date, a time or a number means, or None.

    A time without a zone is UTC.
    """
    if _INTEGER.fullmatch(text):
        return (int(text), int(text)) if abs(int(text)) < 1 << 62 else None
    written = _MOMENT.fullmatch(text)
    if not written:
        return None
    try:
        read = datetime.fromisoformat(_normal(text))
        start = _milliseconds(read if read.tzinfo else read.replace(tzinfo=timezone.utc))
    except (ValueError, OverflowError):
        return None
    return start, start + _length(written) - 1


def _normal(text: str) -> str:
    """Return a time as Python 3.10 reads it: no Z, six digits of a fraction, a colon in the zone."""
    text = text.replace("Z", "+00:00")
    text = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text) if len(text) > 10 else text
    return re.sub(r"\.(\d{1,6})", lambda found: f".{found[1]:0<6}", text)


def _milliseconds(read: datetime) -> int:
    return (read - _EPOCH) // timedelta(milliseconds=1)


def _length(written: re.Match[str]) -> int:
    """Return for how many milliseconds a time as written lasts: a day, a minute, a second or one."""
    time, seconds, fraction = written.group(1, 2, 3)
    if not time:
        return 86_400_000
    return 1 if fraction else 1000 if seconds else 60_000
