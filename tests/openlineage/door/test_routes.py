"""What events are answered: statuses, pointers, compressed and long bodies, batches."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

import httpx
import pytest

from tests.access.serving import asking, serving
from tests.openlineage.door.posting import BATCH, ONE, event, problem_of, runs

MIB = 1 << 20


def test_a_stored_event_is_201_and_a_repeat_too(client: httpx.Client) -> None:
    for _ in range(2):
        response = client.post(ONE, json=event("once"))
        assert response.status_code == 201
        assert response.json() == {"status": "stored", "left_out": []}
    assert runs(client).count("openlineage:default:run:once") == 1


def test_a_kind_that_is_ignored_is_200(client: httpx.Client) -> None:
    response = client.post(ONE, json=event("ignored", schemaURL="https://example.org/x#/$defs/ViewEvent"))
    assert response.status_code == 200
    assert response.json()["status"] == "ignored"
    assert "openlineage:default:run:ignored" not in runs(client)


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        (event(job={"namespace": "n"}), "/job/name", "/job/name is missing"),
        (
            event(inputs=[{"namespace": "n", "name": "d", "facets": {"a/b": 1}}]),
            "/inputs/0/facets/a~1b",
            "is an object",
        ),
        (b'{"run": {"x": NaN}}', "/run/x", "is NaN"),
        (b"{", "", "is not JSON"),
        (b"", "", "is not JSON"),
        (b"\xff", "", "not in UTF-8"),
        (b"[" * 100_000, "", "nested too deeply"),
    ],
)
def test_a_wrong_event_is_400_with_the_place(client: httpx.Client, body: Any, pointer: str, says: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = problem_of(client.post(ONE, content=content), 400)
    assert found["pointer"] == pointer
    assert says in found["detail"]


@pytest.mark.parametrize("media", ["", "application/json", "application/json; charset=utf-8", "application/x+json"])
def test_json_is_taken_under_its_names_and_without_one(client: httpx.Client, media: str) -> None:
    headers = {"content-type": media} if media else {}
    assert client.post(ONE, content=json.dumps(event("media")).encode(), headers=headers).status_code == 201


def test_another_media_type_is_refused(client: httpx.Client) -> None:
    response = client.post(ONE, content=json.dumps(event()).encode(), headers={"content-type": "text/plain"})
    assert "send application/json" in problem_of(response, 415)["detail"]


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_events_are_taken_though_the_server_takes_nothing_else_compressed(
    client: httpx.Client, encoding: str, compress: Any
) -> None:
    headers = {"content-encoding": encoding, "content-type": "application/json"}
    body = compress(json.dumps(event(encoding)).encode())
    assert client.post(ONE, content=body, headers=headers).status_code == 201
    assert client.post("/api/v1/audit/1/undo", content=body, headers=headers).status_code == 415
    assert f"openlineage:default:run:{encoding}" in runs(client)


def test_a_compressed_body_is_inflated_up_to_the_limit_alone(client: httpx.Client) -> None:
    for body, status in ((gzip.compress(b" " * 13 * MIB), 413), (gzip.compress(b"{}")[:-4], 400), (b"{}", 400)):
        response = client.post(ONE, content=body, headers={"content-encoding": "gzip"})
        problem_of(response, status)
        assert "retry-after" not in response.headers
    problem_of(client.post(ONE, content=b"{}", headers={"content-encoding": "br"}), 415)


@pytest.mark.slow
def test_an_event_of_ten_mebibytes_is_taken(client: httpx.Client) -> None:
    plan = [{"node": number, "text": "word " * 100} for number in range(20_000)]
    given = event("long", run={"runId": "long", "facets": {"spark.logicalPlan": {"plan": plan}}})
    body = json.dumps(given).encode()
    assert len(body) > 10 * MIB
    response = client.post(ONE, content=body)
    assert response.status_code == 201, response.text
    assert [note.partition(":")[0] for note in response.json()["left_out"]] == ["/run/facets/spark.logicalPlan"]


def test_a_data_set_of_five_thousand_columns_is_taken(client: httpx.Client) -> None:
    names = [f"column_{number}" for number in range(5000)]
    source = {"namespace": "s3://lake", "name": "raw/wide"}
    facets = {
        "schema": {"fields": [{"name": name, "type": "varchar"} for name in names]},
        "columnLineage": {"fields": {name: {"inputFields": [{**source, "field": name}]} for name in names}},
    }
    given = event("wide", inputs=[source], outputs=[{"namespace": "s3://lake", "name": "wide", "facets": facets}])
    response = client.post(ONE, json=given)
    assert (response.status_code, response.json()["left_out"]) == (201, [])


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_longer_body_than_a_message_is_refused_and_not_repeated(client: httpx.Client, is_announced: bool) -> None:
    body = b" " * 13 * MIB
    response = client.post(ONE, content=body if is_announced else iter([body]))
    found = problem_of(response, 413)
    assert found["limit"] == "--max-message-mib"
    assert "retry-after" not in response.headers


def test_other_routes_of_rest_keep_their_limit(client: httpx.Client) -> None:
    assert client.patch("/api/v1/artifacts/1", content=b" " * 2 * MIB).status_code == 413


def test_a_batch_is_an_array_or_an_object_with_events(client: httpx.Client) -> None:
    for number, body in enumerate(([event("b0")], {"events": [event("b1")]})):
        response = client.post(BATCH, json=body)
        assert response.status_code == 200
        assert response.json()["status"] == "success"
        assert response.json()["summary"]["successful"] == 1
        assert f"openlineage:default:run:b{number}" in runs(client)
    assert client.post(BATCH, json=[]).json()["summary"]["received"] == 0


def test_an_event_of_a_batch_fails_alone(client: httpx.Client) -> None:
    ignored = event("b5", schemaURL="x/ViewEvent")
    body = json.dumps([event("b2"), {"run": 1}, event("b3"), event("b4", extra=float("nan")), ignored, None])
    found = client.post(BATCH, content=body.encode()).json()
    assert found["status"] == "partial_success"
    assert found["summary"] == {"received": 6, "successful": 3, "failed": 3, "retriable": 0, "non_retriable": 3}
    assert [(each["index"], each["retriable"]) for each in found["failed_events"]] == [
        (1, False),
        (3, False),
        (5, False),
    ]
    assert "/extra is NaN" in found["failed_events"][1]["reason"]
    assert {"openlineage:default:run:b2", "openlineage:default:run:b3"} <= set(runs(client))
    assert "openlineage:default:run:b4" not in runs(client)


@pytest.mark.parametrize(
    ("body", "pointer"), [("{}", "/events"), ('{"events": {}}', "/events"), ('"x"', ""), ("[", "")]
)
def test_what_is_no_batch_is_400(client: httpx.Client, body: str, pointer: str) -> None:
    assert problem_of(client.post(BATCH, content=body.encode()), 400)["pointer"] == pointer


def test_the_other_methods_of_the_address_are_as_before(client: httpx.Client) -> None:
    client.post(ONE, json=event("focus"))
    node = client.get("/api/v1/executions", params={"q": "name:etl"}).json()["items"][0]
    assert client.get(ONE, params={"focus": f"e{node['id']}"}).status_code == 200
    assert client.head(ONE, params={"focus": f"e{node['id']}"}).status_code == 200
    assert client.put(ONE).headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert client.get(BATCH).headers["allow"] == "OPTIONS, POST"


def test_the_metrics_name_the_routes(client: httpx.Client) -> None:
    client.post(ONE, json=event("counted"))
    client.post(BATCH, json=[])
    text = client.get("/metrics").text
    assert 'lineal_http_requests_total{method="POST",route="/api/v1/lineage",status="201"}' in text
    assert 'lineal_http_requests_total{method="POST",route="/api/v1/lineage/batch",status="200"}' in text


def test_a_proxy_may_keep_its_prefix() -> None:
    with serving(path_prefix="/lineal") as served, asking(served) as client:
        assert client.post(f"/lineal{ONE}", json=event("inside")).status_code == 201
        assert client.post(ONE, json=event("outside")).status_code == 201
        assert client.post(
            f"/lineal{BATCH}", content=gzip.compress(b"[]"), headers={"content-encoding": "gzip"}
        ).is_success
        assert len(runs(client)) == 2


def test_a_page_of_another_site_sends_none(client: httpx.Client) -> None:
    headers = {"origin": "https://evil.example", "content-type": "application/json"}
    assert client.post(ONE, json=event("evil"), headers=headers).status_code == 403
    assert client.post(ONE, json=event("evil"), headers={"host": "evil.example"}).status_code == 421
