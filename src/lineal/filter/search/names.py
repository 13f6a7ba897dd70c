"""The names in a search that somebody may have misspelt, and the search with other names in their places.

Names of metrics, labels and properties are in keys; types, aliases, workspaces, runs and states are named by values.
What stays out: which names records have (catalogue/unknown_names.py), and keys that the language does not have, which
are mistakes (parser.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from lineal.filter.search.tree import Body, Comparison, Group, Has, Key, Query, Range, Term

_BY_VALUE = ("type", "alias", "workspace", "run", "state")
_LISTED = (":", "=", "==")


class Name(NamedTuple):
    """A name in a search.

    Attributes:
        key: the key that has it, or whose value it is.
        operator: the operator before the value, "" if the name is in the key.
        value: the value, "" if the name is in the key.
    """

    key: Key
    operator: str = ""
    value: str = ""

    @property
    def text(self) -> str:
        """The name itself."""
        return self.value or self.key.name

    def term(self) -> Term:
        """Return the term that finds every record with the name."""
        body = Comparison(self.key, self.operator, (self.value,)) if self.operator else Has(self.key)
        return Term(body, negated=False, start=0, end=0)


def names_in(query: Query) -> Iterator[Name]:
    """Yield the names that a search asks for, those in groups too; not what it excludes."""
    for term in query.terms:
        if isinstance(term.body, Group):
            for option in term.body.options if not term.negated else ():
                yield from names_in(option)
        elif not term.negated:
            yield from _names_of(term.body)


def with_names(query: Query, others: Mapping[Name, str]) -> Query:
    """Return a search with other names in the places of some of its names."""
    return Query(tuple(replace(term, body=_with_names(term.body, others)) for term in query.terms))


def _names_of(body: Body) -> Iterator[Name]:
    if isinstance(body, (Comparison, Has)) and body.key.name:
        yield Name(body.key)
    elif isinstance(body, Comparison) and body.key.field in _BY_VALUE and body.operator in _LISTED:
        yield from (Name(body.key, body.operator, value) for value in body.values if isinstance(value, str) and value)


def _with_names(body: Body, others: Mapping[Name, str]) -> Body:
    if isinstance(body, Group):
        return Group(tuple(with_names(option, others) for option in body.options))
    if isinstance(body, (Comparison, Has)) and body.key.name:
        return replace(body, key=Key(body.key.field, others.get(Name(body.key), body.key.name)))
    if isinstance(body, Comparison):
        values = (
            value if isinstance(value, Range) else others.get(Name(body.key, body.operator, value), value)
            for value in body.values
        )
        return replace(body, values=tuple(values))
    return body
