"""The outbox of a store, for commands: what was refused, trying again, giving up, and switching it off.

What stays out: the rows (store/own_rows/outbox.py), and sending (server/openlineage).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineal.counting import amount
from lineal.kinds import KINDS
from lineal.service import MetadataService
from lineal.service.audit import note
from lineal.service.clock import now
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.own_rows import outbox
from lineal.store.own_rows.outbox import Backlog
from lineal.store.schema import on_demand
from lineal.store.tables.own_tables import OUTBOX, VALUE

_NAMES = {kind.type_kind: kind.name for kind in KINDS}
_COMMAND = "outbox"
_OLD = 300_000  # milliseconds: what waits longer is worth a word


@dataclass(frozen=True)
class Refused:
    """Something that the receiver refused.

    Attributes:
        id: its number in the outbox.
        time: when it was written, in milliseconds since the epoch.
        kind: artifact, execution or context; "event" for one that came as OpenLineage.
        node_id: the id of the node, or of the node that an event is about that came; 0 for several.
        attempts: how often it was sent.
        reason: what the receiver answered.
    """

    id: int
    time: int
    kind: str
    node_id: int
    attempts: int
    reason: str


@dataclass(frozen=True)
class State:
    """Whether processes mark what they write, and how much there is in the outbox."""

    is_on: bool
    backlog: Backlog


def state(database: Database) -> State:
    """Return the state of the outbox; nothing is written."""
    return database.read(_state)


def _state(session: Session) -> State:
    if not {OUTBOX.name, VALUE.name} <= {name.lower() for name in session.dialect.table_names(session.script)}:
        return State(is_on=False, backlog=Backlog())
    return State(outbox.is_on(session), outbox.backlog(session))


def caution(found: State, *, sends: bool = True) -> str:
    """Return what users should know of an outbox, "" if all is well.

    Args:
        found: its state.
        sends: whether the one who says it sends what waits; only then, or after a while, is waiting worth a word.
    """
    waiting, oldest, dead = found.backlog
    is_old = oldest is not None and now() - oldest > _OLD
    records = amount(waiting, "records")
    said = []
    if waiting and found.is_on and not sends:
        said.append(f"{records} wait to be sent as OpenLineage, and this server sends nothing")
    elif waiting and is_old:
        said.append(f"{records} wait to be sent as OpenLineage")
    if dead:
        said.append(f"the receiver of OpenLineage refused {amount(dead, 'records')} (lineal outbox ls)")
    return "; ".join(said)


def refused(service: MetadataService, *, after: int = 0, limit: int) -> list[Refused]:
    """Return what the receiver refused, by id, those after an id."""
    if not on_demand.holds(service.database, OUTBOX):
        return []
    rows = service.read(lambda session, _: outbox.dead(session, after=after, most=limit))
    return [
        Refused(row.id, row.time, _NAMES.get(row.kind, "event"), row.node_id, row.attempts, row.reason or "")
        for row in rows
    ]


def retry(service: MetadataService, ids: Sequence[int] | None, *, who: str) -> int:
    """Let refused rows be sent again, all or those with these ids; return how many there were."""
    return _changed(service, "retry", ids, who)


def drop(service: MetadataService, ids: Sequence[int] | None, *, who: str) -> int:
    """Delete refused rows, all or those with these ids; return how many there were."""
    return _changed(service, "drop", ids, who)


def switch_off(service: MetadataService, *, who: str) -> None:
    """Let no process mark what it writes, and forget what waits and what was refused."""
    on_demand.prepare(service.database)

    def write(session: Session, _: object) -> None:
        outbox.switch_off(session)
        note(session, who=who, command=_COMMAND, action="off")

    service.write(write)
    service.database.node_times.note_look(float("-inf"))


def _changed(service: MetadataService, action: str, ids: Sequence[int] | None, who: str) -> int:
    on_demand.prepare(service.database)

    def write(session: Session, _: object) -> int:
        count = (outbox.revive if action == "retry" else outbox.drop)(session, ids)
        if count:
            note(session, who=who, command=_COMMAND, action=action, new={"rows": count})
        return count

    return service.write(write)
