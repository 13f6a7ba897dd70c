"""Values of Katib's metrics that are no numbers, and so are left out.

What stays out: reading those that are (`kinds/katib.py`).
"""

from __future__ import annotations

from lineal.watch.handlers import Seen
from lineal.watch.kinds.numbers import named, number
from lineal.watch.made.made import NOT_UNDERSTOOD, Made
from lineal.watch.paths import values
from lineal.watch.records import Problem

_METRICS = ("status.observation.metrics.*", "status.currentOptimalTrial.observation.metrics.*")
_NO_VALUES = (None, "", "unavailable")
"""What Katib writes if a Trial did not report a metric."""


def odd_metrics(seen: Seen) -> Made:
    """Return a problem for each metric of a Trial, or of an Experiment's best one, with a value that is no number."""
    several = {name: one for path in _METRICS for name, one in named(values(seen.object, path)).items()}
    odd = [name for name, one in several.items() if any(_is_odd(one.get(key)) for key in ("min", "max", "latest"))]
    text = "a value of the metric {!r} is no number, so it is left out"
    return Made(problems=tuple(Problem(NOT_UNDERSTOOD, f"{seen}: {text.format(name)}") for name in odd))


def _is_odd(value: object) -> bool:
    return value not in _NO_VALUES and number(value) is None
