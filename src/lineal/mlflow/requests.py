"""What a rule of this package is given: a workspace and the checked fields of a request.

Numbers may come as texts, and NaN and the infinities do. Unknown fields are ignored, as MLflow's server ignores them:
newer clients send fields that older servers do not know. What stays out: HTTP and JSON (server/mlflow).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lineal import errors

_LARGEST = 1 << 63
_GREATEST = 1.7976931348623157e308
_WHOLE = re.compile(r"[-+]?[0-9]{1,400}", re.ASCII)
_NUMBER = re.compile(r"[-+]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})([eE][-+]?[0-9]{1,4})?", re.ASCII)
_NAMED = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Field(NamedTuple):
    """A field that a call takes.

    Attributes:
        name: its name.
        read: returns a value of the right kind, given what came, or raises ValueError.
        is_required: whether it must be there, and be more than an empty text or an empty list.
        elements: for a list of objects, the fields of each.
    """

    name: str
    read: Callable[[Any], Any]
    is_required: bool = False
    elements: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Request:
    """A call of an MLflow client, checked.

    Attributes:
        workspace: the workspace that it is about.
        fields: what it says, by name; what is absent is not there.
        root: where the files of the workspace are, such as `mlflow-artifacts:/default`.
    """

    workspace: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    root: str = ""

    def text(self, name: str) -> str:
        """Return a text, "" if it is not given."""
        return str(self.fields.get(name, ""))

    def number(self, name: str) -> int | None:
        """Return a whole number, None if it is not given."""
        found: int | None = self.fields.get(name)
        return found

    def list(self, name: str) -> list[Any]:
        """Return a list, empty if it is not given."""
        return [*self.fields.get(name, ())]


def read(declared: Sequence[Field], given: Mapping[str, Any], *, prefix: str = "") -> dict[str, Any]:
    """Return the fields of a request, in the order in which they are declared.

    Args:
        declared: the fields that the call takes.
        given: what came, by name.
        prefix: where it is in the request, such as `metrics[1].`.

    Raises:
        InvalidArgumentError: one is missing or is of another kind.
    """
    found: dict[str, Any] = {}
    for each in declared:
        value = given.get(each.name)
        place = f"{prefix}{each.name}"
        if each.is_required and (value is None or value in ("", [])):
            raise errors.InvalidArgumentError(
                f"the field {place!r} is missing or empty; give a value", errors.Details(parameter=place)
            )
        if value is not None:
            found[each.name] = _value(each, place, value)
    return found


def _value(declared: Field, place: str, value: Any) -> Any:
    try:
        found = declared.read(value)
    except ValueError as error:
        raise errors.InvalidArgumentError(
            f"the field {place!r} must be {error}, and it is {_shown(value)}", errors.Details(parameter=place)
        ) from None
    if not declared.elements:
        return found
    return [_element(declared, f"{place}[{index}]", each) for index, each in enumerate(found)]


def _element(declared: Field, place: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise errors.InvalidArgumentError(f"{place!r} must be an object, and it is {_shown(value)}")
    return read(declared.elements, value, prefix=f"{place}.")


def _shown(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def as_text(value: Any) -> str:
    """Return a text as it is."""
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


def as_whole(value: Any) -> int:
    """Return a whole number of 64 bits, which may come as a text, or as 5.0, which JSON does not tell from 5."""
    found = None if isinstance(value, bool) else _number(value)
    # NaN is in no range, and the infinities are beyond it.
    if found is None or not -_LARGEST <= found < _LARGEST or found != int(found):
        raise ValueError("a whole number of 64 bits")
    return int(found)


def as_number(value: Any) -> float:
    """Return a number, which may come as a text: "NaN", "Infinity" and "-Infinity" do."""
    found = _number(value)
    if found is None:
        raise ValueError('a number, or "NaN", "Infinity" or "-Infinity"')
    try:
        return float(found)
    except OverflowError:
        return math.inf if found > 0 else -math.inf


def _number(value: Any) -> int | float | None:
    """Return what a number of JSON, or its text, is; None if it is none."""
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value) if _WHOLE.fullmatch(value) else float(value)
    return _NAMED.get(value) if isinstance(value, str) else None


def as_truth(value: Any) -> bool:
    """Return true or false."""
    if value not in (True, False, "true", "false"):
        raise ValueError("true or false")
    return value in (True, "true")


def as_list(value: Any) -> list[Any]:
    """Return a list as it is."""
    if not isinstance(value, list):
        raise ValueError("a list")
    return value


def as_texts(value: Any) -> list[str]:
    """Return a list of texts; a single one stands for a list of one."""
    items = value if isinstance(value, list) else [value]
    return [as_text(each) for each in items]


def as_name(value: Any) -> str:
    """Return a name of a fixed set, or its number, as a text."""
    if not isinstance(value, (str, int)):
        raise ValueError("a name such as ACTIVE_ONLY or FINISHED")
    return str(value)


def pairs(items: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return tags or parameters by key; of a key that is there twice, the last one counts."""
    return {item.get("key", ""): item.get("value", "") for item in items}


def finite(value: float) -> float:
    """Return a number as MLflow answers it: the greatest one in place of an infinity."""
    return math.copysign(_GREATEST, value) if math.isinf(value) else value
