"""Curves of metrics: which metrics records have points of, and those points of one that a chart needs.

A curve with more points than are wanted is cut into spans of neighbours. The first, the last, the least and the
greatest point of each stay: no peak is lost. Its mean stays too, so that a program can smooth all values. What stays
out: points as pages (metric_points.py), and values that evaluations report (series.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lineal import deadlines
from lineal.catalogue import shapes
from lineal.catalogue.cards import key_of, read_key
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.engine.session import Row, Session
from lineal.store.rows import curves as curve_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.curves import Ends, Part
from lineal.store.rows.metrics import FINITE, StoredPoint

_OF_A_SPAN = 4
_KINDS = (ARTIFACT, EXECUTION)


@dataclass(frozen=True)
class Range:
    """The part of an axis that is wanted; None means no end.

    Attributes:
        axis: "step", "time" (milliseconds since the epoch) or "elapsed" (milliseconds since the first point).
        first: where it begins.
        last: where it ends.
    """

    axis: str = "step"
    first: int | None = None
    last: int | None = None

    def part(self, first_time: int) -> Part:
        """Return the points of a metric whose first point is of a time."""
        zero = first_time if self.axis == "elapsed" else 0
        fields = ("first_step", "last_step") if self.axis == "step" else ("first_time", "last_time")
        ends = {
            name: _bounded(end + zero)
            for name, end in zip(fields, (self.first, self.last), strict=True)
            if end is not None
        }
        return Part(**ends)


def _bounded(number: int) -> int:
    return max(-(2**63), min(number, 2**63 - 1))


def names(session: Session, keys: Sequence[str]) -> shapes.MetricNames:
    """Return the metrics that records, given by their keys, have points of."""
    existing, missing = _existing(session, keys)
    found: dict[str, list[tuple[str, Ends]]] = {}
    ends = _ends(session, existing)
    for key in existing:
        for each in ends.get(key, ()):
            found.setdefault(each.name, []).append((key, each))
    items = [
        shapes.MetricName(
            name,
            [key for key, _ in found[name]],
            is_curve=any(each[3:5] != each[5:7] for _, each in found[name]),
            has_steps=any(each.first_step != each.last_step for _, each in found[name]),
        )
        for name in sorted(found)
    ]
    return shapes.MetricNames(items, missing)


def curves(session: Session, keys: Sequence[str], name: str, wanted: Range, *, points: int) -> shapes.Curves:
    """Return the curves of a metric.

    Args:
        session: the transaction.
        keys: the records.
        name: the metric.
        wanted: the part of the curves.
        points: how many points of each are given at most, and the spans of a longer one are a fourth as many.
    """
    existing, missing = _existing(session, keys)
    ends = _ends(session, existing, name)
    items = [_curve(session, key, each, wanted, points) for key in existing for each in ends.get(key, ())]
    return shapes.Curves(name, items, missing)


def _existing(session: Session, keys: Sequence[str]) -> tuple[dict[str, tuple[Kind, int]], list[str]]:
    """Return the keys of records that the caller sees, with their kinds and ids, and the other keys."""
    read = {key: read_key(key) for key in keys}
    known = {
        kind: node_rows.existing_ids(session, kind, [i for each, i in read.values() if each is kind]) for kind in _KINDS
    }
    existing = {key: (kind, node_id) for key, (kind, node_id) in read.items() if node_id in known.get(kind, ())}
    return existing, [key for key in read if key not in existing]


def _ends(session: Session, keys: Mapping[str, tuple[Kind, int]], name: str | None = None) -> dict[str, list[Ends]]:
    found: dict[str, list[Ends]] = {}
    for kind in _KINDS:
        for each in curve_rows.ends(session, kind, [i for of_kind, i in keys.values() if of_kind is kind], name):
            found.setdefault(key_of(kind, each.node_id), []).append(each)
    return found


def _curve(session: Session, key: str, ends: Ends, wanted: Range, points: int) -> shapes.Curve:
    part = wanted.part(ends.first_time)
    total = curve_rows.count(session, ends.id, part)
    size = 1 if total <= points else math.ceil(total / max(1, points // _OF_A_SPAN))
    thinned = _Thinned()
    for rows in _cut(curve_rows.pieces(session, ends.id, part), size if size > 1 else points):
        deadlines.check()
        thinned.add(rows, is_whole=size == 1)
    return thinned.curve(key, ends.first_time, total)


def _cut(pieces: Iterable[Sequence[Row]], size: int) -> Iterator[list[Row]]:
    """Yield the rows of pieces in lists of a size; the last one may be shorter."""
    rest: list[Row] = []
    for piece in pieces:
        rest += piece
        whole = len(rest) - len(rest) % size
        for start in range(0, whole, size):
            yield rest[start : start + size]
        rest = rest[whole:]
    if rest:
        yield rest


class _Thinned:
    """What is kept of a curve, while its points are read."""

    def __init__(self) -> None:
        self._kept: list[Row] = []
        self._spans = shapes.CurveSpans([], [], [], [])
        self._not_finite = self._not_positive = 0

    def add(self, rows: Sequence[Row], *, is_whole: bool) -> None:
        """Keep all points of a span, or those that matter."""
        finite = [row for row in rows if row[3] == FINITE]
        self._not_finite += len(rows) - len(finite)
        self._not_positive += sum(row[2] <= 0 for row in finite)
        if is_whole:
            self._kept += rows
            return
        self._kept += _extremes(rows, finite)
        self._spans.steps.append(rows[-1][0])
        self._spans.times.append(rows[-1][1])
        self._spans.means.append(_mean([row[2] for row in finite]))
        self._spans.counts.append(len(finite))

    def curve(self, key: str, first_time: int, total: int) -> shapes.Curve:
        """Return the curve."""
        return shapes.Curve(
            key,
            first_time,
            total,
            self._not_finite,
            self._not_positive,
            steps=[row[0] for row in self._kept],
            times=[row[1] for row in self._kept],
            values=[row[2] if row[3] == FINITE else StoredPoint._make(row).meant for row in self._kept],
            spans=self._spans if self._spans.steps else None,
        )


def _extremes(rows: Sequence[Row], finite: Sequence[Row]) -> list[Row]:
    """Return the first, the last, the least and the greatest of rows, and the first of each kind that is not finite."""
    chosen = {id(rows[0]), id(rows[-1])}
    if finite:
        chosen |= {id(min(finite, key=_value)), id(max(finite, key=_value))}
    odd: dict[int, Row] = {}
    if len(finite) < len(rows):
        for row in rows:
            if row[3] != FINITE:
                odd.setdefault(row[3], row)
    chosen |= {id(row) for row in odd.values()}
    return [row for row in rows if id(row) in chosen]


def _value(row: Row) -> float:
    return float(row[2])


def _mean(values: Sequence[float]) -> float:
    """Return the mean of values; their sum may be beyond what a float can hold."""
    if not values:
        return math.nan
    try:
        return math.fsum(values) / len(values)
    except OverflowError:
        return math.fsum(value / len(values) for value in values)
