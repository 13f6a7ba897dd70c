"""The artifact proxy of a running server, asked in plain HTTP; it answers as MLflow 3.17 does, where that is safe."""

from __future__ import annotations

import gzip
import hashlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.artifacts.files import ARTIFACTS, Files
from tests.serving import running_server


def test_an_uploaded_file_is_downloaded_unchanged(served: Files) -> None:
    uploaded = served.put("w/0/run/artifacts/a.txt", b"hello")
    assert (uploaded.status, uploaded.body) == (200, b"")
    found = served.get("w/0/run/artifacts/a.txt")
    assert (found.status, found.body, found.headers["content-length"]) == (200, b"hello", "5")
    assert (served.folder / "w/0/run/artifacts/a.txt").read_bytes() == b"hello"


def test_a_later_upload_takes_the_place_of_the_file(served: Files) -> None:
    served.put("again/a", b"first")
    served.put("again/a", b"second, and longer")
    assert served.get("again/a").body == b"second, and longer"


def test_names_with_blanks_and_letters_of_any_script_are_kept(served: Files) -> None:
    served.put("names/m%C3%A4%20%E2%82%AC.txt", b"x")
    assert served.get("names/m%C3%A4%20%E2%82%AC.txt").body == b"x"
    assert served.list("path=names").content == {"files": [{"path": "mä €.txt", "is_dir": False, "file_size": 1}]}


def test_a_listing_has_paths_relative_to_the_folder_in_their_order(served: Files) -> None:
    for path in ("list/b", "list/a/deep", "list/B"):
        served.put(path, b"12")
    found = served.list("path=list")
    assert found.headers["content-type"] == "application/json"
    assert found.content == {
        "files": [
            {"path": "B", "is_dir": False, "file_size": 2},
            {"path": "a", "is_dir": True},
            {"path": "b", "is_dir": False, "file_size": 2},
        ]
    }


@pytest.mark.parametrize("query", ["path=missing", "path=alone/a"])
def test_a_listing_where_no_folder_is_has_no_files(served: Files, query: str) -> None:
    served.put("alone/a", b"x")
    assert (served.list(query).status, served.list(query).content) == (200, {})


def test_the_root_is_listed_without_the_folder_of_unfinished_uploads(served: Files) -> None:
    served.put("top/a", b"x")
    for query in ("", "path="):
        names = [entry["path"] for entry in served.list(query).content["files"]]
        assert "top" in names
        assert ".lineal-uploads" not in names


def test_a_file_that_is_not_there_is_said_in_mlflows_form(served: Files) -> None:
    found = served.get("missing.txt")
    assert found.status == 404
    assert found.content == {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "No such artifact: 'missing.txt'"}


@pytest.mark.parametrize("path", ["", "dir", "dir/"])
def test_a_folder_is_not_downloaded(served: Files, path: str) -> None:
    served.put("dir/a", b"x")
    found = served.get(path)
    assert (found.status, found.content["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_deleting_a_file_a_folder_and_nothing_is_answered_alike(served: Files) -> None:
    for path in ("del/a", "del/b/c", "del/b/d/e"):
        served.put(path, b"x")
    for path in ("del/a", "del/b", "del/nothing"):
        deleted = served.delete(path)
        assert (deleted.status, deleted.content) == (200, {})
    assert served.list("path=del").content == {}


ESCAPES = [
    "../x",
    "a/../../x",
    "%2e%2e/x",
    "..%2fx",
    "%2E%2E%2Fx",
    "%252e%252e/x",
    "%252e%252e%252fx",
    "%25252e%25252e%25252fx",
    "/etc/passwd",
    "%2Fetc/passwd",
    "C:/x",
    "a%5C..%5Cb",
    "a%00b",
    "a%2500b",
    "a//b",
    "a/./b",
    "a%2Fb",
    "a%0a",
    ".lineal-uploads/x",
    "x" * 300,
]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ESCAPES)
def test_a_path_out_of_the_root_is_refused(served: Files, method: str, path: str) -> None:
    before = served.everything()
    found = served.ask(method, f"{ARTIFACTS}/{path}", b"x" if method == "PUT" else None)
    assert (found.status, found.content["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert found.content["message"].startswith("Invalid path")
    assert served.everything() == before


@pytest.mark.parametrize("path", [path for path in ESCAPES if path != "a%2Fb"] + ["/", "."])
def test_a_folder_out_of_the_root_is_not_listed(served: Files, path: str) -> None:
    found = served.list(f"path={path}")
    assert (found.status, found.content["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("operation", ["mpu/create", "mpu/complete", "mpu/abort", "presigned"])
def test_parts_and_presigned_addresses_are_not_offered(served: Files, operation: str) -> None:
    method = "GET" if operation == "presigned" else "POST"
    target = f"/api/2.0/mlflow-artifacts/{operation}"
    found = served.ask(method, f"{target}/w/a", b'{"path": "b", "num_parts": 2}' if method == "POST" else None)
    assert (found.status, found.content["error_code"]) == (501, "NOT_IMPLEMENTED")
    assert served.ask(method, f"{target}/../x").status == 400


def test_an_upload_in_parts_is_refused_in_the_words_that_make_a_client_upload_the_whole(served: Files) -> None:
    found = served.ask("POST", "/api/2.0/mlflow-artifacts/mpu/create/w/a", b'{"path": "b", "num_parts": 2}')
    assert found.content["message"] == "Multipart upload is not supported for the current artifact repository"


def test_a_link_out_of_the_root_is_not_followed(served: Files, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    served.put("links/a", b"x")
    (served.folder / "links" / "out").symlink_to(tmp_path)
    assert served.get("links/out/secret").status == 400
    assert served.put("links/out/new", b"x").status == 400
    assert served.delete("links/out/secret").status == 400
    assert served.list("path=links/out").status == 400
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("path", ["way", "way/a/below"])
def test_a_folder_or_a_file_in_the_way_is_said(served: Files, path: str) -> None:
    served.put("way/a", b"x")
    found = served.put(path, b"y")
    assert (found.status, found.content["error_code"]) == (400, "INVALID_STATE")


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("page.html", "text/plain"),
        ("page.xhtml", "text/plain"),
        ("plot.svg", "text/plain"),
        ("plot.SVG", "text/plain"),
        ("data.xml", "text/plain"),
        ("program.js", "text/plain"),
        ("style.css", "text/plain"),
        ("page.mhtml", "application/octet-stream"),
        ("report.pdf", "application/octet-stream"),
        ("page.html.unknown", "application/octet-stream"),
        ("MLmodel", "text/plain"),
        ("conda.yaml", "text/plain"),
        ("table.csv", "text/plain"),
        ("plot.png", "image/png"),
        ("model.pkl", "application/octet-stream"),
    ],
)
def test_a_downloaded_file_runs_nothing_in_a_browser(served: Files, name: str, media: str) -> None:
    served.put(f"safe/{name}", b"<script>alert(1)</script>", Content_Type="text/html")
    headers = served.get(f"safe/{name}", Accept="text/html").headers
    assert headers["content-type"] == media
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-disposition"] == f'attachment; filename="{name}"'
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_the_name_of_a_download_cannot_end_its_header(served: Files) -> None:
    served.put("quoted/a%22;%20filename=b.html", b"x")
    headers = served.get("quoted/a%22;%20filename=b.html").headers
    assert headers["content-disposition"] == (
        "attachment; filename=\"a__ filename=b.html\"; filename*=UTF-8''a%22%3B%20filename%3Db.html"
    )


@pytest.mark.parametrize(
    ("asked", "status", "body", "shown"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 200, b"0123456789", None),
        ("bytes=0-1,3-4", 200, b"0123456789", None),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
def test_a_part_of_a_file_is_downloaded(served: Files, asked: str, status: int, body: bytes, shown: str | None) -> None:
    served.put("part", b"0123456789")
    found = served.get("part", Range=asked)
    assert (found.status, found.body, found.headers.get("content-range")) == (status, body, shown)


def test_files_are_stored_and_sent_as_they_come_whatever_their_encoding(served: Files) -> None:
    body = gzip.compress(b"hello" * 1000)
    assert served.put("coded.gz", body, Content_Encoding="gzip").status == 200
    found = served.get("coded.gz", Accept_Encoding="gzip")
    assert found.body == body
    assert "content-encoding" not in found.headers


def test_head_has_the_headers_of_a_download_and_no_body(served: Files) -> None:
    served.put("head.txt", b"x" * 3_000_000)
    found = served.ask("HEAD", f"{ARTIFACTS}/head.txt")
    assert (found.status, found.headers["content-length"], found.body) == (200, "3000000", b"")


@pytest.mark.parametrize("prefix", ["/ajax-api/2.0", "/mlflow/api/2.0", "/mlflow/ajax-api/2.0"])
def test_the_proxy_is_at_every_address_that_clients_use(served: Files, prefix: str) -> None:
    served.put("everywhere", b"x")
    assert served.ask("GET", f"{prefix}/mlflow-artifacts/artifacts/everywhere").body == b"x"


def test_a_long_path_of_the_rest_interface_in_a_path_limits_no_upload(served: Files) -> None:
    assert served.put("w/api/v1/large", b"x" * 3_000_000).status == 200


def resident_mib(process_id: int) -> float:
    """Return the most memory that a process had, in MiB."""
    for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmHWM")


@pytest.mark.slow
def test_two_hundred_mib_go_up_and_down_in_little_memory(served: Files) -> None:
    piece = hashlib.sha256(b"seed").digest() * (1 << 15)
    before = resident_mib(served.server.process.pid)
    uploaded = served.put("large", (piece for _ in range(200)))  # without a length: chunked
    assert uploaded.status == 200
    assert (served.folder / "large").stat().st_size == 200 << 20
    found = served.get("large")
    assert hashlib.sha256(found.body).digest() == hashlib.sha256(piece * 200).digest()
    assert resident_mib(served.server.process.pid) - before < 60


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_file_over_the_limit_is_refused_with_the_flag(served: Files, is_chunked: bool) -> None:
    size = 257 << 20
    before = served.everything()
    body: Any = (b"x" * (1 << 20) for _ in range(257)) if is_chunked else _Zeros(size)
    found = served.put("too-large", body, **({} if is_chunked else {"Content_Length": str(size)}))
    assert (found.status, found.content["error_code"]) == (413, "REQUEST_LIMIT_EXCEEDED")
    assert "--max-artifact-mib" in found.content["message"]
    assert served.everything() == before


class _Zeros:
    """A file of zeros, read in pieces."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int) -> bytes:
        piece = b"\0" * min(size, self._left)
        self._left -= len(piece)
        return piece


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 5000000\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2dc6c0\r\n",
    ],
)
def test_a_broken_upload_leaves_nothing_and_the_file_that_was_there(served: Files, head: str) -> None:
    served.put("broken", b"old")
    before = served.everything()
    host, _, port = served.server.http.partition("//")[2].rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"PUT {ARTIFACTS}/broken HTTP/1.1\r\nHost: {host}\r\n{head}".encode() + b"x" * 3_000_000)
        wait_for(lambda: served.everything() != before)
    wait_for(lambda: served.everything() == before)
    assert served.get("broken").body == b"old"


def wait_for(happens: Any) -> None:
    """Wait until something is so, for some seconds."""
    end = time.monotonic() + 10
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_an_abandoned_download_closes_its_file(served: Files) -> None:
    served.put("abandoned", b"x" * 30_000_000)
    host, _, port = served.server.http.partition("//")[2].rpartition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"GET {ARTIFACTS}/abandoned HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        assert connection.recv(10)
        wait_for(lambda: "abandoned" in open_files(served.server.process.pid))
    wait_for(lambda: "abandoned" not in open_files(served.server.process.pid))


def open_files(process_id: int) -> set[str]:
    """Return the names of the files that a process has open."""
    names = set()
    for each in Path(f"/proc/{process_id}/fd").iterdir():
        try:
            names.add(each.readlink().name)
        except OSError:
            continue
    return names


@pytest.mark.long
def test_a_slow_upload_is_given_time_for_its_size(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path}/m.db", "--max-receive-seconds", "1") as server:
        files = Files(server, tmp_path / "m.db.artifacts")

        def pieces() -> Iterator[bytes]:
            for _ in range(8):
                yield b"x" * 100_000
                time.sleep(0.25)

        assert files.put("slow", pieces()).status == 200


@pytest.mark.long
def test_an_upload_that_trickles_is_ended(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path}/m.db", "--max-receive-seconds", "1") as server:
        host, _, port = server.http.partition("//")[2].rpartition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(f"PUT {ARTIFACTS}/a HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n\r\nx".encode())
            answer = b""
            while b"64 KiB a second" not in answer and (piece := connection.recv(10_000)):
                answer += piece
        assert answer.startswith(b"HTTP/1.1 408")
        assert b"64 KiB a second" in answer


def test_without_a_place_for_files_an_upload_says_what_to_set() -> None:
    with running_server("sqlite://") as server:
        files = Files(server, Path())
        refused = files.put("a", b"x")
        assert (refused.status, refused.content["error_code"]) == (400, "INVALID_STATE")
        assert "--artifacts-root" in refused.content["message"]
        assert files.list("path=a").content == {}
        assert files.get("a").status == 404
        assert files.delete("a").status == 200


def test_a_full_disk_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    limited = ("sh", "-c", 'ulimit -f 6000; exec "$@"', "sh")  # blocks of 512 bytes, or of 1 KiB
    with running_server(f"sqlite:///{tmp_path}/m.db", under=limited) as server:
        files = Files(server, tmp_path / "m.db.artifacts")
        refused = files.put("a", b"x" * 8_000_000)
        assert refused.status == 507
        assert "there is no space left for 'a'" in refused.content["message"]
        assert files.everything() == []
        assert files.put("a", b"x").status == 200


def test_a_folder_of_the_setting_is_used(tmp_path: Path) -> None:
    with running_server("sqlite://", "--artifacts-root", str(tmp_path / "files")) as server:
        files = Files(server, tmp_path / "files")
        assert files.put("a", b"x").status == 200
        assert files.everything() == ["a"]


def test_the_metrics_count_requests_by_route_and_not_by_path(served: Files) -> None:
    served.put("metrics/a", b"x")
    text = served.ask("GET", "/metrics").body.decode()
    assert "/api/2.0/mlflow-artifacts/artifacts/{path:path}" in text
    assert "metrics/a" not in text
