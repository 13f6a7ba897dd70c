"""What the catalogue answers about many records: counts, facets, columns, suggestions, series and totals."""

from __future__ import annotations

from dataclasses import dataclass, field

from lineal.catalogue.shapes.records import KindName
from lineal.json_shapes import Decimal


@dataclass(frozen=True)
class Count:
    """How many nodes fit. If not exact, there are at least so many ("10,000+")."""

    count: int
    exact: bool
    complete: bool = True


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet. `term` is what to add to the search to keep only these."""

    value: str
    label: str
    count: int
    term: str


@dataclass(frozen=True)
class Facet:
    """The values of one key with counts, most frequent first.

    Attributes:
        key: "type", "state", "workspace", "run" or "label.K".
        values: the most frequent values.
        more: how many further values there are.
        exact: whether all nodes that fit were counted; if not, the counts are those among `Facets.counted` of them.
    """

    key: str
    values: list[FacetValue]
    more: int
    exact: bool


@dataclass(frozen=True)
class Facets:
    """Facets under a search. A facet whose key the search names is counted without those terms.

    Attributes:
        facets: the fixed ones first, then one for each of the most frequent label keys.
        created: how many were created in each of up to 24 equal spans of time, oldest first.
        counted: how many nodes were looked at.
        exact: whether those were all that fit.
    """

    facets: list[Facet]
    created: list[TimeSpan]
    counted: int
    exact: bool
    complete: bool = True


@dataclass(frozen=True)
class TimeSpan:
    """A span of time, the end not included, and a count."""

    start: int
    end: int
    count: int


@dataclass(frozen=True)
class Column:
    """Something that rows can show as a column.

    Attributes:
        key: "prop.K", "label.K" or "metric.K".
        kinds: the kinds of values that were seen.
        filled: how many of the nodes looked at have it.
        distinct: how many different values they have; at most 100 are counted.
        internal: whether it is bookkeeping of a writer.
    """

    key: str
    kinds: list[str]
    filled: int
    distinct: int
    internal: bool


@dataclass(frozen=True)
class Columns:
    """The columns that a search's nodes fill, most filled first, seen in up to 2,000 of them.

    Attributes:
        columns: the columns. Metrics of the other nodes are among them, with 0 nodes that have it.
        counted: how many nodes were looked at.
        exact: whether those were all that fit.
        all_metrics: whether all metrics are among the columns. If the store has more than 500 names of metrics, only
            the first 500 are looked for in the nodes that were not counted.
    """

    columns: list[Column]
    counted: int
    exact: bool
    all_metrics: bool = True


@dataclass(frozen=True)
class Suggestion:
    """A key or a value that a search could go on with, and how many nodes have it."""

    text: str
    count: int
    term: str


@dataclass(frozen=True)
class Suggestions:
    """Suggestions, most frequent first; counted among `counted` nodes, all of them if `exact`."""

    items: list[Suggestion]
    counted: int
    exact: bool


@dataclass(frozen=True)
class Point:
    """One value of a metric, and when it was measured."""

    time: int
    value: Decimal
    node: str
    version: str | None
    reporter: str


@dataclass(frozen=True)
class Series:
    """The points of one group.

    Attributes:
        group: the labels or fields that the points share.
        points: in the order of time.
        total: how many points there are; if more than are listed, each span keeps its least, greatest, first and last.
    """

    group: dict[str, str]
    points: list[Point]
    total: int
    downsampled: bool


@dataclass(frozen=True)
class SeriesName:
    """A series without its points: how many values it has, and when the newest one was measured."""

    group: dict[str, str]
    total: int
    newest: int


@dataclass(frozen=True)
class MetricSeries:
    """A metric over time and versions.

    Attributes:
        series: the series with their points.
        exact: whether all values of the metric that may be of the period were looked at.
        left_out: how many values of the metric in the store nobody looked at although they may be of the period; 0 if
            exact. Of more than 100,000, the newest of those written in the period are looked at first, then those
            written after it.
        others: the series beyond those asked for, those with the newest values first, 1,000 at most.
        groups: how many series there are in all.
    """

    metric: str
    series: list[Series]
    exact: bool
    left_out: int = 0
    others: list[SeriesName] = field(default_factory=list)
    groups: int = 0


@dataclass(frozen=True)
class Growth:
    """How many nodes of a kind were created in each span of time."""

    kind: KindName
    spans: list[TimeSpan]


@dataclass(frozen=True)
class Totals:
    """How much the store holds, and how far the search index is.

    Attributes:
        artifacts, executions, contexts, events: how many of each.
        newest: when anything was last written, None in an empty store; poll this to know whether to read again.
        searchable: whether labels and metrics can be searched.
        complete: whether the search index has caught up.
        unindexed: how many nodes searches do not find by their content; `lineal doctor` lists them with the reasons.
    """

    artifacts: int
    executions: int
    contexts: int
    events: int
    newest: int | None
    searchable: bool
    complete: bool
    unindexed: int = 0
