"""Archives: every engine writes the same one and takes it back, during writes as well; a damaged one is refused."""

from __future__ import annotations

import hashlib
import json
import resource
import sqlite3
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.service import MetadataService
from lineal.upkeep import archive
from lineal.upkeep.archive import files
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import records
from lineal.wire import service as rpc
from tests.engines import POSTGRESQL
from tests.operations.stores import fill
from tests.service.requests import artifact, put_artifact_type, put_artifacts, put_chain, put_type_of_records


@pytest.fixture
def full_url(tmp_path: Path) -> str:
    """A SQLite store with something of everything."""
    url = f"sqlite:///{tmp_path / 'full.db'}"
    with open_service(url) as service:
        fill(service)
    return url


@pytest.fixture
def full_archive(full_url: str, tmp_path: Path) -> Path:
    """An archive of it."""
    archive.backup(DatabaseSettings(full_url), tmp_path / "full.zip")
    return tmp_path / "full.zip"


@pytest.fixture
def empty_postgresql(servers: ExitStack, tmp_path: Path) -> Iterator[str]:
    with POSTGRESQL.empty_url(servers, tmp_path) as url:
        yield url


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist() if name != "manifest.json"}


def test_a_store_restored_on_any_engine_gives_the_same_archive_again(
    full_archive: Path, database_url: str, tmp_path: Path
) -> None:
    settings = DatabaseSettings(database_url)
    archive.restore(full_archive, settings)
    archive.backup(settings, tmp_path / "again.zip")

    assert contents(tmp_path / "again.zip") == contents(full_archive)


def test_an_archive_names_numbers_as_json_does_and_reads_the_names_of_earlier_ones(
    full_archive: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(full_archive) as file:
        lines = file.read("artifacts.jsonl").decode()
    assert '"double":"NaN"' in lines
    assert '"double":"Infinity"' in lines
    earlier = rewritten(full_archive, tmp_path / "earlier.zip", {'"NaN"': '"nan"', '"Infinity"': '"inf"'})
    archive.restore(earlier, settings := DatabaseSettings(f"sqlite:///{tmp_path / 'earlier.db'}"))
    archive.backup(settings, tmp_path / "later.zip")
    assert contents(tmp_path / "later.zip") == contents(full_archive)


def rewritten(path: Path, to: Path, texts: dict[str, str]) -> Path:
    """Write an archive with other texts in its artifacts, and the digest that fits."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        for name in old.namelist():
            body = old.read(name)
            if name == "artifacts.jsonl":
                for before, after in texts.items():
                    body = body.replace(before.encode(), after.encode())
                manifest["members"]["artifacts"]["sha256"] = hashlib.sha256(body).hexdigest()
            new.writestr(name, json.dumps(manifest) if name == "manifest.json" else body)
    return to


def test_sqlite_into_postgresql_and_back_is_equal(full_archive: Path, empty_postgresql: str, tmp_path: Path) -> None:
    archive.restore(full_archive, DatabaseSettings(empty_postgresql))
    archive.backup(DatabaseSettings(empty_postgresql), tmp_path / "there.zip")
    back = DatabaseSettings(f"sqlite:///{tmp_path / 'back.db'}")
    archive.restore(tmp_path / "there.zip", back)
    archive.backup(back, tmp_path / "back.zip")

    assert contents(tmp_path / "back.zip") == contents(full_archive)


def test_new_nodes_of_a_restored_store_have_ids_of_their_own(full_archive: Path, database_url: str) -> None:
    archive.restore(full_archive, DatabaseSettings(database_url))
    with open_service(database_url) as service:
        type_id = service.call("GetArtifactType", rpc.GetArtifactTypeRequest(type_name="Model")).artifact_type.id
        [new] = put_artifacts(service, artifact(type_id))
        ids = [node.id for node in service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts]

    assert len(ids) == len(set(ids)) == 3
    assert new == max(ids)


def test_ids_are_kept_only_in_an_empty_store(full_archive: Path, full_url: str) -> None:
    with pytest.raises(errors.FailedPreconditionError, match=r"the store holds 7 nodes and events.*--ids new"):
        archive.restore(full_archive, DatabaseSettings(full_url))


def test_with_new_ids_an_archive_goes_beside_what_is_there(full_archive: Path, database_url: str) -> None:
    with open_service(database_url) as service:
        put_chain(service, 3)
        before = len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts)
    archive.restore(full_archive, DatabaseSettings(database_url), ids=archive.Ids.NEW)

    with open_service(database_url) as service:
        found = service.call("GetArtifactByTypeAndName", by_name("model")).artifact
        events = service.call(
            "GetEventsByArtifactIDs", rpc.GetEventsByArtifactIDsRequest(artifact_ids=[found.id])
        ).events
        assert len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts) == before + 2
        assert found.custom_properties["lines"].string_value.startswith("two\nlines")
        assert [step.key or step.index for step in events[0].path.steps] == ["files", 3]
        assert [each.alias for each in aliases_of(service, found.id)] == ["best ä"]
        assert not put_alias(service, found.id).HasField("previous_artifact_id")


def aliases_of(service: MetadataService, artifact_id: int) -> Any:
    return service.call("GetAliases", records.GetAliasesRequest(artifact_ids=[artifact_id])).aliases


def put_alias(service: MetadataService, artifact_id: int) -> Any:
    return service.call("PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias="other"))


def test_an_alias_that_is_taken_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    source, target = (f"sqlite:///{tmp_path / name}.db" for name in ("source", "target"))
    for url in (source, target):
        with open_service(url) as service:
            given = artifact(put_type_of_records(service))
            given.properties["name"].string_value = "mnist"
            put_alias(service, put_artifacts(service, given)[0])
    archive.backup(DatabaseSettings(source), tmp_path / "source.zip")
    with pytest.raises(errors.AlreadyExistsError, match="a version of 'mnist' in this store has the alias 'other'"):
        archive.restore(tmp_path / "source.zip", DatabaseSettings(target), ids=archive.Ids.NEW)
    with open_service(target) as service:
        assert len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts) == 1


def by_name(name: str) -> rpc.GetArtifactByTypeAndNameRequest:
    return rpc.GetArtifactByTypeAndNameRequest(type_name="Model", artifact_name=name)


def test_a_name_that_is_taken_is_named_and_nothing_is_written(full_archive: Path, full_url: str) -> None:
    with pytest.raises(errors.AlreadyExistsError, match=r"artifact 'data' is taken in this store; nothing was written"):
        archive.restore(full_archive, DatabaseSettings(full_url), ids=archive.Ids.NEW)

    with open_service(full_url) as service:
        assert len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts) == 2


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, 0.999])
def test_an_archive_that_was_cut_off_is_refused(full_archive: Path, tmp_path: Path, kept: float) -> None:
    whole = full_archive.read_bytes()
    full_archive.write_bytes(whole[: int(len(whole) * kept)])
    target = tmp_path / "target.db"

    with pytest.raises(errors.DataLossError, match="is not a complete archive"):
        archive.restore(full_archive, DatabaseSettings(f"sqlite:///{target}"))
    assert not target.exists()


def test_an_archive_of_which_a_byte_has_changed_is_refused(full_archive: Path, tmp_path: Path) -> None:
    whole = bytearray(full_archive.read_bytes())
    with zipfile.ZipFile(full_archive) as file:
        place = file.getinfo("artifacts.jsonl").header_offset
    whole[place + 100] ^= 0xFF
    full_archive.write_bytes(whole)

    with pytest.raises(errors.DataLossError, match="is damaged"):
        archive.restore(full_archive, DatabaseSettings(f"sqlite:///{tmp_path / 'target.db'}"))


def test_a_member_that_somebody_replaced_is_refused(full_archive: Path, tmp_path: Path) -> None:
    members = contents(full_archive)
    with zipfile.ZipFile(full_archive) as file:
        manifest = file.read("manifest.json")
    with zipfile.ZipFile(full_archive, "w") as file:
        for name, content in members.items():
            file.writestr(name, content.replace(b"train", b"brain"))
        file.writestr("manifest.json", manifest)

    with pytest.raises(errors.DataLossError, match="executions is not what its manifest says"):
        archive.restore(full_archive, DatabaseSettings(f"sqlite:///{tmp_path / 'target.db'}"))


def test_a_file_is_not_overwritten_unless_asked(full_url: str, full_archive: Path) -> None:
    with pytest.raises(errors.AlreadyExistsError, match=r"exists already; .*--overwrite"):
        archive.backup(DatabaseSettings(full_url), full_archive)
    archive.backup(DatabaseSettings(full_url), full_archive, overwrite=True)


def test_each_record_is_a_line_of_json_without_numbers_that_json_lacks(full_archive: Path) -> None:
    lines = contents(full_archive)["artifacts.jsonl"].splitlines()
    records = [json.loads(line, parse_constant=pytest.fail) for line in lines]
    values = {prop["name"]: prop for prop in records[0]["properties"]}

    assert values["much"]["double"] == "Infinity"
    assert values["layers"]["int"] == 2**62


def write_pairs(service: MetadataService, stop: threading.Event) -> None:
    """Write artifacts in pairs, so that half a pair shows a state that never was."""
    type_id = put_artifact_type(service)
    for number in range(1_000_000):
        if stop.is_set():
            return
        put_artifacts(service, *[artifact(type_id, name=f"{number}.{half}", properties={"p": 1}) for half in "ab"])


def back_up_during_writes(folder: Path, method: str) -> Path:
    """Take a backup while somebody writes; return the file."""
    url, stop, backup = f"sqlite:///{folder / 'store.db'}", threading.Event(), folder / "backup"
    with open_service(url) as service:
        writer = threading.Thread(target=write_pairs, args=(service, stop))
        writer.start()
        while len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts) < 20:
            pass
        take = archive.backup if method == "archive" else archive.copy
        take(DatabaseSettings(url), backup)
        stop.set()
        writer.join()
    return backup


def require_pairs(names: list[str]) -> None:
    """Both halves of each write are there, or neither is."""
    assert len(names) >= 20
    assert {name[:-1] for name in names if name.endswith("a")} == {name[:-1] for name in names if name.endswith("b")}


@pytest.mark.parametrize("method", ["archive", "copy"])
def test_a_backup_during_writes_holds_whole_writes_and_opens(tmp_path: Path, method: str) -> None:
    restored = DatabaseSettings(f"sqlite:///{tmp_path / 'restored.db'}")
    archive.restore(back_up_during_writes(tmp_path, method), restored)

    with open_service(restored) as service:
        require_pairs([node.name for node in service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts])


@pytest.mark.parametrize("method", ["archive", "copy"])
def test_the_official_library_opens_a_backup_that_was_taken_during_writes(
    tmp_path: Path, official_python: Path, method: str
) -> None:
    file = back_up_during_writes(tmp_path, method)
    if method == "archive":
        archive.restore(file, DatabaseSettings(f"sqlite:///{tmp_path / 'restored.db'}"))
        file = tmp_path / "restored.db"

    require_pairs(read_officially(official_python, file, "print(*[a.name for a in store.get_artifacts()])").split())


OPEN = """
import sys
from ml_metadata.metadata_store import metadata_store
from ml_metadata.proto import metadata_store_pb2 as pb
config = pb.ConnectionConfig()
config.sqlite.filename_uri = sys.argv[1]
config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READWRITE
store = metadata_store.MetadataStore(config)
"""


def read_officially(python: Path, file: Path, program: str) -> str:
    """Run a program with the official library on a store, and return what it prints."""
    ran = subprocess.run([python, "-c", OPEN + program, file], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_copy_is_one_file_that_is_a_store(full_url: str, tmp_path: Path) -> None:
    archive.copy(DatabaseSettings(full_url), tmp_path / "copy.db")
    connection = sqlite3.connect(tmp_path / "copy.db")

    assert connection.execute("SELECT count(*) FROM Artifact").fetchall() == [(2,)]
    assert connection.execute("PRAGMA journal_mode").fetchall() == [("delete",)]
    connection.close()


def test_a_copy_is_refused_where_there_is_no_file(empty_postgresql: str, tmp_path: Path) -> None:
    open_service(empty_postgresql).close()

    with pytest.raises(errors.UnimplementedError, match="make an archive"):
        archive.copy(DatabaseSettings(empty_postgresql), tmp_path / "copy.db")


def test_a_text_that_the_engine_cannot_hold_is_named(empty_postgresql: str, tmp_path: Path, full_url: str) -> None:
    with open_service(full_url) as service:
        put_artifacts(service, artifact(put_artifact_type(service, "Odd"), properties={"odd": "a\0b"}))
    archive.backup(DatabaseSettings(full_url), tmp_path / "odd.zip")

    with pytest.raises(errors.InvalidArgumentError, match="holds the character NUL"):
        archive.restore(tmp_path / "odd.zip", DatabaseSettings(empty_postgresql))


def test_the_official_library_reads_what_was_restored(
    full_archive: Path, tmp_path: Path, official_python: Path
) -> None:
    archive.restore(full_archive, DatabaseSettings(f"sqlite:///{tmp_path / 'restored.db'}"))
    program = (
        "print([a.name for a in store.get_artifacts()], len(store.get_events_by_artifact_ids([1, 2])), "
        "[c.name for c in store.get_parent_contexts_by_context(1)])"
    )

    read = read_officially(official_python, tmp_path / "restored.db", program)
    assert read.strip() == "['data', 'model'] 2 ['all']"


def test_an_artifact_type_without_nodes_is_restored_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'types.db'}"
    with open_service(url) as service:
        given = pb.ArtifactType(name="Only", version="3", base_type=pb.ArtifactType.MODEL)
        service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=given))
    archive.backup(DatabaseSettings(url), tmp_path / "types.zip")
    archive.restore(tmp_path / "types.zip", DatabaseSettings(f"sqlite:///{tmp_path / 'again.db'}"))

    with open_service(f"sqlite:///{tmp_path / 'again.db'}") as service:
        request = rpc.GetArtifactTypeRequest(type_name="Only", type_version="3")
        assert service.call("GetArtifactType", request).artifact_type.base_type == pb.ArtifactType.MODEL


def test_a_disk_that_is_full_leaves_no_file(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with (
            pytest.raises(errors.ResourceExhaustedError, match=r"cannot write .*a\.zip"),
            files.writing(tmp_path / "a.zip", overwrite=False) as draft,
            files.new_archive(draft) as writer,
        ):
            writer.add("numbers", ({"number": number} for number in range(100_000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())
