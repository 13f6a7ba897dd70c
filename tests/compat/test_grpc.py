"""The same comparison over the wire: Lineal behind `lineal serve`, asked by its gRPC transport."""

from __future__ import annotations

from random import Random

import pytest
from grpc import RpcError, StatusCode

from lineal import errors
from lineal.client.grpc_transport import GrpcTransport
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.serving import serving
from tests.compat.differences import known
from tests.compat.generate import sequence
from tests.compat.official import SERVICE, OfficialCore
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide
from tests.serving import Caller


@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2)]])
def test_a_generated_sequence_over_grpc_shows_no_difference(core: OfficialCore, seed: int) -> None:
    with serving() as server:
        pair = Pair(core.open(), LinealSide(GrpcTransport(server.grpc), name="lineal over gRPC"))
        sequence.run(Random(seed), pair, length=150)
        pair.close()


def test_bytes_that_are_no_request_are_refused(core: OfficialCore) -> None:
    store = core.open()
    core.send("call", store.handle, "PutArtifacts", b"\xff\xff")
    assert core.receive()[0] == errors.INVALID_ARGUMENT
    with serving() as server, Caller(server.grpc) as caller, pytest.raises(RpcError) as refusal:
        caller.call_bytes("PutArtifacts", b"\xff\xff")
    assert refusal.value.code() is StatusCode.INVALID_ARGUMENT


def test_a_string_that_is_not_utf8_is_refused(core: OfficialCore) -> None:
    assert known("utf-8")
    broken = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="é")).SerializeToString()
    broken = broken.replace("é".encode(), b"\xff\xfe")
    with serving() as server, Caller(server.grpc) as caller, pytest.raises(RpcError) as refusal:
        caller.call_bytes("PutArtifactType", broken)
    assert refusal.value.code() is StatusCode.INVALID_ARGUMENT


def test_every_call_answers_an_empty_request_alike_over_grpc(core: OfficialCore) -> None:
    with serving() as server:
        pair = Pair(core.open(), LinealSide(GrpcTransport(server.grpc), name="lineal over gRPC"))
        for method in SERVICE.methods:
            pair.same(getattr(rpc, method.input_type.name)())
        pair.close()
