"""A store of an older schema version can be backed up, which `lineal migrate` asks for, and restored."""

from __future__ import annotations

from pathlib import Path

import pytest

import lineal
from lineal import errors
from lineal.cli import main
from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from lineal.upkeep import archive, doctor, migration
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from tests.engines import SQLITE_EVERY_DAY
from tests.operations.stores import fill


def old_store(url: str, version: int) -> None:
    """Fill a store and bring it down to a version."""
    with lineal.connect(url) as store:
        data = store.put_artifact_type(pb.ArtifactType(name="Data", properties={"rows": pb.INT, "note": pb.STRING}))
        step = store.put_execution_type(pb.ExecutionType(name="Step"))
        made = pb.Artifact(type_id=data, uri="ü")
        made.properties["rows"].int_value = -7
        made.custom_properties["share"].double_value = 0.5
        made.properties["note"].string_value = "Grüße"
        event = pb.Event(type=pb.Event.OUTPUT, path=pb.Event.Path(steps=[{"key": "k"}, {"index": 1}]))
        store.put_execution(pb.Execution(type_id=step), [(made, event)], [])
    migration.migrate(DatabaseSettings(url), version, accept_loss=True)


def held(url: str) -> list[object]:
    with lineal.connect(url) as store:
        artifacts, events = store.get_artifacts(), store.get_events_by_artifact_ids([1])
        return [dict(artifacts[0].properties), dict(artifacts[0].custom_properties), artifacts[0].uri, len(events)]


def schema_version(url: str) -> int:
    found = archive.older_version(DatabaseSettings(url))
    return migration.SCHEMA_VERSION if found is None else found


@pytest.mark.parametrize(
    ("version", "flags"), [(0, []), (1, ["--copy"]), (2, []), (4, []), (5, ["--copy"]), (7, []), (9, [])]
)
def test_a_backup_of_an_older_version_can_be_restored(tmp_path: Path, version: int, flags: list[str]) -> None:
    url, restored = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    old_store(url, version)
    assert main(["backup", str(tmp_path / "b"), "--db", url, *flags]) == 0
    assert schema_version(url) == version
    assert main(["restore", str(tmp_path / "b"), "--db", restored]) == 0
    migration.migrate(DatabaseSettings(url))
    assert held(restored) == held(url)


def test_a_copy_of_an_older_store_is_of_the_same_version(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    old_store(url, 6)
    assert main(["backup", str(tmp_path / "copy.db"), "--copy", "--db", url]) == 0
    assert schema_version(f"sqlite:///{tmp_path}/copy.db") == 6


def test_a_restored_backup_can_be_brought_down_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url, restored = f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
    old_store(url, 7)
    main(["backup", str(tmp_path / "b.zip"), "--db", url])
    assert "schema version 7 and stays so" in capsys.readouterr().out
    main(["restore", str(tmp_path / "b.zip"), "--db", restored])
    assert main(["migrate", "--to", "7", "--yes", "--db", restored]) == 0
    assert schema_version(restored) == 7


def test_an_older_store_of_every_engine_can_be_backed_up(tmp_path: Path, database_url: str) -> None:
    old_store(database_url, 8)
    manifest = archive.backup(DatabaseSettings(database_url), tmp_path / "b.zip")
    assert (manifest.upgraded_from, schema_version(database_url)) == (8, 8)
    archive.restore(tmp_path / "b.zip", DatabaseSettings(f"sqlite:///{tmp_path}/new.db"))
    migration.migrate(DatabaseSettings(database_url))
    assert held(f"sqlite:///{tmp_path}/new.db") == held(database_url)


def test_what_is_no_store_is_still_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    Database(DatabaseSettings(url)).write(lambda session: session.script("CREATE TABLE other (x)"))
    for save in (archive.backup, archive.copy):
        with pytest.raises(errors.FailedPreconditionError, match="holds no metadata store"):
            save(DatabaseSettings(url), tmp_path / "b")


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_lineals_own_tables_stay_with_a_store_that_goes_down_and_in_its_backup(
    tmp_path: Path, database_url: str
) -> None:
    with open_service(database_url) as service:
        fill(service)
    whole = archive.backup(DatabaseSettings(database_url), tmp_path / "whole.zip")
    migration.migrate(DatabaseSettings(database_url), 9, accept_loss=True)
    older = archive.backup(DatabaseSettings(database_url), tmp_path / "older.zip")
    own = ("aliases", "metrics", "metric_point_lists", "files", "facets", "event_facets", "locations", "values")
    assert [older.members[name] for name in own] == [whole.members[name] for name in own]
    migration.migrate(DatabaseSettings(database_url))
    again = archive.backup(DatabaseSettings(database_url), tmp_path / "again.zip")
    assert [again.members[name] for name in own] == [whole.members[name] for name in own]
    assert doctor.examine(DatabaseSettings(database_url)) == []
