"""`lineal health`, which images and scripts ask: the server, the watcher, and what is neither."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lineal.cli import health, main
from lineal.watch.health import HealthServer
from tests.access.authority import Authority
from tests.access.serving import serving
from tests.ports import free_port
from tests.serving import running_server

ADDRESS = "127.0.0.1"


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Where the command looks for a server and for a watcher: nothing is there."""
    server, watcher = (f"{ADDRESS}:{port}" for port in (free_port(), free_port()))
    monkeypatch.setattr(health, "_SERVER", server)
    monkeypatch.setattr(health, "_WATCHER", watcher)
    return server, watcher


@contextmanager
def watcher_at(address: str, status: int, text: str) -> Iterator[None]:
    with HealthServer(ADDRESS, int(address.rpartition(":")[2]), answers={"/readyz": lambda: (status, text)}):
        yield


@pytest.mark.parametrize("encrypts", [False, True])
def test_a_server_that_is_ready(
    encrypts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    Authority(tmp_path).issue("server", cert=cert, key=key)
    flags = ["--tls-cert", str(cert), "--tls-key", str(key)] if encrypts else []
    with running_server("sqlite://", *flags) as server:
        address = server.http.rpartition("/")[2]
        monkeypatch.setattr(health, "_SERVER", address)

        assert main(["health"]) == 0
        assert capsys.readouterr().out == f"http{'s' * encrypts}://{address}/readyz is ready\n"


def test_a_server_that_is_not_ready(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as served:  # whose database nobody checks
        monkeypatch.setattr(health, "_SERVER", served.http)

        assert main(["health"]) == 1
        assert "/readyz is not ready: the database was not checked yet" in capsys.readouterr().err


@pytest.mark.parametrize(("status", "text", "code"), [(200, "recording\n", 0), (503, "the store is away\nso\n", 1)])
def test_the_watcher_where_there_is_no_server(
    places: tuple[str, str], status: int, text: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with watcher_at(places[1], status, text):
        assert main(["health"]) == code

    assert code == 0 or "is not ready: the store is away; so" in capsys.readouterr().err


def test_nothing_that_listens(places: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["health"]) == 1
    assert main(["health", f"http://{places[0]}"]) == 1

    assert capsys.readouterr().err.count("nothing listens") == 2


def test_a_process_that_never_answers(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((ADDRESS, 0)) as silent:
        assert main(["health", f"http://{ADDRESS}:{silent.getsockname()[1]}", "--timeout", "1"]) == 1

    assert "does not answer: timed out" in capsys.readouterr().err


def test_another_path_of_a_named_address(places: tuple[str, str]) -> None:
    with watcher_at(places[1], 200, "recording\n"):
        assert main(["health", f"http://{places[1]}/readyz?verbose"]) == 0
        assert main(["health", f"http://{places[1]}/healthz"]) == 1


@pytest.mark.parametrize("end", ["", "/", "/readyz"])
def test_a_server_below_a_path(end: str, places: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with HealthServer(ADDRESS, int(places[1].rpartition(":")[2]), answers={"/lineal/readyz": lambda: (200, "")}):
        assert main(["health", f"http://{places[1]}/lineal{end}"]) == 0

    assert "/lineal/readyz is ready" in capsys.readouterr().out


@pytest.mark.parametrize("word", ["localhost", "grpc://localhost:8080", "http://", "http://host:99999", "http://u:p@h"])
def test_a_word_that_is_no_address_of_http(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["health", word])

    assert end.value.code == 2
    assert "u:p" not in capsys.readouterr().err
