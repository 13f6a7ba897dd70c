"""What is not migrated, with what reason; and what a migration repairs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.upkeep.migration import downgrade, migrate, plan_migration
from lineal.upkeep.opening import open_service
from tests.migration.stores import NEWEST, OldStores, ask_sql, described, rows, run_sql


def settings(path: Path, *, upgrade: bool = False) -> DatabaseSettings:
    return DatabaseSettings(f"sqlite:///{path}", upgrade=upgrade)


@pytest.fixture
def store(old_stores: OldStores, tmp_path: Path) -> Path:
    """A store of the newest version."""
    return old_stores.copy(NEWEST, tmp_path / "store.db")


@pytest.mark.parametrize("version", [0, 1, 5, 9])
def test_an_old_store_is_not_opened_and_not_changed(version: int, old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(version, tmp_path / "store.db")
    before = described(path), rows(path)

    with pytest.raises(errors.FailedPreconditionError, match=f"version {version}, .*is disabled; run `lineal migrate`"):
        open_service(settings(path))

    assert (described(path), rows(path)) == before


@pytest.mark.parametrize("version", [0, 1, 5, 9])
def test_an_old_store_is_upgraded_on_opening_if_the_settings_ask(
    version: int, old_stores: OldStores, tmp_path: Path
) -> None:
    path = old_stores.copy(version, tmp_path / "store.db")

    open_service(settings(path, upgrade=True)).close()
    open_service(settings(path)).close()

    assert ask_sql(path, "SELECT schema_version FROM MLMDEnv") == [(NEWEST,)]


def test_of_many_programs_that_upgrade_at_once_all_open_the_store(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(0, tmp_path / "store.db")

    with ThreadPoolExecutor(4) as threads:
        for opened in threads.map(lambda _: open_service(settings(path, upgrade=True)), range(4)):
            opened.close()

    assert ask_sql(path, "SELECT schema_version FROM MLMDEnv") == [(NEWEST,)]


def test_asking_for_an_upgrade_of_an_empty_database_creates_the_store(tmp_path: Path) -> None:
    open_service(settings(tmp_path / "new.db", upgrade=True)).close()

    assert ask_sql(tmp_path / "new.db", "SELECT schema_version FROM MLMDEnv") == [(NEWEST,)]


def test_a_loss_that_was_not_accepted_is_refused_and_nothing_is_changed(store: Path) -> None:
    before = described(store), rows(store)

    with pytest.raises(errors.FailedPreconditionError, match=r"loses data: 4 external ids; nothing was changed"):
        migrate(settings(store), 8)

    assert (described(store), rows(store)) == before


def test_a_migration_that_fails_changes_nothing(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(5, tmp_path / "store.db")
    run_sql(path, "CREATE TABLE ExecutionProperty_before (in_the_way INT)")
    before = described(path), rows(path)

    with pytest.raises(errors.StatusError):
        migrate(settings(path))

    assert (described(path), rows(path)) == before


@pytest.mark.parametrize("version", [-1, 11, 999999])
def test_there_is_no_way_to_an_unknown_version(version: int, store: Path) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="no way to schema version"):
        plan_migration(settings(store), version)
    with pytest.raises(errors.InvalidArgumentError, match=f"MLMD cannot be downgraded to schema_version {version}"):
        downgrade(settings(store), version)


@pytest.mark.parametrize("version", [5, 7, NEWEST])
def test_downgrading_does_not_go_up(version: int, old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(5, tmp_path / "store.db")

    downgrade(settings(path), version)

    assert ask_sql(path, "SELECT schema_version FROM MLMDEnv") == [(5,)]


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match=r"unable to open database file .*nothing\.db: no such file"):
        downgrade(settings(tmp_path / "nothing.db"), 5)

    assert not (tmp_path / "nothing.db").exists()


def test_an_empty_database_gets_the_tables_of_the_newest_version_only(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    path.touch()

    for act in (migrate, downgrade):
        with pytest.raises(errors.FailedPreconditionError, match=r"no (tables of ML Metadata|metadata store)"):
            act(settings(path), 5)
    assert path.stat().st_size == 0
    assert plan_migration(settings(path)).first.startswith("create the tables of schema version 10")
    assert path.stat().st_size == 0

    migrate(settings(path))

    assert ask_sql(path, "SELECT schema_version FROM MLMDEnv") == [(NEWEST,)]
    assert plan_migration(settings(path)).is_done


def test_a_newer_store_needs_a_newer_lineal(store: Path) -> None:
    run_sql(store, "UPDATE MLMDEnv SET schema_version = 11")

    for act in (open_service, migrate, lambda given: downgrade(given, 5)):
        with pytest.raises(errors.FailedPreconditionError, match=r"version 11.* use a newer version of Lineal"):
            act(settings(store))


@pytest.mark.parametrize("statement", ["DELETE FROM MLMDEnv", "DROP TABLE MLMDEnv"])
def test_a_store_that_lacks_only_its_version_is_repaired_by_a_migration(statement: str, store: Path) -> None:
    run_sql(store, statement)
    with pytest.raises(errors.FailedPreconditionError, match="run `lineal migrate`, which writes it"):
        open_service(settings(store))

    assert plan_migration(settings(store)).first == "write the missing schema version 10 into MLMDEnv"
    migrate(settings(store))

    open_service(settings(store)).close()


def test_an_old_store_without_its_version_is_left_to_a_person_who_is_told_the_version(
    old_stores: OldStores, tmp_path: Path
) -> None:
    for version in range(1, NEWEST):
        path = old_stores.copy(version, tmp_path / f"{version}.db")
        run_sql(path, "DELETE FROM MLMDEnv")
        with pytest.raises(
            errors.FailedPreconditionError, match=f"holds none; its tables are those of version {version}:"
        ):
            migrate(settings(path))


@pytest.mark.parametrize("other", [9, 11])
def test_two_versions_are_left_to_a_person_who_is_told_which_one_is_right(other: int, store: Path) -> None:
    run_sql(store, f"INSERT INTO MLMDEnv VALUES ({other})")

    for act in (open_service, migrate):
        with pytest.raises(
            errors.FailedPreconditionError, match=r"holds (9, 10|10, 11); its tables .* version 10: .*one row"
        ):
            act(settings(store))


@pytest.mark.parametrize("table", ["Event", "ArtifactProperty", "ParentType"])
def test_a_store_that_lacks_a_table_is_left_to_a_person(table: str, store: Path) -> None:
    run_sql(store, f"DROP TABLE {table}")

    for act in (open_service, migrate, lambda given: downgrade(given, 8)):
        with pytest.raises(errors.FailedPreconditionError, match=f"lacks {table}; restore it from a backup"):
            act(settings(store))


def test_a_store_that_lacks_a_column_is_left_to_a_person(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(6, tmp_path / "store.db")
    run_sql(path, "ALTER TABLE Type DROP COLUMN description")

    with pytest.raises(errors.FailedPreconditionError, match=r"lacks Type\.description"):
        migrate(settings(path))


def test_a_store_that_may_only_be_read_is_not_migrated(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(5, tmp_path / "store.db")

    with pytest.raises(errors.PermissionDeniedError, match="reading only"):
        migrate(DatabaseSettings(f"sqlite:///{path}?mode=ro"))
