"""What is recorded of uploaded files, on every engine."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.files import ArtifactsRoot, Stored, open_root
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role, scope_of
from lineal.service.callers_files import CallersFiles
from lineal.service.clock import now
from lineal.service.file_records import FileRecords

RUN = "w/0/r/artifacts"


@pytest.fixture
def root(tmp_path: Path) -> ArtifactsRoot:
    """A folder."""
    return open_root(str(tmp_path / "root"))


@pytest.fixture
def records(service: MetadataService) -> FileRecords:
    """The records of a store in which nothing is recorded."""
    return FileRecords(service)


@pytest.fixture
def files(root: ArtifactsRoot, records: FileRecords) -> CallersFiles:
    """The files as a caller without limits uses them."""
    return CallersFiles(root, UNNAMED, records)


def upload(files: CallersFiles, path: str, content: bytes = b"hello") -> str:
    """Upload a file; return its digest."""
    with files.write(path) as writing:
        writing.add(content)
        return writing.commit().sha256


def recorded(records: FileRecords, *paths: str) -> dict[str, Any]:
    """Return (size, SHA-256) of paths."""
    return {path: (row.size, row.sha256) for path, row in records.of(paths).items()}


def test_an_upload_records_size_and_digest_before_anything_names_the_run(
    files: CallersFiles, records: FileRecords
) -> None:
    before = now()
    upload(files, f"{RUN}/ä €/weights.bin")
    [row] = records.of([f"{RUN}/ä €/weights.bin", "missing"]).values()
    assert (row.path, row.size, row.sha256) == (f"{RUN}/ä €/weights.bin", 5, hashlib.sha256(b"hello").hexdigest())
    assert before <= row.time <= now()


def test_a_later_upload_takes_the_place_of_the_record(files: CallersFiles, records: FileRecords) -> None:
    upload(files, f"{RUN}/a")
    later = upload(files, f"{RUN}/a", b"other content")
    upload(files, f"{RUN}/a", b"other content")
    assert recorded(records, f"{RUN}/a") == {f"{RUN}/a": (13, later)}


def test_an_upload_that_breaks_off_leaves_the_record_of_the_older_file(
    files: CallersFiles, records: FileRecords
) -> None:
    digest = upload(files, f"{RUN}/a")
    with files.write(f"{RUN}/a") as writing:
        writing.add(b"half")
    assert recorded(records, f"{RUN}/a") == {f"{RUN}/a": (5, digest)}


def test_of_uploads_whose_records_come_late_the_one_of_the_file_that_is_there_stays(
    files: CallersFiles, records: FileRecords, root: ArtifactsRoot
) -> None:
    """The first one is recorded after the second one, which took its place."""
    first, second = root.store("a", [b"first"]), root.store("a", [b"second"])
    records.put(root, "a", second, UNNAMED)
    records.put(root, "a", first, UNNAMED)
    assert recorded(records, "a") == {"a": (6, second.sha256)}


def test_a_file_that_is_replaced_again_and_again_meanwhile_has_no_record(records: FileRecords, tmp_path: Path) -> None:
    class Restless(type(open_root(str(tmp_path)))):  # type: ignore[misc]
        def tag(self, path: str) -> str:
            self.store(path, [b"another"])
            return super().tag(path)

    root = Restless(tmp_path / "root")
    stored = root.store("a", [b"mine"])
    records.put(root, "a", stored, UNNAMED)
    assert recorded(records, "a") == {}


@pytest.mark.parametrize("folder", ["w/run", "w/" + "deep/" * 60 + "end", "w/r%n", "w/\U0001f600"])
def test_a_deleted_folder_takes_along_the_records_below_it_alone(
    files: CallersFiles, records: FileRecords, folder: str
) -> None:
    below = [f"{folder}/a", f"{folder}/deep/b", f"{folder}/0", f"{folder}/ä"]
    beside = [f"{folder}2/a", f"{folder}-/a", f"{folder}.txt", f"{folder.upper()}/a"]
    for path in [*below, *beside]:
        upload(files, path)
    files.delete(folder)
    assert set(recorded(records, *below, *beside)) == set(beside)


def test_a_deleted_file_takes_along_its_record(files: CallersFiles, records: FileRecords) -> None:
    upload(files, "a")
    upload(files, "b")
    files.delete("a")
    files.delete("nothing")
    assert list(recorded(records, "a", "b")) == ["b"]


def test_what_is_uploaded_after_a_deletion_keeps_its_record(files: CallersFiles, records: FileRecords) -> None:
    upload(files, "a/b")
    records.forget("a", UNNAMED, until=now() - 60_000)
    assert list(recorded(records, "a/b")) == ["a/b"]


def test_a_thousand_paths_are_read_together(files: CallersFiles, records: FileRecords, root: ArtifactsRoot) -> None:
    paths = [f"many/{number}" for number in range(1200)]
    for path in paths[::300]:
        upload(files, path)
    assert set(recorded(records, *paths)) == set(paths[::300])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.UnavailableError("the database is away"), "the database is away"),
        (errors.InternalError("SQLite failed: secret"), "the log of the server says why"),
    ],
)
def test_an_upload_whose_record_fails_says_so_and_keeps_the_file(
    files: CallersFiles, service: MetadataService, root: ArtifactsRoot, error: errors.StatusError, reason: str
) -> None:
    def refuse(*_: Any) -> None:
        raise error

    upload(files, "before")
    service.database.write = refuse  # type: ignore[method-assign, assignment]
    with pytest.raises(errors.UnavailableError) as raised:
        upload(files, "a", b"content")
    assert raised.value.message == (
        f"the file 'a' is stored, but its SHA-256 could not be recorded: {reason}; upload it again"
    )
    with root.read("a") as content:
        assert b"".join(content) == b"content"


def test_a_caller_reads_what_is_recorded_of_their_workspaces_alone(
    files: CallersFiles, records: FileRecords, root: ArtifactsRoot
) -> None:
    for path in ("a/f", "b/f"):
        upload(files, path)
    limited = CallersFiles(root, Caller("somebody", Role.READER, scope_of(["a"])), records)
    assert list(limited.recorded(["a/f", "b/f"])) == ["a/f"]


def test_a_caller_who_writes_into_fewer_workspaces_than_they_see_uploads_and_deletes_there_alone(
    files: CallersFiles, records: FileRecords, root: ArtifactsRoot
) -> None:
    upload(files, "b/f")
    who = Caller("somebody", Role.WRITER, scope_of(["a", "b"]), writing=scope_of(["a"]))
    limited = CallersFiles(root, who, records)
    upload(limited, "a/f")

    assert sorted(limited.recorded(["a/f", "b/f"])) == ["a/f", "b/f"]
    for act in (limited.write, limited.delete, limited.require_write):
        with pytest.raises(errors.PermissionDeniedError):
            act("b/f")


def test_a_file_that_came_in_another_way_has_no_record(records: FileRecords, root: ArtifactsRoot) -> None:
    assert isinstance(root.store("a", [b"x"]), Stored)
    assert recorded(records, "a") == {}
