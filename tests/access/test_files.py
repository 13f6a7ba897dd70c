"""Who may use the files of runs: a login where the server has one, roles, and the folders of workspaces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lineal.files import workspace_folder
from lineal.security import TOKEN, AccessSettings
from lineal.server.request_kinds import PREFIXES
from lineal.service.access import Role
from lineal.upkeep.tokens import Tokens
from lineal.wire import metadata_store as pb
from tests.access.serving import Served, asking, serving
from tests.service.requests import put_artifact_type, put_artifacts

PREFIX = "/api/2.0/mlflow-artifacts"
FILES = f"{PREFIX}/artifacts"
ROUTES = [
    ("GET", "/artifacts?path=a"),
    ("GET", "/artifacts/a/f"),
    ("PUT", "/artifacts/a/f"),
    ("DELETE", "/artifacts/a/f"),
    ("POST", "/mpu/create/a/f"),
    ("POST", "/mpu/complete/a/f"),
    ("POST", "/mpu/abort/a/f"),
    ("GET", "/presigned/a/f"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artifacts root."""
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def served(root: Path) -> Iterator[Served]:
    """A server that needs a login."""
    with serving(artifacts_root=str(root), access=AccessSettings(auth=(TOKEN,))) as running:
        yield running


@pytest.fixture(autouse=True)
def _files(root: Path) -> None:
    """Put the files of three workspaces into the root."""
    for workspace in ("a", "b", workspace_folder("c/d")):
        (root / workspace / "7").mkdir(parents=True, exist_ok=True)
        (root / workspace / "7" / "f").write_text(f"of {workspace}")


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    """A writer of the workspaces a and c/d."""
    with asking(served, token=served.token(Role.WRITER, "a", "c/d")) as asked:
        yield asked


def names(answer: httpx.Response) -> list[str]:
    return [entry["path"] for entry in answer.json().get("files", [])]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_needs_a_login(served: Served, prefix: str, method: str, path: str) -> None:
    with asking(served) as anybody:
        assert anybody.request(method, f"{prefix}{path}", content=b"").status_code == 401


def test_a_reader_reads_and_writes_nothing(served: Served, root: Path) -> None:
    with asking(served, token=served.token(Role.READER)) as reader:
        assert reader.get(f"{FILES}/a/7/f").text == "of a"
        assert names(reader.get(f"{FILES}?path=a/7")) == ["f"]
        for method, path in ROUTES[2:7]:
            refused = reader.request(method, f"{PREFIX}{path}", content=b"x")
            assert (refused.status_code, refused.json()["error_code"]) == (403, "PERMISSION_DENIED")
    assert (root / "a" / "7" / "f").read_text() == "of a"


def test_a_writer_of_the_whole_store_writes_everywhere(served: Served, root: Path) -> None:
    with asking(served, token=served.token(Role.WRITER)) as writer:
        assert writer.put(f"{FILES}/b/7/new", content=b"x").status_code == 200
        assert writer.delete(f"{FILES}/b/7/new").status_code == 200
        assert set(names(writer.get(FILES))) == {"a", "b", workspace_folder("c/d")}


def test_a_caller_with_workspaces_uses_their_folders(client: httpx.Client) -> None:
    for folder in ("a", workspace_folder("c/d")):
        assert client.get(f"{FILES}/{folder}/7/f").text == f"of {folder}"
        assert client.put(f"{FILES}/{folder}/7/g", content=b"x").status_code == 200
        assert names(client.get(f"{FILES}?path={folder}/7")) == ["f", "g"]
        assert client.delete(f"{FILES}/{folder}/7/g").status_code == 200


def test_a_caller_with_workspaces_sees_their_folders_alone(client: httpx.Client) -> None:
    assert names(client.get(FILES)) == ["a", workspace_folder("c/d")]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["{}/7/f", "{}/7", "{}"])
def test_another_workspace_is_answered_like_one_that_is_not_there(
    client: httpx.Client, root: Path, method: str, path: str
) -> None:
    content = b"x" if method == "PUT" else None
    there, absent = (
        client.request(method, f"{FILES}/{path.format(name)}", content=content) for name in ("b", "nothere")
    )
    assert there.status_code == absent.status_code == (404 if method == "GET" else 403)
    assert there.text.replace("'b", "'nothere") == absent.text
    assert (root / "b" / "7" / "f").read_text() == "of b"


@pytest.mark.parametrize("folder", ["{}", "{}/7", "{}/7/f"])
def test_another_workspace_is_listed_like_one_that_is_not_there(client: httpx.Client, folder: str) -> None:
    there, absent = (client.get(FILES, params={"path": folder.format(name)}) for name in ("b", "nothere"))
    assert there.json() == absent.json() == {}


@pytest.mark.parametrize("path", ["ab/7/f", "A/7/f", "a%2f..%2fb/7/f", "a%252f..%252fb/7/f"])
def test_a_path_that_only_looks_like_ones_own_is_not_found(client: httpx.Client, path: str) -> None:
    assert client.get(f"{FILES}/{path}").status_code in (400, 404)
    assert client.put(f"{FILES}/{path}", content=b"x").status_code in (400, 403)


def test_parts_and_presigned_addresses_show_no_other_workspace(client: httpx.Client) -> None:
    for method, path in ROUTES[4:]:
        own, there, absent = (
            client.request(method, f"{PREFIX}{path.replace('/a/', f'/{name}/')}") for name in ("a", "b", "nothere")
        )
        assert own.status_code == 501
        assert (there.status_code, there.text) == (absent.status_code, absent.text)


def test_a_caller_without_workspaces_sees_nothing(served: Served) -> None:
    token = Tokens(served.service).create("nobody", Role.WRITER, workspaces=[])
    with asking(served, token=token) as nobody:
        assert names(nobody.get(FILES)) == []
        assert nobody.get(f"{FILES}/a/7/f").status_code == 404
        assert nobody.put(f"{FILES}/a/7/f", content=b"x").status_code == 403


def test_an_artifact_that_names_files_of_another_workspace_does_not_show_them(served: Served) -> None:
    type_id = put_artifact_type(served.service)
    foreign = pb.Artifact(type_id=type_id, uri="mlflow-artifacts:/b/7")
    foreign.custom_properties["__kf_workspace__"].string_value = "a"
    [node_id] = put_artifacts(served.service, foreign)
    path = f"/api/v1/artifacts/{node_id}/files"
    with asking(served, token=served.token(Role.READER)) as anybody:
        assert [each["name"] for each in anybody.get(path).json()["items"]] == ["f"]
    with asking(served, token=served.token(Role.READER, "a")) as limited:
        assert limited.get(path).json()["items"] == []
        assert limited.get(path, params={"path": "f"}).json()["items"] == []
