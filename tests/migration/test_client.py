"""Upgrades and downgrades that a program asks the client for."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineal import mlmd
from lineal.wire import metadata_store as pb
from tests.migration.stores import NEWEST, OldStores, ask_sql


def config(path: Path) -> pb.ConnectionConfig:
    return pb.ConnectionConfig(sqlite={"filename_uri": str(path)})


def test_an_old_store_is_a_runtime_error_that_says_migration_is_disabled(old_stores: OldStores, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="chema migration is disabled"):
        mlmd.MetadataStore(config(old_stores.copy(0, tmp_path / "store.db")))


def test_an_old_store_is_upgraded_where_the_program_enables_it(old_stores: OldStores, tmp_path: Path) -> None:
    path = old_stores.copy(0, tmp_path / "store.db")

    store = mlmd.MetadataStore(config(path), enable_upgrade_migration=True)

    assert [artifact.uri for artifact in store.get_artifacts()] == ["ü", ""]
    store.close()


def test_a_store_is_downgraded_without_asking_back(full_stores: OldStores, tmp_path: Path) -> None:
    path = full_stores.copy(NEWEST, tmp_path / "store.db")

    mlmd.downgrade_schema(config(path), 3)

    assert ask_sql(path, "SELECT schema_version FROM MLMDEnv") == [(3,)]


def test_an_impossible_version_is_an_invalid_argument(old_stores: OldStores, tmp_path: Path) -> None:
    with pytest.raises(mlmd.errors.InvalidArgumentError, match="MLMD cannot be downgraded to schema_version"):
        mlmd.downgrade_schema(config(old_stores.copy(NEWEST, tmp_path / "store.db")), 999999)


def test_what_cannot_be_downgraded_is_a_runtime_error(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()

    with pytest.raises(RuntimeError, match="holds no metadata store"):
        mlmd.downgrade_schema(config(tmp_path / "empty.db"), 5)
