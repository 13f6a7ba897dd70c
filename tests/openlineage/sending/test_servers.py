"""Servers that send to each other and to a receiver of our own: failures, kills, tokens, and circles."""

from __future__ import annotations

import gzip
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lineal.client import MetadataStore
from lineal.config import SendingSettings
from lineal.openlineage.schemas import SCHEMAS
from lineal.sdk import tutorial
from lineal.server.openlineage.destinations import destination_of
from lineal.service.access import Role
from lineal.store.own_rows import outbox
from lineal.upkeep.opening import open_service
from lineal.upkeep.tokens import Tokens
from lineal.wire import metadata_store as pb
from tests.access.authority import Authority
from tests.openlineage.sending.graphs import Graph, graph_of
from tests.openlineage.sending.valid import faults
from tests.openlineage.shop import STAGING_RUN, event
from tests.ports import free_port
from tests.serving import running_server

pytestmark = pytest.mark.slow
SAME_WORKSPACE = ("--openlineage-workspace", r"lineal://[^/]+/(.+)=\1")
SECONDS = 90


def waiting(url: str) -> int:
    """Return how much waits in the outbox of a store."""
    with open_service(url) as service:
        return service.read(lambda session, _: outbox.backlog(session)).waiting


def wait_until_sent(*urls: str) -> None:
    """Wait until nothing is left to send."""
    end = time.monotonic() + SECONDS
    while any(waiting(url) for url in urls):
        assert time.monotonic() < end, [waiting(url) for url in urls]
        time.sleep(0.2)


def graph(url: str) -> Graph:
    """Return what a store holds."""
    with open_service(url) as service:
        return graph_of(service)


def log_with_mlflow(address: str) -> None:
    """Log a run with a parameter, metrics, a data set and a registered model, as MLflow's clients do."""

    def post(path: str, **fields: Any) -> Any:
        body = json.dumps(fields).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{address}/api/2.0/mlflow/{path}", body, headers)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    experiment = post("experiments/create", name="loaves")["experiment_id"]
    run = post("runs/create", experiment_id=experiment, start_time=1_000, tags=[{"key": "team", "value": "oven"}])
    run_id = run["run"]["info"]["run_id"]
    post("runs/log-parameter", run_id=run_id, key="depth", value="3")
    for step in range(3):
        post("runs/log-metric", run_id=run_id, key="loss", value=1 / (step + 1), step=step, timestamp=step)
    data_set = {
        "name": "orders",
        "digest": "d1",
        "source_type": "local",
        "source": json.dumps({"uri": "s3a://b/orders"}),
    }
    post("runs/log-inputs", run_id=run_id, datasets=[{"dataset": data_set}])
    post("registered-models/create", name="loaf")
    post("model-versions/create", name="loaf", source=f"runs:/{run_id}/model", run_id=run_id)
    post("runs/update", run_id=run_id, status="FINISHED", end_time=2_000)


def test_a_second_server_gets_the_whole_graph_after_it_was_away(tmp_path: Path) -> None:
    first, second, port = f"sqlite:///{tmp_path}/a.db", f"sqlite:///{tmp_path}/b.db", free_port()
    file = tmp_path / "token"
    with open_service(second) as service:
        secret = Tokens(service).create("a", Role.WRITER, workspaces=None, seconds=None, who="test")
    file.write_text("lineal_wrong")
    sends = ("--openlineage-url", f"http://127.0.0.1:{port}", "--openlineage-token-file", str(file))
    takes = ("--http-port", str(port), "--auth", "token", *SAME_WORKSPACE)
    with running_server(first, *sends) as sender:
        tutorial.run(f"grpc://{sender.address}", write=lambda line: None)
        log_with_mlflow(sender.http)
        time.sleep(2)
        with running_server(second, *takes):
            time.sleep(3)
            assert waiting(first) > 0  # the token is wrong
            file.write_text(secret + "\n")
            wait_until_sent(first)
            command = Path(f"/proc/{sender.process.pid}/cmdline").read_bytes()
            assert secret.encode() not in command
    with open_service(first) as service:
        assert service.read(lambda session, _: outbox.backlog(session)).dead == 0
    assert graph(second) == graph(first)


class Receiver(BaseHTTPRequestHandler):
    """Takes events, slowly."""

    protocol_version = "HTTP/1.1"
    events: list[dict[str, Any]]

    def do_POST(self) -> None:
        """Keep an event."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.events.append(json.loads(gzip.decompress(body)))
        time.sleep(0.05)
        self.send_response(201)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the name of the base class
        """Say nothing."""


@contextmanager
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Run a receiver; yield its address and what it has taken."""
    taken: list[dict[str, Any]] = []
    handler = type("OwnReceiver", (Receiver,), {"events": taken})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", taken
        server.shutdown()
        thread.join()


def test_only_a_kill_repeats_events_and_they_have_the_same_ids_types_and_times(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with receiver() as (address, taken):
        with running_server(url, "--openlineage-url", address) as sender:
            for _ in range(4):
                tutorial.run(f"grpc://{sender.address}", write=lambda line: None)
            deadline = time.monotonic() + SECONDS
            while len(taken) < 5 and time.monotonic() < deadline:
                time.sleep(0.01)
            sender.process.kill()
            sender.process.wait()
        before = len(taken)
        with running_server(url, "--openlineage-url", address):
            wait_until_sent(url)  # the turn of the one that was killed ends after 30 s
    keys = [
        (event.get("eventType"), event["eventTime"], json.dumps(event.get("run", event.get("job")))) for event in taken
    ]
    assert before < len(keys)
    assert len(keys) - len(set(keys)) <= before
    assert set(keys[:before]) <= set(keys)
    assert [fault for event in taken for fault in faults(event)] == []
    runs = {event["run"]["runId"] for event in taken if event.get("eventType") == "COMPLETE"}
    assert len(runs) == 4


def test_what_three_servers_send_in_a_circle_comes_to_an_end(tmp_path: Path) -> None:
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in "abc"]
    ports = [free_port() for _ in urls]
    with ExitStack() as stack:
        servers = [
            stack.enter_context(
                running_server(
                    url,
                    *("--http-port", str(ports[place])),
                    *("--openlineage-url", f"http://127.0.0.1:{ports[(place + 1) % 3]}"),
                    *SAME_WORKSPACE,
                )
            )
            for place, url in enumerate(urls)
        ]
        tutorial.run(f"grpc://{servers[0].address}", write=lambda line: None)
        for _ in range(3):
            wait_until_sent(*urls)
            time.sleep(1)
        sent = [sent_by(server.http) for server in servers]
        time.sleep(3)
        assert [sent_by(server.http) for server in servers] == sent
    first, *others = map(graph, urls)
    assert others == [first, first]


def sent_by(address: str) -> float:
    """Return how many rows of its outbox a server has sent."""
    with urllib.request.urlopen(f"{address}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith("lineal_openlineage_outbox_sent_total")).split()[-1])


def test_a_server_shows_the_schemas_of_our_own_facets(tmp_path: Path) -> None:
    with (
        running_server(f"sqlite:///{tmp_path}/a.db") as server,
        urllib.request.urlopen(f"{server.http}/openlineage/1-0-0/lineal_record.json") as answer,
    ):
        assert json.loads(answer.read()) == SCHEMAS["lineal_record"]


def test_two_workers_mark_their_first_writes_and_one_of_them_sends_them(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path}/a.db", tmp_path / "events.jsonl"
    with running_server(url, "--workers", "2", "--openlineage-url", f"file:{file}") as server:
        uris = {f"s3://b/{number}" for number in range(40)}
        for uri in sorted(uris):  # each on a connection of its own, so that both workers get some
            with MetadataStore.from_url(f"grpc://{server.address}") as store:
                type_id = store.put_artifact_type(pb.ArtifactType(name="table"))
                store.put_artifacts([pb.Artifact(type_id=type_id, uri=uri)])
        wait_until_sent(url)
    found = [json.loads(line)["dataset"] for line in file.read_text().splitlines()]
    assert sorted(f"{each['namespace']}/{each['name']}" for each in found) == sorted(uris)


def test_a_server_with_a_certificate_that_is_known_gets_the_events_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, unknown = Authority(tmp_path), Authority(tmp_path, "other")
    known.issue("server", cert=tmp_path / "cert.pem", key=tmp_path / "key.pem")
    takes = ("--tls-cert", f"{tmp_path}/cert.pem", "--tls-key", f"{tmp_path}/key.pem")
    with running_server(f"sqlite:///{tmp_path}/b.db", *takes) as receiver:
        to = SendingSettings(receiver.http.replace("http:", "https:"))
        for authority, is_taken in ((unknown, False), (known, True)):
            monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
            destination = destination_of(to)
            answer = destination.send(json.dumps(event("load", STAGING_RUN, "2026-11-01T10:00:00Z")).encode())
            destination.close()
            assert (answer.trouble == "", "CERTIFICATE_VERIFY_FAILED" in answer.trouble) == (is_taken, not is_taken)
