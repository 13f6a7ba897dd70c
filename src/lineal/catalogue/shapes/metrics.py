"""What the catalogue answers about points of metrics. Times are milliseconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass

from lineal.json_shapes import Decimal


@dataclass(frozen=True)
class MetricPoint:
    """A value of a metric at a step and a time."""

    step: int
    time: int
    value: Decimal


@dataclass(frozen=True)
class LoggedMetric:
    """A metric of an artifact.

    Attributes:
        name: its name.
        latest: the point with the highest step, then the latest time.
        count: how many points it has; null, as all below, if only the latest was asked for.
        first: the point with the lowest step, then the earliest time.
        least: the least value; null if all are NaN.
        greatest: the greatest value; null if all are NaN.
    """

    name: str
    latest: MetricPoint
    count: int | None = None
    first: MetricPoint | None = None
    least: Decimal | None = None
    greatest: Decimal | None = None


@dataclass(frozen=True)
class LoggedMetrics:
    """A page of the metrics of an artifact, in the order in which they began."""

    items: list[LoggedMetric]
    next_cursor: str | None


@dataclass(frozen=True)
class LatestMetrics:
    """The latest points of the names to which points were added.

    Attributes:
        items: one for each name.
        left_out: how many of the names are not among the `values` of the record, which hold 1,000 at most.
    """

    items: list[LoggedMetric]
    left_out: int


@dataclass(frozen=True)
class MetricHistory:
    """A page of the points of a metric, ordered by step, time and value; the three lists are index-aligned."""

    name: str
    steps: list[int]
    times: list[int]
    values: list[Decimal]
    next_cursor: str | None


@dataclass(frozen=True)
class ComparedMetric:
    """The latest value of a metric of a record.

    Attributes:
        name: the metric.
        metrics_type: how it was measured, such as validation or production; null if nothing says so.
        time: when it was measured.
        value: the value.
    """

    name: str
    metrics_type: str | None
    time: int
    value: Decimal


@dataclass(frozen=True)
class RecordMetrics:
    """The metrics of one record, by name and by how they were measured."""

    key: str
    metrics: list[ComparedMetric]


@dataclass(frozen=True)
class ComparedMetrics:
    """The metrics of records, in the order of the keys asked for; `exact` says whether all reports were read."""

    items: list[RecordMetrics]
    exact: bool


@dataclass(frozen=True)
class MetricName:
    """A metric that records have points of.

    Attributes:
        name: its name.
        keys: the records, in the order asked for.
        is_curve: whether one of them has points at more than one step or time.
        has_steps: whether one of them has points at more than one step.
    """

    name: str
    keys: list[str]
    is_curve: bool
    has_steps: bool


@dataclass(frozen=True)
class MetricNames:
    """The metrics that records have points of, by name; `missing` are the keys of records that do not exist."""

    items: list[MetricName]
    missing: list[str]


@dataclass(frozen=True)
class CurveSpans:
    """The spans of neighbouring points that a thinned curve was made of; the four lists are index-aligned.

    Attributes:
        steps: the step of the last point of each span.
        times: its time.
        means: the mean of the values that are finite; NaN if none is.
        counts: how many values are finite.
    """

    steps: list[int]
    times: list[int]
    means: list[Decimal]
    counts: list[int]


@dataclass(frozen=True)
class Curve:
    """The points of a metric of one record, ordered by step, time and value; the three lists are index-aligned.

    Attributes:
        key: the record.
        first_time: the time of its first point, whether that is asked for or not.
        total: how many points the part that was asked for has. If they are more than were wanted, the first, the last,
            the least and the greatest of each span of neighbours are given, and one that is no number.
        not_finite: how many of them are NaN or infinite.
        not_positive: how many of them are finite and 0 or less.
        steps: the steps.
        times: the times.
        values: the values.
        spans: the spans; null if all points are given.
    """

    key: str
    first_time: int
    total: int
    not_finite: int
    not_positive: int
    steps: list[int]
    times: list[int]
    values: list[Decimal]
    spans: CurveSpans | None


@dataclass(frozen=True)
class Curves:
    """The curves of one metric, of those of the records that have points of it, in the order asked for."""

    name: str
    items: list[Curve]
    missing: list[str]
