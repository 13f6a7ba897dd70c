"""The statistics of SQLite's planner: gathered from a sample of each index, and corrected.

What stays out: when they are gathered, and telling other connections of them (sqlite.py, connections.py).
"""

from __future__ import annotations

from typing import Any

_SAMPLE = 1000  # entries of each index
_OF_VALUES = r"SELECT rowid, stat FROM sqlite_stat1 WHERE idx LIKE '%\_property\_%' ESCAPE '\'"
_NAMES = 8  # of properties that values of one form have, as a rule


def gather(connection: Any) -> None:
    """Analyse a sample of each index.

    Raises:
        sqlite3.Error: another process is writing.
    """
    connection.execute(f"PRAGMA analysis_limit={_SAMPLE}")
    connection.execute("ANALYZE")
    _correct(connection)


def _correct(connection: Any) -> None:
    """Correct what a sample cannot show: more rows than the sample holds have the same property name.

    The sample ends within the first name, and the statistics assume this for all. A range of values would then seem to
    select less than one value.
    """
    for row_id, text in connection.execute(_OF_VALUES).fetchall():
        total, *averages = text.split()
        likely = [_likely(average, total) for average in averages]
        connection.execute("UPDATE sqlite_stat1 SET stat = ? WHERE rowid = ?", (" ".join([total, *likely]), row_id))
    connection.execute("ANALYZE sqlite_master")  # which only reads them again


def _likely(average: str, total: str) -> str:
    """Return an average of sqlite_stat1, or what it may be if it is as large as the sample."""
    if not average.isdigit() or int(average) < _SAMPLE:
        return average
    return str(max(int(average), int(total) // _NAMES))
