"""The tree of a search: what a query in the search language says, as frozen dataclasses.

    query = term {term}                                                     (all of them)
    term  = ["-"] (key op value | word | "(" query {"OR" query} ")")

What stays out: reading text (parser.py) and SQL (builder.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

from lineal import conventions
from lineal.filter.search.vocabulary import FAMILIES


@dataclass(frozen=True)
class Key:
    """The key of a comparison: a single field, or one of a family ("label.team" is label and "team").

    Attributes:
        field: one of the names in vocabulary.py.
        name: the name within the family, "" for a field of its own.
    """

    field: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.field}.{quoted(self.name, also=OPERATOR_CHARACTERS)}" if self.name else self.field


@dataclass(frozen=True)
class Range:
    """From one value to another, both included; an absent end is open."""

    low: str | None
    high: str | None


@dataclass(frozen=True)
class Word:
    """Text to be found anywhere."""

    text: str


@dataclass(frozen=True)
class Comparison:
    """A key, an operator and the values of which one must fit."""

    key: Key
    operator: str
    values: tuple[str | Range, ...]


@dataclass(frozen=True)
class Has:
    """That something is filled."""

    key: Key


@dataclass(frozen=True)
class Group:
    """Queries of which one must fit."""

    options: tuple[Query, ...]


Body = Union[Word, Comparison, Has, Group]


@dataclass(frozen=True)
class Term:
    """A part of a query, with its place in the text in characters."""

    body: Body
    negated: bool
    start: int
    end: int


@dataclass(frozen=True)
class Query:
    """Terms that must all fit."""

    terms: tuple[Term, ...] = ()


ARCHIVED_TERM = Term(Has(Key("archived")), negated=False, start=0, end=0)


def leaves_out_archived(term: Term) -> bool:
    """Say whether a term is `-has:archived`."""
    return term.negated and term.body == ARCHIVED_TERM.body


def count_terms(query: Query) -> int:
    """Return how many terms a query has, those in groups included."""
    groups = [term.body for term in query.terms if isinstance(term.body, Group)]
    return len(query.terms) + sum(count_terms(option) for group in groups for option in group.options)


def write(query: Query) -> str:
    """Return a query as text; reading it gives the same tree, places aside."""
    return " ".join(write_term(term) for term in query.terms)


def write_term(term: Term) -> str:
    """Return one term as text."""
    return ("-" if term.negated else "") + _body(term.body)


def _body(body: Body) -> str:
    if isinstance(body, Word):
        if _BEGINS_A_KEY.match(body.text):
            return _in_marks(body.text)
        return quoted(body.text, also=OPERATOR_CHARACTERS)
    if isinstance(body, Has):
        return f"has:{body.key}"
    if isinstance(body, Group):
        return f"({' OR '.join(write(option) for option in body.options)})"
    return f"{body.key}{body.operator}{','.join(_value(value) for value in body.values)}"


def _value(value: str | Range) -> str:
    if isinstance(value, Range):
        return f"{_end(value.low)}..{_end(value.high)}"
    return quoted(value)


def _end(value: str | None) -> str:
    return "" if value is None else quoted(value)


OPERATOR_CHARACTERS = "=:<>!"
"""What a name or a word ends at, unless it is in quotation marks."""


def quoted(text: str, *, also: str = "") -> str:
    """Return a text in the form for a query: unchanged, or in quotation marks if it needs them."""
    plain = (
        text
        and text != "OR"
        and not text.startswith("-")
        and ".." not in text
        and not any(c.isspace() or c in '"(),\\' + also for c in text)
    )
    if plain and (also or text[0] not in "=<>:!"):
        return text
    return _in_marks(text)


def _in_marks(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


_BEGINS_A_KEY = re.compile(
    "|".join(re.escape(start) for start in (*(f"{name}." for name in FAMILIES), *conventions.GIVEN_PREFIXES)),
    re.IGNORECASE,
)
