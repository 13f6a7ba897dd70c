"""Several workers that ask for tokens over TLS: they know the same callers, and their numbers are summed."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx
import pytest

from lineal.service.access import Role
from lineal.upkeep.opening import open_service
from lineal.upkeep.tokens import Tokens
from tests.access.authority import Authority
from tests.serving import running_server

ASKED = 12


@dataclass
class Workers:
    """Two of them on one store."""

    http: str
    grpc: str
    store: str
    root: Path
    trust: ssl.SSLContext

    def token(self, role: Role) -> str:
        """Make a token as `lineal token create` does, beside the server."""
        with open_service(self.store) as service:
            return Tokens(service).create("ann", role)

    def revoke(self, token: str) -> None:
        with open_service(self.store) as service:
            Tokens(service).revoke(token.split("_")[1])

    def ask(self, path: str, token: str) -> httpx.Response:
        """Ask on a connection of its own, which goes to any of the workers."""
        headers = {"authorization": f"Bearer {token}"}
        return httpx.get(f"{self.http}{path}", headers=headers, verify=self.trust, timeout=30)

    def code(self, token: str) -> str:
        """Call an RPC on a connection of its own; return how it ended."""
        trust = grpc.ssl_channel_credentials(self.root.read_bytes())
        with grpc.secure_channel(self.grpc, trust, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            call = channel.unary_unary("/ml_metadata.MetadataStoreService/GetArtifacts")
            try:
                call(b"", metadata=[("authorization", f"Bearer {token}")], timeout=30)
            except grpc.RpcError as error:
                return str(error.code().name)
        return "OK"

    def codes(self, token: str) -> set[str]:
        return {self.code(token) for _ in range(ASKED)}

    def statuses(self, token: str) -> set[int]:
        return {self.ask("/api/v1/totals", token).status_code for _ in range(ASKED)}


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    folder = tmp_path_factory.mktemp("workers")
    authority = Authority(folder)
    authority.issue("server", cert=folder / "cert.pem", key=folder / "key.pem")
    tls = ["--tls-cert", f"{folder}/cert.pem", "--tls-key", f"{folder}/key.pem"]
    url = f"sqlite:///{folder}/store.db"
    trust = ssl.create_default_context(cafile=str(authority.path))
    with running_server(url, "--workers", "2", "--auth", "token", *tls) as server:
        yield Workers(server.http.replace("http:", "https:"), server.address, url, authority.path, trust)


def test_a_token_made_while_workers_run_is_known_to_all(workers: Workers) -> None:
    unknown, known = "lineal_" + "a" * 12 + "_" + "b" * 43, workers.token(Role.READER)
    assert (workers.statuses(unknown), workers.codes(unknown)) == ({401}, {"UNAUTHENTICATED"})
    assert (workers.statuses(known), workers.codes(known)) == ({200}, {"OK"})


def test_the_numbers_of_workers_are_summed(workers: Workers) -> None:
    token = workers.token(Role.ADMIN)

    def counted() -> int:
        text = workers.ask("/metrics", token).text
        return int(sum(map(float, re.findall(r'^lineal_http_requests_total{.*totals".*} (.*)$', text, re.MULTILINE))))

    before = counted()
    assert workers.statuses(token) == {200}
    assert counted() == before + ASKED
    assert "lineal_workers 2.0" in workers.ask("/metrics", token).text


@pytest.mark.slow
def test_a_revoked_token_is_refused_by_all_within_seconds(workers: Workers) -> None:
    token = workers.token(Role.READER)
    assert (workers.statuses(token), workers.codes(token)) == ({200}, {"OK"})
    workers.revoke(token)
    time.sleep(5.5)
    assert (workers.statuses(token), workers.codes(token)) == ({401}, {"UNAUTHENTICATED"})
