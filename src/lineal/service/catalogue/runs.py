"""Runs and workspaces: what groups executions and artifacts, and what they hold.

A run of the SDK is a name that records share within a workspace; a run of a pipeline is a context.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lineal import errors
from lineal.filter import search
from lineal.filter.search import Comparison, Key, Query, Term
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.catalogue import details, shapes
from lineal.service.catalogue.listing import Asked, bad_cursor
from lineal.service.known_types import KnownTypes
from lineal.store import facet_rows, own_reads
from lineal.store import search as found_rows
from lineal.store.database import Session
from lineal.store.own_reads import RunRow
from lineal.store.search import Selection

MOST_COUNTED = 100_000


def page(session: Session, *, workspace: str | None, name: str, cursor: str, limit: int) -> shapes.Runs:
    """Return a page of runs, newest first."""
    rows = own_reads.runs(session, workspace=workspace, contains=name, after=_read_cursor(cursor), limit=limit + 1)
    shown = [run(session, row) for row in rows[:limit]]
    following = f"{rows[limit - 1].created}-{rows[limit - 1].id}" if len(rows) > limit else None
    return shapes.Runs(shown, following)


def _read_cursor(cursor: str) -> tuple[int, int] | None:
    if not cursor:
        return None
    created, _, run_id = cursor.partition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in (created, run_id)):
        raise bad_cursor()
    return int(created), int(run_id)


def one(session: Session, run_id: int) -> shapes.Run:
    """Return a run.

    Raises:
        NotFoundError: there is none with this id.
    """
    return run(session, _row(session, run_id))


def _row(session: Session, run_id: int) -> RunRow:
    row = own_reads.run(session, run_id)
    if row is None:
        raise errors.NotFoundError(f"there is no run with the id {run_id}")
    return row


def run(session: Session, row: RunRow) -> shapes.Run:
    """Return a run with what it holds."""
    executions = found_rows.sample_ids(session, of_run(row, EXECUTION), limit=MOST_COUNTED)
    return shapes.Run(
        id=row.id,
        name=row.name,
        search="" if row.context_id else search.write(of_run(row, EXECUTION).query),
        workspace=row.workspace or None,
        context_id=row.context_id or None,
        created=row.created,
        updated=row.updated,
        artifacts=found_rows.count(session, of_run(row, ARTIFACT), limit=MOST_COUNTED),
        executions=len(executions),
        states=states(session, executions),
    )


def of_run(row: RunRow, kind: Kind) -> Selection:
    """Return the artifacts or executions of a run."""
    if row.context_id:
        return Asked(kind, context_id=row.context_id).selection()
    terms = [_term("run", row.name), *([_term("workspace", row.workspace)] if row.workspace else [])]
    return replace(Asked(kind).selection(), query=Query(tuple(terms)))


def _term(field: str, value: str) -> Term:
    return Term(Comparison(Key(field), "=", (value,)), negated=False, start=0, end=0)


def states(session: Session, executions: Sequence[int]) -> dict[str, int]:
    """Count executions by the words of their states."""
    counts = facet_rows.by_column(session, EXECUTION, "last_known_state", executions)
    word = EXECUTION.node.State.Name  # type: ignore[union-attr]
    found: dict[str, int] = {}
    for number, count in counts.items():
        found[word(number or 0)] = found.get(word(number or 0), 0) + count
    return found


def holding(session: Session, types: KnownTypes, context_id: int) -> shapes.Holding:
    """Return what a context holds, by type.

    Raises:
        NotFoundError: there is no such context.
    """
    details.require(session, CONTEXT, context_id)
    ids = {
        kind: found_rows.sample_ids(session, Asked(kind, context_id=context_id).selection(), limit=MOST_COUNTED)
        for kind in (ARTIFACT, EXECUTION)
    }
    by_type = [count for kind in ids for count in _by_type(session, types, kind, ids[kind])]
    return shapes.Holding(len(ids[ARTIFACT]), len(ids[EXECUTION]), by_type, states(session, ids[EXECUTION]))


def _by_type(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int]) -> list[shapes.TypeCount]:
    counts: Any = facet_rows.by_column(session, kind, "type_id", ids)
    types.load(session, counts)
    return [
        shapes.TypeCount(kind.name, types.name(session, type_id), count)  # type: ignore[arg-type]
        for type_id, count in counts.most_common()
    ]


def named(session: Session, name: str) -> list[shapes.Run]:
    """Return the newest runs of a name."""
    return [run(session, row) for row in own_reads.runs_named(session, name)]
