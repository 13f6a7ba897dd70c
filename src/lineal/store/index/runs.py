"""Runs in the index, and what they hold. A run is a name that records share, or a context of a run type.

What stays out: writing runs (entries.py), and what a run means to a reader (catalogue/runs.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.conventions import ARCHIVED
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.rows.pages import PageOrder
from lineal.store.tables.mlmd_tables import MEMBERSHIP, NODE, PROPERTY
from lineal.store.tables.own_tables import ENTRY, RUN


class RunRow(NamedTuple):
    """A stored run; `context_id` is 0 for a run that is only named, `workspace` is "" if records name none."""

    id: int
    workspace: str
    name: str
    context_id: int
    created: int
    updated: int


_RUN_COLUMNS = [RUN.c[name] for name in RunRow._fields]
_RUN = Statement(sa.select(*_RUN_COLUMNS).where(RUN.c.id == sa.bindparam("run_id")))
_RUNS_NAMED = Statement(
    sa.select(*_RUN_COLUMNS).where(RUN.c.name == sa.bindparam("run_name")).order_by(RUN.c.id.desc()).limit(20)
)


_NEWEST_FIRST = PageOrder(RUN.c.id, ascending=False, value=RUN.c.created)


def run(session: Session, run_id: int) -> RunRow | None:
    """Return a run, or None."""
    row = session.row(_RUN, {"run_id": run_id})
    return RunRow._make(row) if row else None


def runs_named(session: Session, name: str) -> list[RunRow]:
    """Return the newest runs of a name."""
    return [RunRow._make(row) for row in session.rows(_RUNS_NAMED, {"run_name": name})]


def runs(
    session: Session, *, workspace: str | None, contains: str, after: tuple[int, int] | None, limit: int
) -> list[RunRow]:
    """Return runs, newest first, those after a (time, id)."""
    query = sa.select(*_RUN_COLUMNS)
    if workspace is not None:
        query = query.where(RUN.c.workspace == sa.bindparam(None, workspace, sa.Text()))
    if contains:
        query = query.where(RUN.c.name.contains(contains, autoescape=True))
    if after:
        query = query.where(_NEWEST_FIRST.after(*after))
    query = query.order_by(*_NEWEST_FIRST.keys).limit(limit)
    return [RunRow._make(row) for row in session.rows(Statement(query))]


def workspaces(session: Session, *, limit: int) -> list[str]:
    """Return the names of the workspaces that have runs, those with the most first."""
    number = sa.func.count()
    query = sa.select(RUN.c.workspace, number).where(RUN.c.workspace != "").group_by(RUN.c.workspace)
    rows = session.rows(Statement(query.order_by(number.desc(), RUN.c.workspace).limit(limit)))
    return [name for name, _ in rows]


def _of_names(kind: Kind, column: str, has_archived: bool) -> Statement:
    """Return the query of (run, workspace, value of a node's column, count) of the nodes that name some runs."""
    node = NODE[kind].c
    columns = [ENTRY.c.run, ENTRY.c.workspace, node[column]]
    query = sa.select(*columns, sa.func.count()).select_from(ENTRY.join(NODE[kind], node.id == ENTRY.c.node_id))
    query = query.where(ENTRY.c.kind == kind.type_kind, listed(ENTRY.c.run, "names"))
    return Statement(query.where(*_kept(kind, has_archived)).group_by(*columns))


def _of_contexts(kind: Kind, column: str, has_archived: bool) -> Statement:
    """Return the query of (context id, value of a node's column, count) of the nodes that some contexts hold."""
    link, node = MEMBERSHIP[kind].c, NODE[kind].c
    columns = [link.context_id, node[column]]
    query = sa.select(*columns, sa.func.count())
    query = query.select_from(MEMBERSHIP[kind].join(NODE[kind], node.id == link[kind.id_column]))
    query = query.where(listed(link.context_id, "ids"), *_kept(kind, has_archived))
    return Statement(query.group_by(*columns))


def _kept(kind: Kind, has_archived: bool) -> list[sa.ColumnElement[bool]]:
    """Return the condition that a node is not archived, unless archived ones count."""
    if has_archived:
        return []
    row = PROPERTY[kind].c
    is_mark = sa.and_(row.name == sa.literal(ARCHIVED, sa.Text()), row.is_custom_property == sa.literal(True))
    mark: sa.Select[Any] = sa.select(sa.literal_column("1")).where(row[kind.id_column] == NODE[kind].c.id, is_mark)
    return [sa.not_(sa.exists(mark.where(row.int_value.is_not(None))))]


# Counts of a run's nodes: how many there are of each type, and how many executions are in each state.
_COLUMNS = {ARTIFACT: ("type_id",), EXECUTION: ("type_id", "last_known_state")}
_PLACES = [(kind, column, all_) for kind, columns in _COLUMNS.items() for column in columns for all_ in (True, False)]
_NAMED = {place: _of_names(*place) for place in _PLACES}
_HELD = {place: _of_contexts(*place) for place in _PLACES}


def counts(
    session: Session, kind: Kind, column: str, rows: Sequence[RunRow], *, has_archived: bool = True
) -> dict[int, Counter[Any]]:
    """Return, for the id of each run, how many of its nodes have which value of a column, archived ones or not.

    One statement reads all runs that are only named, and one all that are contexts, no matter how many there are. A run
    without a workspace is counted over all workspaces, which is what a search for its name finds.
    """
    place = kind, column, has_archived
    named = _by_name(session, place, {row.name for row in rows if not row.context_id})
    held = _by_context(session, place, {row.context_id for row in rows if row.context_id})
    found: dict[int, Counter[Any]] = {}
    for row in rows:
        if row.context_id:
            found[row.id] = held.get(row.context_id, Counter())
        else:
            places = named.get(row.name, {})
            found[row.id] = places.get(row.workspace, Counter()) if row.workspace else _total(places.values())
    return found


_Place = tuple[Kind, str, bool]


def _by_name(session: Session, place: _Place, names: Iterable[str]) -> dict[str, dict[str, Counter[Any]]]:
    found: dict[str, dict[str, Counter[Any]]] = {}
    for name, workspace, value, number in session.listed_rows(_NAMED[place], "names", sorted(names)):
        found.setdefault(name, {}).setdefault(workspace or "", Counter())[value] += number
    return found


def _by_context(session: Session, place: _Place, ids: Iterable[int]) -> dict[int, Counter[Any]]:
    found: dict[int, Counter[Any]] = {}
    for context_id, value, number in session.listed_rows(_HELD[place], "ids", sorted(ids)):
        found.setdefault(context_id, Counter())[value] += number
    return found


def _total(counters: Iterable[Counter[Any]]) -> Counter[Any]:
    total: Counter[Any] = Counter()
    for counter in counters:
        total.update(counter)
    return total


_EXECUTIONS = Statement(
    sa.select(ENTRY.c.node_id, ENTRY.c.workspace).where(
        ENTRY.c.kind == EXECUTION.type_kind, ENTRY.c.run == sa.bindparam("run_name")
    )
)


def executions(session: Session, row: RunRow) -> set[int]:
    """Return the ids of the executions of a run that is only named."""
    found = session.rows(_EXECUTIONS, {"run_name": row.name})
    return {node_id for node_id, workspace in found if not row.workspace or workspace == row.workspace}
