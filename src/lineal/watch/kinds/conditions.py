"""The conditions of an object's status: which one is met, since when, and why.

A condition is named by its type, its status if that is not True, and its reason if that matters: `Complete`,
`Ready=False`, `Succeeded=False Cancelled`. What stays out: which state a condition means (`states.py`, `kinds/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lineal.watch.paths import mapping, values


@dataclass(frozen=True)
class Condition:
    """A condition as an object tells it.

    Attributes:
        type: what it is about, such as "Ready".
        status: "True", "False" or "Unknown".
        reason: a word for why it has this status, "" for none.
        message: the same in a sentence, "" for none.
        since: when it got this status (RFC 3339), "" if the object does not tell.

    """

    type: str
    status: str
    reason: str = ""
    message: str = ""
    since: str = ""


def conditions_of(obj: Any) -> list[Condition]:
    """Return the conditions of an object, in its order."""
    return [_condition(one) for one in map(mapping, values(obj, "status.conditions.*")) if one.get("type")]


def find_condition(obj: Any, name: str) -> Condition | None:
    """Return the condition of an object that has a name as above, None if it has none."""
    wanted, _, reason = name.partition(" ")
    kind, _, status = wanted.partition("=")
    for one in conditions_of(obj):
        if one.type == kind and one.status == (status or "True") and reason in ("", one.reason):
            return one
    return None


def _condition(told: dict[str, Any]) -> Condition:
    words = ("type", "status", "reason", "message", "lastTransitionTime")
    return Condition(*(word if isinstance(word := told.get(name), str) else "" for name in words))
