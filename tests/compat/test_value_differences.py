"""Where Lineal stores, names and refuses better than the official core, and where it says a fitting code.

What an official store would not survive is asked of Lineal alone (`alone`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import any_pb2

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import artifact, by_id, context, event, execution, listing, node, put, put_type, request
from tests.compat.differences import known
from tests.compat.pair import Pair
from tests.compat.stock import each_kind, new_node, new_nodes, new_type

INF = math.inf


@pytest.fixture
def alone() -> Iterator[MetadataService]:
    """Lineal by itself, with one type of each kind: 10, 11 and 12."""
    with open_service("sqlite://") as service:
        for kind in (ARTIFACT, EXECUTION, CONTEXT):
            service.call(f"Put{kind.table}Type", put_type(kind))
        yield service


def read_by_lineal(pair: Pair, node_id: int = 1) -> Any:
    """Return an artifact as Lineal reads it, whatever the official core says."""
    (found,) = pair.ask(by_id(ARTIFACT, node_id)).lineal.response.artifacts
    return found


@pytest.mark.parametrize("value", [1e-9, 1 / 3, 123456789.123456789, 1.7976931348623157e308, 5e-324, -2.5e-7])
def test_doubles_keep_their_full_precision(pair: Pair, value: float) -> None:
    new_node(pair, ARTIFACT, new_type(pair, ARTIFACT), custom={"v": value})
    pair.differs("full-doubles", by_id(ARTIFACT, 1), official=0, lineal=0)
    assert pair.against_itself or read_by_lineal(pair).custom_properties["v"].double_value == value


@pytest.mark.parametrize("value", [INF, -INF, math.nan])
def test_infinity_and_nan_are_stored(pair: Pair, value: float) -> None:
    given = put(ARTIFACT, artifact(new_type(pair, ARTIFACT), custom={"v": value}))
    pair.differs("full-doubles", given, official=errors.INTERNAL, lineal=0)
    if not pair.against_itself:
        stored = read_by_lineal(pair).custom_properties["v"].double_value
        assert stored == value or (math.isnan(stored) and math.isnan(value))


@pytest.mark.parametrize("text", ["a\x00b", "mlmd-struct::CgA="])
def test_strings_have_any_content(pair: Pair, text: str) -> None:
    new_node(pair, ARTIFACT, new_type(pair, ARTIFACT), custom={"v": text, "na\x00me": 1})
    pair.differs("any-string", by_id(ARTIFACT, 1), official=0, lineal=0)
    found = read_by_lineal(pair).custom_properties
    assert pair.against_itself or (found["v"].string_value, found["na\x00me"].int_value) == (text, 1)


def test_a_name_may_be_any_text(pair: Pair) -> None:
    text = "__MLMD_NULL__"
    new_node(pair, ARTIFACT, new_type(pair, ARTIFACT), name=text, uri=text)
    pair.differs("any-string", by_id(ARTIFACT, 1), official=0, lineal=0)
    found = read_by_lineal(pair)
    assert pair.against_itself or (found.name, found.uri) == (text, text)


@pytest.mark.parametrize("text", ["__MLMD_NULL__", "mlmd-struct::%%%", "mlmd-struct::", "mlmd-struct::AAAA"])
def test_strings_that_would_poison_an_official_store_come_back(alone: MetadataService, text: str) -> None:
    assert known("any-string")
    alone.call("PutArtifacts", put(ARTIFACT, artifact(10, custom={"v": text})))
    (found,) = alone.call("GetArtifactsByID", by_id(ARTIFACT, 1)).artifacts
    assert found.custom_properties["v"].string_value == text


@each_kind
@pytest.mark.parametrize("value", [pb.Value(), any_pb2.Any(), any_pb2.Any(value=b"x")])
def test_values_that_would_crash_or_poison_are_refused(alone: MetadataService, kind, value) -> None:
    assert known("refused-values")
    type_id = {"artifact": 10, "execution": 11, "context": 12}[kind.name]
    with pytest.raises(errors.InvalidArgumentError):
        alone.call(f"Put{kind.plural.capitalize()}", put(kind, node(kind, type_id, name="n", custom={"v": value})))
    assert not getattr(
        alone.call(f"Get{kind.plural.capitalize()}", request(f"Get{kind.plural.capitalize()}")), kind.plural
    )


def test_a_message_quotes_no_more_than_a_part_of_a_long_text(alone: MetadataService) -> None:
    assert known("short-messages")
    with pytest.raises(errors.NotFoundError) as refusal:
        alone.call("GetArtifactType", request("GetArtifactType", type_name="x" * 100_000))
    assert len(refusal.value.message) < 1100


def test_an_empty_pair_is_attributed_to_no_context(alone: MetadataService) -> None:
    assert known("empty-pairs")
    put_both = rpc.PutExecutionRequest(execution=execution(11), contexts=[context(12, name="c")])
    put_both.artifact_event_pairs.add()
    assert list(alone.call("PutExecution", put_both).artifact_ids) == [-1]
    assert not alone.call("GetArtifactsByContext", request("GetArtifactsByContext", context_id=1)).artifacts


def test_a_property_and_a_custom_property_of_one_name_are_two(pair: Pair) -> None:
    type_id = new_type(pair, ARTIFACT, properties={"x": pb.INT})
    new_node(pair, ARTIFACT, type_id, properties={"x": 1}, custom={"x": 2})
    new_nodes(pair, ARTIFACT, artifact(id=1, properties={"x": 5}, custom={"x": 2}))
    pair.differs("two-properties-of-one-name", by_id(ARTIFACT, 1), official=0, lineal=0)
    found = read_by_lineal(pair)
    values = (found.properties["x"].int_value, found.custom_properties["x"].int_value)
    assert pair.against_itself or values == (5, 2)


def test_an_event_that_names_a_missing_node_is_refused(pair: Pair) -> None:
    new_type(pair, EXECUTION)
    dangling = rpc.PutExecutionRequest(execution=execution(10))
    dangling.artifact_event_pairs.add(event=event(99, None))
    pair.differs("no-dangling-events", dangling, official=0, lineal=errors.INVALID_ARGUMENT)
    both = rpc.PutLineageSubgraphRequest()
    both.event_edges.add(event=event(77, 88))
    pair.differs("no-dangling-events", both, official=0, lineal=errors.INVALID_ARGUMENT)


def test_a_mask_path_that_only_begins_with_properties_is_ignored(pair: Pair) -> None:
    new_node(pair, ARTIFACT, new_type(pair, ARTIFACT, properties={"x": pb.INT}), properties={"x": 1})
    strange = put(ARTIFACT, artifact(id=1, properties={"propertiesX": 1}), mask=["propertiesX"])
    pair.differs("mask-paths", strange, official=errors.INVALID_ARGUMENT, lineal=0)


def test_bytes_of_an_any_are_kept_as_given(pair: Pair) -> None:
    one, two = b"\n\x05\n\x01a\x12\x00", b"\n\x05\n\x01b\x12\x00"
    url = "type.googleapis.com/google.protobuf.Struct"
    new_node(pair, ARTIFACT, new_type(pair, ARTIFACT), custom={"v": any_pb2.Any(type_url=url, value=one + two)})
    new_nodes(pair, ARTIFACT, artifact(id=1, custom={"v": any_pb2.Any(type_url=url, value=two + one)}))
    pair.differs("any-bytes", by_id(ARTIFACT, 1), official=0, lineal=0)
    assert pair.against_itself or read_by_lineal(pair).custom_properties["v"].proto_value.value == two + one


def test_a_token_that_no_listing_returned_is_refused_also_if_it_can_be_parsed(pair: Pair) -> None:
    new_nodes(pair, ARTIFACT, *[artifact(new_type(pair, ARTIFACT))] * 3)
    pair.differs("foreign-tokens", listing(ARTIFACT, 2, token="OgFh"), official=0, lineal=errors.INVALID_ARGUMENT)


def test_a_system_type_twice_is_checked_against_itself_like_any_type(pair: Pair) -> None:
    types = [pb.ExecutionType(name="mlmd.Train", properties={name: pb.INT}) for name in "ab"]
    twice = rpc.PutTypesRequest(execution_types=types, can_add_fields=True)
    pair.differs("type-twice", twice, official=0, lineal=errors.ALREADY_EXISTS)


def test_a_new_type_twice_in_a_request_keeps_its_external_id(pair: Pair) -> None:
    pair.ok(rpc.PutTypesRequest(artifact_types=[pb.ArtifactType(name="t", external_id="e"), pb.ArtifactType(name="t")]))
    pair.differs("type-twice", request("GetArtifactType", type_name="t"), official=0, lineal=0)


def test_the_retired_field_of_a_request_by_uri_is_refused(pair: Pair) -> None:
    pair.fails(errors.INVALID_ARGUMENT, rpc.GetArtifactsByURIRequest.FromString(b"\x0a\x01a"))
