"""Migrations on MariaDB and PostgreSQL, on stores of the official library and on stores of Lineal."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.store.engine.session import Session
from lineal.upkeep.migration import downgrade, migrate, plan_migration
from lineal.upkeep.opening import open_service
from tests.compat.build import SIX_KINDS
from tests.compat.official import OfficialCore, config_of
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide
from tests.compat.stock import snapshot
from tests.migration.servers import Server, mysql_server, postgresql_server
from tests.migration.stores import NEWEST, SINCE_VERSION_10, VERSIONS, requests, tell

pytestmark = pytest.mark.slow
SERVERS = {"mysql": mysql_server, "postgresql": postgresql_server}
OLD_VALUES = [name for name in SIX_KINDS if name not in SINCE_VERSION_10]
each_version = pytest.mark.parametrize("version", VERSIONS)


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Run each server in turn."""
    with SERVERS[request.param]() as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    """Number the databases."""
    return itertools.count()


class Database:
    """An empty database of its own for one test."""

    def __init__(self, server: Server, core: OfficialCore, name: str) -> None:
        self.server, self.core, self.name = server, core, name
        self.settings = DatabaseSettings(server.url + name)
        self.config = config_of(server.url + name)

    def fill_officially(self, version: int = NEWEST, *, values: list[str] = OLD_VALUES) -> None:
        store = self.core.open(self.config)
        tell(store, *requests(values=values))
        store.close()
        if version < NEWEST:
            self.core.downgrade(self.config, version)

    def fill(self, *, values: list[str] = OLD_VALUES) -> None:
        store = LinealSide(open_service(self.settings))
        tell(store, *requests(values=values))
        store.close()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.server.ask(self.name, query)

    def described(self) -> list[Any]:
        return self.server.described(self.name)


@pytest.fixture
def database(server: Server, core: OfficialCore, numbers: Iterator[int]) -> Database:
    """Name a database of its own."""
    return Database(server, core, f"store{next(numbers)}")


@pytest.fixture
def read_alike() -> Iterator[Callable[[Database], None]]:
    """Read a database officially and by Lineal, and compare it."""
    pairs: list[Pair] = []

    def compare(database: Database) -> None:
        pairs.append(Pair(database.core.open(database.config), LinealSide(open_service(database.settings))))
        assert any(answer.ByteSize() for answer in snapshot(pairs[-1]))

    yield compare
    for pair in pairs:
        pair.close()


@each_version
def test_what_the_official_library_brought_down_comes_up_again(
    version: int, database: Database, read_alike: Callable[[Database], None]
) -> None:
    if version < database.server.oldest:
        pytest.skip("the official library cannot make this version here")
    database.fill_officially(version, values=list(SIX_KINDS))

    with pytest.raises(errors.FailedPreconditionError, match=f"version {version}, .*lineal migrate"):
        open_service(database.settings)
    migrate(database.settings)

    read_alike(database)


@each_version
def test_what_lineal_brought_down_comes_up_to_the_tables_of_a_new_store(version: int, database: Database) -> None:
    database.fill()
    new = database.described()

    downgrade(database.settings, version)
    assert plan_migration(database.settings, version).is_done
    migrate(database.settings)

    assert database.described() == new


@each_version
@pytest.mark.parametrize("by_lineal", [True, False], ids=["of lineal", "official"])
def test_the_official_library_brings_up_what_lineal_brought_down(
    version: int, by_lineal: bool, database: Database, read_alike: Callable[[Database], None]
) -> None:
    if version not in database.server.upgraded_officially:
        pytest.skip("the official library cannot bring this version up here")
    fill = database.fill if by_lineal else database.fill_officially
    fill(values=list(SIX_KINDS))

    downgrade(database.settings, version)
    database.core.open(database.config, upgrade=True).close()

    read_alike(database)


@pytest.mark.parametrize("version", [0, 1, 5])
def test_an_old_store_is_not_changed_by_the_attempt_to_open_it(version: int, database: Database) -> None:
    database.fill()
    downgrade(database.settings, version)
    before = database.described()

    with pytest.raises(errors.FailedPreconditionError, match="run `lineal migrate`"):
        open_service(database.settings)

    assert database.described() == before


def test_of_repeated_events_the_newest_stays(database: Database) -> None:
    database.fill_officially(7)
    database.ask("INSERT INTO Event (artifact_id, execution_id, type, milliseconds_since_epoch) VALUES (1, 1, 3, 99)")

    migrate(database.settings)

    assert database.ask("SELECT id FROM Event WHERE artifact_id = 1") == [(3,)]
    assert database.ask("SELECT event_id FROM EventPath") == []


def test_indexes_of_others_stay(database: Database) -> None:
    database.fill_officially(5)
    database.ask("CREATE INDEX by_type ON Artifact (type_id, id)")

    migrate(database.settings)

    database.ask("DROP INDEX by_type" + (" ON Artifact" if database.server.url.startswith("mysql") else ""))


def test_of_many_programs_that_upgrade_at_once_none_fails_halfway(database: Database) -> None:
    database.fill()
    new = database.described()
    downgrade(database.settings, 4)

    with ThreadPoolExecutor(4) as threads:
        plans = list(threads.map(lambda _: migrate(database.settings), range(4)))

    assert sorted(plan.start for plan in plans) == [4, NEWEST, NEWEST, NEWEST]
    assert database.described() == new


def test_a_database_that_is_not_there_is_not_created(database: Database) -> None:
    with pytest.raises(errors.NotFoundError, match="does not exist"):
        migrate(database.settings)

    with pytest.raises(Exception, match=database.name):
        database.ask("SELECT 1")


@pytest.fixture
def changes_left(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Interrupt transactions after so many changes of tables, like a process that is killed."""
    run = Session.script
    left: list[int | None] = [None]

    def script(session: Session, sql: str, parameters: Any = ()) -> Any:
        if left[0] is not None and sql.lstrip().split()[0] in ("ALTER", "CREATE", "DROP"):
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
        return run(session, sql, parameters)

    def allow(count: int | None) -> None:
        left[0] = count

    monkeypatch.setattr(Session, "script", script)
    return allow


@pytest.mark.parametrize(("start", "end"), [(0, NEWEST), (NEWEST, 4)])
def test_an_interrupted_migration_is_finished_by_running_it_again(
    start: int, end: int, database: Database, changes_left: Callable[[int | None], None]
) -> None:
    database.fill()
    new = database.described()
    downgrade(database.settings, start)
    for allowed in itertools.count(step=3):
        changes_left(allowed)
        try:
            migrate(database.settings, end, accept_loss=True)
            break
        except KeyboardInterrupt:
            continue
    changes_left(None)
    assert allowed > 3
    assert plan_migration(database.settings, end).is_done
    migrate(database.settings)
    assert database.described() == new


def test_what_an_interruption_leaves_is_as_before_or_says_how_to_finish_it(
    database: Database, changes_left: Callable[[int | None], None], read_alike: Callable[[Database], None]
) -> None:
    database.fill_officially(5)
    before = database.described()
    changes_left(4)
    with pytest.raises(KeyboardInterrupt):
        migrate(database.settings)
    changes_left(None)

    if database.described() != before:
        with pytest.raises(errors.FailedPreconditionError, match=r"5 to 10 is unfinished; .* run `lineal migrate`"):
            open_service(database.settings)
        assert plan_migration(database.settings).first == "finish the interrupted migration from version 5 to 10"
    migrate(database.settings)
    read_alike(database)
