"""SQLite files that are removed or replaced while a store has them open: nothing is acknowledged into the void."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lineal import errors
from lineal.service import MetadataService
from lineal.store.engine.dialects import sqlite_files
from lineal.upkeep.opening import open_service
from tests.service.requests import artifact, put_artifact_type, put_artifacts


def stored(path: Path, *names: str) -> Path:
    """Make a store with artifacts in one closed file."""
    with open_service(f"sqlite:///{path}") as service:
        put(service, *names)
    return path


def put(service: MetadataService, *names: str) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, *[artifact(type_id, name=name) for name in names])


def names_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [name for (name,) in connection.execute("SELECT name FROM Artifact ORDER BY name")]


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    shutil.copy(path.with_name("other.db"), path.with_name("copy.db"))
    os.replace(path.with_name("copy.db"), path)


def remove_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def remove_log_index(path: Path) -> None:
    path.with_name(f"{path.name}-shm").unlink()


def link_elsewhere(path: Path) -> None:
    path.with_name("link").symlink_to("other.db")
    os.replace(path.with_name("link"), path)


@pytest.mark.parametrize("displace", [remove, replace, remove_log, remove_log_index, link_elsewhere])
def test_no_write_is_acknowledged_into_a_file_that_is_not_at_its_path(
    tmp_path: Path, displace: Callable[[Path], None]
) -> None:
    stored(tmp_path / "other.db", "restored")
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        put(service, "second")
        displace(path)
        for _ in range(3):
            with pytest.raises(errors.UnavailableError, match=r"was (removed|replaced) while .* start it again"):
                put(service, "lost")


def test_a_write_that_was_committed_while_the_file_was_removed_is_not_acknowledged(tmp_path: Path) -> None:
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service, pytest.raises(errors.UnavailableError, match="may be lost"):
        service.database.write(lambda session: path.unlink())


@pytest.mark.parametrize("displace", [remove, replace, remove_log, remove_log_index, link_elsewhere])
def test_nothing_is_read_from_a_file_that_is_not_at_its_path(tmp_path: Path, displace: Callable[[Path], None]) -> None:
    stored(tmp_path / "other.db", "restored")
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        put(service, "second")
        displace(path)
        with pytest.raises(errors.UnavailableError, match=r"store\.db(-wal|-shm)? was (removed|replaced)"):
            service.database.read(lambda session: session.script("SELECT 1"))


def settle(service: MetadataService, monkeypatch: pytest.MonkeyPatch, *, believed: float = 60.0) -> None:
    """Read until the directory of a store's file is believed."""
    monkeypatch.setattr(sqlite_files, "_SETTLED_SECONDS", 0.05)
    monkeypatch.setattr(sqlite_files, "_BELIEVED_SECONDS", believed)
    read(service)
    time.sleep(0.06)
    read(service)


def read(service: MetadataService) -> None:
    service.database.read(lambda session: session.script("SELECT 1"))


@pytest.mark.parametrize("displace", [remove, replace, remove_log, remove_log_index, link_elsewhere])
def test_a_directory_that_has_settled_shows_at_the_next_read_what_changes_in_it(
    tmp_path: Path, displace: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path / "other.db", "restored")
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        put(service, "second")
        settle(service, monkeypatch)
        displace(path)
        with pytest.raises(errors.UnavailableError, match=r"store\.db(-wal|-shm)? was (removed|replaced)"):
            read(service)


def test_a_file_behind_a_link_is_read_no_more_when_it_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path / "other.db", "restored")
    path = stored(tmp_path / "store.db", "first")
    (tmp_path / "links").mkdir()
    link = tmp_path / "links" / "link.db"
    link.symlink_to(path)
    with open_service(f"sqlite:///{link}") as service:
        settle(service, monkeypatch)
        replace(path)
        with pytest.raises(errors.UnavailableError, match=r"link\.db was replaced"):
            read(service)


def test_a_read_of_a_settled_directory_asks_only_for_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        settle(service, monkeypatch)
        asked: list[object] = []
        stat = os.stat
        monkeypatch.setattr(os, "stat", lambda name: asked.append(name) or stat(name))
        read(service)
        assert asked == [str(tmp_path)]


def test_a_directory_whose_time_does_not_change_is_not_believed_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(tmp_path / "other.db", "restored")
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        settle(service, monkeypatch, believed=0.05)
        before = os.stat(tmp_path)
        replace(path)
        os.utime(tmp_path, ns=(before.st_atime_ns, before.st_mtime_ns))
        time.sleep(0.06)
        with pytest.raises(errors.UnavailableError, match=r"store\.db was replaced"):
            read(service)


def test_what_is_refused_because_the_log_was_removed_is_not_stored(tmp_path: Path) -> None:
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        type_id = put_artifact_type(service)
        remove_log(path)
        with pytest.raises(errors.UnavailableError):
            put_artifacts(service, artifact(type_id, name="refused"))
    assert names_in(path) == ["first"]


@pytest.mark.parametrize("calls_after", [0, 1])
def test_a_restored_file_is_not_damaged_by_the_store_that_had_the_old_one_open(
    tmp_path: Path, calls_after: int
) -> None:
    stored(tmp_path / "other.db", "restored")
    path = stored(tmp_path / "store.db", "first")
    service = open_service(f"sqlite:///{path}")
    put(service, *[f"n{index}" for index in range(500)])
    replace(path)
    for _ in range(calls_after):
        with pytest.raises(errors.UnavailableError):
            put(service, "lost")
        assert names_in(path) == ["restored"]
    service.close()
    assert names_in(path) == ["restored"]


def test_a_file_that_was_moved_away_holds_everything_that_was_acknowledged(tmp_path: Path) -> None:
    stored(tmp_path / "other.db", "restored")
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        put(service, "second")
        path.rename(tmp_path / "away.db")
        replace(path)
        with pytest.raises(errors.UnavailableError):
            put(service, "lost")
    assert names_in(tmp_path / "away.db") == ["first", "second"]


def test_a_log_that_was_removed_is_saved_into_its_file(tmp_path: Path) -> None:
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        put(service, "second")
        remove_log(path)
        with pytest.raises(errors.UnavailableError):
            put(service, "lost")
    assert names_in(path) == ["first", "second"]


def test_a_file_that_was_moved_back_is_written_again(tmp_path: Path) -> None:
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}") as service:
        path.rename(tmp_path / "away.db")
        with pytest.raises(errors.UnavailableError):
            put(service, "lost")
        (tmp_path / "away.db").rename(path)
        put(service, "second")
    assert names_in(path) == ["first", "second"]


def test_a_store_opened_for_reading_alone_goes_on_reading_the_file_that_it_has(tmp_path: Path) -> None:
    path = stored(tmp_path / "store.db", "first")
    with open_service(f"sqlite:///{path}?mode=ro") as service:
        path.unlink()
        assert service.database.read(lambda session: session.script("SELECT name FROM Artifact")) == [("first",)]


@pytest.mark.parametrize("displace", [remove, replace])
def test_a_file_without_a_log_is_minded_as_well(tmp_path: Path, displace: Callable[[Path], None]) -> None:
    stored(tmp_path / "other.db", "restored")
    with open_service(f"sqlite:///{tmp_path / 'store.db'}?journal_mode=delete") as service:
        put(service, "first")
        displace(tmp_path / "store.db")
        with pytest.raises(errors.UnavailableError, match=r"store\.db was (removed|replaced)"):
            put(service, "lost")
