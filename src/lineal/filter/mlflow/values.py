"""Values of MLflow's filters: texts, numbers, and lists of texts.

A text stands between its quotes as it is: two quotes or a backslash inside mean themselves. In a list, texts are those
of Python: a backslash escapes, and two texts side by side are one. Source: the answers of an MLflow server 3.17.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from lineal.filter.mistakes import Mistake
from lineal.filter.mlflow.keys import DOUBLE_QUOTED, SINGLE_QUOTED
from lineal.filter.mlflow.terms import Operator, Value
from lineal.filter.mlflow.vocabulary import LISTS, NULLS, ValueForm

_NUMBER = r"-? (?: (?: \d*\.\d+ | \d+ ) [eE]-?\d+ | \d+\.\d* | \.\d+ | \d+ ) (?![\w.])"
_LITERAL = re.compile(
    rf"\s* (?: (?P<text>{SINGLE_QUOTED}|{DOUBLE_QUOTED}) | (?P<number>{_NUMBER}) | (?P<list>\() )", re.VERBOSE
)
_LISTED = re.compile(r"""\s*(?:(?P<text>'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")|(?P<symbol>[,)]))""")
_ESCAPE = re.compile(
    r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U(00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})|([\s\S]))"
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\n": ""}
_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
_MOST = 2**63


class Literal(NamedTuple):
    """A value as written: the offset where it ends, the text of a number or a string, and the texts of a list."""

    end: int
    number: str | None = None
    text: str | None = None
    listed: tuple[str, ...] | None = None


def read_literal(text: str, at: int) -> Literal:
    """Return the value that begins at an offset.

    Raises:
        Mistake: there is none.
    """
    match = _LITERAL.match(text, at)
    if match is None:
        start = at + len(text[at:]) - len(text[at:].lstrip())
        piece = re.compile(r"\S*").match(text, start)
        assert piece is not None  # noqa: S101 for the type checker; the pattern matches the empty text
        raise Mistake(start, piece.group(), "this is not a value", "write a number, or a text in quotes: 'a text'")
    if match["list"]:
        return _list(text, match.end())
    if match["number"]:
        return Literal(match.end(), number=match["number"])
    return Literal(match.end(), text=match["text"][1:-1])


def _list(text: str, at: int) -> Literal:
    """Return a list whose opening parenthesis is before an offset."""
    found: list[str] = []
    opened, is_open = at - 1, True
    while match := _LISTED.match(text, at):
        at = match.end()
        if match["text"] is not None:
            piece = _ESCAPE.sub(_character, match["text"][1:-1])
            if is_open:
                found.append(piece)
            else:
                found[-1] += piece
            is_open = False
        elif match["symbol"] == ")":
            if not found:
                break
            return Literal(at, listed=tuple(found))
        elif is_open:
            break
        else:
            is_open = True
    raise Mistake(opened, text[opened:at], "this is not a list", "write texts in quotes: ('a', 'b')")


def _character(match: re.Match[str]) -> str:
    octal, two, four, eight, other = match.groups()
    if other is not None:
        return _SIMPLE.get(other, other if other in "\\'\"" else match.group())
    return chr(int(octal, 8) if octal else int(two or four or eight, 16))


def checked(literal: Literal, operator: Operator, form: ValueForm, place: tuple[int, str]) -> Value:
    """Return the value that a literal is for an operator and a key.

    Args:
        literal: the value as written.
        operator: the operator before it.
        form: what a value of the key may be.
        place: the offset and the text of the comparison, for messages.

    Raises:
        Mistake: it may not be that.
    """
    if operator in NULLS:
        return None
    if operator in LISTS:
        if literal.listed is None:
            raise Mistake(*place, f"{operator.value} needs a list", "write texts in quotes: ('a', 'b')")
        if form is ValueForm.ID and not all(map(_WHOLE.fullmatch, literal.listed)):
            raise Mistake(*place, f"an id must be {form.value}", "write it like '1'")
        return literal.listed
    found = _single(literal, form)
    if found is None:
        raise Mistake(*place, f"the value must be {form.value}", "" if literal.listed is None else "a list follows IN")
    return found


def _single(literal: Literal, form: ValueForm) -> Value:
    """Return the value of a comparison with one value, or None if its form is wrong."""
    number, text = literal.number, literal.text
    if form is ValueForm.TEXT:
        return text
    if form is ValueForm.ID:
        return text if text is not None and _WHOLE.fullmatch(text) else None
    if form is ValueForm.TEXT_OR_NUMBER:
        return text if number is None else number
    if form is ValueForm.NUMBER:
        return None if number is None else _number(number)
    whole = number if number is not None or form is ValueForm.INTEGER else text
    return int(whole) if whole is not None and _WHOLE.fullmatch(whole) else None


def _number(text: str) -> int | float:
    """Return the number that a text says; a whole one beyond 64 bits is a decimal, which databases can compare."""
    whole = int(text) if _WHOLE.fullmatch(text) and len(text) < 25 else None
    return whole if whole is not None and -_MOST <= whole < _MOST else float(text)
