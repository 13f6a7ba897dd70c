"""SQLite files where a write-ahead log does not work, and the option that chooses another journal."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from lineal import errors
from lineal.client import MetadataStore, connect
from lineal.wire import metadata_store as pb
from tests import engines, services

pytestmark = pytest.mark.long

SOURCE = Path(__file__).with_name("no_shared_maps.c")
WRITE_AND_COUNT = """
import sys, lineal
from lineal.wire import metadata_store as pb
with lineal.connect(sys.argv[1]) as store:
    store.put_artifact_type(pb.ArtifactType(name=sys.argv[2]))
    print(len(store.get_artifact_types()))
"""
PUT_MANY = """
import sys, lineal
from lineal.wire import metadata_store as pb
with lineal.connect(sys.argv[1]) as store:
    type_id = store.get_artifact_type("Model").id
    for _ in range(15):
        store.put_artifacts([pb.Artifact(type_id=type_id)])
        store.get_artifacts_by_type("Model")
"""
ROLLBACK = ("delete", "truncate", "persist")


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compile what takes the shared memory away."""
    compiler = services.require_program("cc", package="gcc libc6-dev")
    made = tmp_path_factory.mktemp("library") / "no_shared_maps.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", made, SOURCE], check=True)
    return made


def without_maps(library: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python as on a mount without memory that processes share."""
    environment = {**os.environ, "LD_PRELOAD": str(library)}
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


def journal(path: Path) -> str:
    """Return the journal mode that a file has for a new connection."""
    with closing(sqlite3.connect(path)) as connection:
        mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
        return mode


def test_a_store_is_made_and_used_with_a_rollback_journal_where_wal_does_not_work(
    library: Path, tmp_path: Path
) -> None:
    path = tmp_path / "store.db"
    for count, name in enumerate(("first", "second"), start=1):
        ran = without_maps(library, "-c", WRITE_AND_COUNT, f"sqlite:///{path}", name)
        assert ran.stdout == f"{count}\n", ran.stderr
        assert ran.stderr.count("a rollback journal is used") == 1
    assert journal(path) == "delete"
    assert [each.name for each in tmp_path.iterdir()] == ["store.db"]


@pytest.mark.parametrize("mode", ["delete", *(pytest.param(mode, marks=pytest.mark.slow) for mode in ROLLBACK[1:])])
def test_a_file_with_wal_says_what_to_do_where_wal_does_not_work(mode: str, library: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    connect(f"sqlite:///{path}").close()
    assert journal(path) == "wal"

    ran = without_maps(library, "-m", "lineal", "ls", "types", "--db", f"sqlite:///{path}")
    assert ran.returncode == 1
    assert "open it with journal_mode=delete in the database URL" in ran.stderr
    ran = without_maps(library, "-c", WRITE_AND_COUNT, f"sqlite:///{path}?journal_mode={mode}", "first")
    assert ran.stdout == "1\n", ran.stderr
    assert "rollback" not in ran.stderr
    assert without_maps(library, "-m", "lineal", "ls", "types", "--db", f"sqlite:///{path}").returncode == 0


NOTED = "a rollback journal is used"
SERVE_ONCE = """
import json, os, signal, sys, urllib.request
from lineal.cli import main
from lineal.server import lifecycle
def ask(stop):
    url = "http://127.0.0.1:" + sys.argv[2] + "/readyz"
    print(json.load(urllib.request.urlopen(url)).get("caution"))
    return False
lifecycle.StopSignal.wait = ask
sys.exit(main(["serve", "--db", sys.argv[1], "--grpc-port=0", "--http-port", sys.argv[2]]))
"""
START_WORKERS = """
import sys
from lineal.cli import main
from lineal.server.supervisor import Supervisor
Supervisor.run = lambda self: None
sys.exit(main(["serve", "--db", sys.argv[1], "--grpc-port=0", "--http-port=0", "--workers=2"]))
"""


@pytest.mark.parametrize(("options", "is_said"), [("", True), ("?journal_mode=delete", False)])
def test_the_doctor_says_that_wal_does_not_work(library: Path, tmp_path: Path, options: str, is_said: bool) -> None:
    path = tmp_path / "store.db"
    connect(f"sqlite:///{path}?journal_mode=delete").close()
    ran = without_maps(library, "-m", "lineal", "doctor", "--db", f"sqlite:///{path}{options}")

    assert (ran.returncode, "nothing is wrong" in ran.stdout, f"{NOTED}" in ran.stdout) == (0, True, is_said)
    assert [each.name for each in tmp_path.iterdir()] == ["store.db"]


@pytest.mark.slow
def test_a_server_says_in_its_start_lines_and_in_readyz_that_wal_does_not_work(library: Path, tmp_path: Path) -> None:
    ran = without_maps(library, "-c", SERVE_ONCE, f"sqlite:///{tmp_path}/store.db", str(engines.free_port()))

    assert ran.returncode == 0, ran.stderr
    notes = [line for line in ran.stdout.splitlines() if NOTED in line]
    assert [line.startswith("  Note  the file system") for line in notes] == [True, False], ran.stdout


@pytest.mark.slow
def test_a_server_with_workers_says_once_in_its_start_lines_that_wal_does_not_work(
    library: Path, tmp_path: Path
) -> None:
    ran = without_maps(library, "-c", START_WORKERS, f"sqlite:///{tmp_path}/store.db")

    assert ran.returncode == 0, ran.stderr
    notes = [line for line in ran.stdout.splitlines() if NOTED in line]
    assert [line.startswith("  Note  the file system") for line in notes] == [True], ran.stdout


def test_wal_that_is_asked_for_and_does_not_work_is_an_error(library: Path, tmp_path: Path) -> None:
    ran = without_maps(library, "-c", WRITE_AND_COUNT, f"sqlite:///{tmp_path}/store.db?journal_mode=wal", "first")

    assert "journal_mode is wal in the database URL, and the file system" in ran.stderr
    assert ran.returncode == 1


@pytest.mark.parametrize("mode", ["wal", *ROLLBACK])
def test_the_journal_is_the_one_of_the_url(mode: str, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    connect(f"sqlite:///{path}").close()
    with connect(f"sqlite:///{path}?journal_mode={mode}") as store:
        store.put_artifact_type(pb.ArtifactType(name="Model"))
        assert (path.with_name("store.db-journal").exists(), journal(path)) == (
            mode in ("truncate", "persist"),
            "wal" if mode == "wal" else "delete",
        )


def test_an_unknown_journal_is_refused() -> None:
    with pytest.raises(errors.StatusError, match=r"journal_mode is 'memory' .* wal, delete, truncate, persist"):
        connect("sqlite:///store.db?journal_mode=memory")


@contextmanager
def reading(path: Path, *, seconds: float = 60) -> Iterator[None]:
    """Hold a read lock for so long, at most until the end."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM Type").fetchall()
        timer = threading.Timer(seconds, lambda: reader.execute("COMMIT"))
        timer.start()
        yield
        timer.cancel()
        timer.join()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with a rollback journal and a type of artifacts."""
    with connect(f"sqlite:///{tmp_path}/store.db?journal_mode=delete") as store:
        store.put_artifact_type(pb.ArtifactType(name="Model"))
    return tmp_path / "store.db"


def put(store: MetadataStore, count: int = 1) -> None:
    """Put artifacts one by one, with a read after each."""
    type_id = store.get_artifact_type("Model").id
    for _ in range(count):
        store.put_artifacts([pb.Artifact(type_id=type_id)])
        store.get_artifacts_by_type("Model")


def test_a_commit_waits_for_a_reader(path: Path) -> None:
    with connect(f"sqlite:///{path}?journal_mode=delete") as store, reading(path, seconds=0.5):
        started = time.monotonic()
        store.put_artifacts([pb.Artifact(type_id=store.get_artifact_type("Model").id)])
        assert time.monotonic() - started > 0.3
        assert len(store.get_artifacts()) == 1


def test_a_commit_that_waited_in_vain_is_aborted_and_stores_nothing(path: Path) -> None:
    with connect(f"sqlite:///{path}?journal_mode=delete&busy_timeout=0.3") as store:
        store._max_num_retries = 1
        with reading(path), pytest.raises(errors.AbortedError, match="busy"):
            put(store)
        assert store.get_artifacts() == []
        put(store)
        assert len(store.get_artifacts()) == 1


@pytest.mark.slow
def test_threads_and_processes_lose_and_double_nothing(path: Path) -> None:
    url = f"sqlite:///{path}?journal_mode=delete"
    others = [subprocess.Popen([sys.executable, "-c", PUT_MANY, url]) for _ in range(2)]
    with connect(url) as store, ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(put, store, 15) for _ in range(4)]:
            done.result()
        assert [other.wait(60) for other in others] == [0, 0]
        assert len(store.get_artifacts()) == 6 * 15
