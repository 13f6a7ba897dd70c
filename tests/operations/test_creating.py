"""A store is created where the official library creates it: by the constructor, and by `lineal migrate`."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from lineal.cli import main
from lineal.client import MetadataStore
from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from lineal.wire import metadata_store as pb
from tests import engines
from tests.compat.official import config_of

SYSTEM_TYPES = 9
CONSTRUCT = """
import sys
from lineal.client import MetadataStore
from lineal.wire import metadata_store as pb
with MetadataStore(pb.ConnectionConfig.FromString(bytes.fromhex(sys.argv[1]))) as store:
    store.get_artifact_types()
"""


def config_for(url: str) -> pb.ConnectionConfig:
    """Return the ConnectionConfig of a URL of a test."""
    if url.startswith("sqlite:///"):
        return pb.ConnectionConfig(sqlite={"filename_uri": urlsplit(url).path[1:], "connection_mode": 3})
    return config_of(url)


def tables(url: str) -> set[str]:
    """Return the names of a database's tables in lower case."""
    with closing(Database(DatabaseSettings(url))) as database:
        return {name.lower() for name in database.read(lambda session: session.dialect.table_names(session.script))}


def construct(config: bytes) -> int:
    """Open a store; return how many types of artifacts it has, system types included."""
    with MetadataStore(pb.ConnectionConfig.FromString(config)) as store:
        return len(store.get_artifact_types())


def test_the_constructor_creates_the_schema(fresh_database_url: str) -> None:
    MetadataStore(config_for(fresh_database_url)).close()

    assert {"mlmdenv", "artifact", "type"} <= tables(fresh_database_url)


def test_of_many_constructors_at_once_none_fails_and_one_creates(fresh_database_url: str) -> None:
    config = config_for(fresh_database_url).SerializeToString()
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(construct, [config] * 6)) == [0] * 6

    assert engines.run_sql(fresh_database_url, "SELECT COUNT(*) FROM Type") == [(SYSTEM_TYPES,)]
    assert engines.run_sql(fresh_database_url, "SELECT schema_version FROM MLMDEnv") == [(10,)]


@pytest.mark.slow
def test_of_many_processes_that_construct_at_once_none_fails(fresh_database_url: str) -> None:
    config = config_for(fresh_database_url).SerializeToString()
    started = [subprocess.Popen([sys.executable, "-c", CONSTRUCT, config.hex()]) for _ in range(6)]
    assert [process.wait(120) for process in started] == [0] * 6

    assert engines.run_sql(fresh_database_url, "SELECT COUNT(*) FROM Type") == [(SYSTEM_TYPES,)]


def test_migrate_creates_the_schema_in_an_empty_database(
    fresh_database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tables(fresh_database_url) == set()  # which makes the database itself

    assert main(["migrate", "--db", fresh_database_url, "--dry-run"]) == 0
    assert "create the tables of schema version 10" in capsys.readouterr().out
    assert tables(fresh_database_url) == set()

    assert main(["migrate", "--db", fresh_database_url]) == 0
    assert capsys.readouterr().out.endswith("Done: schema version 10.\n")
    assert {"mlmdenv", "artifact", "type"} <= tables(fresh_database_url)
