from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from lineal import errors
from lineal.server.grpc_handlers import bind
from lineal.server.rpcs import RPCS, SERVICE, answer
from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

MIB = 1 << 20
Answer = Callable[[str, bytes], bytes]


@pytest.fixture
def answered(service: MetadataService) -> Answer:
    return lambda name, request: answer(service, RPCS[name], request, max_bytes=MIB)


def put_type(answered: Answer, **fields: object) -> int:
    request = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(**fields))
    response = answered("PutArtifactType", request.SerializeToString())
    return rpc.PutArtifactTypeResponse.FromString(response).type_id


def test_the_descriptor_has_52_rpcs() -> None:
    assert len(SERVICE.methods) == 52


@pytest.mark.parametrize("name", [method.name for method in SERVICE.methods])
def test_every_rpc_of_the_descriptor_is_bound(service: MetadataService, name: str) -> None:
    call_details = SimpleNamespace(method=f"/{SERVICE.full_name}/{name}")
    assert bind(service, max_bytes=MIB).service(call_details) is not None


def test_a_request_is_answered_with_the_response_of_the_service(answered: Answer) -> None:
    type_id = put_type(answered, name="Model")
    response = answered("GetArtifactType", rpc.GetArtifactTypeRequest(type_name="Model").SerializeToString())
    assert rpc.GetArtifactTypeResponse.FromString(response).artifact_type.id == type_id


def test_an_error_of_the_service_passes_unchanged(answered: Answer) -> None:
    with pytest.raises(errors.NotFoundError):
        answered("GetArtifactType", rpc.GetArtifactTypeRequest(type_name="Nobody").SerializeToString())


@pytest.mark.parametrize("request_bytes", [b"\xff\xff\xff", b"\x0a\x7f", b"\x0a\x02\x08"])
def test_bytes_that_are_no_request_are_an_invalid_argument(answered: Answer, request_bytes: bytes) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="are not a ml_metadata"):
        answered("PutArtifacts", request_bytes)


def test_a_request_nested_too_deep_is_an_invalid_argument(answered: Answer) -> None:
    value = b""
    for _ in range(500):  # Value.list_value (6) in ListValue.values (1), again and again
        value = _field(6, _field(1, value))
    artifact = _field(5, _field(1, b"p") + _field(2, _field(4, _field(1, _field(1, b"k") + _field(2, value)))))
    with pytest.raises(errors.InvalidArgumentError, match="are not a"):
        answered("PutArtifacts", _field(1, artifact))


def _field(number: int, content: bytes) -> bytes:
    """Write a length-delimited field of a message."""
    length, size = b"", len(content)
    while size > 0x7F:
        length, size = length + bytes([size & 0x7F | 0x80]), size >> 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


def test_a_text_that_is_not_utf8_is_an_invalid_argument(answered: Answer) -> None:
    request = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="MOD")).SerializeToString()
    with pytest.raises(errors.InvalidArgumentError, match="not valid UTF-8"):
        answered("PutArtifactType", request.replace(b"MOD", b"\xff\xfe\xfd"))


def test_a_request_over_the_limit_is_refused_with_the_name_of_the_flag(answered: Answer) -> None:
    with pytest.raises(errors.ResourceExhaustedError, match=r"PutArtifacts request .* 1 MiB .* --max-message-mib"):
        answered("PutArtifacts", b" " * (MIB + 1))


def test_an_answer_over_the_limit_is_refused_with_the_name_of_the_flag(answered: Answer) -> None:
    for name in "AB":
        put_type(answered, name=name, description="x" * (MIB * 2 // 3))
    with pytest.raises(
        errors.ResourceExhaustedError, match=r"answer to GetArtifactTypes .* 1 MiB .* --max-message-mib"
    ):
        answered("GetArtifactTypes", b"")
