"""Where events go: what the answers of a server mean, the token, files, and standard output."""

from __future__ import annotations

import gzip
import resource
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from lineal.config import SendingSettings
from lineal.server.openlineage.destinations import TAKEN, destination_of


class Server(ThreadingHTTPServer):
    """Answers every request with one status, and keeps what came: (path, token, body)."""

    status = 201
    came: list[tuple[str, str | None, bytes]]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        body = gzip.decompress(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.came.append((self.path, self.headers["Authorization"], body))
        self.send_response(self.server.status, "as told")
        self.send_header("Location", "/elsewhere")
        answer = f"reason {self.headers['Authorization'] or ''}".strip().encode()
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name of the base class
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    """A server."""
    with Server(("127.0.0.1", 0), _Handler) as found:
        found.came = []
        thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "is_final"),
    [(400, True), (404, True), (413, True), (415, True), (422, True)]
    + [(status, False) for status in (301, 401, 403, 409, 429, 500, 503)],
)
def test_what_a_server_answers_says_whether_to_try_again(server: Server, status: int, *, is_final: bool) -> None:
    server.status = status
    to = destination_of(SendingSettings(f"http://127.0.0.1:{server.server_port}"))
    answer = to.send(b"{}")
    assert (f"answers HTTP {status}: reason" in answer.trouble, answer.is_final) == (True, is_final)
    assert [path for path, *_ in server.came] == ["/api/v1/lineage"]  # and nowhere else
    server.status = 200
    assert to.send(b"{}") == TAKEN
    to.close()


def test_a_path_is_kept_and_the_token_is_read_again_and_never_told(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "token"
    to = destination_of(SendingSettings(f"http://127.0.0.1:{server.server_port}/own/path", str(file)))
    assert to.send(b"{}").trouble == f"--openlineage-token-file: no token can be read from {file}"
    for text in ("first\n", "second"):
        file.write_text(text)
        assert to.send(b"{}") == TAKEN
    file.write_text("a secret\nof two lines")
    assert "secret" not in to.send(b"{}").trouble
    file.write_text("a-secret")
    server.status = 403
    assert to.send(b"{}").trouble.endswith("answers HTTP 403: reason Bearer ***")
    del server.came[-1]
    to.close()
    assert [(path, token) for path, token, _ in server.came] == [
        ("/own/path", "Bearer first"),
        ("/own/path", "Bearer second"),
    ]


def test_a_server_that_is_gone_may_come_back(server: Server) -> None:
    to = destination_of(SendingSettings(f"http://127.0.0.1:{server.server_port}"))
    assert to.send(b"{}") == TAKEN
    gone = destination_of(SendingSettings("http://127.0.0.1:1"))
    answer = gone.send(b"{}")
    assert ("cannot be reached" in answer.trouble, answer.is_final) == (True, False)
    to.close()
    assert to.send(b"{}") == TAKEN  # on a new connection
    to.close()


def test_a_file_gets_a_line_for_each_event(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    to = destination_of(SendingSettings(f"file:{file}"))
    assert [to.send(b'{"a": 1}'), to.send(b'{"b": 2}')] == [TAKEN, TAKEN]
    assert file.read_bytes() == b'{"a": 1}\n{"b": 2}\n'
    away = destination_of(SendingSettings(f"file:{tmp_path}/no/events.jsonl")).send(b"{}")
    assert (away.is_final, "No such file" in away.trouble) == (False, True)


def test_a_file_without_space_for_a_line_gets_none_of_it(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    to = destination_of(SendingSettings(f"file:{file}"))
    assert to.send(b'{"a": 1}') == TAKEN
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12, limits[1]))
    try:
        assert to.send(b'{"b": 2}').trouble == f"{file}: No space left on device"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert file.read_bytes() == b'{"a": 1}\n'


def test_standard_output_gets_a_line_for_each_event(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert destination_of(SendingSettings("-")).send(b"{}") == TAKEN
    assert capsysbinary.readouterr().out == b"{}\n"
