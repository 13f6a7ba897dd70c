"""A search as it was understood, and the keys that it may name: what the web UI needs to help with writing one."""

from __future__ import annotations

from lineal.catalogue import shapes
from lineal.filter import search
from lineal.filter.search import FIELDS, Comparison, Has, Query, Range, Term


def parsed(text: str) -> shapes.ParsedSearch:
    """Return the terms of a search.

    Raises:
        SearchError: it cannot be read.
    """
    query = search.parse(text)
    terms = [_term(query, index, term) for index, term in enumerate(query.terms)]
    return shapes.ParsedSearch(search.write(query), terms)


def _term(query: Query, index: int, term: Term) -> shapes.SearchTerm:
    body = term.body
    compared = body if isinstance(body, Comparison) else None
    key = str(body.key) if isinstance(body, (Comparison, Has)) else None
    rest = Query(query.terms[:index] + query.terms[index + 1 :])
    return shapes.SearchTerm(
        text=search.write_term(term),
        start=term.start,
        end=term.end,
        key=key,
        operator=compared.operator if compared else None,
        values=[_value(value) for value in compared.values] if compared else [],
        negated=term.negated,
        without=search.write(rest),
    )


def _value(value: str | Range) -> str:
    return f"{value.low or ''}..{value.high or ''}" if isinstance(value, Range) else value


def keys() -> shapes.SearchKeys:
    """Return the keys that a search may name."""
    found = [
        shapes.SearchKey(name, list(field.operators), field.example, field.meaning, field.is_family)
        for name, field in FIELDS.items()
    ]
    has = shapes.SearchKey("has", [":"], "has:label.team", "that something is filled", family=False)
    return shapes.SearchKeys([*found, has])
