"""The keys that a search may name, as data: what each is, which operators it takes, and an example of it."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass


class Sort(enum.Enum):
    """How the values of a key are read and compared."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    EITHER = "either"


_TEXTUAL = (":", "=", "!=")
LISTING = (":", "=", "==", "!=")
"""The operators that take several values."""
_ORDERED = ("=", "!=", ">", ">=", "<", "<=")


@dataclass(frozen=True)
class KeyField:
    """One key, or one family of keys.

    Attributes:
        sort: how values are compared.
        operators: the operators it takes.
        is_family: whether it is followed by a dot and a name.
        example: a term that uses it.
        meaning: what it says, in one line.
    """

    sort: Sort
    operators: tuple[str, ...]
    is_family: bool
    example: str
    meaning: str


def _text(example: str, meaning: str) -> KeyField:
    return KeyField(Sort.TEXT, _TEXTUAL, False, example, meaning)


FIELDS: Mapping[str, KeyField] = {
    "type": KeyField(
        Sort.TEXT,
        (":", "=", "==", "!="),
        False,
        "type:model",
        "the type; = takes a kind, the whole name or its last part, and == the whole name alone",
    ),
    "name": _text("name:churn", "the name"),
    "state": _text("state=live", "the state"),
    "uri": _text("uri:s3://bucket", "the uri"),
    "id": KeyField(Sort.NUMBER, (":", *_ORDERED), False, "id=12,14", "the id"),
    "workspace": _text("workspace=bakery", "the workspace, or the pipeline"),
    "run": _text("run:nightly", "the run"),
    "alias": _text("alias=production", "an alias among the versions of a name"),
    "error": _text('error:"out of memory"', "why an execution failed: the type, message or traceback"),
    "created": KeyField(Sort.TIME, (":", *_ORDERED), False, "created:7d", "when it was created"),
    "updated": KeyField(Sort.TIME, (":", *_ORDERED), False, "updated>2024-05-01", "when it was last changed"),
    "ran": KeyField(Sort.TIME, (":", *_ORDERED), False, "ran:12h", "when an execution ran last: its end, or its start"),
    "archived": KeyField(
        Sort.TIME,
        (":", *_ORDERED),
        False,
        "archived:7d",
        "when it was archived; -has:archived finds what is not archived",
    ),
    "label": KeyField(Sort.TEXT, _TEXTUAL, True, "label.team=fraud", "a label"),
    "prop": KeyField(Sort.EITHER, (":", *_ORDERED), True, "prop.learning_rate<0.1", "a property, also inside JSON"),
    "metric": KeyField(Sort.NUMBER, (":", *_ORDERED), True, "metric.auc>0.9", "the latest value of a metric"),
}
FAMILIES = tuple(name for name, field in FIELDS.items() if field.is_family)
HAS = "has"
OPERATORS = ("==", "!=", ">=", "<=", ":", "=", ">", "<")
