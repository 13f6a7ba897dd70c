"""Numbers in the status of an object, which are often written as texts.

What stays out: what they measure (the kinds).
"""

from __future__ import annotations

import math
import re
from typing import Any

from lineal.watch.paths import mapping


def numbers(several: list[Any], *keys: str) -> dict[str, float]:
    """Return the numbers of a list of objects with `name`, each from the first key that has one that is finite."""
    found = {name: [number(one.get(key)) for key in keys] for name, one in named(several).items()}
    told = {name: next((each for each in several if each is not None), None) for name, several in found.items()}
    return {name: value for name, value in told.items() if value is not None}


def number(told: Any) -> float | None:
    """Return a number, or one that a text holds; None if it is none or not finite."""
    try:
        read = float(told)
    except (TypeError, ValueError, OverflowError):
        return None
    return read if math.isfinite(read) and not isinstance(told, bool) else None


def number_or_text(told: Any) -> int | float | str:
    """Return the number that a text holds, whole if it is written so, else the text."""
    text = str(told)
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    return text if (found := number(text)) is None else found


def named(several: list[Any]) -> dict[str, dict[str, Any]]:
    """Return the objects of a list by their `name`; those without one are left out."""
    read = map(mapping, several)
    return {one["name"]: one for one in read if isinstance(one.get("name"), str)}
