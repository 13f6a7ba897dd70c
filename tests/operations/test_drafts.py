"""What a killed backup leaves behind is removed by the next one to the same file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lineal import errors
from lineal.upkeep.archive import drafts
from lineal.upkeep.archive.files import writing

_WRITER = """
import pathlib, sys, time
from lineal.upkeep.archive.files import writing
with writing(pathlib.Path(sys.argv[1]), overwrite=True) as draft:
    draft.write_bytes(b"half")
    pathlib.Path(f"{draft}.folder").mkdir()
    pathlib.Path(f"{draft}.folder", "old.db").write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)
"""


def started(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    return process


def test_drafts_of_killed_backups_are_removed_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "a[b].zip"
    with started(path) as process:
        process.send_signal(signal.SIGKILL)
    assert len(list(tmp_path.iterdir())) == 2
    with writing(path, overwrite=False) as draft:
        draft.write_bytes(b"whole")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"whole"


def test_the_draft_of_a_backup_in_progress_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    with started(path) as process:
        with writing(path, overwrite=True) as draft:
            draft.write_bytes(b"whole")
        found = {each.name for each in tmp_path.iterdir()}
        process.kill()
    [draft] = [each for each in found if each.endswith(".part")]
    assert found == {"backup.zip", draft, f"{draft}.folder"}


def test_two_backups_of_one_process_id_leave_each_other_alone(tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    with writing(path, overwrite=True) as first:
        first.write_bytes(b"first")
        second = threading.Thread(target=write, args=[path, b"second"], daemon=True)
        second.start()
        second.join(5)
        assert (first.read_bytes(), path.read_bytes()) == (b"first", b"second")
    assert path.read_bytes() == b"first"


def write(path: Path, content: bytes) -> None:
    with writing(path, overwrite=True) as draft:
        draft.write_bytes(content)


def test_a_backup_that_was_made_meanwhile_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    with pytest.raises(errors.AlreadyExistsError, match="--overwrite"), writing(path, overwrite=False):
        write(path, b"early")
    assert path.read_bytes() == b"early"
    assert list(tmp_path.iterdir()) == [path]


def test_a_draft_is_not_kept_open_where_there_are_no_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "fcntl", None)
    with writing(tmp_path / "backup.zip", overwrite=False) as draft:
        assert draft.exists()
        opened = [os.path.realpath(f"/dev/fd/{name}") for name in os.listdir("/dev/fd")]
        assert str(draft) not in opened
