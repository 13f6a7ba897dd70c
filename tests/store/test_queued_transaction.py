"""A transaction whose statements wait: what it keeps, and what it says of one that many rows have sent early."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from lineal.store.engine.queued_transaction import QueuedTransaction
from lineal.store.engine.statement import Insertion, insertion
from lineal.store.engine.transaction import Command, Outcome

MANY = 5001
TABLE = sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer))


class Rows(list[Any]):
    """Rows that a weak reference can follow."""


class Remote:
    """A server that answers every statement with one row, and refuses insertions."""

    def is_driver_error(self, error: Exception) -> bool:
        return isinstance(error, OSError)

    def is_lost(self, error: Exception) -> bool:
        return False

    def is_undone_commit(self, error: Exception) -> bool:
        return True

    def opening(self, *, write: bool) -> Sequence[Command]:
        return [Command("BEGIN")]

    def commits_by_itself(self, sql: str) -> bool:
        return False

    def run_together(self, connection: Any, commands: Sequence[Command], *, write: bool) -> Iterator[Outcome]:
        for command in commands:
            if command.sql == "INSERT":
                raise OSError("refused")
            yield Outcome(Rows([(1,)]))

    def insertions(
        self, connection: Any, insertion: Insertion, command: Command, *, with_ids: bool
    ) -> Iterator[tuple[Command, int]]:
        yield command, command.rows

    def ids_of(self, connection: Any, outcome: Outcome, count: int) -> Sequence[int]:
        return range(count)


@pytest.fixture
def transaction() -> QueuedTransaction:
    return QueuedTransaction(Remote(), None, write=True, span=None, is_careful=False)


def test_rows_of_a_query_are_not_kept_until_the_end(transaction: QueuedTransaction) -> None:
    queried = weakref.ref(transaction.query(Command("SELECT")))
    asked = weakref.ref(transaction.ask(Command("SELECT"))())

    assert queried() is None
    assert asked() is None


def test_rows_that_were_asked_for_can_be_had_twice(transaction: QueuedTransaction) -> None:
    asked = transaction.ask(Command("SELECT"))

    assert (asked(), asked()) == ([(1,)], [(1,)])


def test_an_error_of_many_rows_may_not_be_the_first_one(transaction: QueuedTransaction) -> None:
    with pytest.raises(OSError, match="refused"):
        transaction.insert(insertion(TABLE, ["n"]), Command("INSERT", rows=MANY))

    assert transaction.has_waited
