"""Points of curves: values by name and step.

What stays out: when they are sent (recording.py).
"""

from __future__ import annotations

import time as clock
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lineal.wire import metrics


@dataclass
class Curve:
    """The points of one metric; the three lists are index-aligned.

    Attributes:
        steps: the steps.
        times: milliseconds since the epoch.
        values: the values.

    """

    steps: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


class Points:
    """Points of metrics that wait to be sent."""

    def __init__(self) -> None:
        self._curves: dict[str, Curve] = {}

    def __len__(self) -> int:
        return sum(len(curve.steps) for curve in self._curves.values())

    @property
    def names(self) -> list[str]:
        """The names of the metrics."""
        return list(self._curves)

    def add(self, name: str, value: Any, step: int, time: int | None = None) -> None:
        """Add a point.

        Args:
            name: the metric.
            value: a number, of NumPy or a tensor of one number too.
            step: the step.
            time: milliseconds since the epoch; None for now.

        Raises:
            TypeError: the value is no number.

        """
        number = number_of(value)
        if number is None:
            raise TypeError(f"the value of the metric {name!r} is {value!r}, and not a number")
        curve = self._curves.setdefault(name, Curve())
        curve.steps.append(int(step))
        curve.times.append(clock.time_ns() // 1_000_000 if time is None else time)
        curve.values.append(number)

    def last(self) -> dict[str, float]:
        """Return the value of the highest step of each metric, of several the latest."""
        return {name: curve.values[_last(curve)] for name, curve in self._curves.items()}

    def series(self) -> list[metrics.MetricSeries]:
        """Return the points as a call sends them."""
        return [
            metrics.MetricSeries(name=name, steps=curve.steps, times=curve.times, values=curve.values)
            for name, curve in self._curves.items()
        ]

    def take(self) -> Points:
        """Return all points, and forget them here."""
        taken = Points()
        taken._curves, self._curves = self._curves, {}
        return taken

    def put_back(self, taken: Points) -> None:
        """Add points before those that came since they were taken."""
        for name, curve in self._curves.items():
            before = taken._curves.setdefault(name, Curve())
            before.steps += curve.steps
            before.times += curve.times
            before.values += curve.values
        self._curves = taken._curves


def _last(curve: Curve) -> int:
    return max(range(len(curve.steps)), key=lambda place: (curve.steps[place], place))


def number_of(value: Any) -> float | None:
    """Return a number as a float: one of NumPy, or a tensor with one number, too; None for what is none."""
    if isinstance(value, (str, bytes)) or value is None:
        return None
    try:
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def numbers_among(values: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers among some values by name."""
    found = {str(name): number_of(value) for name, value in values.items()}
    return {name: number for name, number in found.items() if number is not None}
