"""HEAD answers wherever GET does, other methods are told what an address takes, and problems link to a page."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse

from lineal.server.http_door import HttpDoor
from lineal.server.http_methods import add_head
from lineal.server.rest import problems
from tests.server.rest.conftest import serving
from tests.server.rest.shelf import Shelf

PATHS = [
    "/", "/artifacts", "/artifacts/1", "/healthz", "/readyz", "/version", "/metrics", "/theme.js", "/api/docs",
    "/api/docs.css", "/api/openapi.json", "/docs/problems", "/nothing", "/api/v1/totals", "/api/v1/artifacts",
    "/api/v1/artifacts/1", "/api/v1/artifacts/export", "/api/v1/artifacts/export?format=json", "/api/v1/artifacts/99",
    "/api/v1/artifacts?q=x:y", "/api/v1/artifacts/x", "/api/v1/artifacts/99999999999999999999",
]  # fmt: skip
VARYING = ("date", "x-request-id")


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with serving("sqlite://") as (service, url), httpx.Client(base_url=url) as asking:
        Shelf(service, asking).put(name="thing")
        yield asking


def compared(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    # A body that is sent in pieces says so; without a body there are none. The metrics count the requests themselves.
    headers.pop("transfer-encoding", None)
    if "version=" in headers["content-type"]:
        headers.pop("content-length", None)
    return answer.status_code, headers


@pytest.mark.parametrize("path", PATHS)
def test_head_answers_with_the_headers_of_get_and_no_body(client: httpx.Client, path: str) -> None:
    asked, got = client.head(path), client.get(path)
    assert asked.content == b""
    assert compared(asked) == compared(got)


def test_the_connection_goes_on_after_head(client: httpx.Client) -> None:
    for path in PATHS:
        client.head(path)
        assert client.get("/healthz").json() == {"status": "ok"}


def test_head_reads_no_more_of_a_long_body_than_its_start() -> None:
    app, made = FastAPI(), []

    @app.get("/long")
    def long() -> StreamingResponse:
        return StreamingResponse(made.append(number) or b"x" for number in range(1000))

    add_head(app)
    door = HttpDoor(app, host="127.0.0.1", port=0)
    door.start()
    try:
        assert httpx.head(f"http://{door.address}/long").status_code == 200
    finally:
        door.stop()
    assert len(made) < 5


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("PUT", "/healthz", "GET, HEAD, OPTIONS"),
        ("DELETE", "/api/v1/artifacts/1", "GET, HEAD, OPTIONS, PATCH"),
        ("GET", "/api/v1/views", "OPTIONS, POST"),
        ("HEAD", "/api/v1/views", "OPTIONS, POST"),
        ("POST", "/", "GET, HEAD, OPTIONS"),
        ("POST", "/api/docs.css", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_an_address_lacks_is_answered_with_those_it_has(
    client: httpx.Client, method: str, path: str, methods: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_options_lists_the_methods(client: httpx.Client) -> None:
    answer = client.options("/readyz")
    assert (answer.status_code, answer.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("status", sorted({*problems.HTTP_STATUS.values(), *problems.KINDS}))
def test_every_kind_of_problem_links_to_a_section_of_a_page(client: httpx.Client, status: int) -> None:
    link = httpx.URL(type_of(problems.problem(status, "x")))
    page = client.get(link.path)
    assert page.status_code == 200
    assert f'id="{link.fragment}"' in page.text


def test_a_long_url_and_long_headers_have_sections_of_the_page(client: httpx.Client) -> None:
    found = []
    for path, headers in ((f"/healthz?q={'x' * (65 << 10)}", {}), ("/healthz", {"X-A": "x" * 30_000})):
        with closing(http.client.HTTPConnection(client.base_url.host, client.base_url.port or 80)) as connection:
            connection.request("GET", path, headers=headers)
            found.append(json.load(connection.getresponse())["type"])
    assert found == ["/docs/problems#414", "/docs/problems#431"]


def type_of(response: Response) -> str:
    return str(json.loads(response.body)["type"])


def test_a_problem_behind_a_proxy_links_under_its_prefix(client: httpx.Client) -> None:
    found = client.get("/api/v1/artifacts/99", headers={"X-Forwarded-Prefix": "/lineal"}).json()
    assert found["type"] == "/lineal/docs/problems#404"
    assert client.get("/api/v1/artifacts/99").json()["type"] == "/docs/problems#404"


def test_a_status_without_a_section_links_nowhere() -> None:
    assert type_of(problems.problem(418, "x")) == "about:blank"
