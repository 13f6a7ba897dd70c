"""PutArtifactType, PutExecutionType, PutContextType, PutTypes, and reading types."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.compat.build import SIX_TYPES, artifact, by_id, put_type, request
from tests.compat.pair import Pair
from tests.compat.stock import each_kind, new_node, new_type, snapshot

STRUCT_TYPE = pb.ArtifactStructType(
    dict=pb.DictArtifactStructType(
        properties={
            "model": pb.ArtifactStructType(simple=pb.ArtifactType(name="m", properties={"p": pb.INT})),
            "many": pb.ArtifactStructType(
                list=pb.ListArtifactStructType(element=pb.ArtifactStructType(any=pb.AnyArtifactStructType()))
            ),
        },
        none_type_not_required=True,
        extra_properties_type=pb.ArtifactStructType(
            union_type=pb.UnionArtifactStructType(
                candidates=[
                    pb.ArtifactStructType(none=pb.NoneArtifactStructType()),
                    pb.ArtifactStructType(tuple=pb.TupleArtifactStructType(elements=[pb.ArtifactStructType()])),
                    pb.ArtifactStructType(intersection=pb.IntersectionArtifactStructType()),
                ]
            )
        ),
    )
)


def test_a_fresh_store_has_the_nine_system_types(pair: Pair) -> None:
    snapshot(pair)
    for kind in KINDS:
        for name in kind.system_types:
            pair.ok(request(f"Get{kind.table}Type", type_name=name))


@each_kind
def test_the_first_type_of_a_user_has_id_ten_and_the_kinds_share_the_sequence(pair: Pair, kind) -> None:
    assert new_type(pair, kind) == 10
    assert [new_type(pair, other, "other") for other in KINDS] == [11, 12, 13]


@each_kind
def test_everything_in_a_type_comes_back(pair: Pair, kind) -> None:
    new_type(pair, kind, version="v1", description="what", external_id="e", properties=SIX_TYPES)
    pair.ok(request(f"Get{kind.table}Type", type_name="t", type_version="v1"))
    pair.ok(request(f"Get{kind.table}TypesByExternalIds", external_ids=["e"]))
    snapshot(pair)


def test_input_and_output_types_of_an_execution_type_come_back(pair: Pair) -> None:
    new_type(pair, EXECUTION, input_type=STRUCT_TYPE, output_type=pb.ArtifactStructType(), external_id="e")
    new_type(pair, EXECUTION, input_type=pb.ArtifactStructType(none=pb.NoneArtifactStructType()))
    pair.ok(request("GetExecutionType", type_name="t"))
    pair.ok(request("GetExecutionTypesByExternalIds", external_ids=["e"]))
    snapshot(pair)


@each_kind
def test_an_id_in_a_new_type_is_ignored(pair: Pair, kind) -> None:
    assert new_type(pair, kind, id=77) == 10
    assert new_type(pair, kind, id=78) == 10


@each_kind
def test_the_same_name_in_another_version_is_another_type(pair: Pair, kind) -> None:
    ids = [new_type(pair, kind, version=version) for version in ("", "1", "2", "1")]
    assert ids == [10, 11, 12, 11]
    assert new_type(pair, kind) == 10
    for version in (None, "", "1", "2", "3"):
        pair.same(request(f"Get{kind.table}Type", type_name="t", type_version=version))


@each_kind
def test_a_type_needs_a_name(pair: Pair, kind) -> None:
    pair.fails(errors.INVALID_ARGUMENT, request(f"Put{kind.table}Type"))
    pair.fails(errors.INVALID_ARGUMENT, put_type(kind, None))
    pair.fails(errors.INVALID_ARGUMENT, put_type(kind, ""))
    pair.fails(errors.INVALID_ARGUMENT, put_type(kind, "", properties={"a": pb.INT}, can_add_fields=True))


@each_kind
def test_all_fields_match_false_is_not_served(pair: Pair, kind) -> None:
    pair.fails(errors.UNIMPLEMENTED, put_type(kind, all_fields_match=False))
    pair.fails(errors.UNIMPLEMENTED, put_type(kind, None, all_fields_match=False))
    new_type(pair, kind, all_fields_match=True, can_delete_fields=True)
    pair.fails(errors.UNIMPLEMENTED, put_type(kind, all_fields_match=False))


@each_kind
@pytest.mark.parametrize("flags", [{}, {"can_add_fields": True}, {"can_omit_fields": True}])
def test_a_property_of_unknown_type_cannot_be_made(pair: Pair, kind, flags) -> None:
    pair.fails(errors.INVALID_ARGUMENT, put_type(kind, properties={"a": pb.UNKNOWN}, **flags))
    snapshot(pair)


CHANGES = {
    "same": {"a": pb.INT, "b": pb.STRING},
    "other kind": {"a": pb.STRING, "b": pb.STRING},
    "unknown for a stored one": {"a": pb.UNKNOWN, "b": pb.STRING},
    "omitted": {"a": pb.INT},
    "none": {},
    "added": {"a": pb.INT, "b": pb.STRING, "c": pb.DOUBLE},
    "added unknown": {"a": pb.INT, "b": pb.STRING, "c": pb.UNKNOWN},
    "added and omitted": {"a": pb.INT, "c": pb.BOOLEAN},
    "other kind and omitted": {"a": pb.DOUBLE},
    "omitted and added unknown": {"a": pb.INT, "c": pb.UNKNOWN},
}


@each_kind
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("can_add", [None, False, True])
@pytest.mark.parametrize("can_omit", [None, True])
def test_putting_a_known_type_again_follows_the_flags(pair: Pair, kind, change, can_add, can_omit) -> None:
    new_type(pair, kind, properties={"a": pb.INT, "b": pb.STRING})
    pair.same(put_type(kind, properties=CHANGES[change], can_add_fields=can_add, can_omit_fields=can_omit))
    pair.ok(request(f"Get{kind.table}Type", type_name="t"))
    pair.same(put_type(kind, properties=CHANGES[change]))


@each_kind
def test_properties_are_never_removed_from_a_type(pair: Pair, kind) -> None:
    new_type(pair, kind, properties={"a": pb.INT, "b": pb.STRING})
    new_type(pair, kind, can_omit_fields=True, can_delete_fields=True)
    assert len(pair.ok(request(f"Get{kind.table}Type", type_name="t")).ListFields()[0][1].properties) == 2


@each_kind
def test_a_description_is_set_once(pair: Pair, kind) -> None:
    new_type(pair, kind, description="first")
    new_type(pair, kind, description="second")
    new_type(pair, kind, "later")
    new_type(pair, kind, "later", description="second")
    new_type(pair, kind, "empty", description="")
    snapshot(pair)


def test_input_and_output_types_are_set_once(pair: Pair) -> None:
    new_type(pair, EXECUTION)
    new_type(pair, EXECUTION, input_type=STRUCT_TYPE, output_type=STRUCT_TYPE)
    pair.ok(request("GetExecutionType", type_name="t"))


@each_kind
def test_an_external_id_of_a_type_is_set_and_replaced_but_never_removed(pair: Pair, kind) -> None:
    for external_id in (None, "one", None, "", "two", "one"):
        new_type(pair, kind, external_id=external_id)
        pair.ok(request(f"Get{kind.table}Type", type_name="t"))
    pair.same(request(f"Get{kind.table}TypesByExternalIds", external_ids=["two"]))


@each_kind
def test_an_external_id_taken_in_the_same_kind_refuses_a_new_type(pair: Pair, kind) -> None:
    new_type(pair, kind, external_id="e")
    pair.fails(errors.ALREADY_EXISTS, put_type(kind, "other", external_id="e"))
    pair.fails(errors.ALREADY_EXISTS, put_type(kind, "t", version="2", external_id="e"))
    snapshot(pair)


def test_an_external_id_taken_in_another_kind_refuses_a_new_type(pair: Pair) -> None:
    new_type(pair, ARTIFACT, external_id="e")
    taken = {"official": errors.INTERNAL, "lineal": errors.ALREADY_EXISTS}
    pair.differs("taken-on-update", put_type(CONTEXT, "other", external_id="e"), **taken)
    pair.differs("taken-on-update", put_type(EXECUTION, "other", external_id="e"), **taken)
    snapshot(pair)


@each_kind
def test_a_taken_external_id_weighs_more_than_a_property_of_unknown_type(pair: Pair, kind) -> None:
    new_type(pair, kind, external_id="e")
    pair.fails(errors.ALREADY_EXISTS, put_type(kind, "other", external_id="e", properties={"a": pb.UNKNOWN}))
    snapshot(pair)


@each_kind
def test_an_external_id_taken_by_anything_cannot_become_that_of_a_known_type(pair: Pair, kind) -> None:
    for other in KINDS:
        new_type(pair, other, f"{other.name}", external_id=f"e {other.name}")
    new_type(pair, kind)
    for other in KINDS:
        change = put_type(kind, external_id=f"e {other.name}")
        pair.differs("taken-on-update", change, official=errors.INTERNAL, lineal=errors.ALREADY_EXISTS)
    snapshot(pair)


@each_kind
def test_base_type_unset_is_not_served(pair: Pair, kind) -> None:
    pair.fails(errors.UNIMPLEMENTED, put_type(kind, base_type=0))
    new_type(pair, kind)
    pair.fails(errors.UNIMPLEMENTED, put_type(kind, base_type=0))
    snapshot(pair)


@pytest.mark.parametrize("kind", [ARTIFACT, EXECUTION], ids=lambda kind: kind.name)
def test_a_base_type_is_given_once(pair: Pair, kind) -> None:
    new_type(pair, kind)
    new_type(pair, kind, base_type=2)
    new_type(pair, kind, base_type=2)
    new_type(pair, kind)
    pair.fails(errors.UNIMPLEMENTED, put_type(kind, base_type=1))
    new_type(pair, kind, "from the start", base_type=1, external_id="e", version="1")
    pair.ok(request(f"Get{kind.table}TypesByExternalIds", external_ids=["e"]))
    snapshot(pair)


def test_every_base_type_can_be_given(pair: Pair) -> None:
    for base in range(1, 5):
        new_type(pair, ARTIFACT, f"a{base}", base_type=base)
    for base in range(1, 6):
        new_type(pair, EXECUTION, f"x{base}", base_type=base)
    snapshot(pair)


def test_a_system_type_is_not_its_own_base(pair: Pair) -> None:
    pair.fails(errors.INVALID_ARGUMENT, put_type(ARTIFACT, "mlmd.Dataset", base_type=pb.ArtifactType.DATASET))
    pair.fails(errors.INVALID_ARGUMENT, put_type(EXECUTION, "mlmd.Train", base_type=pb.ExecutionType.TRAIN))
    pair.ok(put_type(ARTIFACT, "mlmd.Dataset", base_type=pb.ArtifactType.MODEL))
    pair.ok(put_type(ARTIFACT, "mlmd.Dataset", version="1", base_type=pb.ArtifactType.DATASET))
    snapshot(pair)


def test_system_types_can_be_put_and_extended(pair: Pair) -> None:
    assert new_type(pair, ARTIFACT, "mlmd.Dataset") == 1
    pair.fails(errors.ALREADY_EXISTS, put_type(ARTIFACT, "mlmd.Dataset", properties={"rows": pb.INT}))
    assert new_type(pair, ARTIFACT, "mlmd.Dataset", properties={"rows": pb.INT}, can_add_fields=True) == 1
    assert new_type(pair, EXECUTION, "mlmd.Deploy") == 9
    assert new_type(pair, CONTEXT, "mlmd.Dataset") == 10
    snapshot(pair)


def test_put_types_does_artifact_types_first_then_execution_then_context_types(pair: Pair) -> None:
    both = rpc.PutTypesRequest(
        context_types=[pb.ContextType(name="c"), pb.ContextType(name="c2")],
        execution_types=[pb.ExecutionType(name="x")],
        artifact_types=[pb.ArtifactType(name="a"), pb.ArtifactType(name="mlmd.Model")],
    )
    answer = pair.ok(both)
    assert (list(answer.artifact_type_ids), list(answer.context_type_ids)) == ([10, 2], [12, 13])
    pair.ok(both)
    snapshot(pair)


def test_put_types_is_all_or_nothing(pair: Pair) -> None:
    made = [pb.ArtifactType(name="a", properties={"p": pb.INT})]
    pair.fails(
        errors.INVALID_ARGUMENT, rpc.PutTypesRequest(artifact_types=made, context_types=[pb.ContextType(name="")])
    )
    pair.fails(errors.UNIMPLEMENTED, rpc.PutTypesRequest(artifact_types=made, all_fields_match=False))
    pair.ok(rpc.PutTypesRequest())
    snapshot(pair)
    assert new_type(pair, ARTIFACT, "next") == 10


def test_a_type_twice_in_one_request_is_checked_against_itself(pair: Pair) -> None:
    one = pb.ArtifactType(name="a", properties={"p": pb.INT})
    two = pb.ArtifactType(name="a", properties={"p": pb.INT, "q": pb.INT})
    pair.fails(errors.ALREADY_EXISTS, rpc.PutTypesRequest(artifact_types=[one, two]))
    answer = pair.ok(rpc.PutTypesRequest(artifact_types=[one, two, one], can_add_fields=True, can_omit_fields=True))
    assert list(answer.artifact_type_ids) == [10, 10, 10]
    pair.ok(rpc.PutTypesRequest(artifact_types=[two, two]))
    snapshot(pair)


@each_kind
def test_an_unknown_type_is_not_found(pair: Pair, kind) -> None:
    get = f"Get{kind.table}Type"
    for fields in ({"type_name": "nope"}, {"type_name": ""}, {}, {"type_version": "1"}):
        pair.fails(errors.NOT_FOUND, request(get, **fields))
    new_type(pair, kind, version="1")
    pair.fails(errors.NOT_FOUND, request(get, type_name="t"))
    pair.fails(errors.NOT_FOUND, request(get, type_name="t", type_version=""))
    pair.fails(errors.NOT_FOUND, request(get, type_name="T", type_version="1"))


@each_kind
def test_types_by_id_keep_order_and_repetition_and_skip_the_unknown(pair: Pair, kind) -> None:
    ids = [new_type(pair, other, name) for other in KINDS for name in "ab"]
    asked = [*reversed(ids), ids[0], 0, -1, 10**12, 1, 5, 1]
    pair.ok(request(f"Get{kind.table}TypesByID", type_ids=asked))
    pair.ok(request(f"Get{kind.table}TypesByID"))


@each_kind
def test_lists_of_types_leave_out_the_names_of_system_types_in_every_version(pair: Pair, kind) -> None:
    new_type(pair, kind, "mlmd.Dataset", version="1")
    new_type(pair, kind, "mlmd.Train", version="1", external_id="e")
    new_type(pair, kind, "user", properties=SIX_TYPES, external_id="f", description="d")
    snapshot(pair)


@each_kind
def test_types_by_external_id(pair: Pair, kind) -> None:
    get = f"Get{kind.table}TypesByExternalIds"
    new_type(pair, kind, "b", external_id="eb", properties=SIX_TYPES)
    new_type(pair, kind, "a", external_id="ea", version="1", description="d")
    pair.ok(request(get))
    pair.fails(errors.INVALID_ARGUMENT, request(get, external_ids=["ea", ""]))
    pair.fails(errors.NOT_FOUND, request(get, external_ids=["nope"]))
    pair.ok(request(get, external_ids=["ea", "nope", "eb", "ea"]))
    for other in KINDS:
        pair.same(request(f"Get{other.table}TypesByExternalIds", external_ids=["ea"]))


def test_artifacts_by_id_bring_their_types_along_once_each(pair: Pair) -> None:
    extended = {"properties": SIX_TYPES, "version": "1", "external_id": "e", "description": "d", "base_type": 1}
    types = [new_type(pair, ARTIFACT, "a", **extended), new_type(pair, ARTIFACT, "unused"), 1]
    ids = [new_node(pair, ARTIFACT, type_id) for type_id in (types[0], types[0], 1)]
    pair.ok(by_id(ARTIFACT, *ids, 99, populate_artifact_types=True))
    pair.ok(by_id(ARTIFACT, ids[0], populate_artifact_types=True))
    pair.ok(by_id(ARTIFACT, ids[0], populate_artifact_types=False))
    pair.ok(by_id(ARTIFACT, 99, populate_artifact_types=True))
    pair.ok(by_id(ARTIFACT, populate_artifact_types=True))


def test_types_of_the_wrong_kind_do_not_fit_nodes(pair: Pair) -> None:
    type_id = new_type(pair, EXECUTION)
    pair.fails(errors.NOT_FOUND, rpc.PutArtifactsRequest(artifacts=[artifact(type_id)]))
