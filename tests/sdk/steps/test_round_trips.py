"""How many calls to the store a step takes: its cost, without a clock."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lineal import errors
from lineal.sdk import DataSet, Model, Workspace, current, step
from tests.sdk.steps.conftest import Recorded
from tests.sdk.test_custom_artifacts import Sensor
from tests.sdk.wires import Wire


@step
def train(*data: DataSet) -> list[Model]:
    return [Model(f"file:///{each.name}", each.name) for each in data]


def read(name: str, many: int) -> list[DataSet]:
    return [DataSet(f"file:///{name}/{number}", name) for number in range(many)]


@pytest.fixture(autouse=True)
def types_are_there(bakery: Workspace, wire: Wire) -> None:
    """The first step of a store registers its types."""
    train(*read("first", 1))
    wire.calls.clear()


def test_a_step_without_artifacts_takes_two_calls(wire: Wire) -> None:
    train()
    assert wire.calls == ["PutExecution", "PutExecutions"]


@pytest.mark.parametrize("many", [1, 20])
def test_a_step_takes_two_calls_however_many_artifacts_it_has(many: int, wire: Wire) -> None:
    train(*read("orders", many))
    assert wire.calls == ["LogExecution", "LogExecution"]


def test_artifacts_with_an_id_take_no_call_of_their_own(wire: Wire, recorded: Recorded) -> None:
    @step(name="judge")
    def judge(model: Model) -> dict[str, DataSet]:
        return {"wrong": DataSet("file:///wrong", "wrong")}

    [model] = train(*read("orders", 1))
    wire.calls.clear()
    judge(model)
    assert wire.calls == ["LogExecution", "LogExecution"]
    assert ("judge", "INPUT", "orders") in recorded.links()


def test_an_artifact_that_the_store_does_not_recognise_takes_a_call_of_its_own(wire: Wire) -> None:
    work = step(name="work")(lambda made: [Sensor("file:///b", 2), *made])
    work([Sensor("file:///a", 1)])
    alone = [call for call in wire.calls if not call.endswith("Type")]
    assert alone == ["PutExecution", "PutLineageSubgraph", "PutLineageSubgraph", "PutExecutions"]


@pytest.mark.parametrize("lacks", [{"LogExecution"}, {"LogExecution", "LogArtifact"}], ids=["older", "official"])
def test_with_another_server_each_artifact_takes_calls_of_its_own(wire: Wire, recorded: Recorded) -> None:
    train(*read("orders", 1))
    assert "LogExecution" not in wire.calls  # the first step has found out
    assert wire.calls[0] == "PutExecution"
    assert wire.calls[-1] == "PutExecutions"
    assert {("train", "INPUT", "orders"), ("train", "OUTPUT", "orders")} <= recorded.links()
    assert set(recorded.states().values()) == {"COMPLETE"}


@pytest.mark.parametrize("is_lost", [False, True], ids=["not sent", "answer lost"])
def test_a_step_is_recorded_once_if_the_server_goes_away_for_a_moment(
    is_lost: bool, wire: Wire, recorded: Recorded
) -> None:
    wire.failures["LogExecution"], wire.lose_answers = [errors.UnavailableError("away")], is_lost
    [model] = train(*read("orders", 1))
    wire.failures["LogExecution"] = []
    assert [each.last_known_state for each in recorded.all()] == [3, 3]
    assert ("train", "INPUT", "orders") in recorded.links()
    assert model.id


@pytest.mark.parametrize("work", [lambda given: None, lambda given: [given]], ids=["input", "output"])
def test_an_unknown_artifact_fails_the_step_with_the_error_of_log_input(
    work: Callable[[object], object], recorded: Recorded
) -> None:
    unknown = Model("file:///a", "a")
    unknown.id = 4711
    is_input = work(unknown) is None
    with pytest.raises(ValueError, match="invalid artifact id 4711"):
        step(name="work")(work if is_input else lambda given: unknown)(unknown if is_input else 1)
    assert recorded.states()["work"] == "FAILED"
    assert current() is None


@pytest.mark.parametrize("many", [0, 1], ids=["no outputs", "outputs"])
@pytest.mark.parametrize("error", [errors.UnavailableError, errors.UnauthenticatedError])
def test_a_result_is_not_lost_if_the_store_is_away_or_the_token_has_expired_at_the_end(
    error: type[errors.UnavailableError | errors.UnauthenticatedError],
    many: int,
    wire: Wire,
    recorded: Recorded,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lineal.sdk.retry.PAUSES", ())

    @step(name="work")
    def work() -> list[Model]:
        for method in ("LogExecution", "PutExecutions"):
            wire.failures[method] = [error("away")]
        return [Model("file:///m", "m")] * many

    assert len(work()) == many
    assert "ended, but its outputs and its state could not be stored: away" in caplog.text
    assert recorded.states()["work"] == "RUNNING"
    assert current() is None


def test_values_that_are_stored_otherwise_are_kept_with_a_warning(recorded: Recorded) -> None:
    make = step(name="make")(lambda owner: Model("file:///m", "m", owner=owner))
    make("ann")
    with pytest.warns(UserWarning, match="stored with other values of owner"):
        again = make("bob")
    assert again.owner == "ann"


def test_outputs_may_take_another_version(recorded: Recorded) -> None:
    make = step(name="make", on_existing="new_version")(lambda owner: Model("file:///m", "m", owner=owner))
    assert [make(owner).version for owner in ("ann", "bob")] == [None, "2"]
