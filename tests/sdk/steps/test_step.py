"""What is recorded of the calls of steps."""

from __future__ import annotations

import asyncio
import datetime
import functools
import inspect
import pickle
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest

from lineal.sdk import DataSet, Execution, Model, Workspace, current, step
from tests.sdk.steps.conftest import Recorded


@step
def at_top(orders: DataSet, rate: float = 0.1) -> Model:
    """Train."""
    return Model("file:///loaves", "loaves", version="1")


def test_artifacts_are_inputs_and_outputs_and_plain_arguments_parameters(recorded: Recorded) -> None:
    model = at_top(DataSet("file:///orders", "orders"))
    assert recorded.states() == {"at_top": "COMPLETE"}
    assert recorded.links() == {("at_top", "INPUT", "orders"), ("at_top", "OUTPUT", "loaves")}
    assert recorded.parameters() == {"rate": "0.1"}
    assert model.id


def test_a_step_is_the_function_that_it_was(recorded: Recorded) -> None:
    assert (at_top.__name__, at_top.__doc__) == ("at_top", "Train.")
    assert list(inspect.signature(at_top).parameters) == ["orders", "rate"]
    assert pickle.loads(pickle.dumps(at_top)) is at_top


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (True, "True"),
        (None, "None"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (Path("a/b"), "a/b"),
        ([1, "b"], "[1, 'b']"),
        ({"depth": 3}, "{'depth': 3}"),
        ("mysql://me:hunter2@host/db", "mysql://***@host/db"),
    ],
)
def test_plain_values_are_parameters(value: object, text: str, recorded: Recorded) -> None:
    step(name="work")(lambda given: None)(value)
    assert recorded.parameters() == {"given": text}


def test_secrets_are_hidden_by_their_names(recorded: Recorded) -> None:
    @step
    def load(api_key: str, options: dict[str, str]) -> None: ...

    load("hunter2", {"password": "hunter2"})
    assert recorded.parameters() == {"api_key": "***", "options": "{'password': '***'}"}


def test_other_arguments_are_left_out_and_named(recorded: Recorded) -> None:
    step(name="work")(lambda given, rows, more: None)(object(), [0] * 101, more=1)
    assert recorded.parameters() == {"more": "1"}
    assert recorded.property("__left_out__") == "given, rows"


def test_names_that_no_store_takes_are_left_out(recorded: Recorded) -> None:
    step(name="work")(lambda **given: None)(**{"a" * 300: 1, "": 2, "b\udcff": 3, "c": 4})
    assert recorded.parameters() == {"c": "4"}
    assert recorded.property("__left_out__") == f"{'a' * 300}, , b\\udcff"


@pytest.mark.parametrize(("wanted", "found"), [(True, {"a", "b"}), (False, set()), ({"b"}, {"b"})])
def test_parameters_are_chosen(wanted: bool | set[str], found: set[str], recorded: Recorded) -> None:
    step(name="work", parameters=wanted)(lambda a, b: None)(1, 2)
    assert set(recorded.parameters()) == found


def test_an_annotation_says_that_an_argument_or_a_result_is_an_artifact(recorded: Recorded) -> None:
    @step
    def clean(rows: Annotated[list[int], DataSet("file:///raw", "raw")]) -> Annotated[list[int], _clean]:
        return rows

    rows = [3, 1]
    assert clean(rows) is rows
    assert clean(rows) is rows
    assert recorded.links() == {("clean", "INPUT", "raw"), ("clean", "OUTPUT", "clean")}


_clean = DataSet("file:///clean", "clean")


def test_a_data_set_of_an_annotation_gets_digest_and_rows_of_the_value(recorded: Recorded, bakery: Workspace) -> None:
    @step
    def count(rows: Annotated[list[int], DataSet(name="orders", owner="ann")]) -> int:
        return len(rows)

    for rows in ([1, 2], [1, 2], [3]):
        count(rows)
    first, second = bakery.list(DataSet.ARTIFACT_TYPE_NAME)
    assert (first["rows"], first["owner"], second["rows"]) == (2, "ann", 1)
    assert first["digest"] != second["digest"]


def test_the_class_of_data_sets_in_an_annotation_takes_the_name_of_the_argument_or_the_function(
    recorded: Recorded,
) -> None:
    @step
    def cleaned(orders: Annotated[list[int], DataSet]) -> Annotated[list[int] | None, DataSet]:
        return sorted(orders)

    cleaned([3, 1])
    assert recorded.links() == {("cleaned", "INPUT", "orders"), ("cleaned", "OUTPUT", "cleaned")}

    @step
    def use(model: Annotated[object, Model]) -> None: ...

    with pytest.raises(TypeError, match=r"argument 'model' has the class Model; write .*metadata\.Model\(uri="):
        use(object())


def test_a_data_set_that_nobody_can_tell_is_left_out_with_a_warning(recorded: Recorded) -> None:
    @step
    def work(thing: Annotated[object, DataSet(name="orders")]) -> None: ...

    with pytest.warns(UserWarning, match="'orders' is not recorded: its object has no digest"):
        work(object())
    assert recorded.property("__left_out__") == "thing"
    assert recorded.links() == set()


def test_what_a_generator_yields_may_be_annotated(recorded: Recorded) -> None:
    @step
    def parts() -> Iterator[Annotated[list[int], DataSet(name="part")]]:
        yield [1]
        yield [2]

    assert [*parts()] == [[1], [2]]
    assert [kind for _, kind, _ in recorded.links()] == ["OUTPUT"]
    assert len({each.id for each in recorded.artifacts()}) == 2


def test_records_of_a_listing_are_inputs_and_ids_where_the_annotation_says_so(
    recorded: Recorded, bakery: Workspace
) -> None:
    Execution("before", bakery).log_output(Model("file:///loaves", "loaves"))
    [listed] = bakery.list()

    @step
    def judge(models: list[dict[str, Any]], other: Model | int) -> None: ...

    judge([listed], listed["id"])
    assert ("judge", "INPUT", "loaves") in recorded.links()
    assert "other" not in [name for each in recorded.all() for name in each.custom_properties]


def test_results_in_tuples_lists_and_dicts_are_outputs_and_what_was_an_input_is_none(recorded: Recorded) -> None:
    @step
    def split(orders: DataSet) -> tuple[DataSet, dict[str, list[DataSet]]]:
        return orders, {"halves": [DataSet(f"file:///{name}", name) for name in ("test", "train")]}

    split(DataSet("file:///orders", "orders"))
    outputs = {("split", "OUTPUT", "test"), ("split", "OUTPUT", "train")}
    assert recorded.links() == {("split", "INPUT", "orders"), *outputs}


def test_a_step_within_a_step_is_a_part_of_it(recorded: Recorded, bakery: Workspace) -> None:
    inner = step(name="inner")(lambda: None)

    @step
    def outer() -> Execution | None:
        inner()
        with Execution("block", bakery):
            return current()

    found = outer()
    assert found is not None
    assert found.name == "block"
    assert recorded.parents() == {"outer": None, "inner": "outer", "block": "outer"}
    assert current() is None


@pytest.mark.parametrize(
    ("error", "state"),
    [(ValueError("no flour"), "FAILED"), (KeyboardInterrupt(), "CANCELED"), (SystemExit(0), "COMPLETE")],
)
def test_a_step_ends_in_the_state_that_fits_what_left_it(error: BaseException, state: str, recorded: Recorded) -> None:
    @step
    def work() -> None:
        raise error

    with pytest.raises(type(error)):
        work()
    assert recorded.states() == {"work": state}
    assert current() is None


def test_a_call_with_wrong_arguments_is_no_execution(recorded: Recorded) -> None:
    with pytest.raises(TypeError, match=r"at_top\(\) got an unexpected keyword argument 'wrong'"):
        at_top(DataSet("file:///a", "a"), wrong=1)  # type: ignore[call-arg]
    assert recorded.all() == []


def test_a_coroutine_is_a_step_and_a_cancelled_one_is_canceled(recorded: Recorded) -> None:
    @step
    async def work(seconds: float) -> Execution | None:
        await asyncio.sleep(seconds)
        return current()

    @step
    async def both() -> None:
        quick, slow = asyncio.create_task(work(0)), asyncio.create_task(work(60))
        await quick
        slow.cancel()
        await asyncio.wait([slow])

    assert inspect.iscoroutinefunction(work)
    asyncio.run(both())
    states = [each.last_known_state for each in recorded.all()]
    assert [recorded.all()[0].State.Name(state) for state in states] == ["COMPLETE", "COMPLETE", "CANCELED"]
    assert recorded.parents() == {"both": None, "work": "both"}


def test_a_generator_is_a_step_that_is_current_only_inside(recorded: Recorded) -> None:
    @step
    def batches(many: int) -> Iterator[str]:
        for _ in range(many):
            execution = current()
            assert execution is not None
            yield execution.name

    found = batches(2)
    assert (next(found), current()) == ("batches", None)
    assert [*found] == ["batches"]
    assert recorded.states() == {"batches": "COMPLETE"}


def test_a_generator_takes_what_is_sent_and_thrown_and_returns(recorded: Recorded) -> None:
    @step
    def echo() -> Any:
        sent = yield "first"
        try:
            yield sent
        except KeyError:
            yield "caught"
        return "end"

    found = echo()
    assert (next(found), found.send("sent"), found.throw(KeyError())) == ("first", "sent", "caught")
    with pytest.raises(StopIteration, match="end"):
        next(found)


def test_a_generator_that_is_closed_early_is_canceled_and_one_that_raises_failed(recorded: Recorded) -> None:
    @step
    def batches() -> Iterator[Model]:
        yield Model("file:///loaves", "loaves")
        raise ValueError("no flour")

    for _ in batches():
        break
    with pytest.raises(ValueError, match="no flour"):
        [*batches()]
    states = [each.last_known_state for each in recorded.all()]
    assert [recorded.all()[0].State.Name(state) for state in states] == ["CANCELED", "FAILED"]
    assert recorded.links() == {("batches", "OUTPUT", "loaves")}


def test_an_async_generator_is_a_step(recorded: Recorded) -> None:
    @step
    async def batches() -> AsyncIterator[str]:
        for _ in range(2):
            await asyncio.sleep(0)
            yield "" if current() is None else "inside"

    async def read() -> list[str]:
        return [each + str(current()) async for each in batches()]

    assert inspect.isasyncgenfunction(batches)
    assert asyncio.run(read()) == ["insideNone"] * 2
    assert recorded.states() == {"batches": "COMPLETE"}


class Baker:
    """Has steps as methods of each kind."""

    @step
    def bake(self, loaves: int) -> int:
        return loaves

    @staticmethod
    @step
    def weigh(loaves: int) -> int:
        return loaves

    @step
    @staticmethod
    def sell(loaves: int) -> int:
        return loaves

    @step
    @classmethod
    def found(cls, loaves: int) -> int:
        return loaves


@pytest.mark.parametrize("name", ["bake", "weigh", "sell", "found"])
def test_methods_are_steps_without_their_object_as_a_parameter(name: str, recorded: Recorded) -> None:
    assert getattr(Baker(), name)(3) == 3
    assert recorded.parameters() == {"loaves": "3"}
    assert recorded.property("__left_out__") == ""


@pytest.mark.parametrize("wrong", [3, Model])
def test_only_functions_are_steps(wrong: Any) -> None:
    with pytest.raises(TypeError, match="goes before a function"):
        step(wrong)


def test_an_object_whose_call_is_a_coroutine_is_a_step_until_that_ends(recorded: Recorded) -> None:
    class Work:
        async def __call__(self) -> str:
            return "" if current() is None else "inside"

    assert asyncio.run(step(name="work")(Work())()) == "inside"
    assert recorded.states() == {"work": "COMPLETE"}


def test_what_another_decorator_made_of_a_coroutine_stays_that(recorded: Recorded) -> None:
    async def work() -> int:
        return 3

    @step
    @functools.wraps(work)
    def ran() -> int:
        return asyncio.run(work())

    assert ran() == 3
    assert recorded.states() == {"work": "COMPLETE"}


class Unbound:
    """A proxy that stands for nothing now, as those of web frameworks do outside of a request."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError("outside of a request")


def test_an_object_that_raises_when_it_is_looked_at_is_left_out(recorded: Recorded) -> None:
    assert step(name="work")(lambda given: [given])(Unbound())
    assert recorded.states() == {"work": "COMPLETE"}
    assert recorded.property("__left_out__") == "given"


def test_long_lists_are_not_looked_through_unless_they_begin_with_artifacts(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lineal.sdk.steps.annotations.MOST_OTHERS", 10)
    looked_at = 0

    class Number:
        @property
        def ARTIFACT_TYPE_NAME(self) -> None:  # noqa: N802 (the name is the interface)
            nonlocal looked_at
            looked_at += 1

    step(name="work")(lambda given: None)([Number() for _ in range(500)])
    assert 10 <= looked_at <= 30
    sets = [DataSet(f"file:///{number}", "a") for number in range(15)]
    step(name="read")(lambda given: None)({"sets": sets})
    assert len(recorded.artifacts()) == 15
