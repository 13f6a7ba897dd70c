"""The prepared statements of a SQLite connection: as many as the module can keep, but few bytes of callers' queries.

Also the texts of insertions of many rows: most of the time of a row goes into running a statement for it.

What stays out: opening connections (sqlite.py), and the files behind them (sqlite_files.py).
"""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

KEPT_STATEMENTS = 256
ROWS_TOGETHER = 50
"""How many rows one statement inserts; twice as many gain next to nothing."""
_ONE_ROW = re.compile(r"VALUES (\((?:\?, )*\?\))")
_MOST_ASKED = 64_000  # characters; prepared, a query takes some thirty times the memory of its text


class Connection(sqlite3.Connection):
    """A connection that limits how many prepared queries of callers it keeps."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._asked: set[int] = set()
        self._asked_size = 0

    def note_asked(self, sql: str) -> None:
        """Record that a caller's query ran, and forget all of them when there are many."""
        if hash(sql) in self._asked:
            return
        self._asked.add(hash(sql))
        self._asked_size += len(sql)
        if self._asked_size > _MOST_ASKED:
            self.forget_statements()

    def forget_statements(self) -> None:
        """Forget all prepared statements: the module has no other way than to run as many as it keeps."""
        for number in range(KEPT_STATEMENTS + 1):
            self.execute(f"SELECT {number}").close()
        self._asked, self._asked_size = set(), 0


@lru_cache(maxsize=64)
def for_many_rows(sql: str) -> str:
    """Return the text that inserts ROWS_TOGETHER rows, given the text of one."""
    return _ONE_ROW.sub(lambda found: f"VALUES {', '.join([found[1]] * ROWS_TOGETHER)}", sql, count=1)


def joined_rows(rows: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """Yield the parameters of ROWS_TOGETHER rows as one list."""
    for start in range(0, len(rows), ROWS_TOGETHER):
        yield [*itertools.chain.from_iterable(rows[start : start + ROWS_TOGETHER])]
