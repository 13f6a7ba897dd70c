"""Curves of metrics over REST: which metrics there are, the points that a chart needs, and all of them as CSV."""

from __future__ import annotations

import math
from typing import Any

import pytest

from lineal.wire import metrics
from tests.server.rest.shelf import Shelf

_LONG = 1001


def log(shelf: Shelf, key: str, **points: list[tuple[int, int, float]]) -> None:
    """Log points of (step, time, value) to a record."""
    node: dict[str, Any] = {"artifact_id" if key[0] == "a" else "execution_id": int(key[1:])}
    series = [
        metrics.MetricSeries(
            name=name,
            steps=[step for step, _, _ in each],
            times=[time for _, time, _ in each],
            values=[value for _, _, value in each],
        )
        for name, each in points.items()
    ]
    shelf.service.call("LogMetrics", metrics.LogMetricsRequest(series=series, **node))


def wave(step: int) -> float:
    """The value of a long curve, which has one peak and one hole."""
    return {500: 9.0, 501: -9.0}.get(step, math.sin(step / 50))


@pytest.fixture(scope="module")
def long_run(kept_shelf: Shelf) -> str:
    """The key of an execution with a long curve."""
    key = f"e{kept_shelf.run([], [])}"
    log(kept_shelf, key, wave=[(step, 1000 + 10 * step, wave(step)) for step in range(_LONG)])
    return key


def test_names_say_which_records_have_a_metric_and_whether_it_is_a_curve(shelf: Shelf) -> None:
    first, second, model = f"e{shelf.run([], [])}", f"e{shelf.run([], [])}", f"a{shelf.put()}"
    log(shelf, first, loss=[(1, 10, 0.5), (2, 20, 0.4)], auc=[(3, 30, 0.9)])
    log(shelf, second, cpu=[(0, 10, 0.5), (0, 20, 0.4)])
    log(shelf, model, loss=[(1, 10, 0.5)])
    answer = shelf.get("/metrics/names", keys=f"{second},{first},{model},e99")
    found = {each["name"]: (each["keys"], each["is_curve"], each["has_steps"]) for each in answer["items"]}
    assert found == {
        "auc": ([first], False, False),
        "cpu": ([second], True, False),
        "loss": ([first, model], True, True),
    }
    assert answer["missing"] == ["e99"]


def test_a_short_curve_is_given_whole(shelf: Shelf) -> None:
    key = f"e{shelf.run([], [])}"
    log(shelf, key, loss=[(2, 20, math.inf), (1, 10, 0.5), (3, 30, -1.0), (4, 40, math.nan)])
    answer = shelf.get("/metrics/curves", keys=f"{key},e99", name="loss")
    [curve] = answer["items"]
    assert (curve["steps"], curve["times"]) == ([1, 2, 3, 4], [10, 20, 30, 40])
    assert curve["values"] == [0.5, "Infinity", -1.0, "NaN"]
    counts = curve["total"], curve["not_finite"], curve["not_positive"], curve["first_time"]
    assert (counts, curve["spans"], answer["missing"]) == ((4, 2, 1, 10), None, ["e99"])


def test_a_long_curve_keeps_its_ends_and_its_peaks(kept_shelf: Shelf, long_run: str) -> None:
    [curve] = kept_shelf.get("/metrics/curves", keys=long_run, name="wave", points=40)["items"]
    assert curve["total"] == _LONG
    assert len(curve["steps"]) <= 44
    assert curve["steps"] == sorted(curve["steps"])
    assert {0, 500, 501, _LONG - 1} <= set(curve["steps"])
    assert curve["values"] == [wave(step) for step in curve["steps"]]


def test_spans_hold_the_mean_of_all_values(kept_shelf: Shelf, long_run: str) -> None:
    [curve] = kept_shelf.get("/metrics/curves", keys=long_run, name="wave", points=40)["items"]
    spans = curve["spans"]
    assert sum(spans["counts"]) == _LONG
    total = sum(mean * count for mean, count in zip(spans["means"], spans["counts"], strict=True))
    assert total == pytest.approx(sum(map(wave, range(_LONG))))
    assert spans["means"][0] == pytest.approx(sum(map(wave, range(101))) / 101)
    assert spans["steps"][0] == 100


@pytest.mark.parametrize(("axis", "first"), [("step", 500), ("time", 6000), ("elapsed", 5000)])
def test_a_part_of_an_axis_is_given_in_full(kept_shelf: Shelf, long_run: str, axis: str, first: int) -> None:
    width = 9 if axis == "step" else 90
    asked = {"keys": long_run, "name": "wave", "points": 40, "axis": axis, "first": first, "last": first + width}
    [curve] = kept_shelf.get("/metrics/curves", **asked)["items"]
    assert curve["steps"] == list(range(500, 510))
    assert (curve["total"], curve["first_time"], curve["spans"]) == (10, 1000, None)


def test_the_points_of_many_pieces_are_those_of_one(
    kept_shelf: Shelf, long_run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"keys": long_run, "name": "wave", "points": 40, "first": 3, "last": 900}
    whole = kept_shelf.get("/metrics/curves", **asked)
    monkeypatch.setattr("lineal.store.rows.curves.PIECE", 7)
    assert kept_shelf.get("/metrics/curves", **asked) == whole


def test_a_span_without_a_finite_value_has_no_mean(shelf: Shelf) -> None:
    key = f"e{shelf.run([], [])}"
    log(shelf, key, loss=[(step, step, math.nan if step < 10 else 1e308) for step in range(20)])
    [curve] = shelf.get("/metrics/curves", keys=key, name="loss", points=8)["items"]
    assert (curve["spans"]["means"], curve["spans"]["counts"]) == (["NaN", 1e308], [0, 10])
    assert curve["not_finite"] == 10


def test_all_points_are_exported(shelf: Shelf) -> None:
    key, model = f"e{shelf.run([], [], name='=train')}", f"a{shelf.put()}"
    log(shelf, key, loss=[(1, 10, 0.5), (2, 20, math.nan)], auc=[(1, 10, 0.9)])
    log(shelf, model, loss=[(1, 10, 0.25)])
    answer = shelf.client.get("/api/v1/metrics/export", params={"keys": f"{key},{model}", "name": "loss"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.splitlines() == [
        "key,name,metric,step,time,value",
        f"{key},'=train,loss,1,10,0.5",
        f"{key},'=train,loss,2,20,NaN",
        f"{model},,loss,1,10,0.25",
    ]
    assert len(shelf.client.get("/api/v1/metrics/export", params={"keys": key}).text.splitlines()) == 4
    assert shelf.client.get("/api/v1/metrics/export", params={"keys": "e99"}).status_code == 404
