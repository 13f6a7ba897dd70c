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
        count: how many points it has; None, as all below, if only the latest was asked for.
        first: the point with the lowest step, then the earliest time.
        least: the least value; None if all are NaN.
        greatest: the greatest value; None if all are NaN.
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
        metrics_type: how it was measured, such as validation or production; None if nothing says so.
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
