"""Indexes that Lineal adds to tables of ML Metadata, with its own tables."""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lineal.config import DatabaseSettings
from lineal.errors import UnavailableError
from lineal.store.engine.database import Database
from lineal.store.schema import on_demand
from lineal.store.tables.own_tables import MEMBER_INDEXES
from lineal.upkeep.opening import open_service

NAMES = {str(index.name) for index in MEMBER_INDEXES.values()}


def present(database: Database) -> set[str]:
    return NAMES & database.read(lambda session: session.dialect.index_names(session.script))


def test_they_come_with_the_own_tables_on_every_engine(database_url: str) -> None:
    with open_service(database_url) as service:
        for _ in range(2):
            assert on_demand.prepare(service.database)
            assert present(service.database) == NAMES


def test_a_store_that_has_the_tables_alone_gets_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_service(f"sqlite:///{path}") as service:
        on_demand.prepare(service.database)
    with closing(sqlite3.connect(path)) as connection:
        for name in NAMES:
            connection.execute(f"DROP INDEX {name}")
    with open_service(f"sqlite:///{path}") as service:
        assert on_demand.prepare(service.database)
        assert present(service.database) == NAMES


def test_contexts_of_a_node_are_found_by_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_service(f"sqlite:///{path}") as service:
        on_demand.prepare(service.database)
    with closing(sqlite3.connect(path)) as connection:
        for table, column in (("Association", "execution_id"), ("Attribution", "artifact_id")):
            query = f"EXPLAIN QUERY PLAN SELECT context_id FROM {table} WHERE {column} = 1"
            [(*_, plan)] = connection.execute(query)
            assert f"idx_lineal_{table.lower()}_{column}" in plan


def test_a_store_that_cannot_be_written_is_read_without_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with open_service(f"sqlite:///{path}") as service:
        on_demand.prepare(service.database)
    with closing(sqlite3.connect(path)) as connection:
        for name in NAMES:
            connection.execute(f"DROP INDEX {name}")
        connection.execute("PRAGMA journal_mode = DELETE")
    os.chmod(path, 0o444)
    with open_service(DatabaseSettings(f"sqlite:///{path}?mode=ro")) as service:
        assert on_demand.prepare(service.database)
        assert present(service.database) == set()


def test_an_account_that_may_not_create_them_is_told_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise UnavailableError("permission denied")

    monkeypatch.setattr(on_demand, "define_indexes", refuse)
    with open_service(f"sqlite:///{tmp_path}/store.db") as service, caplog.at_level(logging.WARNING):
        assert on_demand.prepare(service.database)
    assert "cannot be created: permission denied" in caplog.text
    assert all(name in caplog.text for name in NAMES)
