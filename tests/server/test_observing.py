"""What a server tells of itself: metrics, request ids, lines for requests, traces."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import grpc
import httpx
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from lineal.catalogue import Catalogue
from lineal.config import DatabaseSettings, ServerSettings
from lineal.server.grpc_door import GrpcDoor
from lineal.server.http_app import create_app
from lineal.server.http_door import HttpDoor
from lineal.server.logs import JsonFormatter
from lineal.server.observing import deferred, metrics, request_ids, tracing
from lineal.server.observing.database import note_state, observe
from lineal.server.readiness import Readiness
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.docs.pages import page_of
from tests.services import REPOSITORY
from tests.serving import Caller

DASHBOARD = REPOSITORY / "deploy" / "grafana-dashboard.json"


@pytest.fixture
def service() -> Iterator[MetadataService]:
    with open_service("sqlite://") as opened:
        observe(opened.database)
        yield opened


@pytest.fixture
def caller(service: MetadataService) -> Iterator[Caller]:
    door = GrpcDoor(service, ServerSettings(DatabaseSettings("sqlite://"), grpc_port=0, threads=2))
    door.start()
    with Caller(door.address) as opened:
        yield opened
    door.stop(0)


@pytest.fixture
def web(service: MetadataService) -> Iterator[httpx.Client]:
    settings = ServerSettings(DatabaseSettings("sqlite://"))
    with Readiness(service) as readiness:
        app = create_app(readiness, service, Catalogue(service), settings)
        door = HttpDoor(app, host="127.0.0.1", port=0)
        door.start()
        with httpx.Client(base_url=f"http://{door.address}") as client:
            yield client
        door.stop()


def value(name: str, **labels: str) -> float:
    deferred.count()
    return metrics.REGISTRY.get_sample_value(f"lineal_{name}", labels) or 0


def test_rpcs_are_counted_by_method_and_status_with_time_and_sizes(caller: Caller) -> None:
    labels = {"door": "grpc", "method": "GetArtifactType"}
    before = value("rpcs_total", **labels, code="NOT_FOUND"), value("rpc_seconds_count", method="GetArtifactType")
    request = rpc.GetArtifactTypeRequest(type_name="Nobody")
    with pytest.raises(grpc.RpcError):
        caller.call("GetArtifactType", request)

    assert value("rpcs_total", **labels, code="NOT_FOUND") == before[0] + 1
    assert value("rpc_seconds_count", method="GetArtifactType") == before[1] + 1
    assert value("rpc_request_bytes_sum", method="GetArtifactType") >= request.ByteSize()
    assert value("rpcs_in_progress") == 0


def test_statements_transactions_and_connections_are_counted(service: MetadataService) -> None:
    before = value("database_statements_total"), value("database_transaction_seconds_count", kind="read")
    service.call("GetArtifacts", rpc.GetArtifactsRequest())
    note_state(service.database, ready=True)

    assert value("database_statements_total") > before[0]
    assert value("database_transaction_seconds_count", kind="read") == before[1] + 1
    assert (value("database_connections", state="idle"), value("ready")) == (1, 1)


def test_the_http_port_answers_all_numbers_as_text(web: httpx.Client) -> None:
    web.get("/api/v1/totals")
    answer = web.get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    wanted = 'lineal_http_requests_total{method="GET",route="/api/v1/totals",status="200"}'
    assert wanted in answer.text


def test_a_route_is_a_pattern_so_that_clients_cannot_make_labels(web: httpx.Client) -> None:
    for path in ("/api/v1/artifacts/12345", "/nothing/12345", "/nothing/else"):
        web.get(path)

    assert "/12345" not in web.get("/metrics").text


def test_grpc_web_is_counted_as_such(web: httpx.Client) -> None:
    before = value("rpcs_total", door="web", method="GetContexts", code="OK")
    web.post(
        "/ml_metadata.MetadataStoreService/GetContexts",
        content=b"\0\0\0\0\0",
        headers={"content-type": "application/grpc-web"},
    )

    assert value("rpcs_total", door="web", method="GetContexts", code="OK") == before + 1


def test_every_metric_is_documented_and_every_one_on_the_dashboard_exists() -> None:
    known = {f"{name}_total" if kind == "counter" else name for name, kind in _families()}
    named = set(re.findall(r"`(lineal_[a-z_]+)", page_of("operations/observability.md")))
    # The metrics of the watcher are another process's: tests/deploy.
    shown = set(re.findall(r"lineal_(?!watch_)[a-z_]+", DASHBOARD.read_text()))

    assert known == named
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown} <= known


def _families() -> set[tuple[str, str]]:
    found = {(family.name, family.type) for family in metrics.REGISTRY.collect()}
    return {(name, kind) for name, kind in found if name.startswith("lineal_")}


def test_a_request_keeps_the_id_that_it_brings_and_gets_one_if_that_is_none(web: httpx.Client) -> None:
    assert web.get("/healthz", headers={"x-request-id": "job-7"}).headers["x-request-id"] == "job-7"
    assert re.fullmatch("[0-9a-f]{16}", web.get("/healthz", headers={"x-request-id": "a b"}).headers["x-request-id"])


def test_a_line_of_json_names_the_request_and_hides_secrets() -> None:
    token = request_ids.begin("job-7")
    record = logging.LogRecord("lineal", logging.ERROR, __file__, 1, "no mysql://u:hunter2@h/d", None, None)
    line = json.loads(JsonFormatter().format(record))
    request_ids.end(token)

    assert (line["level"], line["request_id"]) == ("ERROR", "job-7")
    assert "hunter2" not in line["message"]


def test_a_line_for_a_request_has_its_fields(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "lineal.requests")
    caller.call("GetExecutions", rpc.GetExecutionsRequest())
    fields: dict[str, Any] = next(vars(record)["fields"] for record in caplog.records if hasattr(record, "fields"))

    assert (fields["request"], fields["code"], fields["sent"]) == ("GetExecutions", "OK", 0)


def test_a_trace_goes_from_the_callers_span_to_the_statement(service: MetadataService, caller: Caller) -> None:
    exporter = InMemorySpanExporter()
    end = tracing.begin(service.database, exporter)
    trace = "0af7651916cd43dd8448eb211c80319c"
    stub = caller.channel.unary_unary("/ml_metadata.MetadataStoreService/GetArtifacts")
    stub(b"", timeout=30, metadata=[("traceparent", f"00-{trace}-b7ad6b7169203331-01")])
    end()
    spans = exporter.get_finished_spans()

    assert [span.name for span in spans] == ["SELECT", "GetArtifacts"]
    assert {f"{span.context.trace_id:032x}" for span in spans} == {trace}
    assert spans[0].parent == spans[1].context


def test_without_traces_opentelemetry_is_not_imported() -> None:
    program = "import sys, lineal.server.lifecycle; print('opentelemetry.sdk' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout == "False\n"
