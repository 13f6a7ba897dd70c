"""Stored records that the SDK's objects change: labels, descriptions, aliases, the archive."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from lineal import errors
from lineal.sdk import DataSet, Execution, Metrics, Model, Workspace
from lineal.wire import metadata_store as pb
from tests.sdk.wires import Wire

OFFICIAL = {"ChangeNodes", "PutAlias", "DeleteAlias", "GetAliases", "LogArtifact"}
EVERY_SERVER = pytest.mark.parametrize("lacks", [set(), OFFICIAL], ids=["lineal", "official"])


@pytest.fixture
def model(execution: Execution) -> Model:
    return execution.log_output(Model(uri="s3://m", name="cnn", version="1", labels={"stage": "dev", "team": "x"}))


@EVERY_SERVER
def test_an_update_changes_the_record_and_the_object(model: Model, workspace: Workspace) -> None:
    model.update(labels={"stage": "test", "team": None}, description="better", properties={"owner": "ann", "depth": 3})
    [listed] = workspace.list()
    for said in (vars(model), listed):
        assert said["labels"] == {"stage": "test"}
        assert (said["description"], said["owner"]) == ("better", "ann")


@EVERY_SERVER
def test_a_workspace_changes_the_record_that_a_listed_dict_describes(model: Model, workspace: Workspace) -> None:
    [found] = workspace.list()
    assert workspace.update(found, labels={"stage": "test"})["labels"] == {"stage": "test", "team": "x"}
    assert workspace.list()[0]["labels"] == {"stage": "test", "team": "x"}
    with pytest.raises(errors.NotFoundError):
        workspace.update(model.id + 1, description="x")


def test_a_workspace_promotes_the_record_that_a_listed_dict_describes(model: Model, workspace: Workspace) -> None:
    workspace.promote(workspace.list()[0], "production")
    assert model.aliases() == ["production"]


@EVERY_SERVER
def test_a_property_that_the_record_lacks_becomes_a_custom_one(model: Model, workspace: Workspace) -> None:
    model.update(properties={"depth": 3})
    [stored] = workspace.store.get_artifacts_by_id([model.id])
    assert stored.custom_properties["depth"].int_value == 3


@EVERY_SERVER
@pytest.mark.parametrize("name", ["name", "version", "uri"])
def test_what_says_which_record_it_is_is_not_changed(model: Model, name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' says which record it is.* log a new object with another"):
        model.update(properties={name: "x"})
    with pytest.raises(ValueError, match="says which record it is"):
        model.update(**{name: "x"})


@EVERY_SERVER
def test_a_value_that_is_refused_changes_nothing(model: Model, workspace: Workspace) -> None:
    before = workspace.list()
    with pytest.raises(ValueError, match="'ALIVE' is no state"):
        model.update(state="ALIVE", description="x")
    with pytest.raises(ValueError, match="nothing to update"):
        model.update()
    with pytest.raises(TypeError, match="no argument 'owner'; pass it in properties"):
        model.update(owner="ann")
    assert workspace.list() == before


@EVERY_SERVER
def test_an_archived_record_is_listed_only_if_it_is_asked_for(model: Model, workspace: Workspace) -> None:
    model.archive()
    assert model.is_archived()
    assert workspace.list() == []
    assert [each["id"] for each in workspace.list(archived=True)] == [model.id]
    model.restore()
    assert [each["id"] for each in workspace.list(archived=None)] == [model.id]
    assert workspace.list(archived=True) == []


@EVERY_SERVER
def test_the_state_of_an_artifact_is_changed_and_read(model: Model) -> None:
    assert model.state() is None
    model.update(state="LIVE")
    assert model.state() == "LIVE"
    model.update(state=None)
    assert model.state() is None


def test_an_alias_moves_from_version_to_version(execution: Execution, workspace: Workspace, model: Model) -> None:
    newer = execution.log_output(Model(uri="s3://m", name="cnn", version="2"))
    model.promote("production")
    newer.promote("production")
    newer.promote("best")
    assert (model.aliases(), newer.aliases()) == ([], ["best", "production"])
    assert (workspace.get_by_alias("cnn", "production") or {})["version"] == "2"
    newer.remove_alias("production")
    assert workspace.get_by_alias("cnn", "production") is None


def test_a_client_that_replaces_an_artifact_neither_takes_nor_gives_aliases(model: Model, workspace: Workspace) -> None:
    model.promote("production")
    for text in ("", "best"):
        [stored] = workspace.store.get_artifacts_by_id([model.id])
        stored.custom_properties["__aliases__"].string_value = text
        workspace.store.put_artifacts([stored])
        assert model.aliases() == ["production"]


@pytest.mark.parametrize("lacks", [OFFICIAL], ids=["official"])
def test_a_server_without_aliases_is_named(model: Model, workspace: Workspace) -> None:
    for ask in (
        lambda: model.promote("x"),
        lambda: model.remove_alias("x"),
        lambda: workspace.get_by_alias("cnn", "x"),
    ):
        with pytest.raises(errors.UnimplementedError, match="does not have aliases"):
            ask()


def test_what_was_not_logged_has_no_record_to_change() -> None:
    unlogged = Model(uri="s3://m", name="cnn")
    for change in (unlogged.archive, unlogged.aliases, lambda: unlogged.update(description="x")):
        with pytest.raises(ValueError, match="was not logged"):
            change()


@EVERY_SERVER
def test_a_change_by_a_client_of_ml_metadata_is_seen(model: Model, workspace: Workspace) -> None:
    change = pb.Artifact(id=model.id)
    change.properties["description"].string_value = "theirs"
    workspace.store.put_artifacts([change], field_mask_paths=["properties.description"])
    model.update(labels={"stage": "test"})
    assert model.description == "theirs"
    assert workspace.list()[0]["description"] == "theirs"


# ---- on_existing


def retrained(**fields: Any) -> Model:
    return Model(
        **{"uri": "s3://m", "name": "cnn", "version": "1", "owner": "bob", "labels": {"stage": "new"}, **fields}
    )


@EVERY_SERVER
def test_by_default_the_stored_values_stay_with_a_warning(execution: Execution, model: Model) -> None:
    with pytest.warns(UserWarning, match="owner, labels"):
        again = execution.log_output(retrained())
    assert (again.id, again.owner) == (model.id, None)


@EVERY_SERVER
def test_the_record_takes_the_new_values(execution: Execution, workspace: Workspace, model: Model) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = execution.log_output(retrained(), on_existing="update")
    assert again.id == model.id
    [listed] = workspace.list()
    assert (listed["owner"], listed["labels"]) == ("bob", {"stage": "new", "team": "x"})
    assert again.labels == {"stage": "new", "team": "x"}


@EVERY_SERVER
def test_a_retrained_model_becomes_a_new_version(execution: Execution, workspace: Workspace, model: Model) -> None:
    second = execution.log_output(retrained(), on_existing="new_version")
    third = execution.log_output(retrained(owner="eve"), on_existing="new_version")
    same = execution.log_output(retrained(owner="eve", version="3"), on_existing="new_version")
    assert (second.version, third.version, same.id) == ("2", "3", third.id)
    assert [(each["version"], each["owner"]) for each in workspace.list()] == [("1", ""), ("2", "bob"), ("3", "eve")]


@EVERY_SERVER
def test_other_values_are_an_error(execution: Execution, workspace: Workspace, model: Model) -> None:
    other = Execution("again", workspace)
    with pytest.raises(errors.AlreadyExistsError, match="with other values of owner, labels; nothing was logged"):
        other.log_output(retrained(), on_existing="error")
    assert workspace.store.get_events_by_execution_ids([other.id]) == []
    other.log_output(Model(uri="s3://m", name="cnn", version="1"), on_existing="error")
    [event] = workspace.store.get_events_by_execution_ids([other.id])
    assert event.artifact_id == model.id


@pytest.mark.parametrize(
    ("version", "following"),
    [(None, "2"), ("", "2"), ("v1", "v2"), ("1.9", "1.10"), ("a-x", "a-x-2"), ("007", "008"), ("v99", "v100")],
)
def test_the_version_after_one(execution: Execution, version: str | None, following: str) -> None:
    for owner in ("ann", "bob"):
        logged = execution.log_output(
            DataSet(uri="s3://d", name="d", version=version, owner=owner), on_existing="new_version"
        )
    assert logged.version == following


def test_a_word_that_is_no_choice_is_refused(execution: Execution) -> None:
    with pytest.raises(ValueError, match=r"'on_existing' must be one of .* got 'updates'; the nearest is 'update'"):
        execution.log_output(retrained(), on_existing="updates")  # type: ignore[arg-type]


def test_each_logged_evaluation_is_a_record_of_its_own(execution: Execution) -> None:
    first, second = (
        execution.log_output(Metrics(uri="s3://e", name="e", values={"auc": 1}), on_existing="update") for _ in "ab"
    )
    assert first.id != second.id


def test_the_update_of_a_retrained_model_is_in_the_audit_log(execution: Execution, wire: Wire, model: Model) -> None:
    execution.log_output(retrained(), on_existing="update")
    assert wire.calls.count("ChangeNodes") == 1
