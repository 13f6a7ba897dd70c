"""The values of literals: strings with their quotes, prefixes and escapes, and numbers.

What stays out: finding literals in the text (tokens.py).
"""

from __future__ import annotations

import math
import re

from lineal.filter.mistakes import Mistake

_ESCAPE = re.compile(r"\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(?s:(.)))")
_SIMPLE = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    **{char: char for char in "\\?\"'`"},
}
_FIRST_SURROGATE, _LAST_SURROGATE, _LAST_CODE_POINT = 0xD800, 0xDFFF, 0x10FFFF
_LONGEST_INTEGER = len(str(2**64))
LEAST_INTEGER, GREATEST_INTEGER = -(2**63), 2**63 - 1
_GREATEST_UNSIGNED = 2**64 - 1


def string_value(literal: str, at: int) -> str:
    """Return the text of a string literal."""
    raw = literal[0] in "rR"
    quoted = literal[1:] if raw else literal
    width = 3 if quoted[:3] in ("'''", '"""') and len(quoted) >= 6 else 1
    body = quoted[width:-width]
    return body if raw else unescaped(body, at + width)


def unescaped(body: str, at: int) -> str:
    """Replace the backslash escapes in the body of a string or a back-quoted name that begins at offset `at`."""
    if "\\" not in body:
        return body
    return _ESCAPE.sub(lambda match: _escaped_character(match, at), body)


def _escaped_character(match: re.Match[str], at: int) -> str:
    """Return the character of one escape."""
    two, four, eight, octal, other = match.groups()
    if other is not None:
        if other not in _SIMPLE:
            hint = 'write a backslash as \\\\, or put r before the quotes, as in r"\\d"'
            raise Mistake(at + match.start(), match.group(), "no such escape", hint)
        return _SIMPLE[other]
    code = int(octal, 8) if octal else int(two or four or eight, 16)
    if _FIRST_SURROGATE <= code <= _LAST_SURROGATE or code > _LAST_CODE_POINT:
        raise Mistake(at + match.start(), match.group(), "this number is not a Unicode character")
    return chr(code)


def number_value(literal: str, at: int, *, negative: bool) -> int | float:
    """Return the value of a number; an integer beyond 64 bits with sign, but not beyond 64 bits, becomes a decimal."""
    if literal[:2] in ("0x", "0X"):
        return _integer(int(literal, 16), literal, at, negative=negative)
    if literal.isdigit():
        digits = literal.lstrip("0") or "0"
        value = int(digits) if len(digits) <= _LONGEST_INTEGER else _GREATEST_UNSIGNED + 1
        return _integer(value, literal, at, negative=negative)
    decimal = float(literal)
    if math.isinf(decimal):
        raise Mistake(at, literal, "this number is too large for a 64-bit decimal")
    return -decimal if negative else decimal


def _integer(value: int, literal: str, at: int, *, negative: bool) -> int | float:
    signed = -value if negative else value
    if LEAST_INTEGER <= signed <= GREATEST_INTEGER:
        return signed
    if negative or value > _GREATEST_UNSIGNED:
        raise Mistake(at, literal, "this integer does not fit into 64 bits")
    return float(value)
