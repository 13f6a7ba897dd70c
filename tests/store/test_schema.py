"""The schema that Lineal creates is the one that the official library creates."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path

from lineal.upkeep.opening import open_service

CREATE = """
import sys
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb
config = pb.ConnectionConfig()
config.sqlite.filename_uri, config.sqlite.connection_mode = sys.argv[1], 3
metadata_store.MetadataStore(config)
"""


def described(path: Path) -> dict[str, object]:
    """Return columns and indexes of every table, without the names that SQLite makes up."""
    connection = sqlite3.connect(path)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    found: dict[str, object] = {}
    for table in tables:
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        indexes = [
            (
                "" if name.startswith("sqlite_autoindex") else name,
                unique,
                partial,
                tuple(column for _, _, column in connection.execute(f"PRAGMA index_info({name})")),
            )
            for _, name, unique, _, partial in connection.execute(f"PRAGMA index_list({table})")
        ]
        # SQLite itself says of an INTEGER PRIMARY KEY that it may be NULL, unless the definition repeats NOT NULL.
        found[table] = ([(*column[:3], column[3] or column[5], *column[4:]) for column in columns], sorted(indexes))
    connection.close()
    return found


def test_columns_and_indexes_are_those_of_the_official_library(tmp_path: Path, official_python: Path) -> None:
    subprocess.run([official_python, "-c", CREATE, tmp_path / "official.db"], check=True, timeout=60)
    open_service(f"sqlite:///{tmp_path}/lineal.db").close()
    ours, theirs = described(tmp_path / "lineal.db"), described(tmp_path / "official.db")
    assert ours.keys() == theirs.keys()
    for table, description in theirs.items():
        assert ours[table] == description, table
