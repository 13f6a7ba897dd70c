"""Points of a metric through the SDK: logging them, reading them again, and what a program gets wrong."""

from __future__ import annotations

import copy
import math
import pickle
import re
from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lineal import errors
from lineal.client.lifecycle import LifecycleStore
from lineal.client.search_calls import Asked
from lineal.kinds import ARTIFACT
from lineal.sdk import Execution, Metrics, Store, Workspace, metric_points
from tests.sdk.wires import Wire

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
NOW_MS = 1_772_323_200_000


@pytest.fixture
def metrics(execution: Execution) -> Metrics:
    """Metrics that were logged."""
    return execution.log_output(Metrics(uri="s3://bakery/scores", name="scores", values={"auc": 0.5, "note": "x"}))


def test_a_point_is_logged_and_read_again(metrics: Metrics) -> None:
    metrics.log({"loss": 0.5, "auc": 0.7}, step=3, time=NOW)
    metrics.log({"loss": 0.4}, step=7, time=NOW_MS)
    assert metrics.history("loss") == ([3, 7], [NOW_MS, NOW_MS], [0.5, 0.4])
    assert metrics.history("loss", first_step=4).steps == [7]
    assert metrics.history("loss", last_step=4).steps == [3]
    assert metrics.history("nothing") == ([], [], [])


def test_the_record_shows_the_latest_values(metrics: Metrics, workspace: Workspace) -> None:
    metrics.log({"loss": 0.5, "auc": math.inf}, step=3)
    metrics.log({"loss": 0.9}, step=1)
    shown = {"auc": math.inf, "note": "x", "loss": 0.5}
    assert metrics.values == shown
    assert workspace.list(Metrics.ARTIFACT_TYPE_NAME)[0]["values"] == shown


def test_a_search_finds_the_latest_value(metrics: Metrics, wire: Wire) -> None:
    searching, asked = LifecycleStore.from_transport(wire), Asked(ARTIFACT, "metric.auc>0.6")
    assert searching.found_ids(asked).count == 0
    metrics.log({"auc": 0.7}, step=3)
    assert searching.found_ids(asked).ids == [metrics.id]


def test_steps_follow_the_highest_of_the_object_or_of_the_record(metrics: Metrics) -> None:
    metrics.log({"loss": 0.5})
    metrics.log({"loss": 0.4})
    metrics.log({"loss": 0.3}, step=10)
    metrics.log({"loss": 0.2})
    assert metrics.history("loss").steps == [0, 1, 10, 11]
    other = copy.copy(metrics)
    other.log({"auc": 0.2})
    assert other.history("auc").steps == [12]


def test_many_points_are_logged_as_columns_or_as_a_list(metrics: Metrics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_points, "LONGEST_CALL", 7)
    metrics.log_points({"loss": np.linspace(0, 1, 10), "auc": list(range(10))}, steps=np.arange(10), times=[NOW] * 10)
    metrics.log_points({"loss": [0.5, 0.6]})
    metrics.log_points([("auc", 0.5, 20), ("auc", np.float32(0.25), 30, NOW)])
    loss = metrics.history("loss")
    assert (loss.steps, loss.values[:2], loss.times[:2]) == ([*range(12)], [0.0, 1 / 9], [NOW_MS, NOW_MS])
    assert metrics.history("auc").steps == [*range(10), 20, 30]
    assert [len(page.steps) for page in metrics.history_pages("loss", page_size=5)] == [5, 5, 2]


@pytest.mark.parametrize("value", [1, np.float64(1), np.int8(1), np.array(1), Decimal(1), True])
def test_numbers_of_every_kind_are_taken(metrics: Metrics, value: Any) -> None:
    metrics.log({"loss": value}, step=np.int64(2))
    assert metrics.history("loss").values == [1.0]


def test_an_answer_that_is_lost_adds_nothing_twice(metrics: Metrics, wire: Wire) -> None:
    wire.failures["LogMetrics"], wire.lose_answers = [errors.UnavailableError("away")], True
    metrics.log({"loss": 0.5})
    assert wire.calls.count("LogMetrics") == 2
    assert metrics.history("loss").steps == [0]


def test_a_pickled_object_goes_on_in_its_store(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/store.db")
    execution = Execution("train", Workspace(store, "bakery"))
    logged = execution.log_output(Metrics(uri="s3://bakery/scores", name="scores"))
    logged.log({"loss": 0.5})
    other = pickle.loads(pickle.dumps(logged))
    other.log({"loss": 0.4})
    assert other.history("loss").steps == [0, 1]


def test_a_record_that_shows_no_more_metrics_warns(metrics: Metrics) -> None:
    metrics.log({f"m{number}": 0.5 for number in range(998)})
    with pytest.warns(UserWarning, match="1,000 metrics at most, so 2 of these"):
        metrics.log({"a": 1, "b": 2})
    assert metrics.history("b").values == [2.0]


def _mistakes() -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "log", {"values": [0.3]}, "write {'loss': 0.3}"
    yield "log", {"values": {"loss": "0.3"}}, "'loss' is '0.3', and not a number"
    yield "log", {"values": {"loss": None}}, "and not a number"
    yield "log", {"values": {(1, 2): 0.3}}, "must be a text, got (1, 2)"
    yield "log", {"values": {"": 0.3}}, "must be a text, got ''"
    yield "log", {"values": {"loss": 0.3}, "step": 1.5}, "'step' is 1.5, and must be a whole number"
    yield "log", {"values": {"loss": 0.3}, "step": 2**63}, "does not fit into 64 bits"
    yield "log", {"values": {"loss": 0.3}, "time": "now"}, "'time' is 'now'"
    yield "log_points", {"points": [("loss", 0.3)]}, "('loss', 0.3) is not a point"
    yield "log_points", {"points": [("loss", 0.3, 1)], "steps": [1]}, "go with columns"
    yield "log_points", {"points": {"loss": [1, 2], "auc": [1]}}, "'auc' has 1 entry, and there are 2 steps"
    yield "log_points", {"points": {"loss": [1, 2]}, "times": [NOW]}, "'times' has 1 entry"


@pytest.mark.parametrize(("method", "arguments", "said"), list(_mistakes()))
def test_a_mistake_is_named(metrics: Metrics, method: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(said)):
        getattr(metrics, method)(**arguments)


def test_metrics_that_were_not_logged_say_so(metrics: Metrics) -> None:
    with pytest.raises(ValueError, match="log them first"):
        Metrics(uri="s3://x", name="x").log({"loss": 0.3})
    known = Metrics(uri="s3://x", name="x")
    known.id = metrics.id
    with pytest.raises(ValueError, match="pass 'store'"):
        known.history("loss")


@pytest.mark.parametrize("lacks", [{"LogMetrics", "GetMetrics", "GetMetricHistory"}])
def test_a_server_without_the_calls_is_named(metrics: Metrics) -> None:
    with pytest.raises(errors.UnimplementedError, match="the server has no call LogMetrics"):
        metrics.log({"loss": 0.3}, step=1)
    with pytest.raises(errors.UnimplementedError, match="the server has no call GetMetricHistory"):
        metrics.history("loss")
