"""The first rows of the outbox as tasks: what to send for which of them, read in one transaction.

Marks of one node are one task. What stays out: waiting, and sending (server/openlineage).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from lineal.conventions import RUN_TYPES
from lineal.kinds import CONTEXT, EXECUTION, KINDS, Kind
from lineal.openlineage.sending.reading import Key, Read, read
from lineal.openlineage.sending.shaping import Sent, sent_from
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.own_rows import outbox, values
from lineal.store.own_rows.outbox import Waiting
from lineal.store.rows.nodes import nodes_by_ids
from lineal.store.rows.relations import members_of


@dataclass
class Task:
    """Rows of the outbox that are sent together.

    Attributes:
        rows: their ids, the first of which says when it is their turn.
        time: when the first one was written, in milliseconds since the epoch.
        nodes: what to tell of; none for an event that came as OpenLineage.
    """

    rows: list[int]
    time: int
    nodes: Sequence[Key] = ()


@dataclass(frozen=True)
class Batch:
    """Tasks in their order, what is read for them, and what was sent before; this grows as the tasks are done."""

    tasks: list[Task]
    read: Read
    sent: dict[Key, Sent] = field(default_factory=dict)


def take(session: Session, types: KnownTypes, rows: Sequence[Waiting]) -> Batch:
    """Return the tasks of rows of the outbox, which are in order."""
    first: dict[Key, Task] = {}
    tasks: list[Task] = []
    for row in rows:
        kind = outbox.KIND_OF.get(row.kind)
        keys = [(kind, node_id) for node_id in row.nodes] if kind else []
        new = [key for key in keys if key not in first]
        if keys and not new:
            max((first[key] for key in keys), key=_place).rows.append(row.id)  # all are done by then
            continue
        tasks.append(Task([row.id], row.time, new))
        first.update(dict.fromkeys(new, tasks[-1]))
    _tell_by_runs(session, types, tasks)
    wanted: dict[Kind, set[int]] = defaultdict(set)
    for task in tasks:
        for kind, node_id in task.nodes:
            wanted[kind].add(node_id)
    store_id = values.value_of(session, values.STORE_ID) or ""
    found = read(session, types, store_id, wanted)
    sent = _sent(session, found)
    # Clocks of servers that send one after the other may differ, or be set back.
    as_of = max([found.as_of, *(each.at + 1 for each in sent.values())])
    return Batch(tasks, replace(found, as_of=as_of), sent)


def _place(task: Task) -> int:
    return task.rows[0]


def _tell_by_runs(session: Session, types: KnownTypes, tasks: Sequence[Task]) -> None:
    """Let the contexts of single runs be told by the events of the executions that they hold."""
    contexts = nodes_by_ids(session, CONTEXT, [each for task in tasks for kind, each in task.nodes if kind is CONTEXT])
    types.load(session, {row.type_id for row in contexts})
    runs = [row.id for row in contexts if types.name(session, row.type_id) in RUN_TYPES]
    held: dict[Key, list[Key]] = defaultdict(list)
    for context_id, execution_id in members_of(session, EXECUTION, runs) if runs else ():
        held[CONTEXT, context_id].append((EXECUTION, execution_id))
    for task in tasks:
        task.nodes = [each for key in task.nodes for each in held.get(key, [key])]


def _sent(session: Session, found: Read) -> dict[Key, Sent]:
    ids: dict[Kind, list[int]] = {kind: [] for kind in KINDS}
    for kind, node_id in found.nodes:
        ids[kind].append(node_id)
    return {
        (kind, node_id): sent_from(text)
        for kind in KINDS
        for node_id, text in outbox.sent_of(session, kind, ids[kind]).items()
    }
