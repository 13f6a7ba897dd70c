"""16 KiB of what proxies and browsers add to a request pass at every door, in whatever form they come, every time."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import grpc
import httpx
import pytest

from tests.access.serving import Served, serving
from tests.server.test_metadata_store_server import running

KIB = 1 << 10
METHOD = "/ml_metadata.MetadataStoreService/GetArtifactTypes"
TIMES = 8
ENTRIES = ((1, 16 * KIB), (2, 8 * KIB), (16, KIB), (120, 128))
"""Numbers of entries, and the bytes of each, name included."""


def entries(count: int, size: int, name: str = "x") -> list[tuple[str, str]]:
    names = [f"{name}-{number:03}" for number in range(count)]
    return [(each, "v" * (size - len(each))) for each in names]


def cookies(count: int, size: int) -> str:
    """The header of a browser that has so many cookies, with all that belongs to it."""
    return "; ".join(f"{name}={value[3:]}" for name, value in entries(count, size, "session"))


@pytest.fixture(scope="module", params=["grpcio", "native"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    if request.param == "native":
        pytest.importorskip("pygrpc_native", reason="the package of the native engine is not installed")
    with serving(grpc_engine=request.param) as found:
        yield found


@pytest.fixture(scope="module")
def http() -> Iterator[str]:
    """The URL of the HTTP port, which is the same whatever carries gRPC."""
    with serving() as found:
        yield f"http://{found.http}"


def grpc_codes(address: str, metadata: list[tuple[str, str]]) -> set[grpc.StatusCode]:
    """What calls over new connections and over one that is kept are answered."""
    codes = set()
    for _ in range(3):
        with grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            call = channel.unary_unary(METHOD)
            codes |= {call.with_call(b"", timeout=10, metadata=metadata)[1].code() for _ in range(TIMES)}
    return codes


@pytest.mark.parametrize(("count", "size"), ENTRIES)
def test_grpc(served: Served, count: int, size: int) -> None:
    assert grpc_codes(served.grpc, entries(count, size)) == {grpc.StatusCode.OK}
    assert grpc_codes(served.grpc, [("cookie", cookies(count, size)[: 16 * KIB - 6])]) == {grpc.StatusCode.OK}


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [(), ("--grpc_channel_arguments=grpc.max_metadata_size=16384",)])
def test_the_command_with_the_official_servers_name(arguments: tuple[str, ...]) -> None:
    with running(*arguments) as server:
        for count, size in ENTRIES:
            assert grpc_codes(server.address, entries(count, size)) == {grpc.StatusCode.OK}


@pytest.mark.parametrize(("count", "size"), [ENTRIES[0], ENTRIES[-1]])
@pytest.mark.parametrize("media_type", ["application/grpc-web+proto", "application/grpc-web-text"])
def test_grpc_web(http: str, media_type: str, count: int, size: int) -> None:
    body = b"AAAAAAA=" if "text" in media_type else struct.pack(">BI", 0, 0)
    headers = {"content-type": media_type, "cookie": cookies(count, size)[: 16 * KIB - 6]}
    with httpx.Client(base_url=http, headers=headers) as browser:
        for _ in range(TIMES):
            answer = browser.post(METHOD, content=body)
            assert answer.status_code == 200
            assert "grpc-status" not in answer.headers


@pytest.mark.parametrize(("count", "size"), [ENTRIES[0], ENTRIES[-1]])
@pytest.mark.parametrize(
    "path", ["/api/v1/artifacts", "/healthz", "/", "/api/2.0/mlflow/experiments/search?max_results=1"]
)
def test_http(http: str, path: str, count: int, size: int) -> None:
    for headers in ([("cookie", cookies(count, size)[: 16 * KIB - 6])], entries(count, size)):
        with httpx.Client(base_url=http, headers=headers) as browser:
            assert {browser.get(path).status_code for _ in range(TIMES)} <= {200, 307}
