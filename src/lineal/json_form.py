"""The form of numbers that JSON does not have: NaN and the infinities are the texts "NaN", "Infinity" and "-Infinity".

They are the texts of protobuf's JSON mapping. A record of the SDK also says which of its texts are numbers, in
the entry `__non_finite__`: a list of paths, each a list of keys and positions. Every such text at a path or below it is
a number; any other is a text. In a record without that entry, which another program wrote, such a text among the values
of an evaluation is a number. What stays out: which values are written where.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.protobuf import struct_pb2

NAMES = ("NaN", "Infinity", "-Infinity")
MARK = "__non_finite__"
VALUES = "values"
# Readers without integers, such as JavaScript, hold all whole numbers up to here exactly.
_LARGEST_EXACT = 1 << 53


def finite_or_name(number: float) -> float | str:
    """Return a finite number unchanged, and any other by its name."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def plain(value: Any, *, wide_as_text: bool = False) -> Any:
    """Return a JSON value with names in place of numbers that are not finite.

    Args:
        value: objects, lists and scalars as `json.loads` gives them.
        wide_as_text: whether integers beyond 2**53 become texts, which keep their last digits for every reader.
    """

    def shown(scalar: Any) -> Any:
        if isinstance(scalar, float):
            return finite_or_name(scalar)
        is_wide = wide_as_text and isinstance(scalar, int) and abs(scalar) > _LARGEST_EXACT
        return str(scalar) if is_wide else scalar

    return _with_scalars(value, shown)


def _with_scalars(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a copy of a JSON value of any depth with every scalar changed."""
    top: list[Any] = [None]
    todo: list[tuple[Any, Any, Any]] = [(top, 0, value)]
    while todo:
        place, key, each = todo.pop()
        if isinstance(each, dict):
            place[key] = dict.fromkeys(each)
            todo += [(place[key], name, inner) for name, inner in each.items()]
        elif isinstance(each, list):
            place[key] = [None] * len(each)
            todo += [(place[key], at, inner) for at, inner in enumerate(each)]
        else:
            place[key] = change(each)
    return top[0]


def text(value: Any, **options: Any) -> str:
    """Return a JSON value as JSON that every reader takes; `options` are those of `json.dumps`."""
    try:
        return json.dumps(value, allow_nan=False, **options)
    except ValueError:
        return json.dumps(plain(value), allow_nan=False, **options)


def struct(message: struct_pb2.Struct) -> dict[str, Any]:
    """Return a Struct as a plain dict, whose numbers may be NaN or infinite."""
    return {name: _value(each) for name, each in message.fields.items()}


def _value(message: struct_pb2.Value) -> Any:
    kind = message.WhichOneof("kind")
    if kind == "struct_value":
        return struct(message.struct_value)
    if kind == "list_value":
        return [_value(each) for each in message.list_value.values]
    return None if kind in (None, "null_value") else getattr(message, kind)


def record_text(written: str) -> str:
    """Return the JSON of a record's fields, which Python wrote, in the one form, with the entry that marks numbers."""
    if not any(name in written for name in NAMES):
        return written
    fields: dict[str, Any] = json.loads(written)
    marked = [path for name, value in fields.items() for path in _marked(value, [name])]
    if not marked and str not in _kinds(fields.get(VALUES)):
        return text(fields)
    return text({**plain(fields), MARK: marked})


def _marked(value: Any, path: list[str | int]) -> Iterator[list[str | int]]:
    """Yield the shortest paths below which all names are numbers."""
    kinds = set(_kinds(value))
    if kinds == {float}:
        yield path
    elif float in kinds:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _marked(each, [*path, key])


def _kinds(value: Any) -> Iterator[type]:
    """Yield `float` for each number that is not finite, and `str` for each text that looks like one."""
    todo = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, (dict, list)):
            todo += each.values() if isinstance(each, dict) else each
        elif isinstance(each, float) and not math.isfinite(each):
            yield float
        elif isinstance(each, str) and each in NAMES:
            yield str


def record(fields: Any) -> dict[str, Any]:
    """Return the fields of a record, as they were read from JSON, with numbers in place of their names.

    Other values than objects have no fields. A bare NaN, which earlier writers wrote into JSON, is already a number.
    """
    if not isinstance(fields, dict):
        return {}
    paths = fields.pop(MARK, [[VALUES]])
    for path in paths if isinstance(paths, list) else []:
        if isinstance(path, list) and path:
            _restore(fields, path)
    return fields


def _restore(value: Any, path: Sequence[Any]) -> None:
    """Put numbers in place of their names at a path and below it; a path that leads nowhere changes nothing."""
    key, *rest = path
    if not _leads(value, key):
        return
    if rest:
        _restore(value[key], rest)
    else:
        value[key] = _with_scalars(value[key], _number)


def _leads(value: Any, key: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(key, str) and key in value
    return isinstance(value, list) and type(key) is int and 0 <= key < len(value)


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, str) and value in NAMES else value
