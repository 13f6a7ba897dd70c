"""The files of records over REST: folders with sizes, times and digests, uploaded as MLflow's clients do."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lineal.service.clock import now
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.conftest import reading, serving
from tests.server.rest.shelf import Shelf
from tests.service.requests import put_artifact_type, put_artifacts, put_execution_type

UPLOADS = "/api/2.0/mlflow-artifacts/artifacts"
MODEL = "default/0/models/m-1/artifacts"
RUN = "default/0/r/artifacts"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts root."""
    return tmp_path_factory.mktemp("files") / "root"


@pytest.fixture(scope="module")
def shelf(folder: Path) -> Iterator[Shelf]:
    """A store with a logged model and a run, and their files."""
    with serving("sqlite://", artifacts_root=str(folder)) as (service, url), reading(url) as client:
        shelf = Shelf(service, client)
        put_artifacts(service, pb.Artifact(type_id=put_artifact_type(service), uri=f"mlflow-artifacts:/{MODEL}"))
        run = pb.Execution(type_id=put_execution_type(service))
        run.custom_properties["artifact_uri"].string_value = f"mlflow-artifacts:/{RUN}"
        service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[run]))
        for path in ("MLmodel", "code/ä b.py", "code/z%20.py", "weights.bin"):
            upload(shelf, f"{MODEL}/{path}")
        upload(shelf, f"{RUN}/notes.txt", b"notes")
        yield shelf


def upload(shelf: Shelf, path: str, content: bytes = b"hello") -> None:
    target = path.replace("%", "%25")
    assert shelf.client.put(f"{UPLOADS}/{target}", content=content).status_code == 200


def files(shelf: Shelf, key: str = "artifacts/1", **asked: Any) -> Any:
    response = shelf.client.get(f"/api/v1/{key}/files", params=asked)
    assert response.status_code == 200, response.text
    return response.json()


def put_model(shelf: Shelf, uri: str, digest: str = "") -> str:
    """Put another artifact; return the part of its address."""
    model = pb.Artifact(type_id=put_artifact_type(shelf.service), uri=uri)
    if digest:
        model.custom_properties["__ALL_META__"].string_value = json.dumps({"digest": digest})
    [node_id] = put_artifacts(shelf.service, model)
    return f"artifacts/{node_id}"


def test_a_folder_has_sizes_times_and_digests(shelf: Shelf) -> None:
    found = files(shelf)
    assert (found["uri"], found["is_kept"], found["total"]) == (f"mlflow-artifacts:/{MODEL}", True, 3)
    first, folder, last = found["items"]
    assert (first["name"], first["path"], first["size"]) == ("MLmodel", "MLmodel", 5)
    assert first["sha256"] == hashlib.sha256(b"hello").hexdigest()
    assert now() - 60_000 < first["modified"] <= first["uploaded"] + 1 <= now() + 1
    assert folder == {
        **dict.fromkeys(("size", "modified", "sha256", "uploaded", "download")),
        **{"name": "code", "path": "code", "is_dir": True, "is_changed": False},
    }
    assert last["name"] == "weights.bin"


def test_each_file_says_where_it_is_downloaded(shelf: Shelf) -> None:
    for each in files(shelf, path="code")["items"]:
        assert each["path"] == f"code/{each['name']}"
        assert shelf.client.get(f"/{each['download']}").text == "hello"


def test_the_files_of_a_run_are_found_by_its_place(shelf: Shelf) -> None:
    [found] = files(shelf, "executions/1")["items"]
    assert (found["name"], found["sha256"]) == ("notes.txt", hashlib.sha256(b"notes").hexdigest())
    assert files(shelf, "executions/1")["digest"] is None


def test_the_digest_of_a_model_is_the_one_of_sha256sum(shelf: Shelf, folder: Path) -> None:
    command = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
    done = subprocess.run(command, shell=True, cwd=folder / MODEL, capture_output=True, text=True, check=True)
    assert files(shelf)["digest"] == done.stdout.partition(" ")[0]
    assert files(shelf, path="code")["digest"] is None


def test_pages_follow_each_other(shelf: Shelf) -> None:
    names, cursor = [], ""
    while cursor is not None:
        page = files(shelf, limit=2, **({"cursor": cursor} if cursor else {}))
        names += [each["name"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert names == ["MLmodel", "code", "weights.bin"]


def test_the_path_of_a_file_finds_this_file_alone(shelf: Shelf) -> None:
    [found] = files(shelf, path="code/ä b.py")["items"]
    assert found == files(shelf, path="code")["items"][1]
    assert files(shelf, path="code/missing")["items"] == []


def test_an_artifact_that_is_one_file_has_it(shelf: Shelf) -> None:
    [found] = files(shelf, put_model(shelf, f"mlflow-artifacts:/{RUN}/notes.txt"))["items"]
    assert (found["name"], found["path"], found["size"]) == ("notes.txt", "", 5)
    assert shelf.client.get(f"/{found['download']}").text == "notes"


@pytest.mark.parametrize("uri", ["s3://bucket/model", "", "mlflow-artifacts:/", "mlflow-artifacts://host/x"])
def test_files_in_another_place_are_not_listed(shelf: Shelf, uri: str) -> None:
    found = files(shelf, put_model(shelf, uri))
    assert (found["uri"], found["is_kept"], found["items"]) == (uri, False, [])


@pytest.mark.parametrize("path", ["..", "code/../..", "/etc", "code%2f..", "a\\b"])
def test_no_path_leads_out_of_the_files_of_the_record(shelf: Shelf, path: str) -> None:
    response = shelf.client.get("/api/v1/artifacts/1/files", params={"path": path})
    assert response.status_code == 400, response.text


def test_a_place_out_of_the_root_is_refused(shelf: Shelf) -> None:
    key = put_model(shelf, "mlflow-artifacts:/../../etc")
    assert shelf.client.get(f"/api/v1/{key}/files").status_code == 400


def test_a_file_that_was_written_beside_the_server_says_so(shelf: Shelf, folder: Path) -> None:
    upload(shelf, "default/0/r2/artifacts/a")
    key = put_model(shelf, "mlflow-artifacts:/default/0/r2/artifacts")
    [found] = files(shelf, key)["items"]
    assert (found["is_changed"], files(shelf, key)["digest"] is None) == (False, False)
    (folder / "default/0/r2/artifacts/a").write_text("another size")
    [found] = files(shelf, key)["items"]
    assert (found["is_changed"], found["sha256"]) == (True, hashlib.sha256(b"hello").hexdigest())
    assert no_digest(shelf, key) == (None, "changed", "a")
    upload(shelf, "default/0/r2/artifacts/a")
    (folder / "default/0/r2/artifacts/b").write_text("b")
    assert [each["sha256"] is None for each in files(shelf, key)["items"]] == [False, True]
    assert no_digest(shelf, key) == (None, "not_uploaded", "b")


def no_digest(shelf: Shelf, key: str, **asked: Any) -> tuple[str | None, str | None, str | None]:
    found = files(shelf, key, **asked)
    return found["digest"], found["no_digest"], found["no_digest_of"]


def test_without_a_digest_the_answer_says_why(shelf: Shelf, folder: Path) -> None:
    assert no_digest(shelf, "artifacts/1")[1:] == (None, None)
    assert no_digest(shelf, "artifacts/1", path="code") == (None, "part", None)
    assert no_digest(shelf, "executions/1") == (None, "execution", None)
    assert no_digest(shelf, put_model(shelf, "s3://elsewhere/model")) == (None, "no_files", None)
    (folder / "default/0/many").mkdir()
    for number in range(1001):
        (folder / f"default/0/many/{number}").touch()
    assert no_digest(shelf, put_model(shelf, "mlflow-artifacts:/default/0/many")) == (None, "too_many", None)


def as_recorded(shelf: Shelf, key: str) -> tuple[bool | None, str | None]:
    found = files(shelf, key)
    return found["is_as_recorded"], found["recorded_digest"]


def test_another_upload_in_the_place_of_a_model_is_not_as_recorded(shelf: Shelf) -> None:
    place, before = "default/0/r3/artifacts", hashlib.sha256(b"before").hexdigest()
    upload(shelf, f"{place}/rule", b"before")
    digest = hashlib.sha256(f"{before}  ./rule\n".encode()).hexdigest()
    model = put_model(shelf, f"mlflow-artifacts:/{place}", f"sha256:{digest}")
    data = put_model(shelf, f"mlflow-artifacts:/{place}/rule", f"sha256:{before}")
    assert as_recorded(shelf, model) == (True, digest)
    assert as_recorded(shelf, data) == (True, before)
    upload(shelf, f"{place}/rule", b"after!")
    assert as_recorded(shelf, model) == (False, digest)
    assert as_recorded(shelf, data) == (False, before)


def test_a_digest_that_is_no_sha256_is_not_compared(shelf: Shelf) -> None:
    assert as_recorded(shelf, put_model(shelf, f"mlflow-artifacts:/{MODEL}", "ab12")) == (None, None)


def history(shelf: Shelf, key: str) -> list[tuple[str, str, Any, Any]]:
    found = shelf.client.get(f"/api/v1/{key}/history").json()["items"]
    parts = [[json.loads(each[name] or "{}").get("sha256") for name in ("old", "new")] for each in found]
    return [(each["action"], each["rpc"], *part) for each, part in zip(found, parts, strict=True)]


def test_files_that_are_replaced_or_deleted_are_in_the_history_of_their_record(shelf: Shelf, folder: Path) -> None:
    place, first, second = "default/0/r4/artifacts", hashlib.sha256(b"1").hexdigest(), hashlib.sha256(b"2").hexdigest()
    for content in (b"1", b"1", b"2"):
        upload(shelf, f"{place}/deep/rule", content)
    key = put_model(shelf, f"mlflow-artifacts:///{place}")
    assert history(shelf, key) == []
    upload(shelf, f"{place}/deep/rule", b"1")
    (folder / place / "copied").touch()
    upload(shelf, f"{place}/copied", b"2")
    assert shelf.client.delete(f"{UPLOADS}/{place}").status_code == 200
    found = history(shelf, key)
    assert sorted(found[:2], key=str) == sorted(
        [("delete file", "files/delete", second, None), ("delete file", "files/delete", first, None)], key=str
    )
    assert found[2:] == [
        ("replace file", "files/upload", None, second),
        ("replace file", "files/upload", second, first),
    ]


def test_files_of_runs_and_of_versions_are_in_their_histories(shelf: Shelf) -> None:
    place = "default/0/r5/artifacts"
    upload(shelf, f"{place}/a", b"1")
    version = pb.Artifact(type_id=put_artifact_type(shelf.service), uri="models:/m/1")
    version.custom_properties["__mlflow_place__"].string_value = f"mlflow-artifacts:/{place}"
    [version_id] = put_artifacts(shelf.service, version)
    run = pb.Execution(type_id=put_run_type(shelf))
    run.properties["artifact_uri"].string_value = f"mlflow-artifacts:/{place}"
    [run_id] = shelf.service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[run])).execution_ids
    upload(shelf, f"{place}/a", b"2")
    for key in (f"artifacts/{version_id}", f"executions/{run_id}"):
        assert [each[0] for each in history(shelf, key)] == ["replace file"]


def put_run_type(shelf: Shelf) -> int:
    run_type = pb.ExecutionType(name="RunWithFiles", properties={"artifact_uri": pb.STRING})
    response: Any = shelf.service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type=run_type))
    return int(response.type_id)


def test_a_record_that_is_not_there_has_no_files(shelf: Shelf) -> None:
    assert shelf.client.get("/api/v1/artifacts/99/files").status_code == 404
    assert shelf.client.get("/api/v1/executions/99/files").status_code == 404
