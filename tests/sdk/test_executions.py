from __future__ import annotations

import contextlib

import pytest

from lineal import errors
from lineal.sdk import Execution, Model, Run, Workspace
from lineal.wire import metadata_store as pb
from tests.sdk.wires import Wire


def test_an_execution_is_stored_with_its_workspace_and_run(workspace: Workspace) -> None:
    run = Run(workspace, "nightly")
    execution = Execution("train", workspace, run, "fits")
    [stored] = workspace.store.get_executions_by_context(workspace.context_id)
    texts = {name: value.string_value for name, value in stored.properties.items()}
    origin = {name: value.string_value for name, value in stored.custom_properties.items()}
    assert stored.id == execution.id
    assert texts == {"name": "train", "description": "fits", "create_time": execution.create_time}
    assert origin == {"__kf_workspace__": "bakery", "__kf_run__": "nightly"}
    assert stored.type == Execution.EXECUTION_TYPE_NAME


def test_an_execution_outside_of_with_has_no_state(execution: Execution) -> None:
    assert not _stored(execution).HasField("last_known_state")


def test_two_executions_of_one_name_are_two(workspace: Workspace) -> None:
    assert Execution("train", workspace).id != Execution("train", workspace).id


def test_an_execution_in_with_is_running_and_ends_complete(workspace: Workspace) -> None:
    with Execution("train", workspace) as execution:
        assert _stored(execution).last_known_state == pb.Execution.RUNNING
    assert _stored(execution).last_known_state == pb.Execution.COMPLETE


def test_an_execution_in_with_ends_failed_when_an_exception_passes(workspace: Workspace) -> None:
    with pytest.raises(KeyError), Execution("train", workspace) as execution:
        raise KeyError
    assert _stored(execution).last_known_state == pb.Execution.FAILED


def test_ending_keeps_the_properties(workspace: Workspace) -> None:
    with Execution("train", workspace, Run(workspace, "nightly")) as execution:
        before = _stored(execution)
    assert _stored(execution).properties == before.properties
    after = _stored(execution).custom_properties
    kept = {name: value for name, value in before.custom_properties.items() if name != "__environment__"}  # may grow
    assert {name: after[name] for name in kept} == kept
    assert set(after) - set(before.custom_properties) == {"__ended__", "env.peak_mib"}


def test_a_run_in_with_ends_its_executions(workspace: Workspace) -> None:
    with Run(workspace, "nightly") as run:
        first, second = (Execution(name, workspace, run) for name in ("train", "judge"))
    assert _stored(first).last_known_state == _stored(second).last_known_state == pb.Execution.COMPLETE


def test_a_run_in_with_fails_only_the_executions_that_have_not_ended(workspace: Workspace) -> None:
    with contextlib.suppress(KeyError), Run(workspace, "nightly") as run:
        with Execution("prepare", workspace, run) as first:
            pass
        second = Execution("train", workspace, run)
        raise KeyError
    assert _stored(first).last_known_state == pb.Execution.COMPLETE
    assert _stored(second).last_known_state == pb.Execution.FAILED


def test_a_store_that_goes_away_does_not_hide_the_failure(workspace: Workspace, wire: Wire) -> None:
    with contextlib.suppress(KeyError), Execution("train", workspace):
        wire.failures["PutExecutions"] = [errors.InternalError("gone")]
        raise KeyError
    assert wire.failures["PutExecutions"] == []


@pytest.mark.parametrize("kind", [Run, Execution])
@pytest.mark.parametrize("workspace_argument", [None, "bakery"])
def test_a_workspace_is_required(kind: type[Execution], workspace_argument: object) -> None:
    with pytest.raises(ValueError, match="'workspace' must be set"):
        kind(workspace=workspace_argument, name="train")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Run, Execution])
@pytest.mark.parametrize("name", [None, 3])
def test_a_name_is_required(kind: type[Execution], name: object, workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="'name' must be set"):
        kind(workspace=workspace, name=name)  # type: ignore[arg-type]


def test_runs_and_executions_show_themselves(workspace: Workspace) -> None:
    run = Run(workspace, "<nightly>")
    execution = Execution("train", workspace, run)
    execution.log_output(Model("gs://a", "a"))
    assert "&lt;nightly&gt;" in run._repr_html_()
    assert "&lt;nightly&gt;" in execution._repr_html_()


def _stored(execution: Execution) -> pb.Execution:
    [stored] = execution.workspace.store.get_executions_by_id([execution.id])
    return stored


def test_a_run_that_is_none_is_refused_before_anything_is_stored(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match=r"'run' must be set as metadata\.Run, got 'nightly'"):
        Execution("train", workspace, run="nightly")  # type: ignore[arg-type]
    assert workspace.store.get_executions() == []


def test_an_empty_name_is_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="'name' must be set"):
        Execution("", workspace)
