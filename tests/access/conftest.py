"""The stores, made once, and copies of them for tests that write: on SQLite, and in the slow run on servers as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.access.stores import Stores, copied, make_stores, restored
from tests.engines import MARIADB, POSTGRESQL, SQLITE, Engine

SLOW = [pytest.param(engine, id=engine.name, marks=pytest.mark.slow) for engine in (MARIADB, POSTGRESQL)]


@pytest.fixture(scope="session", params=[pytest.param(SQLITE, id="sqlite"), *SLOW])
def stores_engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine on which the stores lie, in turn; MySQL takes the same statements as MariaDB."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture(scope="session")
def stores_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files of the stores."""
    folder = tmp_path_factory.mktemp("access")
    make_stores(folder).close()
    return folder


@pytest.fixture(scope="session")
def stores(
    stores_engine: Engine, servers: ExitStack, stores_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    """The stores, only to be read."""
    folder = tmp_path_factory.mktemp("stores")
    if stores_engine is SQLITE:
        made = copied(stores_folder, folder)
    else:  # new ones, in which runs have the ids of an index that nobody has used
        made = restored(stores_folder, [stores_engine.fresh_url(servers, folder) for _ in range(3)])
    yield made
    made.close()


@pytest.fixture
def own_stores(stores_engine: Engine, servers: ExitStack, stores_folder: Path, tmp_path: Path) -> Iterator[Stores]:
    """Stores to write to."""
    with ExitStack() as lent:
        if stores_engine is SQLITE:
            made = copied(stores_folder, tmp_path)
        else:
            urls = [lent.enter_context(stores_engine.empty_url(servers, tmp_path)) for _ in range(3)]
            made = restored(stores_folder, urls)
        lent.callback(made.close)
        yield made
