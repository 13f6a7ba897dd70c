"""Changes to a search by menus and facets of a list: one value more, another one, not this one, a range, none.

Every change gives a new tree; `tree.write` makes a text of it. What stays out: reading a search (parser.py).
"""

from __future__ import annotations

import enum
from dataclasses import replace

from lineal.errors import Details, InvalidArgumentError
from lineal.filter.search import values
from lineal.filter.search.tree import Comparison, Key, Query, Range, Term, Word
from lineal.filter.search.vocabulary import FIELDS

_LISTED = (":", "=", "==")


class Choice(enum.Enum):
    """What a search is to say of a value of a key."""

    ONLY = "only"
    """this value, and no other one of the key"""
    ANY = "any"
    """this value as well as those that it names"""
    NOT = "not"
    """every other value"""
    NONE = "none"
    """nothing of this value"""
    ADD = "add"
    """what it says, and this value as well: both must fit"""


def key_named(text: str) -> Key:
    """Return the key of a name without quotation marks: `type`, `label.cost centre`.

    Raises:
        InvalidArgumentError: there is no such key.
    """
    field, dot, name = text.partition(".")
    known = FIELDS.get(field)
    if known is None or known.is_family != bool(dot and name):
        hint = ", ".join(f"{each}.NAME" if row.is_family else each for each, row in FIELDS.items())
        problem = f"there is no key {text[:100]!r}"
        raise InvalidArgumentError(f"{problem}; known: {hint}", Details("key", problem=problem, hint=f"known: {hint}"))
    return Key(field, name)


def choose(query: Query, key: Key, value: str, choice: Choice) -> Query:
    """Return a search that says something else of a value of a key.

    Raises:
        InvalidArgumentError: the key does not take such a value.
    """
    _require(key, value)
    if choice is Choice.ADD:
        return _with(query.terms, _equals(key, value))
    kept = [part for term in query.terms for part in _without(term, key, value, choice)]
    if choice is Choice.NONE:
        return Query(tuple(kept))
    if choice is Choice.ANY:
        return _with_any(kept, key, value)
    return _with(kept, replace(_equals(key, value), negated=choice is Choice.NOT))


def add_exact(query: Query, key: Key, value: str) -> Query:
    """Return a search that also asks for the whole of a value, where "=" takes a part of it as well."""
    return _with(query.terms, _term(Comparison(key, "==", (value,))))


def add_word(query: Query, text: str) -> Query:
    """Return a search that also looks for a text anywhere."""
    return _with(query.terms, _term(Word(text)))


def choose_range(query: Query, key: Key, low: str | None, high: str | None) -> Query:
    """Return a search that keeps only what lies between two values of a key.

    Raises:
        InvalidArgumentError: the key does not take such a range.
    """
    ends = Range(low, high)
    _require(key, ends)
    return _with(clear(query, key).terms, _term(Comparison(key, ":", (ends,))))


def clear(query: Query, key: Key) -> Query:
    """Return a search without what it asks of a key; what it excludes stays excluded."""
    return Query(tuple(term for term in query.terms if term.negated or not _is_about(term, key)))


def _require(key: Key, value: str | Range) -> None:
    problem = values.problem(value, FIELDS[key.field].sort, is_listed=True)
    if problem:
        shown = f"{value.low or ''}..{value.high or ''}" if isinstance(value, Range) else value
        said = f"{shown[:100]!r} is {problem[0]}"
        raise InvalidArgumentError(f"{said}; {problem[1]}", Details("value", problem=said, hint=problem[1]))


def _is_about(term: Term, key: Key) -> bool:
    return isinstance(term.body, Comparison) and term.body.key == key


def _without(term: Term, key: Key, value: str, choice: Choice) -> list[Term]:
    """Return a term as it stays when another choice is made for a value."""
    body = term.body
    if not isinstance(body, Comparison) or body.key != key or any(isinstance(each, Range) for each in body.values):
        return [term]
    if choice is Choice.ONLY and not term.negated:
        return []
    kept = tuple(other for other in body.values if other != value)
    return [replace(term, body=replace(body, values=kept))] if kept else []


def _with_any(terms: list[Term], key: Key, value: str) -> Query:
    """Add a value to the first term that lists values of its key, or a term of its own."""
    for index, term in enumerate(terms):
        body = term.body
        if isinstance(body, Comparison) and body.key == key and body.operator in _LISTED and not term.negated:
            longer = replace(term, body=replace(body, values=(*body.values, value)))
            return Query((*terms[:index], longer, *terms[index + 1 :]))
    return _with(terms, _equals(key, value))


def _with(terms: list[Term] | tuple[Term, ...], more: Term) -> Query:
    return Query((*terms, more))


def _equals(key: Key, value: str) -> Term:
    return _term(Comparison(key, "=", (value,)))


def _term(body: Comparison | Word) -> Term:
    return Term(body, False, 0, 0)
