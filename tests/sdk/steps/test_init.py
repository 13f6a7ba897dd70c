"""Where steps are recorded: `metadata.init`, the environment, and the block or run around a step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.sdk import DataSet, Execution, Model, Run, Store, Workspace, init, step
from tests.sdk.steps.conftest import Recorded


@step
def at_top(orders: DataSet) -> Model:
    """Train."""
    return Model("file:///loaves", "loaves", version="1")


def _store_of(workspace: Workspace) -> Any:
    return Store.from_client(workspace.store)


def test_a_step_in_a_block_without_init_is_recorded_where_the_block_is(workspace: Workspace) -> None:
    with Execution("outer", workspace, Run(workspace, "nightly")):
        at_top(DataSet("file:///a", "a"))
    assert Recorded(workspace).parents() == {"outer": None, "at_top": "outer"}
    assert {each.custom_properties["__kf_run__"].string_value for each in Recorded(workspace).all()} == {"nightly"}


def test_the_run_of_a_step_may_be_named(recorded: Recorded) -> None:
    step(name="work", run="weekly")(lambda: None)()
    assert recorded.property("__kf_run__") == "weekly"


def test_without_a_workspace_the_error_says_what_to_write() -> None:
    with pytest.raises(errors.FailedPreconditionError, match=r"^no workspace: write metadata\.init\('sqlite:///meta"):
        at_top(DataSet("file:///a", "a"))


def test_only_the_variable_that_is_missing_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINEAL_URL", f"sqlite:///{tmp_path}/metadata.db")
    with pytest.raises(
        errors.FailedPreconditionError, match=r"init\(workspace='NAME'\) first, or set LINEAL_WORKSPACE"
    ):
        at_top(DataSet("file:///a", "a"))


def test_the_environment_says_where_steps_are_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINEAL_URL", f"sqlite:///{tmp_path}/metadata.db")
    monkeypatch.setenv("LINEAL_WORKSPACE", "bakery")
    monkeypatch.setenv("LINEAL_RUN", "nightly")
    at_top(DataSet("file:///a", "a"))
    recorded = Recorded(init())
    assert recorded.property("__kf_run__") == "nightly"
    assert recorded.states() == {"at_top": "COMPLETE"}


def test_init_again_replaces_and_warns_of_what_is_different(bakery: Workspace) -> None:
    with pytest.warns(UserWarning, match="another workspace and run"):
        init(None, Workspace(_store_of(bakery), "mill"), run="nightly")
    at_top(DataSet("file:///a", "a"))
    [execution] = Recorded(bakery).all()
    assert execution.custom_properties["__kf_workspace__"].string_value == "mill"


def test_init_again_with_the_same_finds_the_same_store() -> None:
    first = init("sqlite://", "bakery")
    assert init("sqlite://", "bakery").store is first.store


def test_the_run_of_init_is_that_of_a_step_with_the_same_workspace_alone(store: Store) -> None:
    bakery = init(store, "bakery", run="nightly")
    mill = Workspace(store, "mill")
    for workspace in (bakery, Workspace(store, "bakery"), mill):
        step(name="work", workspace=workspace)(lambda: None)()
    runs = [each.custom_properties["__kf_run__"].string_value for each in Recorded(bakery).all()]
    assert runs == ["nightly", "nightly", ""]
