"""The outbox: what is to be sent as OpenLineage, written by the transactions that write the nodes.

A transaction marks the nodes that it writes just before it commits, if the store's switch is on. One that stored events
which came as OpenLineage puts in these events instead. Rows are sent in the order of their ids and deleted afterwards;
those that the receiver refused stay as dead ones. `lineal_sent` keeps what was sent last of each node, so that nothing
unchanged is sent again. What stays out: what an event says (openlineage/sending), and sending (server/openlineage).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.store.engine.session import ReceivedEvent, Row, Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.engine.transaction import Answer
from lineal.store.own_rows import values
from lineal.store.tables.mlmd_tables import EVENT, NODE
from lineal.store.tables.own_tables import OUTBOX, SENT, VALUE

SWITCH = "openlineage sending"
SENDER = "openlineage sender"
NOBODY = "nobody"
"""What says who sends while nobody does."""
KIND_OF = {kind.type_kind: kind for kind in KINDS}
_LONGEST_REASON = 500

_ROW = OUTBOX.c
_INSERT = insertion(OUTBOX, ["time", "kind", "node_id", "payload", "attempts", "dead"])
_COLUMNS = [_ROW.id, _ROW.time, _ROW.kind, _ROW.node_id]
_SEVERAL: sa.ColumnElement[str] = sa.case((_ROW.kind >= sa.literal_column("0"), _ROW.payload), else_=sa.null())
_MOST_IN_ROW = 500
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_MOST: sa.BindParameter[int] = sa.bindparam("most")
_IDS = "ids"
_AFTER: sa.BindParameter[int] = sa.bindparam("after")
_WAITING = Statement(
    sa.select(*_COLUMNS, _SEVERAL).where(_ROW.dead == 0, _ROW.id > _AFTER).order_by(_ROW.id).limit(_MOST)
)
_DEAD = Statement(
    sa.select(*_COLUMNS, _ROW.attempts, _ROW.reason)
    .where(_ROW.dead == 1, _ROW.id > _AFTER)
    .order_by(_ROW.id)
    .limit(_MOST)
)
_PAYLOAD = Statement(sa.select(_ROW.kind, _ROW.node_id, _ROW.payload).where(_ROW.id == sa.bindparam("of_id")))
_COUNTS = Statement(sa.select(_ROW.dead, sa.func.count(_ROW.id), sa.func.min(_ROW.time)).group_by(_ROW.dead))
_DELETE = Statement(sa.delete(OUTBOX).where(listed(_ROW.id, _IDS)))
_KILL = Statement(
    sa.update(OUTBOX)
    .values(dead=_ONE, attempts=_ROW.attempts + _ONE, reason=sa.bindparam("why"))
    .where(_ROW.id == sa.bindparam("of_id")),
    order=["why", "of_id"],
)
_REVIVE = Statement(sa.update(OUTBOX).values(dead=0, reason=None).where(_ROW.dead == 1, listed(_ROW.id, _IDS)))
_REVIVE_ALL = Statement(sa.update(OUTBOX).values(dead=0, reason=None).where(_ROW.dead == 1))
_DROP = Statement(sa.delete(OUTBOX).where(_ROW.dead == 1, listed(_ROW.id, _IDS)))
_DROP_DEAD = Statement(sa.delete(OUTBOX).where(_ROW.dead == 1))
_DROP_ALL = Statement(sa.delete(OUTBOX).where(_ROW.id > 0))
_HAS_EVENT = sa.exists().where(EVENT.c.artifact_id == NODE[ARTIFACT].c.id)
_LARGEST = {kind: Statement(sa.select(sa.func.max(NODE[kind].c.id))) for kind in KINDS}
_LARGER = {
    kind: Statement(
        sa.select(NODE[kind].c.id)
        .where(NODE[kind].c.id > _AFTER, *([~_HAS_EVENT] if kind is ARTIFACT else []))
        .order_by(NODE[kind].c.id)
        .limit(_MOST)
    )
    for kind in KINDS
}
_SENT = Statement(
    sa.select(SENT.c.node_id, SENT.c.content).where(
        SENT.c.kind == sa.bindparam("of_kind"), listed(SENT.c.node_id, _IDS)
    )
)
_INSERT_SENT = insertion(SENT, ["kind", "node_id", "content"], keep_existing="kind")
_UPDATE_SENT = Statement(
    sa.update(SENT)
    .values(content=sa.bindparam("new_content"))
    .where(SENT.c.kind == sa.bindparam("of_kind"), SENT.c.node_id == sa.bindparam("of_node")),
    order=["new_content", "of_kind", "of_node"],
)
_FORGET_SENT = Statement(sa.delete(SENT).where(SENT.c.kind == sa.bindparam("of_kind"), listed(SENT.c.node_id, _IDS)))
_FORGET_RECEIVED = Statement(sa.delete(OUTBOX).where(_ROW.kind == sa.bindparam("of_kind"), listed(_ROW.node_id, _IDS)))
_TAKE_OVER = Statement(
    sa.update(VALUE)
    .values(value=sa.bindparam("new_value"))
    .where(VALUE.c.name == SENDER, VALUE.c.value == sa.bindparam("old_value"))
)
_ADD_SENDER = insertion(VALUE, ["name", "value"], keep_existing="name")


class Waiting(NamedTuple):
    """A row to be sent.

    Attributes:
        id: its number; later ones have greater numbers.
        time: when it was written, in milliseconds since the epoch.
        kind: the number of the nodes' kind; below zero for an event that came.
        nodes: the ids of the nodes; none for an event that came.
    """

    id: int
    time: int
    kind: int
    nodes: tuple[int, ...]


class Dead(NamedTuple):
    """A row that the receiver refused.

    Attributes:
        id, time, kind: as those of Waiting.
        node_id: the node, or that which an event is about that came; 0 for several.
        attempts: how often it was sent.
        reason: why it was refused.
    """

    id: int
    time: int
    kind: int
    node_id: int
    attempts: int
    reason: str | None


class Backlog(NamedTuple):
    """How much there is: rows that wait, the time of the oldest in milliseconds since the epoch, and dead rows."""

    waiting: int = 0
    oldest: int | None = None
    dead: int = 0


class LateOutbox:
    """Marks what transactions have written just before they commit, while the switch of the store is on.

    Other processes may turn the switch. What this one knows of it is as old as what it knows of the search index: a
    write that looks for the latter (store/index/marks.py) also looks for the switch.
    """

    def __init__(self) -> None:
        self._is_on = self._has_table = False

    def begin(self, session: Session) -> Callable[[], None]:
        """Ask now and then for the switch, with a write's first statement; return what marks the nodes.

        That runs after the marks of the search index.
        """
        asked: Answer[list[Row]] | None = None
        if self._has_table and session.node_times.is_outdated():
            self._has_table = False  # should the table be gone, only this write fails
            asked = session.unscoped.ask(values.READ, {"of_name": SWITCH})

        def end() -> None:
            if session.table_names is not None:
                self._has_table = VALUE.name in session.table_names
                self._is_on = self._has_table and (bool(asked()) if asked is not None else is_on(session))
            if self._is_on and (rows := _rows_of(session)):
                session.change_many(_INSERT, rows)

        return end


_Row = tuple[int, int, int, "str | None", int, int]


def _rows_of(session: Session) -> list[_Row]:
    """Return the rows for what a transaction has written: the events that it received, or else its nodes."""
    now = time.time_ns() // 1_000_000
    if session.received_events:
        return [
            (now, _received(event.kind), event.node_id, json.dumps([[*event.artifacts], event.given]), 0, 0)
            for event in session.received_events
        ]
    written: dict[Kind, set[int]] = {CONTEXT: set(), ARTIFACT: set(), EXECUTION: set()}  # executions name the others
    for kind, ids, _ in session.node_writes:
        written[kind].update(ids)
    for kind, linked in session.linked:
        written[kind].update(linked)
    # The event about an execution says what its inputs and outputs are.
    written[ARTIFACT] -= session.linked_artifacts
    rows: list[_Row] = []
    for kind, marked in written.items():
        for piece in session.pieces(sorted(marked), _MOST_IN_ROW):  # so large writes stay quick
            node_id, several = (piece[0], None) if len(piece) == 1 else (0, json.dumps(piece))
            rows.append((now, kind.type_kind, node_id, several, 0, 0))
    return rows


def _received(kind: Kind) -> int:
    """Return what the column `kind` of an event says that came as OpenLineage, given the kind of what it is about."""
    return -1 - kind.type_kind


def is_on(session: Session) -> bool:
    """Say whether transactions mark what they write."""
    return values.value_of(session, SWITCH) is not None


def switch_on(session: Session) -> None:
    """Let all processes mark what they write from now on, which they know after two seconds; the store gets its id."""
    values.store_id(session)
    session.change_many(_ADD_SENDER, [(SWITCH, str(time.time_ns() // 1_000_000))])


def switch_off(session: Session) -> None:
    """Let no process mark what it writes, and forget all that waits."""
    values.remove(session, SWITCH)
    session.change(_DROP_ALL, {})


def largest_ids(session: Session) -> dict[Kind, int]:
    """Return the largest id of the nodes of each kind, 0 if there is none."""
    return {kind: session.rows(_LARGEST[kind])[0][0] or 0 for kind in KINDS}


def mark_after(session: Session, ids: Mapping[Kind, int]) -> None:
    """Mark all nodes with larger ids than these, if the switch is on: their rows were written as they are.

    Artifacts that have events need no mark.
    """
    if not is_on(session):
        return
    now = time.time_ns() // 1_000_000
    for kind in (CONTEXT, ARTIFACT, EXECUTION):
        last = ids[kind]
        while found := [row[0] for row in session.rows(_LARGER[kind], {"after": last, "most": _MOST_IN_ROW})]:
            session.change_many(_INSERT, [(now, kind.type_kind, 0, json.dumps(found), 0, 0)])
            last = found[-1]


def waiting(session: Session, *, after: int = 0, most: int) -> list[Waiting]:
    """Return the first rows that wait, by id, those after an id, without the events that came."""
    found = session.rows(_WAITING, {"after": after, "most": most})
    return [Waiting(row[0], row[1], row[2], _nodes(row[2], row[3], row[4])) for row in found]


def _nodes(kind: int, node_id: int, several: str | None) -> tuple[int, ...]:
    if kind < 0:
        return ()
    return (node_id,) if several is None else tuple(json.loads(several))


def received_event(session: Session, row_id: int) -> ReceivedEvent | None:
    """Return the event of a row that came as OpenLineage, None if the row is gone."""
    row = session.row(_PAYLOAD, {"of_id": row_id})
    if row is None:
        return None
    artifacts, given = json.loads(row[2])
    return ReceivedEvent(given, KIND_OF[-1 - row[0]], row[1], artifacts)


def remove(session: Session, ids: Sequence[int]) -> None:
    """Delete rows that were sent."""
    for piece in session.pieces(ids):
        session.change(_DELETE, {_IDS: piece})


def refuse(session: Session, refused: Iterable[tuple[int, str]]) -> None:
    """Set rows aside that the receiver refused, given with its reasons."""
    session.change_many(_KILL, [(reason[:_LONGEST_REASON], row_id) for row_id, reason in refused])


def dead(session: Session, *, after: int = 0, most: int) -> list[Dead]:
    """Return rows that the receiver refused, by id, those after an id."""
    return [Dead._make(row) for row in session.rows(_DEAD, {"after": after, "most": most})]


def revive(session: Session, ids: Sequence[int] | None) -> int:
    """Let dead rows wait again, all or those with these ids; return how many there were."""
    if ids is None:
        return session.change(_REVIVE_ALL, {})
    return sum(session.change(_REVIVE, {_IDS: piece}) for piece in session.pieces(ids))


def drop(session: Session, ids: Sequence[int] | None) -> int:
    """Delete dead rows, all or those with these ids; return how many there were."""
    if ids is None:
        return session.change(_DROP_DEAD, {})
    return sum(session.change(_DROP, {_IDS: piece}) for piece in session.pieces(ids))


def backlog(session: Session) -> Backlog:
    """Return how much waits and how much is dead."""
    found = {is_dead: (count, oldest) for is_dead, count, oldest in session.rows(_COUNTS)}
    count, oldest = found.get(0, (0, None))
    return Backlog(count, oldest, found.get(1, (0, None))[0])


def sent_of(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, str]:
    """Return what was noted when something was sent of nodes, by id."""
    rows = [
        row for piece in session.pieces(ids) for row in session.rows(_SENT, {"of_kind": kind.type_kind, _IDS: piece})
    ]
    return {row[0]: row[1] for row in rows}


def note_sent(session: Session, sent: Iterable[tuple[Kind, int, str]]) -> None:
    """Note what was sent of nodes."""
    rows = [(kind.type_kind, node_id, content) for kind, node_id, content in sent]
    session.change_many(_INSERT_SENT, rows)
    session.change_many(_UPDATE_SENT, [(content, *key) for *key, content in rows])


def forget_nodes(session: Session, kind: Kind, ids: Sequence[int]) -> None:
    """Delete what is known of what was sent of nodes, which are deleted, and the events about them that came.

    An event about an artifact stays: another one may take its place. The sender looks whether there is one.
    """
    for piece in session.pieces(ids):
        session.change(_FORGET_SENT, {"of_kind": kind.type_kind, _IDS: piece})
        if kind is not ARTIFACT:
            session.change(_FORGET_RECEIVED, {"of_kind": _received(kind), _IDS: piece})


def sender(session: Session) -> str:
    """Return who sends, and how often they have said so; "" if nobody ever has."""
    return values.value_of(session, SENDER) or ""


def become_sender(session: Session, new: str, old: str) -> bool:
    """Write that somebody sends, unless it says something else than `old` by now; return whether it is written."""
    if not old:
        session.change_many(_ADD_SENDER, [(SENDER, NOBODY)])
        old = NOBODY
    return session.change(_TAKE_OVER, {"new_value": new, "old_value": old}) == 1
