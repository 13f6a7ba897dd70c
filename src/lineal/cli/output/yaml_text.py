"""Values as YAML in block form, for people and programs; every YAML 1.1 and 1.2 reader reads the same values.

A text is plain where no reader takes it for something else, and otherwise quoted like JSON. Lineal needs no package for
that (docs/decisions/0041-the-command-line.md). What stays out: reading YAML.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from lineal import json_form

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@+-]*(?: [A-Za-z0-9_./@+-]+)*")
# What some reader takes for true, false, null or a number.
_OTHER = re.compile(r"(?i)y|n|yes|no|true|false|on|off|null|none|nan|inf|infinity|[.].*|[0-9_+-].*|.*:")
_LONGEST_KEY = 1000  # readers take up to 1,024 characters before the colon; a longer key has a line of its own
_NAMED = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def to_yaml(value: Any, *, ascii_only: bool = False) -> str:
    """Return JSON's kinds of values as YAML, without a line break at the end; NaN is the text "NaN", as in JSON."""
    return "\n".join(_lines(json_form.plain(value), "", ascii_only=ascii_only))


def _lines(value: Any, indent: str, *, ascii_only: bool) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            key = _scalar(str(name), ascii_only)
            if len(key) > _LONGEST_KEY:
                yield f"{indent}? {key}"
                key = ""
            yield from _entry(f"{indent}{key}:", inner, f"{indent}  ", ascii_only)
    elif isinstance(value, list) and value:
        for inner in value:
            yield from _item(inner, indent, ascii_only)
    else:
        yield indent + _scalar(value, ascii_only)


def _entry(start: str, value: Any, indent: str, ascii_only: bool) -> Iterator[str]:
    if isinstance(value, (dict, list)) and value:
        yield start
        yield from _lines(value, indent, ascii_only=ascii_only)
    else:
        yield f"{start} {_scalar(value, ascii_only)}"


def _item(value: Any, indent: str, ascii_only: bool) -> Iterator[str]:
    """Yield an item of a list, whose first line begins after the dash."""
    first, *rest = _lines(value, f"{indent}  ", ascii_only=ascii_only)
    yield f"{indent}- {first[len(indent) + 2 :]}"
    yield from rest


def _scalar(value: Any, ascii_only: bool) -> str:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and not _OTHER.fullmatch(value) else _quoted(value, ascii_only)
    if isinstance(value, float) and math.isfinite(value):
        return _number(value)
    return json.dumps(value)


def _number(value: float) -> str:
    """Return a number with a point, without which YAML 1.1 reads 1e+20 as a text."""
    text = repr(value)
    mantissa, mark, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if mark and "." not in mantissa else text


def _quoted(text: str, ascii_only: bool) -> str:
    return f'"{"".join(_character(each, ascii_only) for each in text)}"'


def _character(each: str, ascii_only: bool) -> str:
    if each in _NAMED:
        return _NAMED[each]
    number = ord(each)
    if each.isprintable() and (number < 128 or not ascii_only):
        return each
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
