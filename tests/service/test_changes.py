"""Records that are changed by a patch, and what refuses a change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal import errors
from lineal.kinds import KINDS
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.store.workspaces.scope import Scope, Workspace
from lineal.wire import lifecycle, records
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY
from tests.service.audit import audit_entries
from tests.service.requests import (
    get_artifacts,
    put_artifact_type,
    put_artifacts,
    put_context_type,
    put_type_of_records,
)

SQLITE_MOSTLY = pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
SDK_RECORD = {
    "name": "mnist",
    "owner": "ann",
    "labels": {"team": "vision"},
    "hyperparameters": {"lr": 0.1},
    "kwargs": {},
}


@pytest.fixture
def model(service: MetadataService) -> int:
    """The id of a model as the SDK records it."""
    node = pb.Artifact(type_id=put_type_of_records(service, size=pb.INT), uri="s3://mnist")
    for name, text in {"name": "mnist", "owner": "ann", "__ALL_META__": json.dumps(SDK_RECORD)}.items():
        node.properties[name].string_value = text
    [model_id] = put_artifacts(service, node)
    return model_id


def change(service: MetadataService, ids: list[int], patch: Any, **fields: Any) -> records.ChangeNodesResponse:
    """Change artifacts, or nodes of another kind."""
    text = patch if isinstance(patch, str) else json.dumps(patch)
    request = records.ChangeNodesRequest(**{"kind": records.ARTIFACT, "ids": ids, "patch": text, **fields})
    return service.call("ChangeNodes", request)


def record_of(artifact: pb.Artifact) -> dict[str, Any]:
    return json.loads(artifact.properties["__ALL_META__"].string_value)


def test_labels_are_merged_into_the_record_of_the_sdk(service: MetadataService, model: int) -> None:
    answer = change(service, [model], {"labels": {"stage": "test", "team": None, "size": 3}})
    assert record_of(answer.artifacts[0])["labels"] == {"stage": "test", "size": "3"}
    assert record_of(get_artifacts(service, model)[0])["labels"] == {"stage": "test", "size": "3"}
    assert answer.changed == 1


def test_a_description_is_changed_where_both_kinds_of_client_look(service: MetadataService, model: int) -> None:
    change(service, [model], {"description": "better"})
    [stored] = get_artifacts(service, model)
    assert stored.properties["description"].string_value == record_of(stored)["description"] == "better"
    change(service, [model], {"description": None})
    [stored] = get_artifacts(service, model)
    assert "description" not in stored.properties
    assert record_of(stored)["description"] is None


def test_properties_go_to_the_record_to_the_type_or_become_custom_ones(service: MetadataService, model: int) -> None:
    patch = {"owner": "bob", "hyperparameters": {"lr": 0.2}, "size": 7, "checked": True, "note": {"a": [1]}}
    change(service, [model], {"properties": patch})
    [stored] = get_artifacts(service, model)
    assert record_of(stored)["hyperparameters"] == {"lr": 0.2}
    assert record_of(stored)["owner"] == stored.properties["owner"].string_value == "bob"
    assert stored.properties["size"].int_value == 7
    assert stored.custom_properties["checked"].bool_value is True
    assert stored.custom_properties["note"].struct_value["a"][0] == 1


def test_an_object_replaces_the_value_of_a_property_as_a_whole(service: MetadataService, model: int) -> None:
    change(service, [model], {"properties": {"hyperparameters": {"depth": 3, "seed": None}}})
    assert record_of(get_artifacts(service, model)[0])["hyperparameters"] == {"depth": 3, "seed": None}


def test_state_external_id_and_archiving_are_changed(service: MetadataService, model: int) -> None:
    change(service, [model], {"state": "LIVE", "external_id": "x", "archived": True})
    [stored] = get_artifacts(service, model)
    assert (stored.state, stored.external_id) == (pb.Artifact.LIVE, "x")
    assert stored.custom_properties["__archived__"].int_value > 0
    change(service, [model], {"state": None, "external_id": None, "archived": False})
    [stored] = get_artifacts(service, model)
    assert not stored.HasField("state")
    assert not stored.HasField("external_id")
    assert "__archived__" not in stored.custom_properties


def test_a_record_of_another_writer_has_its_labels_in_custom_properties(service: MetadataService) -> None:
    [plain] = put_artifacts(service, pb.Artifact(type_id=put_artifact_type(service, "Plain")))
    change(service, [plain], {"labels": {"team": "vision"}, "description": "mine"})
    [stored] = get_artifacts(service, plain)
    assert stored.custom_properties["team"].string_value == "vision"
    assert stored.custom_properties["description"].string_value == "mine"


def test_a_label_that_is_removed_does_not_come_back_from_a_custom_property(
    service: MetadataService, model: int
) -> None:
    change(service, [model], {"custom_properties": {"team": "hidden"}})
    change(service, [model], {"labels": {"team": None}})
    [stored] = get_artifacts(service, model)
    assert "team" not in stored.custom_properties
    assert record_of(stored)["labels"] == {}


def test_a_label_with_the_name_of_the_workspace_does_not_take_a_record_out_of_it(
    service: MetadataService, model: int
) -> None:
    placed = pb.Artifact(id=model)
    placed.custom_properties["__kf_workspace__"].string_value = "w"
    request = rpc.PutArtifactsRequest(artifacts=[placed])
    request.update_mask.paths.append("custom_properties.__kf_workspace__")
    service.call("PutArtifacts", request)
    change(service, [model], {"labels": {"__kf_workspace__": None}})
    assert get_artifacts(service, model)[0].custom_properties["__kf_workspace__"].string_value == "w"


def test_a_context_is_changed_too(service: MetadataService) -> None:
    put = rpc.PutContextsRequest(contexts=[pb.Context(type_id=put_context_type(service), name="a")])
    [context_id] = service.call("PutContexts", put).context_ids
    answer = change(service, [context_id], {"labels": {"team": "x"}}, kind=records.CONTEXT)
    assert answer.contexts[0].custom_properties["team"].string_value == "x"


@SQLITE_MOSTLY
@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ({"name": "other"}, "'name' says which record it is .* log a new version"),
        ({"properties": {"version": "2"}}, "'version' says which record it is"),
        ({"uri": "s3://other"}, "'uri' says which record it is"),
        ({"lables": {}}, "no member 'lables'; the nearest is 'labels'"),
        ({"labels": ["a"]}, "labels must be an object"),
        ({"labels": {"a": [1]}}, "the label 'a' must be a text or a number"),
        ({"properties": {"size": "many"}}, "'size' must be a whole number, got \"many\""),
        ({"properties": {"description": "x"}}, "give 'description' beside properties"),
        ({"custom_properties": {"__kf_workspace__": "b"}}, "kept by Lineal"),
        ({"custom_properties": {"a": [1]}}, "would be a list"),
        ({"custom_properties": {"a": 1 << 70}}, "more than 64 bits"),
        ({"state": "ALIVE"}, "'ALIVE' is no state"),
        ({"description": "\ud800"}, "half of a surrogate pair"),
        ({"custom_properties": {"\ud800": 1}}, "half of a surrogate pair"),
        ({"external_id": "\ud800"}, "half of a surrogate pair"),
        ({"archived": "yes"}, "archived must be true or false"),
        ("[]", "must be a JSON object"),
        ("{}", "changes nothing"),
        ("{", "no JSON"),
    ],
)
def test_a_patch_that_cannot_be_is_refused_and_changes_nothing(
    service: MetadataService, model: int, patch: Any, said: str
) -> None:
    before = get_artifacts(service, model)
    with pytest.raises(errors.InvalidArgumentError, match=said):
        change(service, [model], patch)
    assert get_artifacts(service, model) == before


def test_all_nodes_of_a_request_are_changed_or_none(service: MetadataService, model: int) -> None:
    with pytest.raises(errors.NotFoundError, match="no artifact has the id 99; nothing was changed"):
        change(service, [model, 99], {"description": "x"})
    assert "description" not in get_artifacts(service, model)[0].properties


def test_a_node_that_has_changed_since_it_was_read_is_left_alone(service: MetadataService, model: int) -> None:
    [tag] = change(service, [model], {"description": "one"}).tags
    update = pb.Artifact(id=model)
    update.custom_properties["note"].string_value = "by another client"
    request = rpc.PutArtifactsRequest(artifacts=[update])
    request.update_mask.paths.append("custom_properties.note")
    service.call("PutArtifacts", request)
    with pytest.raises(errors.FailedPreconditionError, match=r"other values: custom_properties\.note") as refused:
        change(service, [model], {"description": "two"}, tags=[tag])
    assert refused.value.parameter == "tags"
    [tag] = change(service, [model], {"labels": {"a": "b"}}).tags
    assert change(service, [model], {"description": "two"}, tags=[tag]).changed == 1


@SQLITE_MOSTLY
@pytest.mark.parametrize("tag", ["zz", "1.", "", "1.AAAA"])
def test_a_tag_that_was_never_given_is_refused_without_guesses(service: MetadataService, model: int, tag: str) -> None:
    with pytest.raises(errors.FailedPreconditionError, match=r"have read \(something\)"):
        change(service, [model], {"description": "x"}, tags=[tag])


def test_a_change_that_changes_nothing_says_so(service: MetadataService, model: int) -> None:
    before = get_artifacts(service, model)
    answer = change(service, [model], {"properties": {"owner": "ann"}})
    assert answer.changed == 0
    assert get_artifacts(service, model) == before


def test_a_reader_cannot_change_a_record(service: MetadataService, model: int) -> None:
    request = records.ChangeNodesRequest(kind=records.ARTIFACT, ids=[model], patch='{"description": "x"}')
    with pytest.raises(errors.PermissionDeniedError):
        service.call("ChangeNodes", request, caller=Caller("rita", Role.READER))


def test_an_edit_is_in_the_audit_log_although_nobody_asked_for_one(service: MetadataService, model: int) -> None:
    change(service, [model], {"description": "better"})
    [entry] = audit_entries(service, rpc="ChangeNodes")
    assert (entry.action, entry.subject, entry.node_id) == ("update", "artifact", model)
    assert json.loads(entry.new_values or "")["properties.description"] == "better"


def undo(service: MetadataService, entry_id: int) -> records.ChangeNodesResponse:
    return service.call("UndoChange", records.UndoChangeRequest(audit_id=entry_id))


def test_an_edit_is_undone(service: MetadataService, model: int) -> None:
    before = get_artifacts(service, model)[0]
    patch = {"description": "x", "labels": {"a": "b"}, "properties": {"size": 3, "score": 0.5}, "state": "LIVE"}
    change(service, [model], patch)
    [entry] = audit_entries(service, rpc="ChangeNodes")
    undo(service, entry.id)
    after = get_artifacts(service, model)[0]
    after.last_update_time_since_epoch = before.last_update_time_since_epoch
    assert after == before


NAN = float("nan")
KINDS_OF_VALUES = [True, 5, 2.0, "text", "NaN", NAN, {"a": {"b": [1, "c"]}}, {"a": NAN, "b": "NaN"}]
KINDS_OF_VALUES.append({"type_url": "a", "value": "b"})  # looks like a packed message


@SQLITE_MOSTLY
@pytest.mark.parametrize("between", [None, 0.5, 1, "x"])
def test_an_undone_change_brings_values_of_the_same_kinds_back(
    service: MetadataService, model: int, between: Any
) -> None:
    values = {f"x{number}": value for number, value in enumerate(KINDS_OF_VALUES)}
    change(service, [model], {"custom_properties": values})
    before = [stored_custom(service, model, name) for name in values]
    change(service, [model], {"custom_properties": dict.fromkeys(values, between)})
    undo(service, audit_entries(service, rpc="ChangeNodes")[-1].id)
    assert [stored_custom(service, model, name) for name in values] == before


def stored_custom(service: MetadataService, node_id: int, name: str) -> bytes:
    """Return a custom property as bytes, in which NaN equals NaN."""
    [node] = get_artifacts(service, node_id)
    return node.custom_properties[name].SerializeToString(deterministic=True)


@SQLITE_MOSTLY
@pytest.mark.parametrize(("before", "after"), [(1, True), (1, 1.0), ("NaN", NAN)])
def test_a_change_of_a_type_alone_is_in_the_audit_log(
    service: MetadataService, model: int, before: Any, after: Any
) -> None:
    change(service, [model], {"custom_properties": {"x": before, "y": NAN}})
    change(service, [model], {"custom_properties": {"x": after}})
    entry = audit_entries(service, rpc="ChangeNodes")[-1]
    assert json.loads(entry.new_values or "").keys() - {"__non_finite__"} == {"custom_properties.x"}


def test_what_has_changed_again_since_is_not_undone(service: MetadataService, model: int) -> None:
    change(service, [model], {"description": "one"})
    change(service, [model], {"description": "two"})
    first, second = audit_entries(service, rpc="ChangeNodes")
    with pytest.raises(errors.FailedPreconditionError, match=r"has changed again .*properties\.description"):
        undo(service, first.id)
    undo(service, second.id)
    undo(service, first.id)
    assert "description" not in get_artifacts(service, model)[0].properties


def test_a_caller_with_workspaces_is_told_that_the_log_is_of_the_whole_store(
    service: MetadataService, model: int
) -> None:
    caller = Caller("vera", Role.WRITER, Scope((Workspace("v"),)))
    with pytest.raises(errors.PermissionDeniedError, match="audit log holds values of the whole store"):
        service.call("UndoChange", records.UndoChangeRequest(audit_id=77), caller=caller)


def test_only_entries_about_nodes_are_undone(service: MetadataService) -> None:
    with pytest.raises(errors.NotFoundError, match="no entry 77"):
        undo(service, 77)


def test_a_deletion_is_not_undone_and_the_error_names_the_cure(service: MetadataService, model: int) -> None:
    nodes = lifecycle.NodeIds(artifact_ids=[model])
    service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=nodes))
    [entry] = [entry.id for entry in audit_entries(service) if entry.action == "delete"]
    with pytest.raises(errors.FailedPreconditionError, match=f"entry {entry} is a deletion.*restore a backup"):
        undo(service, entry)


def test_every_kind_of_node_can_be_named_in_a_request() -> None:
    assert {kind.name.upper() for kind in KINDS} == set(records.NodeKind.keys()) - {"NODE_KIND_UNSPECIFIED"}
