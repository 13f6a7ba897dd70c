"""The files of records over REST: folders with sizes, times and digests, uploaded as MLflow's clients do."""

from __future__ import annotations

import hashlib
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


def put_model(shelf: Shelf, uri: str) -> str:
    """Put another artifact; return the part of its address."""
    [node_id] = put_artifacts(shelf.service, pb.Artifact(type_id=put_artifact_type(shelf.service), uri=uri))
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
    assert files(shelf, key)["digest"] is None
    (folder / "default/0/r2/artifacts/b").write_text("b")
    assert [each["sha256"] is None for each in files(shelf, key)["items"]] == [False, True]


def test_a_record_that_is_not_there_has_no_files(shelf: Shelf) -> None:
    assert shelf.client.get("/api/v1/artifacts/99/files").status_code == 404
    assert shelf.client.get("/api/v1/executions/99/files").status_code == 404
