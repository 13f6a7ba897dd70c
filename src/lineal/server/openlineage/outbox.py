"""The thread that sends what waits in the outbox, in order, and keeps its numbers.

One thread among all workers and servers of a store sends: the one that holds the turn, which is a value in the store
that it writes again and again. Whoever has seen the same value for `TURN_SECONDS` may take it. No transaction is open
while something is sent. What was sent leaves the outbox afterwards, so a process that is killed in between sends some
events again. What stays out: what events say (lineal.openlineage.sending), and connections (destinations.py).
"""

from __future__ import annotations

import itertools
import json
import logging
import threading
import time
import uuid
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any

from lineal import errors
from lineal.openlineage.sending import batches, forwarding, shaping
from lineal.openlineage.sending.batches import Batch, Task
from lineal.openlineage.sending.reading import Key
from lineal.openlineage.sending.shaping import Sent, Shaped
from lineal.server.observing import metrics
from lineal.server.openlineage.destinations import Answer, Destination
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.store.own_rows import outbox
from lineal.store.own_rows.outbox import Backlog, Waiting
from lineal.store.schema import on_demand
from lineal.upkeep import outbox as outbox_state
from lineal.upkeep.outbox import State

TURN_SECONDS = 30.0
_POLL = 0.5
_RENEW = 5.0
_COUNT = 10.0
_BATCH = 100
_MOST_NODES = 500
_LONGEST_BATCH = 2.0  # seconds
_LONGEST_PAUSE = 60.0
_FAULT = "no event can be made of it; the log of the server that sends has the fault"
_log = logging.getLogger(__name__)


def switch_on(service: MetadataService) -> None:
    """Let every process that writes to the store mark what it writes, from now on."""
    on_demand.prepare(service.database)
    service.write(lambda session, _: outbox.switch_on(session))
    service.database.node_times.note_look(float("-inf"))
    service.write(lambda *_: None)  # looks for the switch, so that all later writes of this process know it


class LostTurnError(Exception):
    """Somebody else sends by now."""


@dataclass
class _Done:
    """What was done with tasks: rows that were sent, rows that were refused, and what was sent of nodes."""

    rows: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    sent: dict[Key, Sent] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows or self.refused or self.sent)


class Outbox:
    """Sends what waits until it is left; without a destination it only counts what waits."""

    def __init__(
        self, service: MetadataService, destination: Destination | None, *, turn_seconds: float = TURN_SECONDS
    ) -> None:
        self._service, self._destination, self._turn_seconds = service, destination, turn_seconds
        self._state = State(is_on=False, backlog=Backlog())
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lineal-openlineage", daemon=True)
        self._name, self._renewals, self._mine, self._renewed = uuid.uuid4().hex, 0, "", 0.0
        self._seen, self._seen_at = "", time.monotonic()
        self._failures, self._retry_at, self._counted = 0, 0.0, -_COUNT
        self._waits: dict[Key, tuple[int, int]] = {}  # until when (milliseconds), and the last row that was seen

    def caution(self) -> str:
        """Return what users should know: that nothing is sent, or that much waits or was refused; "" if all is well."""
        return outbox_state.caution(self._state, sends=self._destination is not None)

    def __enter__(self) -> Outbox:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._thread.join()
        if self._destination is not None:
            self._destination.close()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            pause = _POLL
            try:
                self._count()
                pause = 0.0 if self.step() else _POLL
            except errors.StatusError as error:
                if self._destination is not None:
                    _log.warning("sending OpenLineage waits: %s", error.message)
                pause = _RENEW
            except Exception:
                _log.exception("fault while sending OpenLineage")
                pause = _RENEW
        self._let_go()

    def step(self) -> bool:
        """Send one batch, if it is this one's turn; return whether there is more to do at once."""
        if self._destination is None:
            return False
        try:
            is_mine = self._hold()
            return is_mine and time.monotonic() >= self._retry_at and self._send(self._destination)
        except LostTurnError:
            self._mine = ""
            return False

    def _send(self, destination: Destination) -> bool:
        batch = self._next()
        if batch is None:
            return False
        done, trouble = _Done(), ""
        for task in self._within_time(batch.tasks):
            answer = self._do(destination, batch, task, done)
            if answer.trouble and not answer.is_final:
                trouble = answer.trouble
                break
        self._finish(done)
        self._note(trouble)
        return bool(done) and not trouble

    def _next(self) -> Batch | None:
        """Return the first tasks whose turn it is, None if there are none."""
        now = _now()
        self._waits = {key: wait for key, wait in self._waits.items() if wait[0] > now}
        for rows in self._pages():
            if due := [row for row in rows if not self._must_wait(row, now)]:
                return self._taken(_first(due))
        return None

    def _taken(self, rows: list[Waiting]) -> Batch | None:
        """Return the tasks of rows; a row of which none can be made is set aside, so that the others are sent."""
        try:
            return self._service.read(partial(batches.take, rows=rows))
        except errors.StatusError:
            raise
        except Exception:
            if len(rows) > 1:
                return self._taken(rows[:1])
            _log.exception("fault while reading what is to be sent as OpenLineage")
            self._service.write(lambda session, _: outbox.refuse(session, [(rows[0].id, _FAULT)]))
            return None

    def _pages(self) -> Iterator[list[Waiting]]:
        """Yield the rows that wait, in order."""
        after = 0
        while rows := self._service.read(partial(_page, after=after)):
            yield rows
            after = rows[-1].id

    def _must_wait(self, row: Waiting, now: int) -> bool:
        """Say whether all nodes of a row were told of a moment ago, and nothing was written since."""
        kind = outbox.KIND_OF.get(row.kind)
        if kind is None:
            return False
        waits = [self._waits.get((kind, node_id), (0, 0)) for node_id in row.nodes]
        return all(row.id <= seen and now < until for until, seen in waits)

    def _within_time(self, tasks: list[Task]) -> Iterator[Task]:
        end = time.monotonic() + _LONGEST_BATCH
        for task in tasks:
            if self._stopped.is_set() or time.monotonic() > end:
                return
            yield task

    def _do(self, destination: Destination, batch: Batch, task: Task, done: _Done) -> Answer:
        """Send what a task tells; return what became of it."""
        if not task.nodes:
            return self._settle(task, done, [self._forward(destination, batch, task)])
        answers, rows = [], task.rows
        for kind, node_id in task.nodes:
            self._hold()
            shaped = self._shaped(batch, (kind, node_id), task)
            if shaped is None:
                answers.append(Answer(_FAULT, is_final=True))
            elif shaped.not_before:
                self._waits[kind, node_id] = (shaped.not_before, task.rows[-1])
                rows = task.rows[1:]  # one row says that there is something to tell
            else:
                self._waits.pop((kind, node_id), None)
                answers.append(self._send_events(destination, shaped, batch, done))
            if answers and answers[-1].trouble and not answers[-1].is_final:
                return answers[-1]
        return self._settle(Task(rows, task.time), done, answers)

    @staticmethod
    def _shaped(batch: Batch, key: Key, task: Task) -> Shaped | None:
        """Return the events of a node; None for a fault, which must not keep all others from being sent."""
        try:
            return shaping.shaped(batch.read, batch.sent, *key, time=task.time, now=_now())
        except Exception:
            _log.exception("fault while making an event of OpenLineage")
            return None

    @staticmethod
    def _send_events(destination: Destination, shaped: Shaped, batch: Batch, done: _Done) -> Answer:
        """Send the events of a node until one is not taken; note what the receiver has."""
        for index, event in enumerate(shaped.events):
            answer = _sent_to(destination, event)
            if answer.trouble:
                noted = shaped.begun if index else {}
                break
        else:
            answer, noted = Answer(), shaped.sent
        batch.sent.update(noted)
        done.sent.update(noted)
        return answer

    def _forward(self, destination: Destination, batch: Batch, task: Task) -> Answer:
        [row_id] = task.rows
        try:
            event = self._service.read(partial(forwarding.forwarded, row_id=row_id, store_id=batch.read.store_id))
        except errors.StatusError:
            raise
        except Exception:
            _log.exception("fault while sending an event of OpenLineage on")
            return Answer(_FAULT, is_final=True)
        return Answer() if event is None else _sent_to(destination, event)

    @staticmethod
    def _settle(task: Task, done: _Done, answers: list[Answer]) -> Answer:
        """Note that a task is done, or that it was refused."""
        trouble = next((answer for answer in answers if answer.trouble), Answer())
        if trouble.trouble and not trouble.is_final:
            return trouble
        if trouble.trouble and task.rows:
            _log.warning("the receiver of OpenLineage refuses an event: %s", trouble.trouble)
            done.refused.append((task.rows[0], trouble.trouble))
            done.rows += task.rows[1:]
        else:
            done.rows += task.rows
        return trouble

    def _finish(self, done: _Done) -> None:
        """Take what was sent out of the outbox.

        Raises:
            LostTurnError: somebody else sends by now; what was sent stays in the outbox for them.
        """
        if not done:
            return
        noted = [(kind, node_id, sent.text) for (kind, node_id), sent in done.sent.items()]

        def write(session: Session, _: Any) -> str:
            mine = self._renew(session)
            outbox.remove(session, done.rows)
            outbox.refuse(session, done.refused)
            outbox.note_sent(session, noted)
            return mine

        self._mine, self._renewed = self._service.write(write), time.monotonic()
        metrics.OPENLINEAGE_SENT.inc(len(done.rows))

    def _note(self, trouble: str) -> None:
        """Wait before the next attempt after a failure that may pass, longer each time."""
        if not trouble:
            if self._failures:
                _log.info("OpenLineage is sent again")
            self._failures = 0
            return
        pause = min(_LONGEST_PAUSE, 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        self._retry_at = time.monotonic() + pause
        _log.warning("OpenLineage cannot be sent: %s; the next attempt is in %g s", trouble, pause)

    # The turn.

    def _hold(self) -> bool:
        """Say whether it is this thread's turn, and keep it."""
        if self._mine and time.monotonic() - self._renewed < min(_RENEW, self._turn_seconds / 3):
            return True
        if not self._mine and not self._is_free():
            return False
        self._mine, self._renewed = self._service.write(lambda session, _: self._renew(session)), time.monotonic()
        return True

    def _is_free(self) -> bool:
        """Say whether nobody has written for a while that they send."""
        holder = self._service.read(lambda session, _: outbox.sender(session))
        if holder != self._seen:
            self._seen, self._seen_at = holder, time.monotonic()
        return holder in ("", outbox.NOBODY) or time.monotonic() - self._seen_at >= self._turn_seconds

    def _renew(self, session: Session) -> str:
        """Write that this thread sends; return what it wrote."""
        self._renewals += 1
        mine = f"{self._name} {self._renewals}"
        if not outbox.become_sender(session, mine, self._mine or self._seen):
            raise LostTurnError
        return mine

    def _let_go(self) -> None:
        """Leave the turn to whoever comes next."""
        if not self._mine:
            return
        try:
            self._service.write(lambda session, _: outbox.become_sender(session, outbox.NOBODY, self._mine))
        except errors.StatusError as error:
            _log.warning("another server can send OpenLineage in %g s: %s", self._turn_seconds, error.message)

    def _count(self) -> None:
        """Count now and then what waits."""
        if time.monotonic() - self._counted < _COUNT:
            return
        self._counted = time.monotonic()
        self._state = outbox_state.state(self._service.database)
        waiting, oldest, dead = self._state.backlog
        metrics.OPENLINEAGE_WAITING.set(waiting)
        metrics.OPENLINEAGE_DEAD.set(dead)
        metrics.OPENLINEAGE_AGE.set(0 if oldest is None else max(0, _now() - oldest) / 1000)


def _page(session: Session, _: object, *, after: int) -> list[Waiting]:
    return outbox.waiting(session, after=after, most=_BATCH)


def _first(rows: list[Waiting]) -> list[Waiting]:
    """Return the first rows, at least one, with as many nodes as are read at once."""
    counts = list(itertools.accumulate(max(1, len(row.nodes)) for row in rows))
    return rows[: max(1, bisect_right(counts, _MOST_NODES))]


def _sent_to(destination: Destination, event: dict[str, Any]) -> Answer:
    return destination.send(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))


def _now() -> int:
    return time.time_ns() // 1_000_000
