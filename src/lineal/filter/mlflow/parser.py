"""From the text of an MLflow filter to its terms.

    metrics.loss < 0.5 AND tags.`mlflow.user` = 'ada' and run_id IN ('4a', '5b')

A filter is a row of comparisons with AND between them; there is no OR and there are no parentheses. Source: the answers
of an MLflow server 3.17, which also accepts an AND before and after them, more than one, or none.
"""

from __future__ import annotations

import re

from lineal import deadlines
from lineal.filter.mistakes import Mistake, shortened, suggestion
from lineal.filter.mlflow.keys import KEY, resolved
from lineal.filter.mlflow.terms import Family, Operator, Term
from lineal.filter.mlflow.values import checked, read_literal
from lineal.filter.mlflow.vocabulary import NULLS, Comparable, Search

_BLANKS = re.compile(r"\s*")
_AND = re.compile(r"AND\b(?!\s*\()", re.IGNORECASE)
_KEY = re.compile(KEY, re.VERBOSE | re.IGNORECASE)
_OPERATOR = re.compile(
    r"\s*(?P<operator>[<>=~!]+|(?:NOT\s+)?(?:LIKE|ILIKE|RLIKE|IN)\b|IS\s+NULL\b|IS\s+NOT[ ]NULL\b)", re.IGNORECASE
)
_OPERATORS = {operator.value: operator for operator in Operator}


def read_terms(text: str, search: Search) -> list[Term]:
    """Return the terms of a filter; the empty text has none.

    Raises:
        Mistake: the text is no filter of this search.
    """
    terms: list[Term] = []
    at = _after_blanks(text, 0)
    if text and at == len(text):
        raise Mistake(0, "", "there are only blanks", "leave the filter out to find everything")
    while at < len(text):
        deadlines.check()
        word = _AND.match(text, at)
        if word:
            at = word.end()
        else:
            term, at = _term(text, at, search)
            terms.append(term)
        at = _after_blanks(text, at)
    return terms


def _after_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _term(text: str, at: int, search: Search) -> tuple[Term, int]:
    """Return the comparison that begins at an offset, and the offset where it ends."""
    key = _KEY.match(text, at)
    if key is None:
        raise _no_key(text, at)
    family, name = resolved(key.group(), at, search)
    if family is Family.ATTRIBUTE:
        name = search.spellings.get(name, name)
    compared = comparable(family, name, search, (at, key.group()))
    written = _OPERATOR.match(text, key.end())
    if written is None:
        piece = key.group()
        hint = f"put a key like `in` or `a-b` in back quotes, or {_words(compared)}"
        raise Mistake(at, piece, "a comparison needs an operator after the key", hint)
    operator = _operator(written["operator"], search)
    if operator not in compared.operators:
        hint = _words(compared) if name else "put a key like `in` in back quotes"
        raise Mistake(written.start("operator"), written["operator"], f"{shortened(name)!r} has no such operator", hint)
    if operator in NULLS:
        return Term(family, name, operator, None), written.end()
    literal = read_literal(text, written.end())
    place = (at, text[at : literal.end])
    value = checked(literal, operator, compared.form, place)
    return Term(family, name, operator, value), literal.end


def _operator(written: str, search: Search) -> Operator | None:
    words = " ".join(written.upper().split())
    return _OPERATORS.get(words if search.folds_operators or " " in words else written)


def comparable(family: Family, name: str, search: Search, place: tuple[int, str]) -> Comparable:
    """Return what can be compared with a key.

    Raises:
        Mistake: the search has no such key; `place` is its offset and its text.
    """
    named = search.named.get(family)
    if named is None:
        return search.free[family]
    if name not in named:
        raise Mistake(*place, f"there is no {family.value} {shortened(name)!r}", suggestion(name, named))
    return named[name]


def _words(compared: Comparable) -> str:
    return "write one of " + ", ".join(sorted(operator.value for operator in compared.operators))


def _no_key(text: str, at: int) -> Mistake:
    piece = re.compile(r"\S*").match(text, at)
    assert piece is not None  # noqa: S101 for the type checker; the pattern matches the empty text
    if text[at] == "(":
        return Mistake(at, piece.group(), "a filter has no parentheses", "write comparisons with AND between them")
    return Mistake(at, piece.group(), "this is not a key", "write a key such as metrics.loss before the operator")
