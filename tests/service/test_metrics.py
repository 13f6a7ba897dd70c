"""Points of metrics: what is stored and read again, what a record shows of it, and what is refused, on every engine."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lineal import errors, json_form
from lineal.json_text import loads
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.wire import metadata_store as pb
from lineal.wire import metrics
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY
from tests.service.requests import get_artifacts, put_artifact_type, put_artifacts, put_context_type

Point = tuple[int, int, float]
RECORD = "__ALL_META__"
SQLITE_MOSTLY = pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)


@pytest.fixture
def node(service: MetadataService) -> int:
    """The id of an artifact whose type declares the JSON of a record."""
    type_id = put_artifact_type(service, **{RECORD: pb.STRING})
    return put_artifacts(service, pb.Artifact(type_id=type_id))[0]


def series(name: str, *points: Point) -> metrics.MetricSeries:
    steps, times, values = zip(*points, strict=True)
    return metrics.MetricSeries(name=name, steps=steps, times=times, values=values)


def log(service: MetadataService, node: int, *given: metrics.MetricSeries) -> metrics.LogMetricsResponse:
    answer = service.call("LogMetrics", metrics.LogMetricsRequest(artifact_id=node, series=given))
    assert isinstance(answer, metrics.LogMetricsResponse)
    return answer


def history(service: MetadataService, node: int, name: str, **options: Any) -> list[Point]:
    return [point for page in pages(service, node, name, **options) for point in page]


def pages(service: MetadataService, node: int, name: str, **options: Any) -> Iterator[list[Point]]:
    request = metrics.GetMetricHistoryRequest(artifact_id=node, name=name, **options)
    while True:
        answer: Any = service.call("GetMetricHistory", request)
        found = answer.series
        yield list(zip(found.steps, found.times, found.values, strict=True))
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token


def listed(service: MetadataService, node: int, **options: Any) -> list[metrics.Metric]:
    answer: Any = service.call("GetMetrics", metrics.GetMetricsRequest(artifact_id=node, **options))
    return list(answer.metrics)


def shown(service: MetadataService, node: int) -> dict[str, Any]:
    """Return the values that the record shows."""
    [artifact] = get_artifacts(service, node)
    holder = artifact.properties if RECORD in artifact.properties else artifact.custom_properties
    values: dict[str, Any] = json_form.record(loads(holder[RECORD].string_value))["values"]
    return values


def test_points_are_read_in_order_and_identical_ones_once(service: MetadataService, node: int) -> None:
    log(service, node, series("loss", (2, 20, 0.1), (-1, 5, 0.9), (2, 10, 0.1), (2, 20, 0.1)))
    log(service, node, series("loss", (2, 20, 0.1), (2, 20, 0.3), (0, 7, 0.5)), series("lr", (0, 0, 1e-300)))
    kept = [(-1, 5, 0.9), (0, 7, 0.5), (2, 10, 0.1), (2, 20, 0.1), (2, 20, 0.3)]
    assert history(service, node, "loss") == kept
    assert history(service, node, "loss", page_size=1) == kept
    assert history(service, node, "loss", page_size=2, first_step=0, last_step=2) == kept[1:]
    assert history(service, node, "lr") == [(0, 0, 1e-300)]
    assert history(service, node, "nothing") == []


def test_nan_and_infinities_are_kept_on_every_engine(service: MetadataService, node: int) -> None:
    odd = (math.nan, math.inf, -math.inf, 1.7976931348623157e308)
    log(service, node, series("odd", *[(step, 1, value) for step, value in enumerate(odd)]))
    log(service, node, series("nan", (0, 1, math.nan), (0, 1, math.nan)))
    assert str([value for *_, value in history(service, node, "odd", page_size=1)]) == str(list(odd))
    assert len(history(service, node, "nan")) == 1
    assert math.isnan(shown(service, node)["nan"])
    summary, nan = listed(service, node)
    assert (summary.least, summary.greatest) == (-math.inf, math.inf)
    assert not nan.HasField("least")


@SQLITE_MOSTLY
def test_the_record_shows_the_point_with_the_highest_step_and_then_time(service: MetadataService, node: int) -> None:
    log(service, node, series("loss", (5, 1, 0.5), (3, 9, 0.3)), series("auc", (0, 1, 0.7), (0, 2, 0.6)))
    answer = log(service, node, series("loss", (4, 99, 0.4)))
    assert shown(service, node) == {"loss": 0.5, "auc": 0.6}
    assert answer.latest[0].point == metrics.MetricPoint(step=5, time=1, value=0.5)


def test_the_other_fields_of_a_record_stay_and_its_time_moves(service: MetadataService, node: int) -> None:
    [before] = get_artifacts(service, node)
    before.properties[RECORD].string_value = '{"values": {"f1": 0.5}, "owner": "\\u00e4", "note": [1, 2]}'
    put_artifacts(service, before)
    [before] = get_artifacts(service, node)
    log(service, node, series("loss", (0, 1, 0.5)))
    [after] = get_artifacts(service, node)
    assert loads(after.properties[RECORD].string_value) == {
        "values": {"f1": 0.5, "loss": 0.5},
        "owner": "ä",
        "note": [1, 2],
    }
    assert after.last_update_time_since_epoch > before.last_update_time_since_epoch


def test_a_node_without_a_record_gets_one_as_a_custom_property(service: MetadataService) -> None:
    type_id = put_context_type(service)
    put: Any = service.call("PutContexts", rpc.PutContextsRequest(contexts=[pb.Context(type_id=type_id, name="run")]))
    request = metrics.LogMetricsRequest(context_id=put.context_ids[0], series=[series("loss", (0, 1, 0.5))])
    service.call("LogMetrics", request)
    service.call("LogMetrics", request)
    found: Any = service.call("GetContextsByID", rpc.GetContextsByIDRequest(context_ids=put.context_ids))
    assert found.contexts[0].custom_properties[RECORD].string_value == '{"values": {"loss": 0.5}}'


@SQLITE_MOSTLY
def test_a_record_that_is_no_object_stays_and_the_answer_says_so(service: MetadataService, node: int) -> None:
    [artifact] = get_artifacts(service, node)
    artifact.properties[RECORD].string_value = "[1]"
    put_artifacts(service, artifact)
    assert log(service, node, series("loss", (0, 1, 0.5))).left_out == 1
    assert get_artifacts(service, node)[0].properties[RECORD].string_value == "[1]"
    assert history(service, node, "loss") == [(0, 1, 0.5)]


@SQLITE_MOSTLY
def test_a_record_shows_a_thousand_names_and_the_answer_counts_the_others(service: MetadataService, node: int) -> None:
    log(service, node, *[series(f"m{number}", (0, 1, 0.5)) for number in range(990)])
    answer = log(service, node, *[series(f"m{number}", (1, 1, 0.7)) for number in range(980, 1010)])
    values = shown(service, node)
    assert answer.left_out == 10
    assert len(values) == 1000
    assert (values["m989"], values["m999"]) == (0.7, 0.7)
    assert history(service, node, "m1009") == [(1, 1, 0.7)]


def test_metrics_are_listed_in_pages_with_first_latest_and_extremes(service: MetadataService, node: int) -> None:
    log(service, node, series("b", (1, 1, 3.0), (0, 1, 5.0), (2, 1, 4.0)), series("a", (0, 1, 1.0)))
    both = listed(service, node)
    assert [each.name for each in both] == ["b", "a"]
    point = metrics.MetricPoint
    first, latest = point(step=0, time=1, value=5.0), point(step=2, time=1, value=4.0)
    assert both[0] == metrics.Metric(name="b", latest=latest, count=3, first=first, least=3.0, greatest=5.0)
    assert listed(service, node, names=["b"], latest_only=True) == [metrics.Metric(name="b", latest=latest)]
    request = metrics.GetMetricsRequest(artifact_id=node, page_size=1)
    answer: Any = service.call("GetMetrics", request)
    assert [each.name for each in answer.metrics] == ["b"]
    assert [each.name for each in listed(service, node, page_token=answer.next_page_token)] == ["a"]


def test_calls_at_the_same_time_lose_nothing(service: MetadataService, node: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda step: log(service, node, series("loss", (step, 1, step / 10))), range(40)))
    assert len(history(service, node, "loss")) == 40
    assert shown(service, node) == {"loss": 3.9}


def test_many_points_are_written_and_read_at_once(service: MetadataService, node: int) -> None:
    points = [(step // 2, step, step / 7) for step in range(1234)]
    log(service, node, series("loss", *points))
    assert history(service, node, "loss", page_size=500) == points


@SQLITE_MOSTLY
def test_points_without_times_get_the_time_of_the_server(service: MetadataService, node: int) -> None:
    log(service, node, metrics.MetricSeries(name="loss", steps=[1, 2], values=[1, 2]))
    times = {time for _, time, _ in history(service, node, "loss")}
    assert len(times) == 1
    assert min(times) > 1_700_000_000_000


_GOOD = metrics.MetricSeries(name="loss", steps=[1], values=[1])
_BAD: dict[str, Callable[[int], metrics.LogMetricsRequest]] = {
    "names no node": lambda _: metrics.LogMetricsRequest(series=[_GOOD]),
    "has 0 points": lambda node: metrics.LogMetricsRequest(artifact_id=node),
    "has 100001 points": lambda node: metrics.LogMetricsRequest(
        artifact_id=node, series=[metrics.MetricSeries(name="x", values=[0] * 100_001)]
    ),
    "has no name": lambda node: metrics.LogMetricsRequest(
        artifact_id=node, series=[metrics.MetricSeries(steps=[1], values=[1])]
    ),
    "256 characters": lambda node: metrics.LogMetricsRequest(
        artifact_id=node, series=[metrics.MetricSeries(name="x" * 256, steps=[1], values=[1])]
    ),
    "character NUL": lambda node: metrics.LogMetricsRequest(
        artifact_id=node, series=[metrics.MetricSeries(name="a\0", steps=[1], values=[1])]
    ),
    "2 values, 1 step and 0 times": lambda node: metrics.LogMetricsRequest(
        artifact_id=node, series=[metrics.MetricSeries(name="x", steps=[1], values=[1, 2])]
    ),
    "1 value, 1 step and 2 times": lambda node: metrics.LogMetricsRequest(
        artifact_id=node, series=[metrics.MetricSeries(name="x", steps=[1], times=[1, 2], values=[1])]
    ),
}


@SQLITE_MOSTLY
@pytest.mark.parametrize("reason", _BAD)
def test_a_wrong_request_says_what_is_wrong(service: MetadataService, node: int, reason: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=reason):
        service.call("LogMetrics", _BAD[reason](node))
    assert listed(service, node) == []


@SQLITE_MOSTLY
def test_a_node_that_does_not_exist_is_named(service: MetadataService) -> None:
    with pytest.raises(errors.NotFoundError, match="no execution has the id 77"):
        service.call("LogMetrics", metrics.LogMetricsRequest(execution_id=77, series=[_GOOD]))
    with pytest.raises(errors.NotFoundError, match="no context has the id 77"):
        service.call("GetMetrics", metrics.GetMetricsRequest(context_id=77))


@SQLITE_MOSTLY
def test_a_page_that_is_none_is_refused(service: MetadataService, node: int) -> None:
    for wrong in ({"page_token": "x!"}, {"page_size": 50_001}, {"page_size": -1}):
        with pytest.raises(errors.InvalidArgumentError, match="page_"):
            history(service, node, "loss", **wrong)
        with pytest.raises(errors.InvalidArgumentError, match="page_"):
            listed(service, node, **wrong)


@SQLITE_MOSTLY
def test_a_reader_cannot_log(service: MetadataService, node: int) -> None:
    request = metrics.LogMetricsRequest(artifact_id=node, series=[_GOOD])
    with pytest.raises(errors.PermissionDeniedError, match="needs the role writer"):
        service.call("LogMetrics", request, caller=Caller("ann", Role.READER))
