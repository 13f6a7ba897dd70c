"""The JSON of events: text to values, where the text can have only one meaning.

Refused are keys that occur twice in an object, NaN, infinities and numbers that are too large to be read, each with its
JSON pointer. What stays out: what the values mean (checks.py).
"""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

from lineal.openlineage.pointers import EventError, Path, pointer_to


class _OddError(Exception):
    """Something that a second look finds the place of."""


class _Odd(NamedTuple):
    """Something that is refused, in its place."""

    problem: str


def parsed(body: bytes) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises:
        EventError: it is no JSON, or has what is refused.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise EventError("", f"is not in UTF-8: byte {error.start} cannot be read; encode the JSON as UTF-8") from None
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refused, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise EventError("", f"is not JSON: {error}; send one JSON value") from None
    except RecursionError:
        raise EventError("", "is nested too deeply; leave out facets with hundreds of levels") from None
    except (_OddError, ValueError):  # a ValueError is a whole number with more digits than Python reads
        raise _error_in(text) from None


def parsed_batch(body: bytes) -> list[Any]:
    """Return the events of a batch, an array or `{"events": [...]}`; in the place of an odd one is its error.

    Raises:
        EventError: the body is no JSON, or no batch.
    """
    try:
        return _events(parsed(body))
    except EventError as error:
        if not error.pointer:
            raise
        events = _events(_with_marks(body.decode("utf-8-sig")))
        return [_error_of(event) or event for event in events]


def _events(value: Any) -> list[Any]:
    events = value.get("events") if isinstance(value, dict) else value
    if not isinstance(events, list):
        raise EventError("/events" if isinstance(value, dict) else "", "is no list of events; send an array of them")
    return events


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _OddError
    return found


def _refused(name: str) -> Any:
    raise _OddError


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _OddError
    return number


def _error_in(text: str) -> EventError:
    """Return the error for what is odd in a text, with its place."""
    try:
        found = _error_of(_with_marks(text))
    except (ValueError, RecursionError) as error:  # what follows the odd place is no JSON either
        return EventError("", f"is not JSON: {error}; send one JSON value")
    return found or EventError("", "has something that JSON does not have")


def _with_marks(text: str) -> Any:
    """Return the value of a text, with a mark in the place of everything that is odd."""
    return json.loads(
        text,
        object_pairs_hook=_marked,
        parse_constant=lambda name: _Odd(f"is {name}, which JSON does not have; leave it out, or send null"),
        parse_float=lambda digits: _number(float(digits)),
        parse_int=lambda digits: int(digits) if len(digits) < 1000 else _number(math.inf),
    )


def _marked(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _Odd("occurs twice in its object; send it once") if name in found else value
    return found


def _number(number: float) -> Any:
    return number if math.isfinite(number) else _Odd("is a number that is too large; send it as a text")


def _error_of(value: Any) -> EventError | None:
    """Return the error for the first mark in a value, by a walk that no depth can stop."""
    left: list[tuple[Path, Any]] = [((), value)]
    while left:
        path, each = left.pop()
        if isinstance(each, _Odd):
            return EventError(pointer_to(path), each.problem)
        inner = each.items() if isinstance(each, dict) else enumerate(each) if isinstance(each, list) else ()
        left += reversed([((*path, step), held) for step, held in inner])
    return None
