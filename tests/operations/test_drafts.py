"""What a killed backup leaves behind is removed by the next one to the same file."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from lineal.service.archive.files import writing

_WRITER = """
import pathlib, sys, time
from lineal.service.archive.files import writing
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
    assert found == {"backup.zip", f"backup.zip.{process.pid}.part", f"backup.zip.{process.pid}.part.folder"}
