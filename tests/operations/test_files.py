"""Records of files wherever a whole store is handled: archives, deletion, the audit log."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from lineal.config import DatabaseSettings
from lineal.files import open_root
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.service.callers_files import CallersFiles
from lineal.service.file_records import FileRecords
from lineal.upkeep import archive, doctor
from lineal.upkeep.archive import Ids
from lineal.upkeep.audit_log import AuditFilter
from lineal.upkeep.audit_log import page as audit_page
from lineal.upkeep.opening import open_service
from lineal.wire import lifecycle
from tests.engines import run_sql
from tests.operations.stores import FILE, SHA256, fill

ANN = Caller("ann", Role.WRITER)


def digest_of(service: MetadataService, path: str = FILE) -> str | None:
    """Return the digest that is recorded of a path."""
    row = FileRecords(service).of([path]).get(path)
    return row and row.sha256


def archived(folder: Path, *, fills: bool = True) -> Path:
    """Return an archive of a store."""
    with open_service(f"sqlite:///{folder}/old.db") as service:
        if fills:
            fill(service)
    archive.backup(DatabaseSettings(f"sqlite:///{folder}/old.db"), folder / "old.zip")
    return folder / "old.zip"


def test_records_of_files_go_through_an_archive(tmp_path: Path, database_url: str) -> None:
    made = archived(tmp_path)
    archive.restore(made, DatabaseSettings(database_url))
    with open_service(database_url) as service:
        assert digest_of(service) == SHA256
    archive.backup(DatabaseSettings(database_url), tmp_path / "again.zip")
    read = [zipfile.ZipFile(each).read("files.jsonl") for each in (made, tmp_path / "again.zip")]
    assert read[0] == read[1]
    assert json.loads(read[0])["path"] == FILE


def test_a_store_without_records_of_files_has_an_archive_that_older_versions_read(tmp_path: Path) -> None:
    assert "files.jsonl" not in zipfile.ZipFile(archived(tmp_path, fills=False)).namelist()


def test_an_archive_beside_other_records_changes_none_of_files(tmp_path: Path, database_url: str) -> None:
    made = archived(tmp_path)
    with open_service(database_url) as service:
        CallersFiles(open_root(str(tmp_path / "root")), ANN, FileRecords(service)).write("w/kept").commit()
    archive.restore(made, DatabaseSettings(database_url), ids=Ids.NEW)
    with open_service(database_url) as service:
        kept = digest_of(service, "w/kept")
        assert (kept is not None, digest_of(service)) == (True, SHA256)


def test_a_deleted_record_leaves_the_files_and_what_is_known_of_them(local: MetadataService) -> None:
    fill(local)
    nodes = lifecycle.NodeIds(artifact_ids=[1, 2], execution_ids=[1])
    local.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=nodes))
    assert digest_of(local) == SHA256


def test_a_deleted_file_leaves_its_digest_in_the_audit_log(tmp_path: Path, service: MetadataService) -> None:
    files = CallersFiles(open_root(str(tmp_path / "root")), ANN, FileRecords(service))
    for path in ("w/a", "w/deep/b"):
        files.write(path).commit()
    files.delete("w")
    found = audit_page(service, AuditFilter(subject="file"), limit=10).items
    assert [(each.who, each.action, each.rpc) for each in found] == [("ann", "delete", "files/delete")] * 2
    assert {json.loads(each.old or "")["path"] for each in found} == {"w/a", "w/deep/b"}
    assert all(len(json.loads(each.old or "")["sha256"]) == 64 for each in found)


def test_an_upload_is_in_the_audit_log_of_a_server_that_keeps_one(tmp_path: Path) -> None:
    with open_service(DatabaseSettings(f"sqlite:///{tmp_path}/a.db", audit=True)) as service:
        CallersFiles(open_root(str(tmp_path / "root")), ANN, FileRecords(service)).write("w/a").commit()
        found = audit_page(service, AuditFilter(subject="file"), limit=10)
        [entry] = found.items
    assert (entry.who, entry.action, entry.old, found.records_all_writes) == ("ann", "upload", None, True)
    assert json.loads(entry.new or "")["size"] == 0


def test_the_doctor_finds_nothing_wrong_with_records_of_files(tmp_path: Path) -> None:
    url = f"sqlite:///{archived(tmp_path).with_name('old.db')}"
    assert list(doctor.examine(DatabaseSettings(url))) == []
    run_sql(url, "DROP TABLE lineal_file")
    with open_service(url) as service:
        assert digest_of(service) is None
