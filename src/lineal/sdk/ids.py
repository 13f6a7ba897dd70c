"""Ids of artifacts: a number, its text, or the object, dict or message that has it.

What stays out: whether a store has such an artifact (recording.py).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from typing import Any, Protocol, SupportsFloat, SupportsIndex, TypeAlias

from lineal.sdk import plain
from lineal.wire import metadata_store as pb

ARGUMENTS = ("data_set_id", "model_id")
"""The fields of records that ask for the id of an artifact."""
_DIGITS = re.compile(r"[0-9]{1,18}")


class HasId(Protocol):
    """An artifact of the SDK, or of a class of your own, that has an id once it is logged."""

    @property
    def id(self) -> int | None:
        """The id in the store, None before the artifact is logged."""


Id: TypeAlias = "str | SupportsIndex | SupportsFloat | HasId | Mapping[str, Any]"


def number(value: Any) -> int | None:
    """Return the id that a number or a text of digits is, None for anything else."""
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    if isinstance(value, float) and value.is_integer():  # from a column of pandas with gaps
        return int(value)
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def known(value: Any) -> int:
    """Return the id of an artifact that is named by its id, or by an object, a dict or a message that has one.

    Raises:
        ValueError: it says no id, such as an artifact that was not logged yet.

    """
    return _of_record("artifact", value) if _is_record(value) else _of_number("artifact", value)


def is_named(artifact: Any) -> bool:
    """Say whether something to log names a stored artifact, by an id or a record, and is no artifact itself."""
    return isinstance(artifact, (Mapping, pb.Artifact)) or number(artifact) is not None


def reference(argument: str, value: Any, *, not_of: tuple[str, ...] = ()) -> str | None:
    """Return the text of an argument that asks for the id of an artifact.

    Args:
        argument: its name.
        value: an id, or an object, a dict or a message that has one; a text is taken as it is, None stays None.
        not_of: the names of artifact types that the argument does not mean.

    Raises:
        ValueError: the artifact was not logged yet or is of one of those types, or the value says no id.

    """
    if value is None or isinstance(value, str):
        return plain.field_text(argument, value)
    if not _is_record(value):
        return str(_of_number(argument, value))
    if getattr(value, "ARTIFACT_TYPE_NAME", None) in not_of:
        raise ValueError(f"'{argument}' is a {type(value).__name__}; pass an artifact of the kind that the name says")
    return str(_of_record(argument, value))


def _is_record(value: Any) -> bool:
    if isinstance(value, type):
        return False
    return isinstance(value, (Mapping, pb.Artifact)) or hasattr(value, "ARTIFACT_TYPE_NAME")


def _of_record(argument: str, record: Any) -> int:
    found = record.get("id") if isinstance(record, Mapping) else getattr(record, "id", None)
    if not found:  # None, and 0 in a message
        kind = type(record).__name__
        raise ValueError(
            f"'{argument}' is a {kind} without an id: it was not logged yet. Log it first, with log_input or log_output"
        )
    return _of_number(argument, found)


def _of_number(argument: str, value: Any) -> int:
    found = number(value)
    if found is None:
        raise ValueError(f"'{argument}' must be an id or an artifact that was logged, got {_shown(value)}; pass its id")
    return found


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, (str, float, bool)) and len(str(value)) < 100 else type(value).__name__
