"""A search as it was understood, changes to it, and the keys that it may name: the web UI has no grammar of its own.

What stays out: what a store offers to go on with (completing.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from lineal.catalogue import search_shapes as shapes
from lineal.errors import Details, InvalidArgumentError
from lineal.filter import search
from lineal.filter.search import FIELDS, Choice, Comparison, Group, Has, Key, Query, Range, SearchError, Term
from lineal.kinds import KINDS, Kind


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
    key = body.key if isinstance(body, (Comparison, Has)) else None
    ends = compared.values[0] if compared and len(compared.values) == 1 else None
    rest = Query(query.terms[:index] + query.terms[index + 1 :])
    return shapes.SearchTerm(
        form=_FORMS.get(type(body), "word"),
        text=search.write_term(term),
        start=term.start,
        end=term.end,
        key=str(key) if key else None,
        plain_key=_plain(key) if key else None,
        named_keys=_named_keys(term),
        operator=compared.operator if compared else None,
        values=[_value(value) for value in compared.values] if compared else [],
        is_range=isinstance(ends, Range),
        low=ends.low if isinstance(ends, Range) else None,
        high=ends.high if isinstance(ends, Range) else None,
        negated=term.negated,
        without=search.write(rest),
    )


def _plain(key: Key) -> str:
    return f"{key.field}.{key.name}" if key.name else key.field


def _named_keys(term: Term) -> list[str]:
    if isinstance(term.body, Group):
        found = (key for option in term.body.options for inner in option.terms for key in _named_keys(inner))
        return list(dict.fromkeys(found))
    return [_plain(term.body.key)] if isinstance(term.body, (Comparison, Has)) else []


_FORMS = {Comparison: "comparison", Has: "has", Group: "group"}


def _value(value: str | Range) -> str:
    return f"{value.low or ''}..{value.high or ''}" if isinstance(value, Range) else value


_EXACT_TYPE = "type=="


def edited(
    text: str, choice: str, keys: Sequence[str], values: Sequence[str], *, low: str = "", high: str = ""
) -> shapes.ParsedSearch:
    """Return a search that says something else of some values.

    Args:
        text: the search as it is.
        choice: one of the values of `Choice`, "range" or "clear".
        keys: the keys, without quotation marks; "" for words and "type==" for the whole name of a type, which can
            only be added.
        values: a value for each key; none for "range" and "clear".
        low: the lower end of a range.
        high: its upper end.

    Raises:
        SearchError: the search cannot be read.
        InvalidArgumentError: a key or value is not one that a search can name.
    """
    query = search.parse(text)
    needed = [""] * len(keys) if choice in ("range", "clear") else values
    if len(needed) != len(keys):
        problem = f"{len(keys)} keys and {len(values)} values"
        raise InvalidArgumentError(f"{problem}; give a value for each key", Details("value", problem=problem))
    for key, value in zip(keys, needed, strict=True):
        query = _edited(query, choice, key, value, (low or None, high or None))
    return parsed(search.write(query))


def _edited(query: Query, choice: str, key: str, value: str, ends: tuple[str | None, str | None]) -> Query:
    if not key and choice == Choice.ADD.value:
        return search.add_word(query, value) if value else query
    if key == _EXACT_TYPE and choice == Choice.ADD.value:
        return search.add_exact(query, search.key_named("type"), value)
    named = search.key_named(key)
    if choice == "range":
        return search.choose_range(query, named, *ends)
    return search.clear(query, named) if choice == "clear" else search.choose(query, named, value, Choice(choice))


def mistake_in(text: str, kind: Kind | None) -> shapes.SearchMistake | None:
    """Return what is wrong with a search for a kind of node, or for runs if it is None."""
    try:
        query = search.parse(text)
        if kind is None:
            search.names_of_runs(query)
        else:
            search.require_keys(query, kind)
    except SearchError as error:
        return shapes.SearchMistake(error.position or 0, error.length or 1, error.problem, error.hint)
    return None


def keys() -> shapes.SearchKeys:
    """Return the keys that a search may name."""
    found = [
        shapes.SearchKey(name, list(field.operators), field.example, field.meaning, field.is_family, _kinds(name))
        for name, field in FIELDS.items()
    ]
    has = shapes.SearchKey(
        "has", [":"], "has:label.team", "that something is filled", family=False, kinds=_kinds("has")
    )
    return shapes.SearchKeys([*found, has])


def _kinds(key: str) -> list[str]:
    return [kind.name for kind in KINDS if search.has_key(kind, key)]
