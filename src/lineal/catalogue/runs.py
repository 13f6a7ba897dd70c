"""Runs and workspaces: what groups executions and artifacts, and what they hold.

A run of the SDK is a name that records share within a workspace; a run of a pipeline is a context.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lineal import errors
from lineal.catalogue import cards, shapes, unknown_names
from lineal.catalogue.listing import Asked, bad_cursor
from lineal.filter import search
from lineal.filter.search import Comparison, Key, Query, Term
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import archived
from lineal.store.index import facets as facet_rows
from lineal.store.index import runs as run_rows
from lineal.store.index import search as found_rows
from lineal.store.index.runs import RunRow
from lineal.store.rows import pages

MOST_COUNTED = 100_000
_MOST_WORKSPACES = 1000


def page(session: Session, *, workspace: str | None, name: str, cursor: str, limit: int) -> shapes.Runs:
    """Return a page of runs, newest first; if there are none since no run is in the workspace, that is said."""
    limit = min(limit, session.limits.max_page_size)
    rows = run_rows.runs(session, workspace=workspace, contains=name, after=_read_cursor(cursor), limit=limit + 1)
    if not rows and not cursor and workspace:
        return shapes.Runs([], None, *_unknown(session, workspace, name))
    shown, last = pages.first(rows, limit)
    return shapes.Runs(_described(session, shown), pages.numbered(last.created, last.id) if last else None)


def _unknown(session: Session, workspace: str, name: str) -> unknown_names.Told:
    if run_rows.runs(session, workspace=workspace, contains="", after=None, limit=1):
        return unknown_names.Told([], None)
    return unknown_names.of_runs(workspace, name, run_rows.workspaces(session, limit=_MOST_WORKSPACES))


def _read_cursor(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    try:
        created, run_id = pages.numbers(cursor, 2)
    except ValueError:
        raise bad_cursor() from None
    return created, run_id


def one(session: Session, run_id: int) -> shapes.Run:
    """Return a run.

    Raises:
        NotFoundError: there is none with this id.
    """
    return _described(session, [require(session, run_id)])[0]


def require(session: Session, run_id: int) -> RunRow:
    """Return the row of a run.

    Raises:
        NotFoundError: there is none with this id.
    """
    row = run_rows.run(session, run_id) if run_id < 1 << 63 else None
    if row is None:
        raise errors.NotFoundError(f"there is no run with the id {run_id}")
    return row


def named(session: Session, name: str) -> list[shapes.Run]:
    """Return the newest runs of a name."""
    return _described(session, run_rows.runs_named(session, name))


def _described(session: Session, rows: Sequence[RunRow]) -> list[shapes.Run]:
    """Return runs with how much each holds; the number of statements does not grow with them."""
    artifacts = run_rows.counts(session, ARTIFACT, "type_id", rows)
    executions = run_rows.counts(session, EXECUTION, "type_id", rows)
    states = _unarchived(session, EXECUTION, "last_known_state", rows)
    return [
        shapes.Run(
            id=row.id,
            name=row.name,
            search="" if row.context_id else _search(row),
            workspace=row.workspace or None,
            context_id=row.context_id or None,
            created=row.created,
            updated=row.updated,
            artifacts=artifacts[row.id].total(),
            executions=executions[row.id].total(),
            states=_words(states[row.id]),
        )
        for row in rows
    ]


def _unarchived(session: Session, kind: Kind, column: str, rows: Sequence[RunRow]) -> dict[int, Counter[Any]]:
    return run_rows.counts(session, kind, column, rows, has_archived=not archived.has_any(session, kind))


def _search(row: RunRow) -> str:
    """Return the search that finds what a named run holds."""
    terms = [_term("run", row.name), *([_term("workspace", row.workspace)] if row.workspace else [])]
    return search.write(Query(tuple(terms)))


def _term(field: str, value: str) -> Term:
    return Term(Comparison(Key(field), "=", (value,)), negated=False, start=0, end=0)


def _words(counts: Counter[Any]) -> dict[str, int]:
    """Return counts by the numbers of states as counts by their words."""
    word = EXECUTION.node.State.Name  # type: ignore[union-attr]
    found: dict[str, int] = {}
    for number, count in counts.items():
        found[word(number or 0)] = found.get(word(number or 0), 0) + count
    return found


def contents(session: Session, types: KnownTypes, run_id: int) -> shapes.Holding:
    """Return what a run holds, by type.

    Raises:
        NotFoundError: there is no such run.
    """
    row = require(session, run_id)
    counted = {kind: run_rows.counts(session, kind, "type_id", [row])[row.id] for kind in (ARTIFACT, EXECUTION)}
    states = run_rows.counts(session, EXECUTION, "last_known_state", [row])[row.id]
    kept = {kind: _unarchived(session, kind, "type_id", [row])[row.id] for kind in counted}
    gone = {kind: counted[kind] - kept[kind] for kind in counted}
    by_type = [each for kind in counted for each in _by_type(session, types, kind, counted[kind], gone[kind])]
    return shapes.Holding(counted[ARTIFACT].total(), counted[EXECUTION].total(), by_type, _words(states))


def _by_type(
    session: Session, types: KnownTypes, kind: Kind, counts: Counter[Any], gone: Counter[Any]
) -> list[shapes.TypeCount]:
    """Return counts by the id of the type with the names, and how many of these are archived."""
    types.load(session, counts)
    return [
        shapes.TypeCount(kind.name, types.name(session, type_id), count, gone[type_id])  # type: ignore[arg-type]
        for type_id, count in counts.most_common()
    ]


def _archived(session: Session, asked: Asked) -> Counter[Any]:
    """Return how many archived nodes that are asked for have each type, by its id."""
    selection = replace(asked, search=f"{asked.search} has:archived").selection()
    ids = found_rows.sample_ids(session, selection, limit=MOST_COUNTED)
    return facet_rows.by_column(session, asked.kind, "type_id", ids) if ids else Counter()


def holding(session: Session, types: KnownTypes, context_id: int) -> shapes.Holding:
    """Return what a context holds, by type.

    Raises:
        NotFoundError: there is no such context.
    """
    cards.require(session, CONTEXT, context_id)
    asked = {kind: Asked(kind, context_id=context_id) for kind in (ARTIFACT, EXECUTION)}
    ids = {kind: found_rows.sample_ids(session, each.selection(), limit=MOST_COUNTED) for kind, each in asked.items()}
    states = facet_rows.by_column(session, EXECUTION, "last_known_state", ids[EXECUTION])
    counted = {kind: facet_rows.by_column(session, kind, "type_id", ids[kind]) for kind in ids}
    gone = {kind: _archived(session, asked[kind]) for kind in ids}
    by_type = [each for kind in ids for each in _by_type(session, types, kind, counted[kind], gone[kind])]
    return shapes.Holding(len(ids[ARTIFACT]), len(ids[EXECUTION]), by_type, _words(states))
