"""PutArtifacts, PutExecutions and PutContexts of new nodes; what is stored of them, and reading nodes."""

from __future__ import annotations

import math

import pytest
from google.protobuf import any_pb2, struct_pb2

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import SIX_KINDS, SIX_TYPES, by_id, everything, node, put, request
from tests.compat.pair import Pair
from tests.compat.stock import each_kind, new_node, new_nodes, new_type, read, snapshot


@each_kind
def test_all_six_kinds_of_values_come_back(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind, properties=SIX_TYPES)
    custom = {f"custom {name}": value for name, value in SIX_KINDS.items()}
    node_id = new_node(pair, kind, type_id, name="n", properties=SIX_KINDS, custom=custom, external_id="e")
    assert len(read(pair, kind, node_id).properties) == 6


VALUES = [
    *(0, -1, 2**63 - 1, -(2**63), True, False, 0.0, -2.5, 1 / 64, 12345.015625, 1e300),
    *("", " ", "\n\t\x7f", "'; DROP TABLE Artifact; --", "\U0001f642", "ÄÖ", "%s ? :1", "long " * 20000),
    *({}, {"": None}, {"nan": math.nan, "deep": [[[{"x": [True, None, ""]}]]]}, struct_pb2.Struct()),
    pb.Value(struct_value=struct_pb2.Struct(fields={"no kind": struct_pb2.Value()})),
    *(any_pb2.Any(type_url="x"), any_pb2.Any(type_url="type.googleapis.com/google.protobuf.Struct", value=b"\n\x00")),
    any_pb2.Any(type_url="y", value=bytes(range(256))),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:25])
def test_a_value_comes_back_as_it_was_given(pair: Pair, value) -> None:
    type_id = new_type(pair, ARTIFACT)
    node_id = new_node(pair, ARTIFACT, type_id, custom={"v": value, "Ünï.cödé `name`": value, "": value})
    assert len(read(pair, ARTIFACT, node_id).custom_properties) == 3


@each_kind
def test_what_was_not_given_stays_unset_but_the_uri(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    new_node(pair, kind, type_id, name="only a name")
    if kind is not CONTEXT:
        new_node(pair, kind, type_id)
    snapshot(pair)


@each_kind
def test_empty_strings_come_back_set(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind, description="", external_id="")
    name = "n" if kind is CONTEXT else ""
    new_node(pair, kind, type_id, name=name, external_id="")
    snapshot(pair)
    pair.same(request(f"Get{kind.table}ByTypeAndName", type_name="t", **{f"{kind.name}_name": ""}))


@pytest.mark.parametrize("kind", [ARTIFACT, EXECUTION], ids=lambda kind: kind.name)
def test_every_state_comes_back(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    for number in range(7):
        node_id = new_node(pair, kind, type_id, **{kind.state_field: number})
        assert read(pair, kind, node_id).HasField(kind.state_field)


def test_an_unknown_number_for_a_state_is_dropped(pair: Pair) -> None:
    type_id = new_type(pair, ARTIFACT)
    strange = pb.Artifact.FromString(pb.Artifact(type_id=type_id).SerializeToString() + b"\x30\x63")
    pair.ok(put(ARTIFACT, strange))
    snapshot(pair)


@each_kind
def test_given_times_type_names_and_system_metadata_are_ignored(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    given = {"create_time_since_epoch": 5, "last_update_time_since_epoch": 6, "type": "wrong"}
    new_node(pair, kind, type_id, name="n", system_metadata=any_pb2.Any(type_url="x", value=b"y"), **given)
    snapshot(pair)


@each_kind
def test_a_node_needs_a_known_type_of_its_kind(pair: Pair, kind) -> None:
    for other in KINDS:
        new_type(pair, other)
    pair.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, name="n")))
    pair.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, name="n", type="t")))
    for type_id in (0, -1, 999, *(id_ for id_ in (10, 11, 12) if id_ != 10 + KINDS.index(kind))):
        pair.fails(errors.NOT_FOUND, put(kind, node(kind, type_id, name="n")))
    snapshot(pair)


@each_kind
def test_properties_must_fit_the_type(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind, properties=SIX_TYPES)
    for declared in SIX_TYPES:
        for given, value in SIX_KINDS.items():
            pair.same(put(kind, node(kind, type_id, name=f"{declared}{given}", properties={declared: value})))
    pair.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, type_id, name="n", properties={"other": 1})))
    pair.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, type_id, name="n", properties={"i": pb.Value()})))
    snapshot(pair)


@each_kind
def test_the_type_is_checked_before_the_properties_and_they_before_the_name(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    pair.fails(errors.NOT_FOUND, put(kind, node(kind, 999, properties={"other": 1})))
    pair.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, properties={"other": 1})))
    new_node(pair, kind, type_id, name="n")
    pair.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, type_id, name="n", properties={"other": 1})))


def test_a_context_needs_a_name(pair: Pair) -> None:
    type_id = new_type(pair, CONTEXT)
    pair.fails(errors.INVALID_ARGUMENT, put(CONTEXT, node(CONTEXT, type_id)))
    pair.fails(errors.INVALID_ARGUMENT, put(CONTEXT, node(CONTEXT, type_id, name="")))


@each_kind
def test_a_name_is_taken_once_in_a_type(pair: Pair, kind) -> None:
    one, other = new_type(pair, kind), new_type(pair, kind, "u")
    new_nodes(pair, kind, node(kind, one, name="n"), node(kind, other, name="n"))
    pair.fails(errors.ALREADY_EXISTS, put(kind, node(kind, one, name="n")))
    pair.fails(errors.ALREADY_EXISTS, put(kind, node(kind, one, name="m"), node(kind, one, name="m")))
    for name in ("N", "n ", "ñ"):
        new_node(pair, kind, one, name=name)
    snapshot(pair)


def test_names_left_out_do_not_collide_but_empty_ones_do(pair: Pair) -> None:
    type_id = new_type(pair, ARTIFACT)
    new_nodes(pair, ARTIFACT, *[node(ARTIFACT, type_id)] * 3)
    new_node(pair, ARTIFACT, type_id, name="")
    pair.fails(errors.ALREADY_EXISTS, put(ARTIFACT, node(ARTIFACT, type_id, name="")))


@each_kind
def test_an_external_id_is_taken_once_in_a_kind_whatever_the_type(pair: Pair, kind) -> None:
    types = [new_type(pair, other) for other in KINDS]
    for other, type_id in zip(KINDS, types, strict=True):
        new_node(pair, other, type_id, name="n", external_id="e")
    mine = types[KINDS.index(kind)]
    pair.fails(errors.ALREADY_EXISTS, put(kind, node(kind, mine, name="m", external_id="e")))
    pair.fails(errors.ALREADY_EXISTS, put(kind, node(kind, new_type(pair, kind, "u"), name="n", external_id="e")))
    snapshot(pair)


@each_kind
def test_an_empty_external_id_is_an_external_id(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    new_node(pair, kind, type_id, name="n", external_id="")
    pair.fails(errors.ALREADY_EXISTS, put(kind, node(kind, type_id, name="m", external_id="")))


@each_kind
def test_a_failing_element_undoes_the_whole_request_and_uses_up_no_id(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    fine = [node(kind, type_id, name=f"n{number}", custom={"a": 1}) for number in range(3)]
    pair.fails(errors.NOT_FOUND, put(kind, *fine, node(kind, 999, name="x")))
    pair.fails(errors.INVALID_ARGUMENT, put(kind, *fine, node(kind, 10, name="x", id=5)))
    snapshot(pair)
    assert new_nodes(pair, kind, *fine) == [1, 2, 3]


@each_kind
def test_the_first_error_decides_the_code(pair: Pair, kind) -> None:
    new_type(pair, kind)
    unknown, untyped = node(kind, 999, name="x"), node(kind, name="x")
    pair.fails(errors.NOT_FOUND, put(kind, unknown, untyped))
    pair.fails(errors.INVALID_ARGUMENT, put(kind, untyped, unknown))


@each_kind
def test_an_empty_put_is_fine(pair: Pair, kind) -> None:
    pair.ok(put(kind))
    pair.ok(put(kind, mask=["name"]))


@each_kind
def test_a_mask_is_ignored_for_new_nodes(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind, properties={"p": pb.INT})
    new_nodes(pair, kind, node(kind, type_id, name="n", external_id="e", properties={"p": 1}), mask=["external_id"])
    pair.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, type_id, name="m", properties={"q": 1}), mask=["name"]))
    snapshot(pair)


def test_system_types_are_types_of_nodes(pair: Pair) -> None:
    for type_id in range(1, 5):
        new_node(pair, ARTIFACT, type_id, name="n")
    for type_id in range(5, 10):
        new_node(pair, EXECUTION, type_id, name="n")
    pair.fails(errors.NOT_FOUND, put(ARTIFACT, node(ARTIFACT, 5)))
    snapshot(pair)


@each_kind
def test_ids_count_for_each_kind_alone(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    assert new_nodes(pair, kind, *[node(kind, type_id, name=name) for name in "abc"]) == [1, 2, 3]
    other = KINDS[KINDS.index(kind) - 1]
    assert new_node(pair, other, new_type(pair, other), name="a") == 1


@each_kind
def test_nodes_by_id_skip_the_unknown_and_the_repeated(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    new_nodes(pair, kind, *[node(kind, type_id, name=name) for name in "abcd"])
    pair.ok(by_id(kind, 3, 1, 3, 99, 0, -5, 2**62))
    pair.ok(by_id(kind, 99))
    pair.ok(by_id(kind))


@each_kind
def test_nodes_by_external_id(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    new_nodes(pair, kind, *[node(kind, type_id, name=name, external_id=f"e{name}") for name in "abc"])
    get = f"Get{kind.plural.capitalize()}ByExternalIds"
    pair.ok(request(get))
    pair.ok(request(get, external_ids=["ec", "ea", "ec", "nope"]))
    pair.fails(errors.INVALID_ARGUMENT, request(get, external_ids=["ea", ""]))
    pair.fails(errors.NOT_FOUND, request(get, external_ids=["nope"]))


@each_kind
def test_a_node_by_type_and_name(pair: Pair, kind) -> None:
    one, two = new_type(pair, kind), new_type(pair, kind, version="2")
    new_nodes(pair, kind, node(kind, one, name="n"), node(kind, two, name="n"))
    if kind is not CONTEXT:
        new_node(pair, kind, one)
    name = f"{kind.name}_name"
    for fields in ({name: "n"}, {name: "n", "type_version": "2"}, {name: "n", "type_version": ""}, {name: "nope"}, {}):
        pair.ok(request(f"Get{kind.table}ByTypeAndName", type_name="t", **fields))
    pair.ok(request(f"Get{kind.table}ByTypeAndName", **{name: "n"}))
    pair.ok(request(f"Get{kind.table}ByTypeAndName", type_name="nope", **{name: "n"}))


def test_artifacts_by_uri(pair: Pair) -> None:
    type_id = new_type(pair, ARTIFACT)
    for uri in ("s3://a", "s3://a", "s3://b", "", None, "S3://A", "x" * 5000):
        new_node(pair, ARTIFACT, type_id, uri=uri)
    for uris in (["s3://a"], ["s3://b", "s3://a", "s3://a", "nope"], [""], [], ["nope"], ["x" * 5000]):
        pair.ok(rpc.GetArtifactsByURIRequest(uris=uris))


@each_kind
def test_a_property_may_have_any_name(pair: Pair, kind) -> None:
    names = ["with.dot", "with space", "ünïcode", "`", "'", '"', "a" * 300, "properties", "%", "\\", "CamelCase"]
    type_id = new_type(pair, kind, properties=dict.fromkeys(names, pb.INT))
    new_node(pair, kind, type_id, name="n", properties=dict.fromkeys(names, 1))
    assert len(read(pair, kind, 1).properties) == len(names)


@each_kind
def test_everything_is_listed(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    new_nodes(pair, kind, *[node(kind, type_id, name=f"n{number}") for number in range(130)])
    assert len(getattr(pair.ok(everything(kind)), kind.plural)) == 130
