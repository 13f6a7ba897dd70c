from __future__ import annotations

import pytest

from lineal import errors
from lineal.server.rpcs import RPCS
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

GOOD = "schön, 日本語, 🙂, \0"
BAD = b"\xc3\x28"  # a first byte of two, and no second one


def artifacts(**fields: object) -> bytes:
    return rpc.PutArtifactsRequest(artifacts=[pb.Artifact(**fields)]).SerializeToString()


def artifact_with_struct(text: str) -> bytes:
    artifact = pb.Artifact()
    artifact.custom_properties["s"].struct_value["key"] = text
    return rpc.PutArtifactsRequest(artifacts=[artifact]).SerializeToString()


PLACES = {
    "name": artifacts(name="@@"),
    "uri": artifacts(uri="@@", id=1 << 40),
    "value": artifacts(properties={"p": pb.Value(string_value="@@")}),
    "map key": artifacts(custom_properties={"@@": pb.Value(int_value=-1)}),
    "struct": artifact_with_struct("@@"),
    "mask": rpc.PutArtifactsRequest(update_mask={"paths": ["@@"]}).SerializeToString(),
}


def require_utf8(request: bytes) -> None:
    RPCS["PutArtifacts"].text_check.require_utf8(request)


@pytest.mark.parametrize("place", PLACES)
def test_a_text_that_is_not_utf8_is_found_wherever_it_stands(place: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="not valid UTF-8"):
        require_utf8(PLACES[place].replace(b"@@", BAD))


@pytest.mark.parametrize("text", [GOOD, "", "ascii"])
def test_utf8_of_every_kind_passes(text: str) -> None:
    require_utf8(artifacts(name=text, uri=text * 100, properties={text: pb.Value(string_value=text)}))


def test_bytes_in_numbers_are_no_text() -> None:
    require_utf8(artifacts(properties={"d": pb.Value(double_value=-1 / 3), "i": pb.Value(int_value=-1)}))


@pytest.mark.parametrize("name", RPCS)
def test_every_request_type_has_its_check(name: str) -> None:
    RPCS[name].text_check.require_utf8("é".encode()[:0])
