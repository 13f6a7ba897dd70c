r"""Keys of values as a request writes them, such as `metric.auc`, one or several separated by commas.

A key with a comma, a quotation mark or blanks at its ends is quoted: all of it as in CSV (`"metric.loss, smooth"`, a
quotation mark twice), or its name as in a search (`metric."loss, smooth"`, a quotation mark as `\"`). What stays out:
which keys there are (listing.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lineal.errors import Details, InvalidArgumentError

_WHOLE = re.compile(r'"((?:[^"]|"")*)"')
_NAME = re.compile(r'([a-z]+\.)"((?:[^"\\]|\\.|"")*)"', re.DOTALL)
_OPENED = re.compile(r'(?:[a-z]+\.)?"')
_ESCAPED = re.compile(r'\\(.)|""', re.DOTALL)


class KeyTextError(InvalidArgumentError):
    """A key that cannot be read; its fields say in which parameter, where, and what to write instead."""

    def __init__(self, problem: str, *, parameter: str, at: int, hint: str) -> None:
        message = f"{parameter}, at character {at + 1}: {problem}; {hint}"
        super().__init__(message, Details(parameter, at, 1, problem=problem, hint=hint))

    def __reduce__(self) -> tuple[object, ...]:
        return InvalidArgumentError, (self.message, self.details)


def read_keys(text: str, *, parameter: str = "columns") -> tuple[str, ...]:
    """Return the keys of a list, each once.

    Raises:
        KeyTextError: a quotation mark is never closed, or something stands behind a closed one.
    """
    return tuple(dict.fromkeys(key for key in _keys(text, parameter) if key))


def write_keys(keys: Iterable[str]) -> str:
    """Return keys as a list that `read_keys` reads."""
    return ",".join('"' + key.replace('"', '""') + '"' for key in keys)


def _keys(text: str, parameter: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        at = _past_blanks(text, at)
        quoted = _quoted(text, at, parameter)
        if quoted is None:
            plain = text[at:].partition(",")[0]
            yield plain.strip()
            end = at + len(plain)
        else:
            key, end = quoted
            end = _past_blanks(text, end)
            if text[end : end + 1] not in ("", ","):
                raise _behind(parameter, end)
            yield key
        at = end + 1


def _past_blanks(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip())


def read_key(text: str, *, parameter: str) -> str:
    """Return the one key of a text, in which a comma without quotation marks is a part of the name.

    Raises:
        KeyTextError: a quotation mark is never closed, or something stands behind a closed one.
    """
    minus = "-" if text.startswith("-") and parameter == "order_by" else ""
    quoted = _quoted(text, len(minus), parameter)
    if quoted is None:
        return text
    key, end = quoted
    if end < len(text):
        raise _behind(parameter, end)
    return minus + key


def _quoted(text: str, at: int, parameter: str) -> tuple[str, int] | None:
    """Return the quoted key at a place and where it ends; None if the key there is not quoted."""
    whole = _WHOLE.match(text, at)
    if whole:
        return whole[1].replace('""', '"'), whole.end()
    name = _NAME.match(text, at)
    if name:
        return name[1] + _ESCAPED.sub(lambda found: found[1] or '"', name[2]), name.end()
    opened = _OPENED.match(text, at)
    if opened:
        raise KeyTextError(
            "this quotation mark is never closed", parameter=parameter, at=opened.end() - 1, hint='add " at its end'
        )
    return None


def _behind(parameter: str, at: int) -> KeyTextError:
    return KeyTextError(
        "there is text after a closed quotation mark",
        parameter=parameter,
        at=at,
        hint='end the key there, and write a quotation mark in it twice, as ""',
    )
