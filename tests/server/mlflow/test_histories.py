"""Histories of metrics of many runs at once."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.mlflow.histories import sampled
from tests.server.mlflow.door import Door


@pytest.fixture
def runs(door: Door) -> list[str]:
    """Two runs with ten points each."""
    found = [door.run(), door.run()]
    for number, run in enumerate(found):
        points = [
            {"key": "auc", "value": number + step / 16, "timestamp": 50 - step, "step": step} for step in range(10)
        ]
        door.post("runs/log-batch", run_id=run, metrics=points)
    return found


def steps(found: dict[str, Any], run: str) -> list[int]:
    return [point["step"] for point in found.get("metrics", []) if point["run_id"] == run]


def test_points_of_many_runs_come_run_by_run(door: Door, runs: list[str]) -> None:
    found = door.get("metrics/get-history-bulk", run_id=[*runs, "unknown"], metric_key="auc")
    assert [point["run_id"] for point in found["metrics"]] == sorted(runs)[:1] * 10 + sorted(runs)[1:] * 10
    assert steps(found, runs[0]) == list(range(10))[::-1]  # by time
    assert len(door.get("metrics/get-history-bulk", run_id=runs, metric_key="auc", max_results=12)["metrics"]) == 12
    assert door.get("metrics/get-history-bulk", run_id=runs, metric_key="none") == {"metrics": []}


def test_points_are_thinned_out_within_steps(door: Door, runs: list[str]) -> None:
    asked = {"run_ids": runs[::-1], "metric_key": "auc"}
    whole = door.get("metrics/get-history-bulk-interval", **asked)
    assert [point["run_id"] for point in whole["metrics"]] == [runs[1]] * 10 + [runs[0]] * 10
    assert steps(whole, runs[0]) == list(range(10))
    few = door.get("metrics/get-history-bulk-interval", **asked, max_results=3)
    assert steps(few, runs[0]) == [0, 4, 9]
    part = door.get("metrics/get-history-bulk-interval", **asked, start_step=2, end_step=5)
    assert steps(part, runs[1]) == [2, 3, 4, 5]
    assert door.get("metrics/get-history-bulk-interval", run_ids="unknown", metric_key="auc") == {}


@pytest.mark.parametrize(
    ("number", "most", "shown"),
    [(0, 3, []), (3, 3, [0, 1, 2]), (10, 1, [9]), (10, 2, [0, 9]), (10, 3, [0, 4, 9]), (11, 4, [0, 3, 6, 10])],
)
def test_the_first_of_each_part_and_the_last_are_shown(number: int, most: int, shown: list[int]) -> None:
    assert list(sampled(number, most)) == shown


@pytest.mark.parametrize(
    "wrong",
    [
        {"run_ids": []},
        {"run_ids": [str(number) for number in range(101)]},
        {"start_step": 1},
        {"start_step": 3, "end_step": 1},
        {"max_results": 0},
        {"max_results": 2501},
    ],
)
def test_what_asks_for_too_much_is_refused(door: Door, wrong: dict[str, Any]) -> None:
    asked = {"run_ids": ["a"], "metric_key": "auc", **wrong}
    assert door.not_found("metrics/get-history-bulk-interval", **asked).startswith("INVALID_PARAMETER_VALUE: ")
    bulk = {"run_id": [str(number) for number in range(101)], "metric_key": "auc"}
    assert "names 101 runs" in door.not_found("metrics/get-history-bulk", **bulk)
