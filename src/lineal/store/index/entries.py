"""Rows of the search index: which nodes must be indexed, and their entries and facts.

What stays out: what is derived from a node (catalogue/entries.py).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal import json_form
from lineal.filter.search import among
from lineal.kinds import KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.schema.definitions import table_names
from lineal.store.tables.mlmd_tables import NODE
from lineal.store.tables.own_tables import ENTRY, FACT, MARK, PROGRESS, RUN, UNINDEXED, Family
from lineal.store.workspaces.shared_workspaces import strangers

# The form of facts, and of what else a pass writes. If it changes, all of it is written again, node by node.
FORM = 8
_LARGEST = sys.float_info.max


class Fact(NamedTuple):
    """One indexed value: a number or a text.

    MySQL has no infinities. An infinity is the largest number of its sign with its name as the text, so it is compared
    and ordered correctly. NaN has neither number nor text.
    """

    node_id: int
    family: int
    name: str
    number: float | None
    text: str | None


class Entry(NamedTuple):
    """The entry of one node. `subject_id` is the node that its metrics are about, if that is another one."""

    node_id: int
    updated: int
    type_id: int
    name: str | None
    version: str | None
    workspace: str | None
    run: str | None
    subject_id: int | None
    words: str


class Progress(NamedTuple):
    """How far a kind is indexed: (time of the last update, id) of a node."""

    time: int
    node_id: int


def odd_fact(node_id: int, family: int, name: str, number: float) -> Fact:
    """Return the fact of a number that is not finite."""
    if math.isnan(number):
        return Fact(node_id, family, name, None, None)
    return Fact(node_id, family, name, math.copysign(_LARGEST, number), str(json_form.finite_or_name(number)))


def read_number(number: float | None, text: str | None) -> float:
    """Return the number of a metric's fact, also of one in the old form, which had a name but no number."""
    if text is not None:
        return float(text)
    return math.nan if number is None else number


class State(NamedTuple):
    """The numbers that show whether a kind has changed since it was indexed.

    Attributes:
        updated: the latest time of an update of a node, 0 if there is none.
        node_id: the greatest id of a node, 0 if there is none.
        entry_id: the greatest id of an entry, 0 if there is none.
        place: how far the kind is indexed; None if it is not.
        mark: the oldest mark, None if there is none.
        renewing: whether all nodes are being indexed again; None if the index is new or in an earlier form.
    """

    updated: int
    node_id: int
    entry_id: int
    place: Progress | None
    mark: int | None
    renewing: bool | None


def with_entry(kind: Kind) -> sa.Join:
    """Return the nodes of a kind, each with its entry if it has one."""
    mine = sa.and_(ENTRY.c.kind == kind.type_kind, ENTRY.c.node_id == NODE[kind].c.id)
    return NODE[kind].outerjoin(ENTRY, mine)


def differing(kind: Kind) -> sa.ColumnElement[bool]:
    """Return the condition that the entry of a node of `with_entry` is missing or old."""
    return sa.or_(ENTRY.c.node_id.is_(None), ENTRY.c.updated != NODE[kind].c.last_update_time_since_epoch)


def after_place(kind: Kind) -> sa.ColumnElement[bool]:
    """Return the condition that a node was updated after a place, in a form that can use an index."""
    node = NODE[kind].c
    time = sa.bindparam("time", type_=sa.BigInteger())
    later = sa.or_(node.last_update_time_since_epoch > time, node.id > sa.bindparam("node_id", type_=sa.BigInteger()))
    return sa.and_(node.last_update_time_since_epoch >= time, later)


def _pending(kind: Kind, *, every: bool) -> Statement:
    node = NODE[kind].c
    query = select_nodes(kind).where(after_place(kind))
    if not every:
        query = query.select_from(with_entry(kind)).where(differing(kind))
    query = query.order_by(node.last_update_time_since_epoch, node.id)
    return Statement(query.limit(sa.bindparam("batch")))


def _newer_ids(kind: Kind) -> Statement:
    node = NODE[kind].c
    query = select_nodes(kind).where(node.id > sa.bindparam("entry_id", type_=sa.BigInteger())).order_by(node.id)
    return Statement(query.limit(sa.bindparam("batch")))


def _form_of(kind: Kind) -> int:
    """Return the number of a kind's entry in the table of progress that holds the form of its rows."""
    return -1 - kind.type_kind


def _state(kind: Kind, *, marked: bool) -> Statement:
    node = NODE[kind].c

    def one(column: Any, table: sa.Table, number: int = kind.type_kind) -> Any:
        return sa.select(column).where(table.c.kind == number).scalar_subquery()

    return Statement(
        sa.select(
            sa.select(sa.func.max(node.last_update_time_since_epoch)).scalar_subquery(),
            sa.select(sa.func.max(node.id)).scalar_subquery(),
            one(sa.func.max(ENTRY.c.node_id), ENTRY),
            one(PROGRESS.c.time, PROGRESS),
            one(PROGRESS.c.node_id, PROGRESS),
            one(sa.func.min(MARK.c.id), MARK) if marked else sa.null(),
            one(PROGRESS.c.time, PROGRESS, _form_of(kind)),
            one(PROGRESS.c.node_id, PROGRESS, _form_of(kind)),
        )
    )


_PENDING = {(kind, every): _pending(kind, every=every) for kind in KINDS for every in (True, False)}
_NEWER_IDS = {kind: _newer_ids(kind) for kind in KINDS}
_STATE = {(kind, marked): _state(kind, marked=marked) for kind in KINDS for marked in (True, False)}
_OF_KIND: sa.BindParameter[int] = sa.bindparam("kind")
_PROGRESS = Statement(sa.select(PROGRESS.c.time, PROGRESS.c.node_id).where(PROGRESS.c.kind == _OF_KIND))
_DELETE_PROGRESS = Statement(sa.delete(PROGRESS).where(PROGRESS.c.kind == _OF_KIND))
_INSERT_PROGRESS = insertion(PROGRESS, ["kind", "time", "node_id"])
_INDEXED = Statement(
    sa.select(ENTRY.c.node_id, ENTRY.c.updated, ENTRY.c.subject_id).where(
        ENTRY.c.kind == _OF_KIND, listed(ENTRY.c.node_id, "ids")
    )
)
_DELETE_ENTRIES = Statement(sa.delete(ENTRY).where(ENTRY.c.kind == _OF_KIND, listed(ENTRY.c.node_id, "ids")))
_DELETE_OWN_FACTS = Statement(
    sa.delete(FACT).where(FACT.c.kind == _OF_KIND, listed(FACT.c.node_id, "ids"), FACT.c.source_id == FACT.c.node_id)
)
_DELETE_FACTS = Statement(
    sa.delete(FACT).where(
        FACT.c.kind == _OF_KIND, FACT.c.node_id == sa.bindparam("node"), FACT.c.source_id == sa.bindparam("source")
    ),
    order=["kind", "node", "source"],
)
_DELETE_UNINDEXED = Statement(
    sa.delete(UNINDEXED).where(UNINDEXED.c.kind == _OF_KIND, listed(UNINDEXED.c.node_id, "ids"))
)
# Under the lock no row can exist; but a server of an earlier version takes no lock, and must not make a pass fail.
_INSERT_ENTRY = insertion(ENTRY, ["kind", *Entry._fields], keep_existing="kind")
_INSERT_FACT = insertion(
    FACT, ["kind", "node_id", "source_id", "family", "name", "number", "text"], keep_existing="kind"
)
_METRICS_OF = Statement(
    sa.select(FACT.c.node_id, FACT.c.source_id, FACT.c.family, FACT.c.name).where(
        FACT.c.kind == _OF_KIND,
        listed(FACT.c.node_id, "ids"),
        among(FACT.c.family, [Family.METRIC, Family.EARLIER_METRIC, Family.FOREIGN_METRIC]),
    )
)
_SET_FAMILY = Statement(
    sa.update(FACT)
    .values(family=sa.bindparam("new_family"))
    .where(
        FACT.c.kind == _OF_KIND,
        FACT.c.node_id == sa.bindparam("node"),
        FACT.c.source_id == sa.bindparam("source"),
        FACT.c.family == sa.bindparam("old_family"),
        FACT.c.name == sa.bindparam("metric"),
    ),
    order=["new_family", "kind", "node", "source", "old_family", "metric"],
)
_RUN_IDENTITY = sa.and_(
    RUN.c.workspace == sa.bindparam("in_workspace"),
    RUN.c.name == sa.bindparam("run_name"),
    RUN.c.context_id == sa.bindparam("of_context"),
)
_RUN = Statement(sa.select(RUN.c.id, RUN.c.created, RUN.c.updated).where(_RUN_IDENTITY))
_INSERT_RUN = insertion(RUN, ["workspace", "name", "context_id", "created", "updated"], keep_existing="workspace")
_UPDATE_RUN = Statement(
    sa.update(RUN)
    .values(created=sa.bindparam("new_created"), updated=sa.bindparam("new_updated"))
    .where(RUN.c.id == sa.bindparam("run_id")),
    order=["new_created", "new_updated", "run_id"],
)


def state(session: Session, kind: Kind, *, marked: bool) -> State:
    """Return the numbers that show whether a kind has changed; `marked` says whether the store has marks."""
    *latest, time, place_id, mark, form, renewing = session.rows(_STATE[kind, marked])[0]
    updated, node_id, entry_id = (each or 0 for each in latest)
    place = None if time is None else Progress(time, place_id)
    return State(updated, node_id, entry_id, place, mark, None if form != FORM else bool(renewing))


def complete_up_to(session: Session, kind: Kind) -> int:
    """Return the id up to which every node of a kind has been indexed in the present form, 0 if that is not known."""
    if not {ENTRY.name, PROGRESS.name} <= table_names(session):
        return 0
    found = state(session.unscoped, kind, marked=False)
    return found.entry_id if found.renewing is False else 0


def pending(session: Session, kind: Kind, after: Progress, *, limit: int, every: bool = False) -> list[NodeRow]:
    """Return nodes that were updated after a place, in the order of their updates.

    Args:
        session: the transaction.
        kind: the kind of the nodes.
        after: the place.
        limit: how many to return at most.
        every: whether nodes with a current entry count as well.
    """
    values = {"time": after.time, "node_id": after.node_id, "batch": limit}
    return [NodeRow._make(row) for row in session.rows(_PENDING[kind, every], values)]


def newer(session: Session, kind: Kind, entry_id: int, *, limit: int) -> list[NodeRow]:
    """Return nodes with greater ids than any indexed one: those whose writer's clock is behind."""
    return [NodeRow._make(row) for row in session.rows(_NEWER_IDS[kind], {"entry_id": entry_id, "batch": limit})]


def progress(session: Session, kind: Kind) -> Progress | None:
    """Return how far a kind is indexed."""
    row = session.row(_PROGRESS, {"kind": kind.type_kind})
    return Progress._make(row) if row else None


def set_progress(session: Session, kind: Kind, place: Progress) -> None:
    """Record how far a kind is indexed."""
    session.change(_DELETE_PROGRESS, {"kind": kind.type_kind})
    session.change_many(_INSERT_PROGRESS, [(kind.type_kind, *place)])


def begin_renewal(session: Session, kind: Kind) -> None:
    """Record that all nodes of a kind must be indexed again, from the first on; old entries stay until then."""
    _note_form(session, kind, renewing=True)
    session.change(_DELETE_PROGRESS, {"kind": kind.type_kind})


def end_renewal(session: Session, kind: Kind) -> None:
    """Record that all nodes of a kind are indexed in the current form."""
    _note_form(session, kind, renewing=False)


def _note_form(session: Session, kind: Kind, *, renewing: bool) -> None:
    session.change(_DELETE_PROGRESS, {"kind": _form_of(kind)})
    session.change_many(_INSERT_PROGRESS, [(_form_of(kind), FORM, int(renewing))])


def start_again(session: Session, kind: Kind) -> None:
    """Make the next pass check all nodes of a kind; nodes with a current entry cost it little."""
    session.change(_DELETE_PROGRESS, {"kind": kind.type_kind})


def indexed(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, tuple[int, int | None]]:
    """Return (time of the indexed update, subject) of the indexed nodes."""
    found: dict[int, tuple[int, int | None]] = {}
    for piece in session.pieces(ids):
        rows = session.rows(_INDEXED, {"kind": kind.type_kind, "ids": piece})
        found |= {node_id: (updated, subject) for node_id, updated, subject in rows}
    return found


def replace_entries(
    session: Session, kind: Kind, entries: Sequence[Entry], facts: Sequence[tuple[int, Fact]], known: Any
) -> None:
    """Write entries and facts, given with the id of the node they come from, in place of the old ones.

    Args:
        session: the transaction.
        kind: the kind of the nodes.
        entries: one for each node.
        facts: (id of the node that it comes from, fact).
        known: what `indexed` returned for the nodes.
    """
    number = kind.type_kind
    for piece in session.pieces([entry.node_id for entry in entries]):
        for statement in (_DELETE_ENTRIES, _DELETE_UNINDEXED, _DELETE_OWN_FACTS):
            session.change(statement, {"kind": number, "ids": piece})
    about = [(number, subject, node_id) for node_id, (_, subject) in known.items() if subject is not None]
    session.change_many(_DELETE_FACTS, about)
    session.change_many(_INSERT_ENTRY, [(number, *entry) for entry in entries])
    session.change_many(_INSERT_FACT, [(number, fact.node_id, source, *fact[1:]) for source, fact in facts])


def settle_metrics(session: Session, kind: Kind, ids: Sequence[int]) -> None:
    """Mark the metric of the latest source of each name as the metric, and the others as earlier ones.

    Metrics from a source in another workspace are kept as foreign, and do not count.
    """
    rows: list[tuple[int, int, int, str]] = []
    for piece in session.pieces(ids):
        rows += session.rows(_METRICS_OF, {"kind": kind.type_kind, "ids": piece})
    foreign = strangers(session, kind, {(node_id, source) for node_id, source, _, _ in rows})
    latest: dict[tuple[int, str], int] = {}
    for node_id, source, _, name in rows:
        if (node_id, source) not in foreign:
            latest[node_id, name] = max(source, latest.get((node_id, name), 0))
    changes = []
    for node_id, source, family, name in rows:
        wanted = int(Family.METRIC if latest.get((node_id, name)) == source else Family.EARLIER_METRIC)
        if (node_id, source) in foreign:
            wanted = int(Family.FOREIGN_METRIC)
        if wanted != family:
            changes.append((wanted, kind.type_kind, node_id, source, family, name))
    session.change_many(_SET_FAMILY, changes)


class RunSeen(NamedTuple):
    """A run that was seen: its context or 0, and the span of time in which its nodes were written."""

    workspace: str
    name: str
    context_id: int
    created: int
    updated: int


def note_runs(session: Session, runs: Sequence[RunSeen]) -> None:
    """Store runs that are new, and widen the time of those that are known."""
    for seen in runs:
        identity = {"in_workspace": seen.workspace, "run_name": seen.name, "of_context": seen.context_id}
        row = session.row(_RUN, identity)
        if row is None:
            session.change_many(_INSERT_RUN, [seen])
            continue
        run_id, created, updated = row
        wider = min(created, seen.created), max(updated, seen.updated)
        if wider != (created, updated):
            session.change_many(_UPDATE_RUN, [(*wider, run_id)])
