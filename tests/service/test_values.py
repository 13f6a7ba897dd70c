"""Values of every kind come back as they were given."""

from __future__ import annotations

import math

import pytest
from google.protobuf import any_pb2, struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from lineal import errors
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from tests.engines import SQLITE_EVERY_DAY, Engine
from tests.service.requests import artifact, get_artifacts, put_artifact_type, put_artifacts

AWKWARD_TEXTS = [
    "",
    "a\0b",
    "mlmd-struct::",
    "mlmd-struct::AAAA",
    "mlmd-struct::CgA=",
    "__MLMD_NULL__",
    "日本 💾 \u202e",
    "x" * 10**6,
]
AWKWARD_NUMBERS = [1e-9, 1 / 3, 123456789.123456789, 1.7976931348623157e308, 5e-324, math.inf, -math.inf]


def stored_and_read(service: MetadataService, value: pb.Value) -> pb.Value:
    node = artifact(put_artifact_type(service))
    node.custom_properties["p"].CopyFrom(value)
    (node_id,) = put_artifacts(service, node)
    return get_artifacts(service, node_id)[0].custom_properties["p"]


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize("text", AWKWARD_TEXTS, ids=range(len(AWKWARD_TEXTS)))
def test_texts_of_any_content_come_back(service: MetadataService, engine: Engine, text: str) -> None:
    if "\0" in text:
        engine.require("holds_nul")
    assert stored_and_read(service, pb.Value(string_value=text)).string_value == text


@pytest.mark.parametrize("number", AWKWARD_NUMBERS)
def test_doubles_come_back_to_the_last_bit(service: MetadataService, number: float) -> None:
    assert stored_and_read(service, pb.Value(double_value=number)).double_value == number


def test_a_nan_comes_back(service: MetadataService) -> None:
    assert math.isnan(stored_and_read(service, pb.Value(double_value=math.nan)).double_value)


@pytest.mark.parametrize("number", [-(2**63), -1, 0, 2**31, 2**63 - 1])
def test_integers_of_64_bits_come_back(service: MetadataService, number: int) -> None:
    assert stored_and_read(service, pb.Value(int_value=number)).int_value == number


@pytest.mark.parametrize(
    "value", [pb.Value(int_value=5), pb.Value(double_value=1.5), pb.Value(bool_value=True), pb.Value(string_value="t")]
)
def test_a_value_beside_which_another_writer_left_a_proto_is_that_value(
    service: MetadataService, value: pb.Value
) -> None:
    node = artifact(put_artifact_type(service))
    node.custom_properties["p"].CopyFrom(value)
    (node_id,) = put_artifacts(service, node)
    service.database.write(lambda session: session.script("UPDATE ArtifactProperty SET proto_value = 'zz'"))
    assert get_artifacts(service, node_id)[0].custom_properties["p"] == value


@pytest.mark.parametrize("truth", [False, True])
def test_booleans_come_back(service: MetadataService, truth: bool) -> None:
    value = stored_and_read(service, pb.Value(bool_value=truth))
    assert value.WhichOneof("value") == "bool_value"
    assert value.bool_value is truth


def test_an_empty_struct_and_a_deep_one_come_back(service: MetadataService) -> None:
    deep = struct_pb2.Struct()
    deep.update({"a": [1, None, {"b": "c"}], "d": True})
    for struct in (struct_pb2.Struct(), deep):
        value = pb.Value(struct_value=struct)
        assert stored_and_read(service, value) == value


def test_a_packed_message_comes_back(service: MetadataService) -> None:
    packed = any_pb2.Any()
    packed.Pack(pb.Artifact(name="inside"))
    assert stored_and_read(service, pb.Value(proto_value=packed)).proto_value == packed


@pytest.mark.parametrize(
    "value", [pb.Value(), pb.Value(proto_value=any_pb2.Any(value=b"x"))], ids=["no kind", "no type"]
)
def test_a_value_that_nobody_could_read_is_refused(service: MetadataService, value: pb.Value) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="'p'"):
        stored_and_read(service, value)


@given(st.text(), st.floats(allow_nan=False), st.integers(-(2**63), 2**63 - 1))
def test_any_text_and_number_comes_back(text: str, number: float, integer: int) -> None:
    with open_service("sqlite://") as service:
        node = artifact(put_artifact_type(service), properties={"t": text, "d": number, "i": integer})
        (node_id,) = put_artifacts(service, node)
        found = get_artifacts(service, node_id)[0].custom_properties
    assert (found["t"].string_value, found["d"].double_value, found["i"].int_value) == (text, number, integer)
