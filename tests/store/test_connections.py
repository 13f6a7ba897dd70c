"""Connections: what becomes of them when a store is dropped without being closed."""

from __future__ import annotations

import gc
import sqlite3
from pathlib import Path

import pytest

from lineal.service import open_service
from lineal.store.connections import IdleConnections, SharedConnection
from lineal.wire import service as rpc


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return False
    return True


@pytest.mark.parametrize("made_by", [IdleConnections, SharedConnection])
def test_a_dropped_store_closes_its_connections(made_by: type[IdleConnections | SharedConnection]) -> None:
    connections = made_by(lambda: sqlite3.connect(":memory:"))
    connection = connections.take()
    connections.give_back(connection)
    assert is_open(connection)

    del connections
    gc.collect()

    assert not is_open(connection)


def test_the_file_of_a_dropped_store_is_left_without_a_log_beside_it(tmp_path: Path) -> None:
    service = open_service(f"sqlite:///{tmp_path}/metadata.db")
    service.call("GetArtifacts", rpc.GetArtifactsRequest())

    del service
    gc.collect()

    assert [path.name for path in tmp_path.iterdir()] == ["metadata.db"]
