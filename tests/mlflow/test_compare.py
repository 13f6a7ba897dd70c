"""The comparison itself: what is planned, what counts as a difference, and which names ids and times get."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.mlflow import plain
from tests.mlflow.compare import (
    ACCEPTED,
    SEARCHED,
    Count,
    Line,
    added,
    counts,
    differences,
    rare,
    refused,
    report,
    table,
)
from tests.mlflow.plans import runs
from tests.mlflow.plans.sequence import KINDS, plan
from tests.mlflow.plans.world import Made

RUN_ID = "0123456789abcdef0123456789abcdef"


def line(kind: str = "get_run", **outcome: Any) -> Line:
    return {"kind": kind, "arguments": {"run_id": "run 0"}, **outcome}


def test_a_seed_makes_one_plan() -> None:
    assert repr(plan(1, 100, KINDS)) == repr(plan(1, 100, KINDS))
    assert repr(plan(1, 100, KINDS)) != repr(plan(2, 100, KINDS))


def test_every_kind_of_call_is_planned() -> None:
    planned = plan(1, 400, KINDS)
    assert len(planned) == 400
    assert {step.kind for step in planned} == set(KINDS)
    assert set(SEARCHED) <= set(KINDS)


def test_kinds_that_were_not_asked_for_are_not_planned() -> None:
    assert {step.kind for step in plan(1, 400, ["create_experiment", "create_run", "get_run"])} == {
        "create_experiment",
        "create_run",
        "get_run",
    }


def test_most_calls_are_about_what_an_earlier_call_makes() -> None:
    about = [step.arguments["run_id"] for step in plan(1, 400, KINDS) if step.kind in set(runs.KINDS) - {"create_run"}]
    assert sum(isinstance(made, Made) and made.number < 10_000 for made in about) > 0.9 * len(about)


@pytest.mark.parametrize(
    "other",
    [
        line(answer={"run_id": "run 0", "status": "FAILED"}),
        line(answer=None),
        line(error="RESOURCE_DOES_NOT_EXIST", message="no such run"),
    ],
)
def test_another_answer_is_a_difference(other: Line) -> None:
    same = line(answer={"run_id": "run 0", "status": "RUNNING"})
    [found] = differences([same, same], [same, other])
    assert found.startswith('call 1: get_run {"run_id": "run 0"}')
    assert report([found]).startswith("1 differences\n")


def test_refusals_are_compared_by_their_code() -> None:
    one, other = line(error="NOT_FOUND", message="no"), line(error="NOT_FOUND", message="there is none")
    assert not differences([one], [other])
    assert differences([one], [line(error="INVALID_STATE", message="no")])


def test_an_accepted_code_is_accepted_for_its_kind_and_in_one_direction() -> None:
    kind, reference, lineal, _ = ACCEPTED[0]
    assert not differences([line(kind, error=reference)], [line(kind, error=lineal)])
    assert differences([line(kind, error=lineal)], [line(kind, error=reference)])
    assert differences([line("get_run", error=reference)], [line("get_run", error=lineal)])


def test_calls_and_successes_are_counted() -> None:
    counted = counts([line(answer=1), line(error="X"), line("set_tag", answer=None)])
    assert counted == {"get_run": (2, 1), "set_tag": (1, 1)}
    assert table(counted).splitlines()[-1].split() == ["in", "all", "3", "calls", "2", "succeeded"]
    assert rare(counted, ["get_run", "log_param"], calls=2) == {"log_param": (0, 0)}
    assert refused(counted, share=0.6) == {"get_run": (2, 1)}
    assert added(counted, {"get_run": Count(1, 1)}) == {"get_run": (3, 2), "set_tag": (1, 1)}


def test_ids_and_times_of_the_clock_get_names() -> None:
    ids = plain.Ids()
    ids.learn("experiment", "experiment 0", "17")
    ids.learn("run", "run 3", RUN_ID)
    info = SimpleNamespace(
        run_id=RUN_ID,
        experiment_id="17",
        run_name="calm-owl-12",
        user_id="ann",
        status="FINISHED",
        start_time=12_345,
        end_time=1_700_000_000_000,
        artifact_uri=f"mlflow-artifacts:/17/{RUN_ID}/artifacts",
        lifecycle_stage="active",
    )
    data = SimpleNamespace(tags={"mlflow.runName": "calm-owl-12"}, metrics={"m": float("nan")}, params={"p": RUN_ID})
    shown = plain.run(SimpleNamespace(info=info, data=data, inputs=SimpleNamespace(dataset_inputs=[])), ids)
    assert (shown["run_id"], shown["experiment_id"], shown["run_name"]) == ("run 3", "experiment 0", "generated")
    assert (shown["start_time"], shown["end_time"]) == (12_345, "now")
    assert (shown["artifact_uri"], shown["metrics"]) == ("default/run 3/artifacts", {"m": "NaN"})
    assert (shown["tags"], shown["params"]) == ({"mlflow.runName": "generated"}, {"p": "run 3"})


def test_what_a_failed_call_should_have_made_has_an_unknown_id() -> None:
    assert plain.Ids().of("experiment", "experiment 5", 5) == "900000005"
    assert plain.Ids().of("run", "run 5", 5) == f"{900_000_005:032x}"


def test_a_long_text_is_shown_by_its_beginning_length_and_digest() -> None:
    one, other = (plain.Ids().text("v" * 6000 + end) for end in "ab")
    assert one.startswith("v" * 20 + "… 6001 characters, ")
    assert one != other
