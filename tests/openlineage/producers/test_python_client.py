"""OpenLineage's Python client sends all that it can over HTTP and into files, and nothing of it is lost."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.cli import main
from tests import services
from tests.openlineage.producers.conftest import HERE, created_token, environment, ran
from tests.openlineage.producers.graph import Graph, described, stored
from tests.ports import free_port
from tests.serving import ServerProcess, running_server

SEND = HERE / "send_events.py"
PREFIX = "OPENLINEAGE__TRANSPORT__"
WAYS = {
    "sync": {},
    "gzip": {f"{PREFIX}COMPRESSION": "gzip"},
    "async": {f"{PREFIX}TYPE": "async_http"},
    "async and gzip": {f"{PREFIX}TYPE": "async_http", f"{PREFIX}COMPRESSION": "gzip"},
}
PATIENT = {f"{PREFIX}RETRY__TOTAL": "8", f"{PREFIX}RETRY__CONNECT": "8", f"{PREFIX}RETRY__READ": "8"}
"""Retries for a crowded machine; the default of 5 lasts nine seconds, which a server may need to start."""
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def transport(server: str, **more: str) -> dict[str, str]:
    return {f"{PREFIX}TYPE": "http", f"{PREFIX}URL": server, **more}


def sent(python: Path, folder: Path, what: str, variables: dict[str, str], *words: str) -> list[Any]:
    """Let the client send; return the events."""
    return list(map(json.loads, ran(python, SEND, what, *words, folder=folder, **variables).splitlines()))


def of_runs(events: list[Any]) -> Graph:
    return described(event for event in events if "run" in event)


@pytest.mark.parametrize("way", WAYS)
def test_runs_arrive_whole(way: str, producer_python: Path, server: ServerProcess, url: str, tmp_path: Path) -> None:
    events = sent(producer_python, tmp_path, "runs", transport(server.http, **WAYS[way]), "40", "0")
    assert len(events) == 80
    assert stored(url) == described(events)


def test_every_event_and_facet_that_the_client_knows_is_taken(
    producer_python: Path, server: ServerProcess, url: str, tmp_path: Path
) -> None:
    events = sent(producer_python, tmp_path, "facets", transport(server.http))
    assert [event.get("eventType") for event in events] == [
        *("START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"),
        *(None, None),
    ]
    assert len(events[0]["run"]["facets"]) >= 11
    [run] = [each for each in lineal.connect(url).get_executions_by_type("openlineage.Run") if each.last_known_state]
    assert run.properties["run_id"].string_value == events[0]["run"]["runId"]
    assert run.properties["engine"].string_value == "some name"


def test_a_token_is_the_key_of_the_api_and_none_is_refused(producer_python: Path, url: str, tmp_path: Path) -> None:
    token = created_token(url, "oven")
    with running_server(url, "--auth", "token") as server:
        keyed = {f"{PREFIX}AUTH__TYPE": "api_key", f"{PREFIX}AUTH__APIKEY": token}
        events = sent(producer_python, tmp_path, "runs", transport(server.http, **keyed), "3", "0")
        refused = subprocess.run(
            [producer_python, SEND, "runs", "1", "0"],
            env=environment(**transport(server.http)),
            capture_output=True,
            text=True,
            check=False,
        )
    assert (refused.returncode, "401" in refused.stderr) == (1, True)
    assert stored(url) == described(events)
    [workspace] = lineal.connect(url).get_contexts_by_type("kubeflow.org/alpha/workspace")
    assert workspace.name == "oven"


def test_a_composite_and_a_transforming_transport_send_the_same(
    producer_python: Path, server: ServerProcess, url: str, tmp_path: Path
) -> None:
    http = {"type": "http", "url": server.http}
    replacing = "openlineage.client.transport.transform.JobNamespaceReplaceTransformer"
    changed = {"transformer_class": replacing, "transformer_properties": {"new_job_namespace": "night"}}
    config = {
        "transport": {
            "type": "composite",
            "transports": {
                "plain": http,
                "changed": {"type": "transform", "transport": http, **changed},
                "file": {"type": "file", "log_file_path": str(tmp_path / "events.jsonl"), "append": True},
            },
        }
    }
    (tmp_path / "openlineage.yml").write_text(json.dumps(config))
    events = sent(
        producer_python, tmp_path, "runs", {"OPENLINEAGE_CONFIG": str(tmp_path / "openlineage.yml")}, "4", "0"
    )
    found = stored(url)
    assert found.runs == described(events).runs
    assert {namespace for namespace, _ in found.jobs} == {"kitchen", "night"}
    assert (tmp_path / "events.jsonl").read_text().count("\n") == len(events)


def test_the_program_of_the_guide_sends_a_run(
    producer_python: Path, server: ServerProcess, url: str, tmp_path: Path
) -> None:
    page = (services.REPOSITORY / "docs" / "openlineage.md").read_text()
    program = re.findall(r"^```python\n(.*?)^```", page.partition("\n### Python\n")[2], re.MULTILINE | re.DOTALL)[0]
    ran(producer_python, "-c", program, folder=tmp_path, OPENLINEAGE_URL=server.http)
    found = stored(url)
    assert list(found.runs.values()) == ["COMPLETE"]
    assert {(direction, uri) for _, direction, uri in found.edges} == {
        ("inputs", "s3://shop/raw/orders.parquet"),
        ("outputs", "s3://shop/clean/orders.parquet"),
    }


@pytest.mark.parametrize("append", ["true", "false"])
def test_files_of_the_client_are_imported(append: str, producer_python: Path, url: str, tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    path = tmp_path / "events" / ("all.jsonl" if append == "true" else "one")
    variables = {f"{PREFIX}TYPE": "file", f"{PREFIX}LOG_FILE_PATH": str(path), f"{PREFIX}APPEND": append}
    events = sent(producer_python, tmp_path, "runs", variables, "5", "0.01")
    assert main(["import", "openlineage", str(tmp_path / "events"), "--db", url]) == 0
    assert stored(url) == described(events)


def test_a_server_that_is_killed_and_comes_back_loses_nothing(producer_python: Path, url: str, tmp_path: Path) -> None:
    port = str(free_port())
    command = [producer_python, SEND, "runs", "40", "0.05"]
    with running_server(url, "--http-port", port) as server:
        variables = environment(**transport(f"http://127.0.0.1:{port}", **PATIENT))
        with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as sending:
            assert sending.stdout is not None
            before = [sending.stdout.readline() for _ in range(20)]
            server.stop(signal.SIGKILL)
            time.sleep(1)
            with running_server(url, "--http-port", port):
                rest, failed = sending.communicate(timeout=60)
    assert sending.returncode == 0, failed.decode()[-2000:]
    events = [json.loads(line) for line in [*before, *rest.splitlines()]]
    assert len(events) == 80
    assert stored(url) == described(events)


def test_clients_of_an_overloaded_server_lose_nothing(producer_python: Path, url: str, tmp_path: Path) -> None:
    command = [producer_python, SEND, "runs", "25", "0"]
    with running_server(url, "--max-concurrent", "1") as server:
        variables = environment(**transport(server.http, **PATIENT))
        clients = [subprocess.Popen(command, env=variables, stdout=subprocess.PIPE) for _ in range(4)]
        printed = [client.communicate(timeout=100)[0] for client in clients]
        taken, refused = (answers_of(server.http, status) for status in (201, 503))
    assert [client.returncode for client in clients] == [0] * 4
    events = [json.loads(line) for lines in printed for line in lines.splitlines()]
    assert len(events) == 200
    assert (taken >= 200, refused > 0) == (True, True)
    assert stored(url) == described(events)


def answers_of(server: str, status: int) -> float:
    """Return how many requests were answered with a status."""
    with urllib.request.urlopen(f"{server}/metrics", timeout=30) as answer:
        text = answer.read().decode()
    line = rf'^lineal_http_requests_total{{method="POST",route="[^"]*",status="{status}"}} (\S+)'
    return sum(map(float, re.findall(line, text, re.MULTILINE)))
