"""Numbers in the status of an object, which are often written as texts.

What stays out: what they measure (the kinds).
"""

from __future__ import annotations

import math
from typing import Any

from lineal.watch.paths import mapping


def numbers(named: list[Any], *keys: str) -> dict[str, float]:
    """Return the numbers of a list of objects with `name`, each from the first key that has one that is finite."""
    read: dict[str, float] = {}
    for one in map(mapping, named):
        found = (number(one.get(key)) for key in keys)
        value = next((each for each in found if each is not None), None)
        if value is not None and isinstance(one.get("name"), str):
            read[one["name"]] = value
    return read


def number(told: Any) -> float | None:
    """Return a number, or one that a text holds; None if it is none or not finite."""
    try:
        read = float(told)
    except (TypeError, ValueError, OverflowError):
        return None
    return read if math.isfinite(read) and not isinstance(told, bool) else None
