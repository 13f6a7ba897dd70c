"""The catalogue's answers about searches, as dataclasses: terms, mistakes, completions and keys.

What stays out: how they are found (searching.py, completing.py), and the answers about records (shapes/).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SearchTerm:
    """One term of a search, with its place in the text and the search without it.

    Attributes:
        form: "comparison", "has", "word" or "group".
        text: the term as it is written in its shortest form.
        start: where it begins, in characters from 0.
        end: where it ends.
        key: its key as it is written, quoted where it must be; null for words and groups.
        plain_key: its key without quotation marks, as facets and columns name it.
        named_keys: the keys that it names without quotation marks, those inside a group too.
        operator: the operator of a comparison.
        values: the values of a comparison, a range as "low..high".
        is_range: whether the comparison is with one range.
        low: the lower end of that range; null if it is open.
        high: the upper end.
        negated: whether a minus precedes it.
        without: the search without this term.
    """

    form: str
    text: str
    start: int
    end: int
    key: str | None
    plain_key: str | None
    named_keys: list[str]
    operator: str | None
    values: list[str]
    is_range: bool
    low: str | None
    high: str | None
    negated: bool
    without: str


@dataclass(frozen=True)
class ParsedSearch:
    """A search as it was understood, in its shortest form."""

    text: str
    terms: list[SearchTerm]


@dataclass(frozen=True)
class SearchMistake:
    """What is wrong with a search: where (in characters from 0), how long the wrong piece is, what to write instead."""

    position: int
    length: int
    problem: str
    hint: str


@dataclass(frozen=True)
class Completion:
    """One way to go on with a search.

    Attributes:
        title: the key or value that it writes.
        meaning: what that is, "" where the title says it.
        count: how many records have the value; null where it was not counted.
        text: the whole search with it.
        position: where writing goes on in that text.
    """

    title: str
    meaning: str
    count: int | None
    text: str
    position: int


@dataclass(frozen=True)
class Completed:
    """What a search that is being written says so far: its mistake, if it has one, and how it could go on.

    Attributes:
        mistake: the mistake; null if the search can be read.
        completions: ways to go on at the position that was asked for, the likeliest first.
    """

    mistake: SearchMistake | None
    completions: list[Completion]


@dataclass(frozen=True)
class SearchKey:
    """A key that a search may name, its operators, an example, what it says, and the kinds of records that have it."""

    key: str
    operators: list[str]
    example: str
    meaning: str
    family: bool
    kinds: list[str]


@dataclass(frozen=True)
class SearchKeys:
    """The keys of the search."""

    items: list[SearchKey]
