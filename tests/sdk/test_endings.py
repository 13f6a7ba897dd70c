"""How executions end: entered again, nested, stopped from outside; and the reason that is kept."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator

import pytest

from lineal import errors
from lineal.client import ListOptions
from lineal.sdk import Execution, Model, Run, Store, Workspace
from lineal.wire import metadata_store as pb
from tests.sdk.wires import Wire

COMPLETE, FAILED, CANCELED = pb.Execution.COMPLETE, pb.Execution.FAILED, pb.Execution.CANCELED


def stored(execution: Execution) -> pb.Execution:
    [found] = execution.workspace.store.get_executions_by_id([execution.id])
    return found


def state(execution: Execution) -> int:
    return stored(execution).last_known_state


def reason(execution: Execution) -> dict[str, str]:
    texts = stored(execution).custom_properties
    return {name: texts[name].string_value for name in sorted(texts) if name.startswith("failure")}


def fail(execution: Execution, error: BaseException) -> None:
    with contextlib.suppress(type(error)), execution:
        raise error


def test_an_execution_that_is_entered_again_runs_and_ends_again(execution: Execution) -> None:
    for _ in range(2):
        with execution:
            assert state(execution) == pb.Execution.RUNNING
        assert state(execution) == COMPLETE


def test_an_execution_that_failed_can_complete_in_another_pass_which_clears_the_reason(execution: Execution) -> None:
    fail(execution, KeyError("x"))
    assert state(execution) == FAILED
    with execution:
        assert reason(execution) == {}
    assert (state(execution), reason(execution)) == (COMPLETE, {})


def test_an_execution_says_when_its_last_pass_ran(execution: Execution) -> None:
    with execution:
        pass
    first = stored(execution).custom_properties["__ended__"].int_value
    with execution:
        assert "__ended__" not in stored(execution).custom_properties
    times = stored(execution).custom_properties
    assert first <= times["__started__"].int_value <= times["__ended__"].int_value <= time.time() * 1000


def test_the_reason_is_that_of_the_last_pass(execution: Execution) -> None:
    fail(execution, KeyError("x"))
    fail(execution, OSError("full"))
    assert (state(execution), reason(execution)["failure_message"]) == (FAILED, "full")


def test_a_block_inside_of_a_block_of_the_same_execution_does_not_end_it(execution: Execution, wire: Wire) -> None:
    with execution:
        with contextlib.suppress(KeyError), execution:
            raise KeyError
        assert state(execution) == pb.Execution.RUNNING
    assert (state(execution), wire.calls.count("PutExecutions")) == (COMPLETE, 2)


def test_executions_of_a_run_that_are_entered_again_end_with_their_own_state(workspace: Workspace) -> None:
    with Run(workspace, "nightly") as run:
        execution = Execution("train", workspace, run)
        fail(execution, KeyError())
        with execution:
            pass
        fail(execution, KeyError())
    assert state(execution) == FAILED


def test_an_execution_of_a_run_that_is_over_can_be_entered_again(workspace: Workspace) -> None:
    with Run(workspace, "nightly") as run:
        execution = Execution("train", workspace, run)
    with execution:
        assert state(execution) == pb.Execution.RUNNING
    assert state(execution) == COMPLETE


def test_a_run_inside_of_itself_ends_what_was_made_in_each_block(workspace: Workspace) -> None:
    with Run(workspace, "nightly") as run:
        outer = Execution("train", workspace, run)
        with run:
            inner = Execution("judge", workspace, run)
        assert state(inner) == COMPLETE
        last = Execution("publish", workspace, run)
    assert state(outer) == state(last) == COMPLETE


def test_a_run_ends_the_rest_where_the_store_refuses_one(workspace: Workspace, wire: Wire) -> None:
    run = Run(workspace, "nightly").__enter__()
    Execution("train", workspace, run)
    last = Execution("publish", workspace, run)
    wire.failures["PutExecutions"] = [errors.InternalError("full")]
    with pytest.raises(errors.InternalError):
        run.__exit__(None, None, None)
    assert state(last) == COMPLETE


def test_a_block_that_cannot_begin_can_be_entered_again(execution: Execution, wire: Wire) -> None:
    wire.failures["PutExecutions"] = [errors.InternalError("full")]
    with pytest.raises(errors.InternalError), execution:
        pass
    with execution:
        assert state(execution) == pb.Execution.RUNNING
    assert state(execution) == COMPLETE


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (SystemExit(), COMPLETE),
        (SystemExit(0), COMPLETE),
        (SystemExit(3), FAILED),
        (SystemExit("no data"), FAILED),
        (KeyboardInterrupt(), CANCELED),
        (GeneratorExit(), CANCELED),
    ],
)
def test_what_stops_a_program_is_told_from_what_fails(
    error: BaseException, expected: int, workspace: Workspace
) -> None:
    execution = Execution("train", workspace)
    fail(execution, error)
    assert state(execution) == expected
    assert reason(execution).get("failure_type", type(error).__name__) == type(error).__name__


def test_a_generator_that_is_closed_early_leaves_its_execution_canceled(execution: Execution) -> None:
    def steps() -> Iterator[int]:
        with execution:
            yield from range(3)

    running = steps()
    next(running)
    running.close()  # type: ignore[attr-defined]
    assert state(execution) == CANCELED


def test_type_message_and_end_of_the_traceback_of_a_failure_are_kept(execution: Execution) -> None:
    def divide() -> None:
        raise errors.InternalError("no column 'price'")

    with contextlib.suppress(errors.InternalError), execution:
        divide()
    kept = reason(execution)
    assert kept["failure_type"] == "lineal.errors.InternalError"
    assert kept["failure_message"] == "no column 'price'"
    assert kept["failure_traceback"].startswith("Traceback (most recent call last):")
    assert "in divide" in kept["failure_traceback"]


def test_a_failure_keeps_the_other_properties(workspace: Workspace) -> None:
    execution = Execution("train", workspace, Run(workspace, "nightly"))
    fail(execution, KeyError())
    assert {"__kf_run__", "__kf_workspace__"} < set(stored(execution).custom_properties)


def test_a_reason_is_bounded_and_says_what_is_left_out(execution: Execution) -> None:
    def deeper(depth: int) -> None:
        if not depth:
            raise ValueError("x" * 1_000_000)
        (deeper if depth % 2 else lambda depth: deeper(depth))(depth - 1)

    with contextlib.suppress(ValueError), execution:
        deeper(100)
    kept = reason(execution)
    assert kept["failure_message"].endswith("... (998000 characters are left out)")
    assert kept["failure_traceback"].startswith("(")
    assert max(map(len, kept.values())) < 8_100


def test_a_long_traceback_says_how_many_calls_are_left_out(execution: Execution) -> None:
    def deeper(depth: int) -> None:
        if not depth:
            raise ValueError("deep")
        deeper(depth - 1)

    with contextlib.suppress(ValueError), execution:
        deeper(50)
    assert reason(execution)["failure_traceback"].startswith("(the first 32 calls are left out)\n")


def test_a_message_that_cannot_be_had_does_not_hide_the_failure(execution: Execution) -> None:
    class BrokenError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    fail(execution, BrokenError())
    assert (state(execution), "RuntimeError" in reason(execution)["failure_message"]) == (FAILED, True)


def test_what_no_store_holds_is_escaped_in_a_reason(execution: Execution) -> None:
    fail(execution, ValueError("a\0b\udc80ä"))
    assert reason(execution)["failure_message"] == "a\\x00b\\udc80ä"


def test_passwords_in_urls_are_taken_out_of_a_reason(execution: Execution) -> None:
    fail(execution, OSError("no answer from mysql://till:secret@db/orders"))
    assert reason(execution)["failure_message"] == "no answer from mysql://***@db/orders"
    assert "secret" not in reason(execution)["failure_traceback"].rpartition("OSError")[2]


def test_a_reason_that_the_store_refuses_leaves_the_state(
    execution: Execution, wire: Wire, caplog: pytest.LogCaptureFixture
) -> None:
    with contextlib.suppress(KeyError), execution:
        wire.failures["PutExecutions"] = [errors.InvalidArgumentError("no such character")]
        raise KeyError
    assert state(execution) == FAILED
    assert "its reason could not be stored: no such character" in caplog.text


def test_a_failure_with_a_store_that_is_closed_passes_as_itself(workspace: Workspace, wire: Wire) -> None:
    execution = Execution("train", workspace)
    with pytest.raises(KeyError), execution:
        _ = {}[_break(wire)]


def _break(wire: Wire) -> str:
    wire.failures["PutExecutions"] = [RuntimeError("closed")] * 2
    return "missing"


def test_lineage_tells_why_an_execution_failed(execution: Execution) -> None:
    with contextlib.suppress(OSError), execution:
        model = execution.log_output(Model("gs://a", "a"))
        raise OSError("full")
    [found] = model.lineage().upstream.executions
    assert (found["state"], found["failure_type"], found["failure_message"]) == ("FAILED", "OSError", "full")


def test_executions_are_found_by_the_reason(execution: Execution, workspace: Workspace) -> None:
    fail(execution, MemoryError())
    Execution("other", workspace)
    options = ListOptions(filter_query="custom_properties.failure_type.string_value = 'MemoryError'")
    assert [found.id for found in workspace.store.get_executions(options)] == [execution.id]


def test_a_reason_as_long_as_may_be_is_held_by_every_engine(database_url: str) -> None:
    execution = Execution("train", Workspace(Store(url=database_url), "bakery"))
    fail(execution, OSError("\U0001f35e" * 10_000))
    with contextlib.suppress(KeyError), execution:
        raise KeyError("crumbs")
    assert (state(execution), reason(execution)["failure_message"]) == (FAILED, "'crumbs'")
    execution.workspace.store.close()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups of exceptions are new in Python 3.11")
def test_a_group_of_failures_is_kept_with_each_of_them(execution: Execution) -> None:
    group = ExceptionGroup("two went wrong", [KeyError("a"), OSError("full")])  # noqa: F821
    fail(execution, group)
    assert "OSError: full" in reason(execution)["failure_traceback"]
