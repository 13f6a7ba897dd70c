"""What every engine does alike, and the questions on which engines differ.

A dialect holds only differences, each with its reason; statements and rules live elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.store.connections import Connections


@dataclass
class Conflict(Exception):  # noqa: N818 what was met, not what is raised to callers
    """A row would break a rule of uniqueness.

    Attributes:
        columns: the columns that must be unique together, as far as the engine says it.
        row: which row of a bulk statement it was, counted from 0, if the engine says it.
    """

    columns: tuple[str, ...]
    row: int | None = None


class DatabaseDialect:
    """The base of the engines' differences."""

    name: str
    read_only = False

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings = settings

    def create_engine(self) -> sa.Engine:
        """Return the engine that opens connections; nothing is connected yet."""
        raise NotImplementedError

    def connections(self, engine: sa.Engine) -> Connections:
        """Return the connections that the database works on."""
        raise NotImplementedError

    def writing(self) -> AbstractContextManager[Any]:
        """Return what is held while a transaction writes."""
        raise NotImplementedError

    def begin(self, cursor: Any, *, write: bool) -> None:
        """Start a transaction on a connection in autocommit mode."""
        raise NotImplementedError

    def after_write(self, connection: Any, rows: int) -> None:
        """Do what the engine needs after a committed transaction that wrote so many rows; nothing, as a rule."""

    def is_driver_error(self, error: Exception) -> bool:
        """Say whether the error comes from the driver."""
        raise NotImplementedError

    def conflict(self, error: Exception) -> Conflict | None:
        """Return what was not unique, if that is what the driver's error says."""
        raise NotImplementedError

    def is_retriable(self, error: Exception) -> bool:
        """Say whether running the whole transaction again can cure the driver's error."""
        raise NotImplementedError

    def translate(self, error: Exception) -> errors.StatusError:
        """Return the error that a caller sees for a driver's error that is neither of the above."""
        raise NotImplementedError

    def reserve_ids(self, cursor: Any, table: sa.Table, count: int) -> Sequence[int]:
        """Return `count` ids for new rows of a table, which nobody else gets."""
        raise NotImplementedError

    def table_names(self, run: Callable[[str], list[tuple[Any, ...]]]) -> list[str]:
        """Return the names of the database's tables; `run` executes a query."""
        raise NotImplementedError
