"""Statements of one transaction on their way to the database: what a session says about them, and what it gets back.

A round trip to a database server costs more than most statements. So a statement whose result nobody needs yet waits
for the next one, the opening of a transaction travels with its first statement, and the end with its last
(queued_transaction.py). An engine in this process runs each statement at once (direct_transaction.py). What stays out:
what a statement says (statement.py), and when a transaction runs again (database.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Protocol, TypeVar

from lineal.store.engine.statement import Insertion

Value = TypeVar("Value")
Row = tuple[Any, ...]
Answer = Callable[[], Value]
"""A result that is fetched when it is first needed, and the same each time."""
Refused = Callable[[Exception], Exception | None]
Span = Callable[[str], AbstractContextManager[Any]]


class Keeping(Enum):
    """How long a driver keeps the text of a query prepared."""

    USUAL = "usual"
    ASKED = "asked"
    ONCE = "once"


class EarlierStatementError(Exception):
    """A statement was refused for its values after the rule that made it had gone on.

    The transaction has to run again, with each statement sent at once, so that the rule meets the error itself.
    """


class ReadingIsOverError(Exception):
    """A statement came after the one that was announced as the last of a read."""


class LostWhileCommittingError(Exception):
    """The connection was lost in the packet that held the commit, so nobody knows whether it happened."""


class Outcome(NamedTuple):
    """What a database says about a statement: its rows, how many rows it found, and the last id that it gave."""

    rows: list[Row]
    found: int = 0
    last_id: int = 0


@dataclass
class Command:
    """A statement with its parameters, ready for a driver.

    Attributes:
        sql: the text.
        parameters: in the order of the text; rows of them if `is_many`; None if the text is complete.
        is_many: whether the statement runs once for each row.
        rows: how many rows the statement inserts, if its parameters do not show it.
        keeping: how long the driver keeps it prepared.
        refused: returns the error of values that the database refuses, given the driver's error, or None.
    """

    sql: str
    parameters: Any = ()
    is_many: bool = False
    rows: int = 1
    keeping: Keeping = Keeping.USUAL
    refused: Refused | None = None


class ReadEnd:
    """Whether the next query is the last of a read; one that is also the first needs no transaction.

    Attributes:
        is_next: whether it is.
    """

    def __init__(self, *, may_be_early: bool) -> None:
        """Take whether a read may end before its work does."""
        self._may_be_early = may_be_early
        self.is_next = False

    def announce(self) -> None:
        """Take note that the next query is the last."""
        self.is_next = self._may_be_early

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """Run queries that are not the announced last one."""
        is_next, self.is_next = self.is_next, False
        try:
            yield
        finally:
            self.is_next = is_next


class Transaction(Protocol):
    """The parts of a transaction that a session needs.

    Attributes:
        end: whether the next query is the last of a read.
        is_begun: whether a transaction is open on the connection.
        is_careful: whether each statement that writes is sent at once, so that it fails where it is made.
        has_waited: whether one has waited, so that another may have failed before it.
    """

    end: ReadEnd
    is_begun: bool
    is_careful: bool
    has_waited: bool

    def start(self) -> None:
        """Begin a write where writers wait for each other: waiting is safe only at the start."""

    def close(self) -> None:
        """Free what the driver holds for it."""

    def query(self, command: Command) -> list[Row]:
        """Return the rows of a query."""

    def ask(self, command: Command) -> Answer[list[Row]]:
        """Return the rows of a query when they are needed, which may be together with those of others."""

    def change(self, command: Command) -> int:
        """Run a statement that changes rows; return how many rows it found."""

    def change_many(self, command: Command) -> None:
        """Run a statement once for each row of parameters, at the latest before the next result."""

    def insert_many(self, insertion: Insertion, command: Command) -> None:
        """Insert the rows, at the latest before the next result; nobody needs their ids."""

    def insert(self, insertion: Insertion, command: Command) -> Answer[Sequence[int]]:
        """Insert the rows; return their ids when they are needed, index-aligned."""

    def script(self, command: Command) -> list[Row]:
        """Run a statement given as text."""

    def commit(self) -> None:
        """Send what waits, and end the transaction."""
