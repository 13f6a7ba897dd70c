"""A server as a source: one of Lineal, which answers MLflow's calls. MLflow's own is in test_reference.py."""

from __future__ import annotations

import http.server
import threading
from pathlib import Path

import httpx
import pytest

from lineal import errors
from lineal.cli import main
from lineal.mlflow_sources import server
from tests.mlflow_import.conftest import Source, Store


def test_everything_of_a_server_is_imported(source: Source, run_id: str, store: Store) -> None:
    done = store.take(source.url, kept_at=source.url)
    assert (done.left_out.counts(), done.failed.counts()) == ({}, {})
    there = httpx.get(f"{source.url}/api/2.0/mlflow/runs/get", params={"run_id": run_id}).json()["run"]
    here = store.run(run_id)
    assert {**here["info"], "experiment_id": ""} == {
        **there["info"],
        "experiment_id": "",
        "artifact_uri": here["info"]["artifact_uri"],
    }
    assert [here[part] for part in ("inputs", "outputs")] == [there[part] for part in ("inputs", "outputs")]
    assert here["data"]["params"] == there["data"]["params"]
    assert [value for *_, value in store.history(run_id, "loss")] == [1 / (n + 1) for n in range(40)]
    assert len(store.history(run_id, "odd")) == 3
    [version] = store.ask("model-versions/search")["model_versions"]
    assert (version["name"], version["version"], version["run_id"]) == ("churn", "1", run_id)
    assert store.ask("registered-models/get", name="churn")["registered_model"]["aliases"] == [
        {"alias": "best", "version": "1"}
    ]


def test_files_that_the_server_keeps_are_named_with_its_address(source: Source, run_id: str, store: Store) -> None:
    store.take(source.url, kept_at=source.url)
    place = store.run(run_id)["info"]["artifact_uri"]
    assert place.startswith(f"mlflow-artifacts://{source.url.removeprefix('http://')}/default/")
    assert store.experiment("first")["artifact_location"].startswith("mlflow-artifacts:/default/")


def test_the_second_time_brings_nothing_new(source: Source, run_id: str, store: Store) -> None:
    store.take(source.url)
    assert +store.take(source.url).new == {}


def test_a_history_that_fills_a_page_is_read_run_by_run(
    source: Source, run_id: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_HISTORY_PAGE", 7)
    store.take(source.url)
    assert [value for *_, value in store.history(run_id, "loss")] == [1 / (n + 1) for n in range(40)]


def test_a_dry_run_says_that_points_are_not_counted(
    source: Source, run_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import", "mlflow", source.url, "--db", f"sqlite:///{tmp_path}/new.db", "--dry-run"]
    assert main(words) == 0
    printed = capsys.readouterr().out
    assert "2 runs" in printed
    assert "not counted: the points of 2 runs" in printed


class _Answers(http.server.BaseHTTPRequestHandler):
    """Answers every request alike."""

    status, body = 200, b"<html>"

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815 the same

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>", "answers something else than JSON"),
        (401, b"", "set MLFLOW_TRACKING_TOKEN"),
        (400, b"no, because", "answers HTTP 400 at .*: no, because"),
    ],
)
def test_a_server_that_is_none_of_mlflow_is_named(store: Store, status: int, body: bytes, said: str) -> None:
    answers = type("_", (_Answers,), {"status": status, "body": body})
    with http.server.HTTPServer(("127.0.0.1", 0), answers) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        place = f"http://ann:secret@127.0.0.1:{listening.server_port}"
        with pytest.raises(errors.StatusError, match=said) as caught:
            store.take(place)
        listening.shutdown()
    assert "secret" not in str(caught.value)
