"""SQLite files: how they are made, shared, closed, and refused with a reason."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lineal import errors
from lineal.store.engine.connections import IdleConnections
from lineal.store.engine.dialects.sqlite import SQLiteDialect
from lineal.upkeep.archive.backing_up import is_copy
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.service.requests import artifact, put_artifact_type, put_artifacts

WRITER = """
import sys
from lineal.upkeep.opening import open_service
from lineal.upkeep.archive.backing_up import is_copy
from lineal.store.engine.connections import IdleConnections
from tests.service.requests import artifact, put_artifact_type, put_artifacts
with open_service(sys.argv[1]) as service:
    type_id = put_artifact_type(service)
    for index in range(20):
        put_artifacts(service, artifact(type_id, name=f"{sys.argv[2]}-{index}", properties={"p": index}))
"""


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def pragma(path: Path, name: str) -> object:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]
    finally:
        connection.close()


def test_a_new_file_is_in_wal_mode(tmp_path: Path) -> None:
    open_service(url_of(tmp_path / "new.db")).close()
    assert pragma(tmp_path / "new.db", "journal_mode") == "wal"


@pytest.mark.parametrize(("option", "level"), [("", 2), ("?synchronous=normal", 1), ("?synchronous=off", 0)])
def test_durability_is_full_unless_the_url_relaxes_it(tmp_path: Path, option: str, level: int) -> None:
    with open_service(url_of(tmp_path / "new.db") + option) as service:
        found = service.database.read(lambda session: session.script("PRAGMA synchronous"))
    assert found == [(level,)]


def test_threads_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    with open_service(url_of(tmp_path / "threads.db")) as service, ThreadPoolExecutor(8) as threads:
        type_id = put_artifact_type(service)
        names = [f"n{index}" for index in range(200)]
        list(threads.map(lambda name: put_artifacts(service, artifact(type_id, name=name)), names))
        found = service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts
    assert sorted(node.name for node in found) == sorted(names)


def test_a_file_that_another_process_begins_to_write_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE t (x)")
        other.execute("BEGIN IMMEDIATE")  # in a rollback journal, as new files begin: SQLite would not wait for it
        release = threading.Timer(0.2, other.execute, ["COMMIT"])
        release.start()
        open_service(url_of(path)).close()
        release.join()
    assert pragma(path, "journal_mode") == "wal"


@pytest.mark.long
def test_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    url = url_of(tmp_path / "processes.db")
    command = [sys.executable, "-c", WRITER, url]
    writers = [subprocess.Popen([*command, str(number)]) for number in range(3)]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0, 0]
    with open_service(url) as service:
        found = service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts
        types = service.call("GetArtifactTypes", rpc.GetArtifactTypesRequest()).artifact_types
    assert (len(found), len(types)) == (60, 1)
    assert all(node.custom_properties["p"].int_value == int(node.name.split("-")[1]) for node in found)


@pytest.mark.slow
def test_many_processes_may_create_the_same_file_at_once(tmp_path: Path) -> None:
    url = url_of(tmp_path / "born.db")
    program = "import sys; from lineal.upkeep.opening import open_service; open_service(sys.argv[1]).close()"
    openers = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(3)]
    assert [opener.wait(timeout=60) for opener in openers] == [0] * 3
    with open_service(url) as service:
        assert service.database.read(lambda session: session.script("SELECT * FROM MLMDEnv")) == [(10,)]
        assert service.database.read(lambda session: session.script("SELECT count(*) FROM Type")) == [(9,)]


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear database, " * 100)
    with pytest.raises(errors.FailedPreconditionError, match=r"letter\.txt is not a SQLite database"):
        open_service(url_of(path))
    assert path.read_text().startswith("Dear database")


@pytest.mark.parametrize(
    ("version", "cure"), [(11, "use a newer version of Lineal"), (7, "lineal migrate")], ids=["newer", "older"]
)
def test_another_schema_version_is_refused_with_the_cure(tmp_path: Path, version: int, cure: str) -> None:
    path = tmp_path / "other.db"
    open_service(url_of(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE MLMDEnv SET schema_version = ?", (version,))
    connection.close()
    with pytest.raises(errors.FailedPreconditionError, match=f"version {version}.*{cure}"):
        open_service(url_of(path))


def test_a_database_with_a_table_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "part.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE Artifact (id INTEGER PRIMARY KEY)")
    connection.close()
    with pytest.raises(errors.FailedPreconditionError, match="another program"):
        open_service(url_of(path))


def test_other_tables_in_the_file_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE shopping (item TEXT)")
    connection.close()
    with open_service(url_of(path)) as service:
        assert put_artifact_type(service) == 10


@pytest.mark.parametrize("path", ["absent/metadata.db", "."])
def test_a_path_that_cannot_hold_a_file_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(errors.StatusError, match="directory"):
        open_service(url_of(tmp_path / path))


def test_a_missing_file_is_not_created_where_it_must_exist(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match=r"unable to open database file .*gone\.db: no such file"):
        open_service(url_of(tmp_path / "gone.db") + "?mode=rw")
    assert not os.listdir(tmp_path)


def test_a_file_opened_for_reading_only_is_read_and_not_written(tmp_path: Path) -> None:
    url = url_of(tmp_path / "read.db")
    with open_service(url) as service:
        put_artifacts(service, artifact(put_artifact_type(service), name="a"))
    with open_service(url + "?mode=ro") as service:
        assert len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts) == 1
        with pytest.raises(errors.PermissionDeniedError, match="for reading only"):
            put_artifact_type(service, "Another")


def test_a_writer_that_waits_too_long_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "busy.db"
    open_service(url_of(path)).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with (
            open_service(url_of(path) + "?busy_timeout=0.1") as service,
            pytest.raises(errors.AbortedError, match="busy"),
        ):
            put_artifact_type(service)
    finally:
        other.close()


def test_a_writer_that_is_interrupted_while_it_waits_keeps_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = SQLiteDialect.begin

    def interrupted(self: SQLiteDialect, cursor: sqlite3.Cursor, *, write: bool) -> None:
        begin(self, cursor, write=write)
        raise KeyboardInterrupt

    with open_service(url_of(tmp_path / "interrupted.db")) as service:
        monkeypatch.setattr(SQLiteDialect, "begin", interrupted)
        with pytest.raises(KeyboardInterrupt):
            put_artifact_type(service)
        monkeypatch.undo()
        assert put_artifact_type(service)


@pytest.mark.parametrize("option", ["mode=write", "synchronous=perhaps", "busy_timeout=soon", "colour=red"])
def test_a_wrong_option_in_the_url_is_named(option: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=option.partition("=")[0]):
        open_service(f"sqlite://?{option}")


def test_a_forked_process_opens_connections_of_its_own(tmp_path: Path) -> None:
    program = f"""
import os
from lineal.upkeep.opening import open_service
from lineal.upkeep.archive.backing_up import is_copy
from lineal.store.engine.connections import IdleConnections
from tests.service.requests import artifact, put_artifact_type, put_artifacts
service = open_service({url_of(tmp_path / "fork.db")!r})
type_id = put_artifact_type(service)
child = os.fork()
put_artifacts(service, artifact(type_id, name="child" if child == 0 else "parent"))
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
    with open_service(url_of(tmp_path / "fork.db")) as service:
        names = {node.name for node in service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts}
    assert names == {"child", "parent"}


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("synchronous=zz", "synchronous is 'zz'"),
        ("busy_timeout=-5", "busy_timeout in the database URL is -5.0; give a number from 0 to 86400"),
        ("busy_timeout=nan", "busy_timeout in the database URL is nan"),
    ],
)
def test_an_option_outside_its_limits_is_shown_as_written(tmp_path: Path, option: str, said: str) -> None:
    with pytest.raises(errors.InvalidArgumentError) as refused:
        open_service(f"sqlite:///{tmp_path}/store.db?{option}")
    assert said in refused.value.message


def test_a_file_that_is_no_database_comes_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are notes\n" * 100)
    with pytest.raises(errors.FailedPreconditionError) as refused:
        open_service(f"sqlite:///{tmp_path}/notes.txt")
    assert "check the path, or restore it from a backup" in refused.value.message


def test_connections_that_are_outdated_are_not_used_again() -> None:
    pool = IdleConnections(lambda: sqlite3.connect(":memory:"))
    idle, kept, used = pool.take(), pool.take(), pool.take()
    pool.give_back(idle)
    pool.renew(keep=kept)
    pool.give_back(kept)
    pool.give_back(used)
    assert pool.usage() == (0, 1)
    assert pool.take() is kept
    for closed in (idle, used):
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            closed.execute("SELECT 1")


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_what_looks_at_the_file_leaves_the_locks_of_this_process(journal: str, tmp_path: Path) -> None:
    url = f"{url_of(tmp_path / 'store.db')}?journal_mode={journal}"
    looks = [lambda: open_service(url).close(), lambda: is_copy(tmp_path / "store.db")]
    with open_service(url) as service:
        put_artifact_type(service)
        for look in looks:
            service.write(lambda session, _, look=look: (look(), open_and_write(tmp_path / "store.db")))
            put_artifact_type(service, name=f"after {looks.index(look)}")


def open_and_write(path: Path) -> None:
    """Let another process write, which must not be possible, and close the file as if it were the last."""
    program = f"import sqlite3; c = sqlite3.connect({str(path)!r}, timeout=0); c.execute('BEGIN IMMEDIATE')"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "database is locked" in ran.stderr
