"""What is stored of where executions ran: `with` blocks, steps and executions without a block."""

from __future__ import annotations

import contextlib
import json
import platform

import pytest

from lineal.sdk import Execution, Run, Workspace, init, step
from lineal.sdk.capture import facts
from lineal.sdk.steps import beginning
from lineal.wire import metadata_store as pb
from tests.sdk.wires import Wire

CAPTURED = {"env.command", "env.python", "env.host", "env.user", "env.image", "env.peak_mib", "__environment__"}


def stored(execution: Execution) -> pb.Execution:
    [found] = execution.workspace.store.get_executions_by_id([execution.id])
    return found


def test_an_execution_that_is_entered_says_where_it_ran(execution: Execution) -> None:
    with execution:
        pass
    found = stored(execution).custom_properties
    assert set(found) >= CAPTURED
    assert found["env.python"].string_value == platform.python_version()
    assert "pytest" in json.loads(found["__environment__"].string_value)["packages"]


def test_it_costs_no_call(wire: Wire, workspace: Workspace) -> None:
    execution = Execution("train", workspace)
    del wire.calls[:]
    with execution:
        pass
    assert wire.calls == ["PutExecutions", "PutExecutions"]


def test_an_execution_without_a_block_is_stored_as_the_original_sdk_stored_it(workspace: Workspace) -> None:
    alone, of_run = Execution("train", workspace), Execution("train", workspace, Run(workspace, "nightly"))
    assert set(stored(alone).custom_properties) == {"__kf_workspace__"}
    assert set(stored(of_run).custom_properties) == {"__kf_workspace__", "__kf_run__"}


def test_one_that_fails_says_it_as_well(execution: Execution) -> None:
    with contextlib.suppress(ValueError), execution:
        raise ValueError("no flour")
    found = stored(execution).custom_properties
    assert set(found) >= CAPTURED | {"failure_message"}


def test_the_setting_turns_it_off(execution: Execution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_CAPTURE", "off")
    with execution:
        pass
    assert set(stored(execution).custom_properties) == {"__kf_workspace__", "__started__", "__ended__"}


def test_an_execution_captures_what_it_was_told(workspace: Workspace) -> None:
    with Execution("train", workspace, capture={"host"}) as execution:
        pass
    own = {name for name in stored(execution).custom_properties if not name.startswith("__")}
    assert own == {"env.host"}
    with pytest.raises(ValueError, match="nothing that is captured"):
        Execution("train", workspace, capture="hots")


def test_a_step_captures_what_it_says_or_what_init_was_told(workspace: Workspace) -> None:
    init(workspace=workspace, capture={"host"})
    try:
        step(name="plain")(lambda: None)()
        step(name="own", capture={"user"})(lambda: None)()
    finally:
        beginning.forget()
    kept = {}
    for each in workspace.store.get_executions():
        own = {name for name in each.custom_properties if not name.startswith("__")}
        kept[each.properties["name"].string_value] = own
    assert kept == {"plain": {"env.host"}, "own": {"env.user"}}


def test_a_choice_that_is_none_is_refused_before_anything_is_changed(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="nothing that is captured"):
        init(workspace=workspace, capture={"hots"})
    with pytest.raises(ValueError, match="nothing that is captured"):
        step(capture={"hots"})
    assert beginning._settings is None


def test_what_cannot_be_found_out_harms_no_execution(execution: Execution, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_FINDERS", {part: lambda: 1 / 0 for part in facts._FINDERS})
    with execution:
        pass
    found = stored(execution)
    assert found.last_known_state == pb.Execution.COMPLETE
    missing = json.loads(found.custom_properties["__environment__"].string_value)["missing"]
    assert missing["git"] == "ZeroDivisionError: division by zero"
