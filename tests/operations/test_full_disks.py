"""Backups, copies and restores onto a full disk: one line that says so, and nothing left of what was begun."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal import errors
from lineal.cli import main
from lineal.upkeep.opening import open_service
from tests.fault.faults import Disk, disk
from tests.service.requests import artifact, put_artifact_type, put_artifacts

ROOM = 1 << 20


@pytest.fixture
def store(tmp_path: Path) -> str:
    """The URL of a store that is larger than the disk, however it is packed."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with open_service(url) as service:
        type_id, chance = put_artifact_type(service), random.Random(7)
        put_artifacts(service, *[artifact(type_id, name=f"{n}", uri=chance.randbytes(ROOM).hex()) for n in range(2)])
    return url


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Disk]:
    """A disk with a little room."""
    (tmp_path / "small").mkdir()
    with disk(tmp_path / "small", size=str(ROOM)) as mounted:
        yield mounted


@pytest.mark.parametrize("flags", [[], ["--copy"]])
def test_a_backup_to_a_full_disk_says_so_and_leaves_nothing(
    store: str, space: Disk, flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    target = space.folder / "a.backup"
    assert main(["backup", "--db", store, str(target), *flags]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"lineal: cannot write {target}: its disk is full (No space left on device); make room")
    assert said.count("\n") == 1
    assert list(space.folder.iterdir()) == []


def test_a_backup_that_finds_no_space_leaves_the_one_before_it(store: str, space: Disk) -> None:
    target = space.folder / "a.zip"
    target.write_bytes(b"before")
    assert main(["backup", "--db", store, str(target), "--overwrite"]) == 1
    assert [(path.name, path.read_bytes()) for path in space.folder.iterdir()] == [("a.zip", b"before")]


def test_a_restore_to_a_full_disk_says_so_and_stores_nothing(
    store: str, space: Disk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, url = str(tmp_path / "a.zip"), f"sqlite:///{space.folder / 'new.db'}"
    assert main(["backup", "--db", store, archive]) == 0
    assert main(["restore", "--db", url, archive]) == 1
    assert f"lineal: no space left for {space.folder / 'new.db'}; nothing was written" in capsys.readouterr().err
    space.empty()
    assert main(["restore", "--db", url, archive]) == 0


@pytest.mark.parametrize("flags", [[], ["--copy"]])
def test_a_backup_never_takes_the_place_of_what_is_no_file(store: str, tmp_path: Path, flags: list[str]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert main(["backup", "--db", store, str(pipe), "--overwrite", *flags]) == 1
    assert pipe.is_fifo()


def test_opening_a_store_on_a_full_disk_says_so(
    space: Disk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = space.folder / "store.db"
    open_service(f"sqlite:///{tmp_path / 'other.db'}").close()
    shutil.copy(tmp_path / "other.db", path)
    space.fill()
    assert main(["ls", "artifacts", "--db", f"sqlite:///{path}"]) == 1
    assert f"lineal: no space left for {path} and the files" in capsys.readouterr().err
    space.empty()
    assert main(["ls", "artifacts", "--db", f"sqlite:///{path}"]) == 0


def test_a_store_that_is_made_on_a_full_disk_gets_no_other_journal(
    space: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    (space.folder / "other").write_bytes(b"x")
    space.fill()
    with pytest.raises(errors.ResourceExhaustedError, match="no space left"):
        open_service(f"sqlite:///{space.folder / 'store.db'}")
    assert caplog.messages == []
