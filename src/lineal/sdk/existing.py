"""What becomes of an artifact that equals a stored one and has other values: `on_existing`.

What stays out: finding the stored artifact (recording.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeAlias, get_args

from lineal import errors
from lineal.nearest import hint
from lineal.sdk import kept

OnExisting: TypeAlias = Literal["keep", "update", "new_version", "error"]
"""keep: the stored values, with a warning; update: those given; new_version: another record; error: neither."""

KEEP: OnExisting = "keep"
MOST_VERSIONS = 1000
"""How many versions may be taken in a row before another name is asked for."""
_NUMBER_AT_END = re.compile(r"(.*?)([0-9]+)", re.DOTALL)
_ELSEWHERE = ("labels", "description")


def check(on_existing: str) -> None:
    """Refuse a word that is no choice.

    Raises:
        ValueError: it is none.

    """
    choices = get_args(OnExisting)
    if on_existing not in choices:
        near = hint(str(on_existing), choices)
        raise ValueError(f"'on_existing' must be one of {', '.join(map(repr, choices))}, got {on_existing!r}{near}")


def next_version(version: str | None) -> str:
    """Return the version after one: its last number and one more, as wide as it was, or "2" or "-2" at its end.

    >>> next_version(None), next_version("v1.9"), next_version("007"), next_version("model_version_x")
    ('2', 'v1.10', '008', 'model_version_x-2')
    """
    if not version:
        return "2"
    found = _NUMBER_AT_END.fullmatch(version)
    return f"{found[1]}{str(int(found[2]) + 1).zfill(len(found[2]))}" if found else f"{version}-2"


def highest_version(version: str, others: Iterable[str]) -> str:
    """Return the version with the highest last number, of one and of those others that are like it before the number.

    >>> highest_version("v1.9", ["v1.10", "v2.99", "final"])
    'v1.10'
    """
    own = _NUMBER_AT_END.fullmatch(version)
    if own is None:
        return version
    found = [own, *(other for each in others if (other := _NUMBER_AT_END.fullmatch(each)) and other[1] == own[1])]
    return max(found, key=lambda each: int(each[2])).string


def patch(given: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the patch that gives a stored record the values that it lacks; what was not given stays."""
    names = kept.differing(given, stored)
    found = {name: given[name] for name in names if name in _ELSEWHERE}
    properties = {name: given[name] for name in names if name not in _ELSEWHERE}
    return {**found, "properties": properties} if properties else found


def refused(what: str, names: list[str]) -> errors.AlreadyExistsError:
    """Return the error of an artifact that is stored with other values."""
    return errors.AlreadyExistsError(
        f"{what} is stored with other values of {', '.join(names)}; nothing was logged. Pass another version, or "
        "on_existing='update' or 'new_version'"
    )
