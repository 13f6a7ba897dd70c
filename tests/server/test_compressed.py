"""Compressed requests: refused by default at every door, and inflated within a bound where they are allowed."""

from __future__ import annotations

import gzip
import zlib

import grpc
import httpx
import pytest

from lineal import errors
from lineal.security import LimitSettings
from lineal.server import rpcs
from lineal.server.compression import Inflating
from lineal.server.grpc_web import frame
from lineal.wire import service as rpc
from tests.access.serving import Served, asking, serving
from tests.serving import grpcio_only

GET = "/ml_metadata.MetadataStoreService/GetArtifactTypes"
PUT = "/ml_metadata.MetadataStoreService/PutArtifacts"
WEB = {"content-type": "application/grpc-web+proto"}
ALLOWED = LimitSettings(accept_compressed=True)
ALGORITHMS = [grpc.Compression.Gzip, grpc.Compression.Deflate]
MIB = 1 << 20
WHOLE = gzip.compress(b"{}")


def called(served: Served, method: str, request: bytes, compression: grpc.Compression) -> bytes:
    """Call a method with a compressed message."""
    with grpc.insecure_channel(served.grpc) as channel:
        answer: bytes = channel.unary_unary(method)(request, timeout=30, compression=compression)
        return answer


def request() -> bytes:
    """Return a request that is worth compressing."""
    return rpc.GetArtifactTypesRequest().SerializeToString() + b"\x82\x01\x80\x08" + b"x" * 1024  # an unknown field


@grpcio_only
@pytest.mark.parametrize("compression", ALGORITHMS)
def test_a_compressed_message_is_refused_with_the_flag(compression: grpc.Compression) -> None:
    with serving() as served, pytest.raises(grpc.RpcError, match="--accept-compressed") as raised:
        called(served, GET, request(), compression)
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


@grpcio_only
@pytest.mark.parametrize("compression", ALGORITHMS)
def test_a_compressed_message_is_read_where_it_is_allowed(compression: grpc.Compression) -> None:
    with serving(limits=ALLOWED) as served:
        assert called(served, GET, request(), compression) == b""


@grpcio_only
@pytest.mark.parametrize("compression", ALGORITHMS)
def test_an_allowed_message_swells_no_further_than_the_limit(compression: grpc.Compression) -> None:
    with (
        serving(limits=ALLOWED, max_message_mib=1) as served,
        pytest.raises(grpc.RpcError, match="--max-message-mib") as raised,
    ):
        called(served, PUT, b" " * 60 * MIB, compression)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_no_request_begins_like_a_compressed_one() -> None:
    first = {0x1F >> 3, 0x78 >> 3}
    fields = {
        called.name: {field.number for field in called.request.DESCRIPTOR.fields}
        for table in rpcs.SERVICES.values()
        for called in table.values()
    }
    assert 0x1F & 7 == 7  # a wire type that there is not, so that the number 3 is free
    assert [name for name, numbers in fields.items() if numbers & (first - {3})] == []


def framed(message: bytes) -> bytes:
    return frame(gzip.compress(message), flags=1)


def test_a_compressed_frame_of_grpc_web_is_refused_unless_it_is_allowed() -> None:
    with serving() as served, asking(served) as client:
        assert b"--accept-compressed" in client.post(GET, content=framed(request()), headers=WEB).content
    with serving(limits=ALLOWED) as served, asking(served) as client:
        assert b"grpc-status:0" in client.post(GET, content=framed(request()), headers=WEB).content


def test_an_allowed_frame_swells_no_further_than_the_limit() -> None:
    with serving(limits=ALLOWED, max_message_mib=1) as served, asking(served) as client:
        answer = client.post(PUT, content=framed(b" " * 60 * MIB), headers=WEB).content
    assert b"--max-message-mib" in answer


def sent(client: httpx.Client, encoding: str, body: bytes) -> httpx.Response:
    """Store a view of the web interface with a body of an encoding."""
    return client.post(
        "/api/v1/views", content=body, headers={"content-encoding": encoding, "content-type": "application/json"}
    )


def test_a_compressed_body_is_refused_over_http() -> None:
    with serving() as served, asking(served) as client:
        refused = sent(client, "gzip", gzip.compress(b'{"content": {}}'))
    assert (refused.status_code, "--accept-compressed" in refused.text) == (415, True)


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_compressed_body_is_read_where_it_is_allowed(encoding: str, compress: object) -> None:
    assert callable(compress)
    with serving(limits=ALLOWED) as served, asking(served) as client:
        plain = client.post("/api/v1/views", json={"a": 1})
        packed = sent(client, encoding, compress(b'{"a": 1}'))
    assert packed.status_code == plain.status_code


@pytest.mark.parametrize("body", [b"no gzip", WHOLE[:-3], WHOLE + b"more"], ids=["no gzip", "cut off", "followed"])
def test_a_body_that_is_not_whole_gzip_is_refused(body: bytes) -> None:
    with serving(limits=ALLOWED) as served, asking(served) as client:
        assert sent(client, "gzip", body).status_code == 400


def test_an_allowed_body_swells_no_further_than_a_body_may() -> None:
    with serving(limits=ALLOWED) as served, asking(served) as client:
        assert sent(client, "gzip", gzip.compress(b" " * 60 * MIB)).status_code == 413


def test_what_follows_a_compressed_body_in_another_piece_is_refused() -> None:
    inflating = Inflating(1000)
    for piece in (gzip.compress(b"body"), b"more", b""):
        list(inflating.pieces(piece))
    with pytest.raises(errors.InvalidArgumentError, match="goes on after its end"):
        inflating.require_end()
