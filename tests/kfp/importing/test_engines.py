"""Sources on MariaDB, which speaks as MySQL does, and on PostgreSQL; stores on each kind of engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lineal import errors
from lineal.upkeep.opening import open_service
from tests.engines import MARIADB, POSTGRESQL, SQLITE, Engine
from tests.kfp.importing.conftest import Store
from tests.kfp.importing.kfp_database import KfpDatabase
from tests.kfp.importing.pipeline import fill


@pytest.fixture(params=[MARIADB, POSTGRESQL], ids=lambda engine: engine.name)
def source(request: pytest.FixtureRequest, servers: ExitStack, tmp_path: Path) -> Iterator[KfpDatabase]:
    """A database of Kubeflow Pipelines on each server in turn."""
    engine: Engine = request.param
    url = engine.fresh_url(servers, tmp_path)
    engine.create_database(url)
    with closing(KfpDatabase(url.replace("postgresql://", "postgresql+psycopg://"))) as database:
        fill(database)
        yield database


@pytest.mark.slow
def test_a_source_on_a_server_gives_what_a_file_gives(source: KfpDatabase, kfp: KfpDatabase, store: Store) -> None:
    done = store.take(source.url.replace("+psycopg", ""))
    assert done.failed.counts() == {}
    with open_service("sqlite://") as service:
        other = Store("sqlite://", service)
        assert other.take(kfp.url).record() == done.record()
        assert _comparable(other) == _comparable(store)
    assert store.take(source.url).new.total() == 0


def _comparable(store: Store) -> list[str]:
    return [text for text in store.everything() if "last_update" not in text or "kfp:artifact" in text]


@pytest.mark.slow
@pytest.mark.parametrize("engine", [SQLITE, MARIADB, POSTGRESQL], ids=lambda engine: engine.name)
def test_a_store_on_every_kind_of_engine_takes_everything(kfp: KfpDatabase, database_url: str) -> None:
    with open_service(database_url) as service:  # type: ignore[arg-type]
        store = Store(database_url, service)
        counted = store.take(kfp.url, dry=True)
        done = store.take(kfp.url, who="ann")
        assert counted.record() == done.record()
        assert done.failed.counts() == {}
        before = store.everything()
        assert store.take(kfp.url).new.total() == 0
        assert store.everything() == before


def test_no_message_holds_a_password(store: Store) -> None:
    for scheme in ("mysql", "postgresql"):
        with pytest.raises(errors.UnavailableError, match=r"\*\*\*@127.0.0.1:1/mlpipeline cannot be read") as caught:
            store.take(f"{scheme}://ann:secret@127.0.0.1:1/mlpipeline")
        assert "secret" not in str(caught.value)
