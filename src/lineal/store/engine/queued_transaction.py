"""A transaction on a database server, whose statements wait for each other and travel together.

What is sent in one round trip: the opening if nothing was sent yet, the statements that wait, the one whose result is
needed, and the commit if nothing comes after it. If one fails, the database does nothing of those behind it. What stays
out: how an engine takes several statements at once (dialects), and engines in this process (direct_transaction.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from lineal.store.engine.statement import Insertion
from lineal.store.engine.transaction import (
    Answer,
    Command,
    EarlierStatementError,
    LostWhileCommittingError,
    Outcome,
    ReadEnd,
    ReadingIsOverError,
    Row,
    Span,
)

# Rows of parameters that wait for the next statement, at most; the server works on more of them meanwhile.
_MOST_WAITING_ROWS = 5000


class Remote(Protocol):
    """The parts of a database server that a transaction needs; `ServerDialect` explains each."""

    def is_driver_error(self, error: Exception) -> bool:
        """Say whether the error comes from the driver."""

    def is_lost(self, error: Exception) -> bool:
        """Say whether the connection is of no more use."""

    def is_undone_commit(self, error: Exception) -> bool:
        """Say whether nothing was committed, without a doubt."""

    def opening(self, *, write: bool) -> Sequence[Command]:
        """Return the statements that begin a transaction."""

    def commits_by_itself(self, sql: str) -> bool:
        """Say whether a statement ends the transaction in which it is sent."""

    def run_together(self, connection: Any, commands: Sequence[Command], *, write: bool) -> Iterator[Outcome]:
        """Send commands together, as far as that is safe; yield their outcomes."""

    def insertions(
        self, connection: Any, insertion: Insertion, command: Command, *, with_ids: bool
    ) -> Iterator[tuple[Command, int]]:
        """Yield the commands that insert all rows of a command."""

    def ids_of(self, connection: Any, outcome: Outcome, count: int) -> Sequence[int]:
        """Return the ids of the rows that such a command has inserted."""


class QueuedTransaction:
    """A transaction on a database server.

    Attributes:
        end: whether the next query is the last of a read.
        is_begun: whether a transaction is open on the connection.
        is_careful: whether each statement is sent at once, so that it fails where it is made, and no read ends early.
        has_waited: whether one has waited.
    """

    def __init__(self, dialect: Remote, connection: Any, *, write: bool, span: Span | None, is_careful: bool) -> None:
        self._dialect = dialect
        self._connection = connection
        self._write = write
        self._span = span
        self._waiting: list[Command] = []
        self._rows_waiting = 0
        self._opening = dialect.opening(write=write)
        self._outcomes: list[Outcome] = []
        self._sent = 0
        self._is_over = False
        self.is_begun = False
        self.end = ReadEnd(may_be_early=not (is_careful or write))
        self.is_careful = is_careful
        self.has_waited = False

    def start(self) -> None:
        """Do nothing: the first statement begins the transaction."""

    # ---- what a session asks

    def query(self, command: Command) -> list[Row]:
        """Return the rows of a query, which travels with all that waits."""
        return self._now(command).rows

    def ask(self, command: Command) -> Answer[list[Row]]:
        """Let a query wait for the next result that is needed; in a write, a rule before it may fail first."""
        place = self._later(command)
        self.has_waited = self.has_waited or (self._write and not self.is_careful)
        return cache(lambda: self._taken(place).rows)

    def change(self, command: Command) -> int:
        """Run a statement that changes rows; return how many rows it found."""
        return self._now(command).found

    def change_many(self, command: Command) -> None:
        """Let a statement wait for the next result that is needed."""
        command.is_many = True
        self._wait(command)

    def insert_many(self, insertion: Insertion, command: Command) -> None:
        """Let an insertion wait for the next result that is needed."""
        for part, _ in self._dialect.insertions(self._connection, insertion, command, with_ids=False):
            self._wait(part)

    def insert(self, insertion: Insertion, command: Command) -> Answer[Sequence[int]]:
        """Let an insertion wait for the next result that is needed; its own are the ids."""
        parts = self._dialect.insertions(self._connection, insertion, command, with_ids=True)
        places = [(self._wait(part), count) for part, count in parts]

        def ids() -> Sequence[int]:
            found: list[int] = []
            for place, count in places:
                found += self._dialect.ids_of(self._connection, self._taken(place), count)
            return found

        return cache(ids)

    def script(self, command: Command) -> list[Row]:
        """Run a statement given as text, alone: some may not be sent with others."""
        if self._waiting or not self.is_begun:
            self._send(is_end=False)
        try:
            return self._now(command).rows
        finally:
            self.is_begun = self.is_begun and not self._dialect.commits_by_itself(command.sql)  # also if it fails

    def commit(self) -> None:
        """Send what waits, and end the transaction with it.

        Raises:
            LostWhileCommittingError: the connection was lost meanwhile.
        """
        if self._waiting and not self.is_begun:
            # A connection that was idle may be dead. What is lost there with the commit might not be repeated.
            self._send(is_end=False)
        if self.is_begun:
            self._send(is_end=True)

    def close(self) -> None:
        """Do nothing: a cursor lives as long as its statements."""

    # ---- sending

    def _now(self, command: Command) -> Outcome:
        return self._taken(self._later(command))

    def _taken(self, place: int) -> Outcome:
        """Return an outcome, and keep nothing of it: a long read would keep all that it has read."""
        outcome, self._outcomes[place] = self._outcome(place), _NOTHING
        return outcome

    def _wait(self, command: Command) -> int:
        """Let a command wait, unless each is sent at once or too much waits; return its place."""
        place = self._later(command)
        self._rows_waiting += len(command.parameters) if command.is_many else command.rows
        self.has_waited = not self.is_careful
        if self.is_careful or self._rows_waiting > _MOST_WAITING_ROWS:
            self._outcome(place)
        return place

    def _later(self, command: Command) -> int:
        if self._is_over:
            raise ReadingIsOverError
        self._waiting.append(command)
        return self._sent + len(self._waiting) - 1

    def _outcome(self, place: int) -> Outcome:
        """Return the outcome of the command of a place, which is sent now if it still waits."""
        if place >= self._sent:
            self._send(is_end=self.end.is_next, awaited=place)
        return self._outcomes[place]

    def _send(self, *, is_end: bool, awaited: int = -1) -> None:
        """Send what waits in one round trip, with the opening and the end of the transaction where they belong."""
        waiting, self._waiting, self._rows_waiting = self._waiting, [], 0
        is_alone = is_end and not self.is_begun and len(waiting) == 1
        opening = [] if self.is_begun or is_alone else self._opening
        ending = [_COMMIT] if is_end and not is_alone else []
        self.is_begun = not is_alone
        flight = _Flight([*opening, *waiting, *ending], len(opening), len(opening) + len(waiting), [])
        try:
            self._run(flight)
        except Exception as error:
            if not self._dialect.is_driver_error(error):
                raise
            failure = self._failure(error, flight, awaited - self._sent + len(opening))
            if failure is None:
                raise
            raise failure from error
        finally:
            done = flight.outcomes[flight.first : flight.end]
            self._outcomes += [*done, *[_NOTHING] * (len(waiting) - len(done))]
            self._sent += len(waiting)
        self._is_over = is_end
        self.is_begun = self.is_begun and not is_end

    def _run(self, flight: _Flight) -> None:
        """Run commands together, and note their outcomes."""
        text = "; ".join([command.sql for command in flight.commands[flight.first : flight.end]]) if self._span else ""
        with self._span(text) if self._span is not None and text else nullcontext():
            for outcome in self._dialect.run_together(self._connection, flight.commands, write=self._write):
                flight.outcomes.append(outcome)

    def _failure(self, error: Exception, flight: _Flight, awaited: int) -> Exception | None:
        """Return what to raise for a driver's error, or None for the error itself."""
        dialect, place = self._dialect, len(flight.outcomes)
        is_committing = self._write and flight.end < len(flight.commands)
        if is_committing and (place >= flight.end or dialect.is_lost(error)):
            return None if dialect.is_undone_commit(error) else LostWhileCommittingError()
        command = flight.commands[min(place, len(flight.commands) - 1)]
        refused = command.refused(error) if command.refused is not None else None
        if refused is None or self.is_careful or place == awaited:
            return refused
        return EarlierStatementError()


@dataclass
class _Flight:
    """Commands that are sent together; those between `first` and `end` are the session's."""

    commands: Sequence[Command]
    first: int
    end: int
    outcomes: list[Outcome]


_COMMIT = Command("COMMIT")
_NOTHING = Outcome([])
