"""Keys as MLflow writes them: a family, a dot and a key, either of which may be in quotes.

    metrics.loss   tags.`mlflow.user`   params."batch size"   status   attributes.`Run name`

What stays out: which families and keys a search has (vocabulary.py).
"""

from __future__ import annotations

import re

from lineal.filter.mistakes import Mistake, shortened, suggestion
from lineal.filter.mlflow.terms import Family
from lineal.filter.mlflow.vocabulary import Search

BACK_QUOTED = r"`(?:``|[^`])*`"
SINGLE_QUOTED = r"'(?:''|\\'|[^'])*'"
DOUBLE_QUOTED = r'"(?:""|\\"|[^"])*"'
# After a dot, digits alone would be the decimals of a number, and some words are words of SQL.
_WORD = r"(?! (?: CASE | IN | VALUES | USING | FROM | AS )\b ) (?= \w*[^\W\d] ) \w+"
_PART = rf"(?: {BACK_QUOTED} | {DOUBLE_QUOTED} | {_WORD} (?: \[\w*\] | \(\w*\) )* | \* )"
_START = rf"(?: {BACK_QUOTED} | {DOUBLE_QUOTED} | [^\W\d]\w* )"
_END = rf"(?: (?<=\.) {SINGLE_QUOTED} )?"
KEY = rf"{_START} (?: \. (?: \s* {_PART} )? )* {_END}"
"""The pattern of a key, verbose. A key in single quotes can only follow a dot, because it would be a value."""

ORDER_KEY = rf"{_START} (?: \. (?: {_PART} | \d+ )? )* {_END}"
"""The pattern of a key of an order, verbose: it has no blanks outside of quotes."""


def resolved(written: str, at: int, search: Search) -> tuple[Family, str]:
    """Return the family and the key, without quotes, that a written key means.

    Args:
        written: the key as written.
        at: its offset in the text.
        search: what is searched.

    Raises:
        Mistake: the search has no such family.
    """
    word, dot, rest = written.partition(".")
    if not dot:
        return Family.ATTRIBUTE, unquoted(word)
    name = _without(word, "`") if search.quotes_families else word
    family = search.families.get(name)
    if family is None:
        hint = "" if re.fullmatch(r"\w+", name) else "put only the part after the dot in quotes. "
        raise Mistake(at, written, f"there is no family {shortened(name)!r}", hint + suggestion(name, search.families))
    return family, unquoted(rest)


def unquoted(key: str) -> str:
    """Return a key without the quotes around it; quotes inside stay as they are."""
    for quote in "'\"":
        if key != (inner := _without(key, quote)):
            key = inner
            break
    return _without(key, "`")


def _without(text: str, quote: str) -> str:
    return text[1:-1] if _is_quoted(text, quote) else text


def _is_quoted(text: str, quote: str) -> bool:
    return len(text) >= 2 and text[0] == quote == text[-1]
