"""Names in a search that no record has: a misspelt metric, label, property, type, alias, workspace or run.

REST, `lineal ls` and the SDK all answer from here. It is asked only when nothing was found, and takes at most two
searches for each of five names, and a few statements for the names that there are. They are read with the caller's
rights, so that nobody learns a name of another workspace. What stays out: which names a search has
(filter/search/names.py), and the sentence about one (lineal.nearest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from lineal import conventions, nearest
from lineal.catalogue import facets, listing, shapes
from lineal.catalogue.listing import Asked
from lineal.filter import search
from lineal.filter.search import Comparison, Key, Name, Query, Term
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import search as found_rows
from lineal.type_names import short_name, short_names

MOST_NAMES = 5
MOST_EXAMPLES = 5
_MOST_KNOWN = 1000
_CUTOFF = 0.5
_OTHER = {ARTIFACT: EXECUTION, EXECUTION: ARTIFACT}


class Told(NamedTuple):
    """The names that no record has, and the whole search with the nearest ones; None if none of them has a nearest."""

    names: list[shapes.UnknownName]
    meant: str | None


def page(
    session: Session, types: KnownTypes, *, asked: Asked, order: str, columns: str, limit: int, cursor: str
) -> shapes.Page:
    """Return a page of rows; if the search finds none, with its names that no record has.

    Raises:
        InvalidArgumentError: the search, filter, order, columns or cursor is wrong.
    """
    found = listing.page(session, types, asked, order=order, columns=columns, limit=limit, cursor=cursor)
    if found.items or cursor:
        return found
    names, meant = of_search(session, types, asked)
    return replace(found, unknown=names, meant=meant)


def of_search(session: Session, types: KnownTypes, asked: Asked) -> Told:
    """Return which names in a search that finds nothing no record has; at most five names are looked for."""
    query = search.parse(asked.search)
    names = list(dict.fromkeys(search.names_in(query)))[:MOST_NAMES]
    store = _Store(session, types, asked)
    told = {name: found for name in names if not store.has(name) and (found := store.told(name))}
    others = {name: each.nearest for name, each in told.items() if each.nearest}
    return Told(list(told.values()), search.write(search.with_names(query, others)) if others else None)


def of_runs(workspace: str, words: str, known: Iterable[str]) -> Told:
    """Return that no run is in a workspace.

    Args:
        workspace: the workspace that a search of runs names.
        words: what else it asks of their names.
        known: the workspaces of runs, those with the most first.
    """
    name = Name(Key("workspace"), "=", workspace)
    told = _told(name, "run", list(known), None)
    word = [Term(search.Word(words), negated=False, start=0, end=0)] if words else []
    meant = Query((name._replace(value=told.nearest).term(), *word)) if told.nearest else None
    return Told([told], search.write(meant) if meant else None)


class _Store:
    """What the records have that a search looks through: all that its filter query, context and types leave."""

    def __init__(self, session: Session, types: KnownTypes, asked: Asked) -> None:
        self._session = session
        self._types = types
        self._all = replace(asked, search="")

    def has(self, name: Name) -> bool:
        """Say whether a record has a name."""
        return self._has(self._all, name)

    def told(self, name: Name) -> shapes.UnknownName | None:
        """Return what is said of a name that no search finds; None if a record has it with a blank value."""
        known = self._known(name)
        if name.text in known:
            return None
        other = _OTHER.get(self._all.kind)
        # A filter query and types are about one kind, and say nothing of the other.
        elsewhere = other and self._has(Asked(other, context_id=self._all.context_id), name)
        return _told(name, self._thing, known, other if elsewhere else None)

    @property
    def _thing(self) -> str:
        is_workspace = self._all.kind is CONTEXT and self._all.type_names == conventions.WORKSPACE_TYPES
        return "workspace" if is_workspace else self._all.kind.name

    def _has(self, asked: Asked, name: Name) -> bool:
        if not search.has_key(asked.kind, name.key.field):
            return False
        term = name.term()
        if name.key.field == "state":  # a state that records can have is no mistake
            return isinstance(term.body, Comparison) and search.has_states(asked.kind, term.body)
        selection = replace(asked.selection(), query=Query((term,)))
        return bool(found_rows.sample_ids(self._session, selection, limit=1))

    def _known(self, name: Name) -> list[str]:
        """Return names that records have, the most frequent first."""
        field = name.key.field
        if field == "state":  # a state that the kind lacks is no misspelt one
            return []
        if not name.operator:
            return self._filled.get(field, [])
        counts = facets.values_of(self._session, self._types, self._all, field)
        values = sorted(counts, key=lambda value: (-counts[value], value))[:_MOST_KNOWN]
        if field != "type" or name.operator == "==":  # which finds only whole names
            return values
        return list(dict.fromkeys(short_names(values).values()))

    @cached_property
    def _filled(self) -> Mapping[str, list[str]]:
        """The names of metrics, labels and properties, by their family."""
        found: dict[str, list[str]] = {}
        for column in facets.columns(self._session, self._types, self._all).columns:
            field, _, name = column.key.partition(".")
            if not column.internal:
                found.setdefault(field, []).append(name)
        return {field: names[:_MOST_KNOWN] for field, names in found.items()}


def _told(name: Name, thing: str, known: list[str], other: Kind | None) -> shapes.UnknownName:
    is_short = name.key.field == "type" and name.operator != "=="
    near, known = _nearest(short_name(name.text) if is_short else name.text, known)
    field: Any = name.key.field
    elsewhere: Any = other.name if other else None
    found = shapes.UnknownName(field, name.text, near, [] if near else known[:MOST_EXAMPLES], elsewhere)
    return replace(found, text=nearest.no_record_has(found, thing))


def _nearest(name: str, known: list[str]) -> tuple[str | None, list[str]]:
    """Return the nearest name, and those that are of the same sort; parameters are compared without their prefix."""
    prefix = conventions.PARAM_PREFIX
    if not name.startswith(prefix):
        return nearest.nearest(name, known, cutoff=_CUTOFF), known
    known = [each for each in known if each.startswith(prefix)]
    near = nearest.nearest(name.removeprefix(prefix), [each.removeprefix(prefix) for each in known], cutoff=_CUTOFF)
    return prefix + near if near else None, known
