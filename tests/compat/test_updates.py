"""PutArtifacts, PutExecutions and PutContexts of nodes that exist: whole, by mask, and when the time moves."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import SIX_KINDS, SIX_TYPES, artifact, node, put
from tests.compat.pair import Pair
from tests.compat.stock import each_kind, new_node, new_nodes, new_type, read, snapshot
from tests.parameters import rare

PROPERTIES = {"i": pb.INT, "s": pb.STRING, "dotted.name": pb.INT}
GIVEN = {"i": 1, "s": "one", "dotted.name": 3}
CUSTOM = {"c": 1, "c.dotted": "x", "keep": True}


@pytest.fixture
def stocked(pair: Pair) -> Pair:
    """Both stores with one full node of each kind; its type has id 10, 11 or 12."""
    for kind in (ARTIFACT, EXECUTION, CONTEXT):
        type_id = new_type(pair, kind, properties=PROPERTIES)
        fields = {"name": "n", "external_id": "e", "properties": GIVEN, "custom": CUSTOM}
        fields |= {kind.state_field: 2} if kind.state_field else {}
        fields |= {"uri": "u"} if kind.has_uri else {}
        new_node(pair, kind, type_id, **fields)
        read(pair, kind, 1)
    return pair


def type_of(kind) -> int:
    return {"artifact": 10, "execution": 11, "context": 12}[kind.name]


@each_kind
def test_an_unknown_id_is_refused(stocked: Pair, kind) -> None:
    for node_id in (0, -1, 2, 10**15):
        stocked.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, type_of(kind), id=node_id, name="n")))
        stocked.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, id=node_id, name="n"), mask=["name"]))
    snapshot(stocked)


@each_kind
def test_the_type_cannot_change(stocked: Pair, kind) -> None:
    other = new_type(stocked, kind, "u", properties=PROPERTIES)
    for type_id in (other, 999, 0):
        stocked.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, type_id, id=1, name="n")))
    stocked.ok(put(kind, node(kind, id=1, name="n")))
    snapshot(stocked)


@each_kind
def test_a_whole_update_replaces_the_node(stocked: Pair, kind) -> None:
    stocked.ok(put(kind, node(kind, type_of(kind), id=1, name="n", properties={"i": 2})))
    snapshot(stocked)
    stocked.ok(put(kind, node(kind, id=1, name="n", external_id="f", custom={"new": 1.5})))
    snapshot(stocked)


@each_kind
def test_the_name_of_a_context_changes_and_no_other(stocked: Pair, kind) -> None:
    stocked.ok(put(kind, node(kind, id=1, name="other")))
    snapshot(stocked)
    for name in (None, ""):
        stocked.same(put(kind, node(kind, id=1, name=name)))
    snapshot(stocked)


@each_kind
def test_an_external_id_of_another_node_cannot_be_taken(stocked: Pair, kind) -> None:
    taken = {"official": errors.INTERNAL, "lineal": errors.ALREADY_EXISTS}
    new_node(stocked, kind, type_of(kind), name="m", external_id="f")
    stocked.differs("taken-on-update", put(kind, node(kind, id=1, name="n", external_id="f")), **taken)
    update = node(kind, id=1, name="n", external_id="f")
    stocked.differs("taken-on-update", put(kind, update, mask=["external_id"]), **taken)
    stocked.ok(put(kind, node(kind, id=1, name="n", external_id="e")))
    snapshot(stocked)


def test_a_name_of_another_context_cannot_be_taken(stocked: Pair) -> None:
    new_node(stocked, CONTEXT, 12, name="m")
    taken = {"official": errors.INTERNAL, "lineal": errors.ALREADY_EXISTS}
    stocked.differs("taken-on-update", put(CONTEXT, node(CONTEXT, id=1, name="m")), **taken)
    new_node(stocked, CONTEXT, new_type(stocked, CONTEXT, "u"), name="free")
    stocked.ok(put(CONTEXT, node(CONTEXT, id=1, name="free")))
    snapshot(stocked)


@each_kind
def test_properties_are_checked_on_update(stocked: Pair, kind) -> None:
    for wrong in ({"i": "text"}, {"unknown": 1}, {"i": pb.Value()}):
        stocked.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, id=1, name="n", properties=wrong)))
    snapshot(stocked)


@each_kind
def test_a_custom_property_may_change_its_kind(stocked: Pair, kind) -> None:
    for value in SIX_KINDS.values():
        stocked.ok(put(kind, node(kind, id=1, name="n", custom={"c": value})))
        read(stocked, kind, 1)


@each_kind
def test_the_same_node_twice_in_one_request_is_updated_twice(stocked: Pair, kind) -> None:
    first = node(kind, id=1, name="n", properties={"i": 7}, custom={"first": 1})
    second = node(kind, id=1, name="n", properties={"s": "two"})
    answer = new_nodes(stocked, kind, first, second)
    assert answer == [1, 1]
    snapshot(stocked)


@each_kind
def test_new_and_known_nodes_mix_in_one_request(stocked: Pair, kind) -> None:
    assert new_nodes(
        stocked,
        kind,
        node(kind, type_of(kind), name="a"),
        node(kind, id=1, name="n"),
        node(kind, type_of(kind), name="b"),
    ) == [2, 1, 3]
    snapshot(stocked)


@each_kind
def test_a_node_put_back_as_it_was_read_keeps_its_time(stocked: Pair, kind) -> None:
    as_read = read(stocked, kind, 1)
    stocked.ok(put(kind, as_read))
    assert read(stocked, kind, 1) == as_read
    stocked.ok(put(kind, as_read, mask=["properties"]))
    assert read(stocked, kind, 1) == as_read


def differing(kind, as_read):
    """Yield copies of a node that differ from it in one thing each, with what the thing is."""
    for field, _ in as_read.ListFields():
        if field.name not in ("id", "name", "properties", "custom_properties"):
            copy = kind.node()
            copy.CopyFrom(as_read)
            copy.ClearField(field.name)
            yield field.name, copy
    for label, change in {
        "property": lambda copy: copy.properties["i"].CopyFrom(pb.Value(int_value=99)),
        "dropped": lambda copy: copy.properties.pop("i"),
        "custom": lambda copy: copy.custom_properties["new"].CopyFrom(pb.Value(int_value=99)),
        "metadata": lambda copy: copy.system_metadata.SetInParent(),
        "name": lambda copy: setattr(copy, "name", "another"),
        "wrong type name": lambda copy: setattr(copy, "type", "another"),
        "times": lambda copy: setattr(copy, "last_update_time_since_epoch", 5),
    }.items():
        copy = kind.node()
        copy.CopyFrom(as_read)
        change(copy)
        yield label, copy


@each_kind
@pytest.mark.parametrize("mask", [None, ["external_id"], ["name", "properties"], ["custom_properties.new"]])
def test_any_difference_moves_the_time_also_one_outside_the_mask(stocked: Pair, kind, mask) -> None:
    as_read = read(stocked, kind, 1)
    for _, changed in differing(kind, as_read):
        stocked.ok(put(kind, changed, mask=mask))
        read(stocked, kind, 1)
        stocked.ok(put(kind, as_read))
        read(stocked, kind, 1)


MASKS = {
    "one field": ["external_id"],
    "state": ["state", "last_known_state"],
    "uri": ["uri"],
    "name": ["name"],
    "a property": ["properties.i"],
    "a dotted property": ["properties.dotted.name"],
    "a property that the node lacks": ["properties.s"],
    "an unknown property": ["properties.nope"],
    "all properties": ["properties"],
    "all and one": ["properties", "properties.s"],
    "one custom": ["custom_properties.c"],
    "a dotted custom": ["custom_properties.c.dotted"],
    "all custom": ["custom_properties"],
    "both": ["properties", "custom_properties"],
    "ignored": ["id", "type_id", "type", "create_time_since_epoch", "", "nope"],
    "ignored and one": ["nope", "external_id"],
    "empty": [],
    "deeper": ["properties.i.int_value"],
}


@each_kind
@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("name", ["n", rare("other"), rare(None), rare("")])
def test_a_mask_says_what_is_taken_from_the_node(stocked: Pair, kind, mask, name) -> None:
    given = {"properties": {"i": 5, "dotted.name": 6}, "custom": {"c": "new", "more": 1}}
    stocked.same(put(kind, node(kind, id=1, name=name, external_id="f", **given), mask=MASKS[mask]))
    read(stocked, kind, 1)
    stocked.same(put(kind, node(kind, type_of(kind), id=1, name=name), mask=MASKS[mask]))
    read(stocked, kind, 1)


@each_kind
def test_a_wrong_property_outside_the_mask_is_no_error(stocked: Pair, kind) -> None:
    wrong = {"i": "text", "unknown": 1}
    stocked.ok(put(kind, node(kind, id=1, properties=wrong, external_id="f"), mask=["external_id"]))
    stocked.ok(put(kind, node(kind, id=1, properties=wrong), mask=["properties.s"]))
    snapshot(stocked)
    for path in ("properties", "properties.i", "properties.unknown"):
        stocked.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, id=1, properties=wrong), mask=[path]))
    snapshot(stocked)


@pytest.mark.parametrize("kind", [ARTIFACT, EXECUTION], ids=lambda kind: kind.name)
def test_a_state_is_set_and_cleared_by_mask(stocked: Pair, kind) -> None:
    field = kind.state_field
    for state in (3, None, 0, None):
        stocked.ok(put(kind, node(kind, id=1, **{field: state}), mask=[field]))
        read(stocked, kind, 1)


@each_kind
def test_a_mask_applies_to_every_known_node_of_the_request(stocked: Pair, kind) -> None:
    new_node(stocked, kind, type_of(kind), name="second", properties=GIVEN)
    both = [node(kind, id=number, name="x", external_id=f"f{number}", properties={"i": number}) for number in (1, 2)]
    stocked.ok(put(kind, *both, node(kind, type_of(kind), name="third"), mask=["properties.i", "external_id"]))
    snapshot(stocked)


def test_a_stale_artifact_is_refused_on_demand(stocked: Pair) -> None:
    options = rpc.PutArtifactsRequest.Options(abort_if_latest_updated_time_changed=True)
    as_read = read(stocked, ARTIFACT, 1)
    stocked.ok(put(ARTIFACT, as_read, options=options))
    changed = artifact(id=1, uri="v", last_update_time_since_epoch=as_read.last_update_time_since_epoch)
    stocked.ok(put(ARTIFACT, changed, options=options))
    stocked.fails(errors.FAILED_PRECONDITION, put(ARTIFACT, changed, options=options))
    stocked.fails(errors.FAILED_PRECONDITION, put(ARTIFACT, artifact(id=1, uri="w"), options=options))
    stocked.fails(errors.INVALID_ARGUMENT, put(ARTIFACT, artifact(id=7), options=options))
    stocked.ok(put(ARTIFACT, artifact(10), options=options))
    snapshot(stocked)


def test_a_stale_artifact_undoes_the_whole_request(stocked: Pair) -> None:
    options = rpc.PutArtifactsRequest.Options(abort_if_latest_updated_time_changed=True)
    stocked.fails(errors.FAILED_PRECONDITION, put(ARTIFACT, artifact(10), artifact(id=1, uri="w"), options=options))
    stocked.fails(
        errors.FAILED_PRECONDITION,
        put(ARTIFACT, artifact(id=1, uri="w"), options=options, mask=["uri"]),
    )
    snapshot(stocked)
    options = rpc.PutArtifactsRequest.Options(abort_if_latest_updated_time_changed=False)
    stocked.ok(put(ARTIFACT, artifact(id=1, uri="w"), options=options))


def test_an_artifact_updated_twice_in_one_request_is_stale_the_second_time(stocked: Pair) -> None:
    options = rpc.PutArtifactsRequest.Options(abort_if_latest_updated_time_changed=True)
    time = read(stocked, ARTIFACT, 1).last_update_time_since_epoch
    twice = [artifact(id=1, uri=uri, last_update_time_since_epoch=time) for uri in "vw"]
    stocked.same(put(ARTIFACT, *twice, options=options))
    snapshot(stocked)


@each_kind
def test_the_check_for_properties_comes_after_the_check_for_the_type(stocked: Pair, kind) -> None:
    stocked.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, 999, id=1, name="n", properties={"unknown": 1})))
    stocked.fails(errors.INVALID_ARGUMENT, put(kind, node(kind, id=1, name="n", properties={"unknown": 1})))


@each_kind
def test_all_six_kinds_are_changed_one_at_a_time(pair: Pair, kind) -> None:
    new_node(pair, kind, new_type(pair, kind, properties=SIX_TYPES), name="n", properties=SIX_KINDS)
    changes = {"i": -5, "d": 0.75, "s": "", "b": False, "t": {"now": "this"}, "p": SIX_KINDS["p"]}
    for name, value in changes.items():
        pair.ok(put(kind, node(kind, id=1, name="n", properties={name: value}), mask=[f"properties.{name}"]))
        read(pair, kind, 1)
