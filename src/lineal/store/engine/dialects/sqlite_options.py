"""Values of the options in a SQLite URL.

What stays out: what an option does (sqlite.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from lineal import errors
from lineal.config import require_range


def one_of(value: str, allowed: Sequence[str], name: str) -> str:
    """Return an option's value if it is one of those allowed."""
    found = next((each for each in allowed if each.lower() == value.lower()), None)
    if found is None:
        raise errors.InvalidArgumentError(f"{name} is {value!r} in the database URL; it can be {', '.join(allowed)}")
    return found


def seconds(value: str | float) -> float:
    """Return a waiting time in seconds, given as a number or a text."""
    try:
        seconds = float(value)
    except ValueError:
        raise errors.InvalidArgumentError(
            f"busy_timeout is {value!r} in the database URL; it is a number of seconds"
        ) from None
    require_range("busy_timeout in the database URL", seconds, 0, 86400)
    return seconds
