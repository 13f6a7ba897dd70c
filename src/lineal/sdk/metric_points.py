"""Points of a metric: adding them to a record that was logged, and reading them again.

Every point has a step and a time before it is sent, and identical points are kept once, so a call is repeated after a
lost answer without harm. What stays out: the record itself (artifacts.py), and the rules (lineal.service).
"""

from __future__ import annotations

import time as clock
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar, Union

from lineal.client import MetadataStore
from lineal.counting import amount
from lineal.sdk import artifact_lineage, plain, typos
from lineal.sdk.retry import retrying
from lineal.wire import metrics as pb

LONGEST_CALL = 20_000
"""How many points one call carries; more are sent in several calls."""
_LARGEST = 2**63 - 1
_Answer = TypeVar("_Answer")
Time = Union[datetime, int, None]
Point = Union["tuple[str, Any, int]", "tuple[str, Any, int, Time]"]


class Columns(Protocol):
    """Columns of values by name: a mapping, or a DataFrame of pandas."""

    def items(self) -> Iterable[tuple[Any, Any]]:
        """Return names and columns."""


class History(NamedTuple):
    """The points of one metric, ordered by step, time and value; the three lists are index-aligned.

    Attributes:
        steps: the steps.
        times: milliseconds since the epoch.
        values: the values, which may be NaN or infinite.

    """

    steps: list[int]
    times: list[int]
    values: list[float]


class _Columns(NamedTuple):
    steps: list[int]
    times: list[int]
    values: list[float]


def log(record: Any, values: Mapping[str, Any], *, step: Any, time: Time, store: Any) -> None:
    """Add one point for each name; see `Metrics.log`."""
    place = _Place.of(record, store)
    if not isinstance(values, Mapping):
        raise TypeError(f"'values' must map names to numbers, got {type(values).__name__}; write {{'loss': 0.3}}")
    at = _time(time)
    numbers = {_name(name): _number(name, value) for name, value in values.items()}
    if not numbers:
        return
    chosen = place.next_step() if step is None else _whole("step", step)
    place.send({name: _Columns([chosen], [at], [number]) for name, number in numbers.items()})


def log_points(
    record: Any, points: Any, *, steps: Iterable[Any] | None, times: Iterable[Time] | None, store: Any
) -> None:
    """Add many points; see `Metrics.log_points`."""
    place = _Place.of(record, store)
    if callable(getattr(points, "items", None)):
        place.send(_of_columns(points, steps, times, place))
    elif steps is not None or times is not None:
        raise ValueError("'steps' and 'times' go with columns; in a list, each point has its own: ('loss', 0.3, 7)")
    else:
        place.send(_of_list(points))


def history_pages(
    record: Any,
    name: str,
    *,
    first_step: Any,
    last_step: Any,
    page_size: int,
    store: Any,
) -> Iterator[History]:
    """Yield the points of a metric in pages; see `Metrics.history_pages`."""
    place = _Place.of(record, store)
    request = pb.GetMetricHistoryRequest(artifact_id=place.artifact_id, name=_name(name), page_size=page_size)
    if first_step is not None:
        request.first_step = _whole("first_step", first_step)
    if last_step is not None:
        request.last_step = _whole("last_step", last_step)
    send = place.call("_get_metric_history")
    while True:
        answer: pb.GetMetricHistoryResponse = retrying(lambda: send(request))
        found = answer.series
        yield History(list(found.steps), list(found.times), list(found.values))
        if not answer.next_page_token:
            return
        request.page_token = answer.next_page_token


def joined(pages: Iterable[History]) -> History:
    """Return all pages as one history."""
    whole = History([], [], [])
    for page in pages:
        whole.steps.extend(page.steps)
        whole.times.extend(page.times)
        whole.values.extend(page.values)
    return whole


class _Place(NamedTuple):
    """A record in a store."""

    record: Any
    artifact_id: int
    client: MetadataStore

    @classmethod
    def of(cls, record: Any, store: Any) -> _Place:
        """Return where a record is stored.

        Raises:
            ValueError: it was not logged, or its store is not known.

        """
        artifact_id = record.id
        given: Any = store  # or a Store, which has the client
        client: MetadataStore | None = getattr(given, "store", given) or artifact_lineage.home_of(record)
        if artifact_id is None:
            raise ValueError(
                "the metrics have no record yet: log them first, as in execution.log_output(metrics), and then their "
                "points"
            )
        if client is None:
            raise ValueError(
                f"the metrics {artifact_id} were not logged by this process, so their store is not known here; pass "
                "'store': log(..., store=workspace.store)"
            )
        return cls(record, artifact_id, client)

    def call(self, name: str) -> Callable[[Any], Any]:
        """Return a call of the client.

        Raises:
            ValueError: it is the official client, which has no such call.

        """
        found: Callable[[Any], Any] | None = getattr(self.client, name, None)
        if found is None:
            raise ValueError(
                "the official client has no points of metrics; open the store with metadata.Store(...) or "
                "lineal.connect(url)"
            )
        return found

    def next_step(self) -> int:
        """Return the step after the highest that this object has logged, or that the record has when it begins."""
        known = _highest.get(self.record, self.artifact_id)
        return (self._highest_stored() if known is None else known) + 1

    def _highest_stored(self) -> int:
        """Return the highest step of the record; -1 if it has no points."""
        send = self.call("_get_metrics")
        request = pb.GetMetricsRequest(artifact_id=self.artifact_id, latest_only=True)
        highest = -1
        while True:
            answer: pb.GetMetricsResponse = retrying(lambda: send(request))
            highest = max([highest, *[each.latest.step for each in answer.metrics]])
            if not answer.next_page_token:
                return highest
            request.page_token = answer.next_page_token

    def send(self, points: Mapping[str, _Columns]) -> None:
        """Send points in calls of up to LONGEST_CALL, and let the record show the latest values."""
        send = self.call("_log_metrics")
        left_out = 0
        for series in _calls(points):
            request = pb.LogMetricsRequest(artifact_id=self.artifact_id, series=series)
            answer: pb.LogMetricsResponse = retrying(lambda: send(request))  # noqa: B023 it is called at once
            left_out = max(left_out, answer.left_out)
            self._show(answer, series)
        if left_out:
            self._warn(left_out)

    def _show(self, answer: pb.LogMetricsResponse, series: Sequence[pb.MetricSeries]) -> None:
        shown = self.record.values or {}
        if isinstance(shown, Mapping) and not answer.left_out:
            self.record.values = {**shown, **{each.name: each.point.value for each in answer.latest}}
        elif isinstance(shown, Mapping):
            known = {each.name: each.point.value for each in answer.latest if each.name in shown}
            self.record.values = {**shown, **known}
        _highest.note(self.record, self.artifact_id, max(max(each.steps) for each in series))

    def _warn(self, left_out: int) -> None:
        typos.warn(
            f"the record {self.artifact_id} shows the latest values of 1,000 metrics at most, so {left_out} of these "
            "are not in its 'values' and no search finds them; their points are stored, and history() reads them"
        )


class _HighestSteps:
    """The highest step that each object has logged, beside the objects: an attribute would be in their records."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[object], int, int]] = {}

    def get(self, record: object, artifact_id: int) -> int | None:
        """Return the highest step of an object, or None if it has logged none for this id."""
        reference, of_id, step = self._known.get(id(record), (None, None, None))
        return step if reference is not None and reference() is record and of_id == artifact_id else None

    def note(self, record: object, artifact_id: int, step: int) -> None:
        """Record that an object has logged a step."""
        key, known = id(record), self.get(record, artifact_id)
        reference = weakref.ref(record, lambda _: self._known.pop(key, None) and None)
        self._known[key] = (reference, artifact_id, step if known is None else max(step, known))


_highest = _HighestSteps()


def _calls(points: Mapping[str, _Columns]) -> Iterator[list[pb.MetricSeries]]:
    """Yield the series of each call."""
    series: list[pb.MetricSeries] = []
    room = LONGEST_CALL
    for name, columns in points.items():
        start = 0
        while start < len(columns.steps):
            end = start + room
            steps, times, values = columns.steps[start:end], columns.times[start:end], columns.values[start:end]
            series.append(pb.MetricSeries(name=name, steps=steps, times=times, values=values))
            start, room = end, room - len(steps)
            if not room:
                yield series
                series, room = [], LONGEST_CALL
    if series:
        yield series


def _of_columns(
    points: Any, steps: Iterable[Any] | None, times: Iterable[Time] | None, place: _Place
) -> dict[str, _Columns]:
    """Return columns of values by name with the steps and times that all of them have."""
    values = {_name(name): _numbers(name, column) for name, column in points.items()}
    length = max(map(len, values.values()), default=0)
    if steps is None:
        first = place.next_step() if length else 0
        chosen = list(range(first, first + length))
    else:
        chosen = [_whole("step", each) for each in _plain(steps)]
    at = [_time(None)] * len(chosen) if times is None else [_time(each) for each in _plain(times)]
    lengths = {"times": len(at), **{name: len(column) for name, column in values.items()}}
    for name, count in lengths.items():
        if count != len(chosen):
            raise ValueError(
                f"{name!r} has {amount(count, 'entries')}, and there are {amount(len(chosen), 'steps')}; give one for "
                "each step"
            )
    return {name: _Columns(chosen, at, column) for name, column in values.items() if column}


def _of_list(points: Iterable[Any]) -> dict[str, _Columns]:
    """Return points of (name, value, step) or (name, value, step, time) as columns by name."""
    now = _time(None)
    found: dict[str, _Columns] = {}
    for point in points:
        if not isinstance(point, Sequence) or isinstance(point, str) or len(point) not in (3, 4):
            raise ValueError(f"{point!r} is not a point; write ('loss', 0.3, 7), or ('loss', 0.3, 7, time)")
        name, value, step, *time = point
        columns = found.get(name) or found.setdefault(_name(name), _Columns([], [], []))
        columns.values.append(_number(name, value))
        columns.steps.append(_whole("step", step))
        columns.times.append(_time(time[0]) if time and time[0] is not None else now)
    return found


def _name(name: Any) -> str:
    text = plain.text_of(name)
    if not text:
        raise ValueError(f"the name of a metric must be a text, got {name!r}")
    return text


def _numbers(name: str, column: Any) -> list[float]:
    values = _plain(column)
    if all(type(each) is float for each in values):
        return values
    return [_number(name, each) for each in values]


def _plain(column: Any) -> list[Any]:
    """Return a column as a list; an array of NumPy turns into plain numbers at once."""
    return list(column.tolist() if hasattr(column, "tolist") else column)


def _number(name: str, value: Any) -> float:
    """Return a number as a float, as NumPy's scalars, arrays and tensors of one number, Decimal and Fraction can be.

    Raises:
        TypeError: it is none.

    """
    try:
        if not isinstance(value, (str, bytes)) and value is not None:
            return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError, OverflowError):
        pass
    raise TypeError(f"the value of the metric {name!r} is {value!r}, and not a number that a float holds")


def _whole(name: str, value: Any) -> int:
    """Return a whole number of 64 bits.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is too large.

    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"'{name}' is {value!r}, and must be a whole number")
    found: int = value.__index__()
    if not -_LARGEST <= found <= _LARGEST:
        raise ValueError(f"'{name}' is {found}, which does not fit into 64 bits")
    return found


def _time(value: Any) -> int:
    """Return a time in milliseconds since the epoch; a datetime without a time zone is local time, None is now.

    Raises:
        TypeError: it is none.

    """
    if value is None:
        return clock.time_ns() // 1_000_000
    if isinstance(value, datetime):
        return round(value.timestamp() * 1000)
    return _whole("time", value)
