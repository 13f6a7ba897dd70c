"""Names that a server answers to, pages of other sites, and forms that they send."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from lineal.security import AccessSettings
from tests.access.serving import Served, asking, serving

TYPES = "/api/v1/types"
RPC = "/ml_metadata.MetadataStoreService/GetArtifactTypes"
EVIL = "evil.example"
WITH_TOKENS = AccessSettings(auth=("token",))


@pytest.fixture(scope="module")
def local() -> Iterator[httpx.Client]:
    """A client of a server on loopback without authentication."""
    with serving() as served, asking(served) as client:
        yield client


@pytest.mark.parametrize("path", [TYPES, "/", "/metrics", "/version", "/artifacts"])
@pytest.mark.parametrize("host", [EVIL, "127.0.0.1.evil.example:8081", "localhost.evil.example", "[::2]:80", "0.0.0.0"])
def test_a_server_on_loopback_without_authentication_answers_to_no_other_name(
    local: httpx.Client, path: str, host: str
) -> None:
    refused = local.get(path, headers={"host": host})
    assert (refused.status_code, "--allowed-hosts" in refused.text) == (421, True)


def test_grpc_web_answers_to_no_other_name_either(local: httpx.Client) -> None:
    headers = {"host": EVIL, "content-type": "application/grpc-web+proto"}
    assert local.post(RPC, content=b"\0\0\0\0\0", headers=headers).status_code == 421


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8081", "127.0.0.1", "127.9.9.9:1", "[::1]:8081", "a.localhost"]
)
def test_loopback_names_are_answered(local: httpx.Client, host: str) -> None:
    assert local.get(TYPES, headers={"host": host}).status_code == 200


def test_health_is_answered_to_any_name() -> None:
    with serving(allowed_hosts=("lineal.example",)) as served, asking(served) as client:
        assert client.get("/healthz", headers={"host": "10.1.2.3:8081"}).status_code == 200


@pytest.mark.parametrize(("host", "status"), [("lineal.example", 200), ("lineal.example:443", 200), (EVIL, 421)])
def test_allowed_hosts_are_answered_and_limit_any_server(host: str, status: int) -> None:
    settings = {"access": WITH_TOKENS, "allowed_hosts": ("lineal.example",)}
    with serving(**settings) as served, asking(served, token=served.token()) as client:
        assert client.get(TYPES, headers={"host": host}).status_code == status


def test_a_server_with_authentication_answers_to_any_name_by_default() -> None:
    with serving(access=WITH_TOKENS) as served, asking(served, token=served.token()) as client:
        assert client.get(TYPES, headers={"host": "lineal.example"}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"])
def test_a_page_of_another_site_may_not_ask_a_server_without_authentication(local: httpx.Client, origin: str) -> None:
    assert local.get(TYPES, headers={"origin": origin}).status_code == 403
    assert local.post("/api/v1/views", json={}, headers={"origin": origin}).status_code == 403


def test_a_page_of_an_allowed_origin_may() -> None:
    with serving(cors_origins=("https://good.example",)) as served, asking(served) as client:
        assert client.get(TYPES, headers={"origin": "https://good.example"}).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/logout"])
@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_login_and_logout_refuse_forms_of_other_sites(path: str, headers: dict[str, str]) -> None:
    with serving(access=WITH_TOKENS) as served, asking(served) as client:
        assert client.post(path, data={"token": served.token()}, headers=headers).status_code == 403


def test_no_form_of_another_site_changes_anything() -> None:
    undo, foreign = "/api/v1/audit/1/undo", ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"})
    with serving(access=WITH_TOKENS) as served, asking(served, token=served.token()) as client:
        for headers in foreign:
            for media in ({}, {"content-type": "text/plain"}, {"content-type": "multipart/form-data; boundary=x"}):
                assert "page of another site" in client.post(undo, headers={**headers, **media}).json()["detail"]
        assert "page of another site" not in client.post(undo, headers={"sec-fetch-site": "same-origin"}).text


def test_a_form_of_an_allowed_origin_may_change_something() -> None:
    good = {"origin": "https://good.example", "sec-fetch-site": "cross-site"}
    with serving(cors_origins=("https://good.example",)) as served, asking(served) as client:
        assert client.post("/api/v1/audit/1/undo", headers=good).status_code == 404


def logged_in(client: httpx.Client, token: str) -> int:
    """Send the form; return the status of the answer."""
    return client.post("/login", data={"token": token}).status_code


def test_attempts_to_log_in_are_limited() -> None:
    with serving(access=WITH_TOKENS) as served, asking(served) as client:
        assert [logged_in(client, "wrong") for _ in range(12)] == [401] * 10 + [429] * 2


def test_logins_that_succeed_are_no_attempts() -> None:
    with serving(access=WITH_TOKENS) as served, asking(served) as client:
        token = served.token()
        assert {logged_in(client, token) for _ in range(15)} == {303}


@pytest.mark.parametrize("path", ["/artifacts/", "/api/v1/types/", "//evil.example/", "/login/"])
def test_no_answer_leads_to_the_host_of_the_request(path: str) -> None:
    with serving(access=WITH_TOKENS) as served, asking(served, token=served.token()) as client:
        answer = client.get(path, headers={"host": EVIL, "accept": "text/html"}, follow_redirects=False)
    assert EVIL not in answer.headers.get("location", "")


def raw(served: Served, request: bytes) -> bytes:
    """Send bytes; return what comes until the connection ends, or nothing comes for a while."""
    host, _, port = served.http.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        connection.settimeout(3)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def test_a_request_with_two_lengths_is_refused_and_its_connection_ends() -> None:
    head = b"POST /api/v1/views HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
    with serving() as served:
        answer = raw(served, head + b"0\r\n\r\nGET /api/v1/types HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1
