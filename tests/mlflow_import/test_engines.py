"""Sources on MySQL and PostgreSQL, and stores on every engine."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lineal.mlflow.importing import Options, import_source
from lineal.mlflow_sources import open_source
from lineal.upkeep.opening import open_service
from tests.engines import SERVERS, Engine
from tests.mlflow_import.conftest import Store
from tests.mlflow_import.mlflow_database import OLD, MlflowDatabase
from tests.mlflow_import.test_again import RUN, everything, rich


@pytest.fixture(params=SERVERS)
def source(request: pytest.FixtureRequest, servers: ExitStack, tmp_path: Path) -> Iterator[MlflowDatabase]:
    """A database of MLflow on each server in turn."""
    engine: Engine = request.param
    url = engine.fresh_url(servers, tmp_path)
    engine.create_database(url)
    with closing(MlflowDatabase(url.replace("postgresql://", "postgresql+psycopg://"))) as database:
        database.experiment(1, "first", artifact_location="s3://bucket/1")
        yield database


def test_a_source_on_a_server_is_read_whole(source: MlflowDatabase, store: Store) -> None:
    rich(source)
    source.points(RUN, "many", [float(n) for n in range(12_000)])
    source.points(RUN, "odd", [math.nan, -1.7976931348623157e308])
    done = store.take(source.url.replace("+psycopg", ""))
    assert (done.left_out.counts(), done.failed.counts()) == ({}, {})
    assert [value for *_, value in store.history(RUN, "many")] == [float(n) for n in range(12_000)]
    assert repr([value for *_, value in store.history(RUN, "odd")]) == "[nan, -1.7976931348623157e+308]"
    assert +store.take(source.url).new == {}


def test_what_is_written_meanwhile_is_of_the_next_import(source: MlflowDatabase, store: Store) -> None:
    for each in range(3):
        source.run_row(f"{each:032x}", metrics={"m": [1.0]})
    with closing(open_source(source.url)) as opened:
        opened.experiments()
        source.run_row(RUN, metrics={"m": [1.0]})
        source.points(f"{0:032x}", "m", [2.0], first=1)
        done = import_source(store.service, opened, Options())
    assert (done.new["runs"], done.new["metric points"]) == (3, 3)
    again = store.take(source.url)
    assert (again.new["runs"], again.new["metric points"]) == (1, 2)


def test_a_store_on_every_engine_takes_everything(mlflow: MlflowDatabase, database_url: str) -> None:
    rich(mlflow)
    mlflow.points(RUN, "odd", [math.nan, 1.7976931348623157e308, -0.0])
    with open_service(database_url) as service:
        store = Store(database_url, service)
        done = store.take(mlflow.url, who="ann")
        assert (done.left_out.counts(), done.failed.counts()) == ({}, {})
        before = everything(store)
        assert +store.take(mlflow.url).new == {}
        assert everything(store) == before
        assert [value for *_, value in store.history(RUN, "m")] == [1.0, 2.0, 3.0]


def test_a_source_is_not_changed(tmp_path: Path, store: Store) -> None:
    with closing(MlflowDatabase(f"sqlite:///{tmp_path}/old.db", OLD)) as old:
        old.experiment(1, "first")
        old.run_row(RUN)
    before = (tmp_path / "old.db").read_bytes()
    store.take(f"{tmp_path}/old.db")
    assert (tmp_path / "old.db").read_bytes() == before
    assert not (tmp_path / "old.db-wal").exists()
