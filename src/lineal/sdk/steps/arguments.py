"""What becomes of the arguments of a step: artifacts are inputs, plain values parameters; the rest is counted.

What stays out: results (call.py), and storing (lineal.sdk.executions).
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from typing import Any
from uuid import UUID

from lineal.conventions import LEFT_OUT, PARAM_PREFIX
from lineal.redaction import hide_parameter
from lineal.sdk.steps.annotations import Annotations
from lineal.wire import metadata_store as pb

LONGEST_PARAMETER = 6_000
"""Characters; longer texts are cut."""
LONGEST_NAME = 240
"""Characters; the official MySQL schema has 255 for the name of a property, with `param.` in front."""
MOST_VALUES = 100
"""How many values a list may have that is a parameter."""
_DEEPEST = 3
_LOG = logging.getLogger(__name__)
_SCALARS = (str, int, float, bool, type(None), date, time, timedelta, Decimal, Fraction, Enum, UUID, PurePath)
_FIRST_OF_METHODS = ("self", "cls", "mcs")


@dataclass
class Arguments:
    """What the arguments of a call become.

    Attributes:
        inputs: the artifacts, each as the caller has it or by id.
        parameters: texts by name.
        left_out: the names of the others.

    """

    inputs: list[Any] = field(default_factory=list)
    parameters: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def properties(self) -> dict[str, pb.Value]:
        """Return the custom properties of the execution."""
        texts = {f"{PARAM_PREFIX}{name}": text for name, text in self.parameters.items()}
        if self.left_out:
            texts[LEFT_OUT] = _cut(_tidy(", ".join(self.left_out)))
        return {name: pb.Value(string_value=text) for name, text in texts.items()}


def read(
    function: Callable[..., Any],
    bound: inspect.BoundArguments,
    annotations: Annotations,
    wanted: bool | Collection[str],
) -> Arguments:
    """Sort the arguments of a call.

    Args:
        function: what is called.
        bound: its arguments; defaults are added to them.
        annotations: those of the function.
        wanted: which plain arguments are parameters: all, none, or those of some names.

    """
    bound.apply_defaults()
    found = Arguments()
    for name, value in _named(function, bound):
        try:
            artifacts = [*annotations.artifacts(name, value)]
            text = None if artifacts else parameter_text(name, value)
        except Exception as error:  # such as one of a proxy that stands for nothing now
            _LOG.info("the argument %s cannot be recorded: %r", name, error)
            artifacts, text = [], None
        if artifacts:
            found.inputs += artifacts
        elif text is None:
            found.left_out.append(name)
        elif wanted is True or (wanted is not False and name in wanted):
            found.parameters[name] = text
    return found


def parameter_text(name: str, value: Any) -> str | None:
    """Return the text of a parameter, as MLflow's clients write it; None for no plain value, or no name that fits.

    Plain values are texts, numbers (those of NumPy included), True, False, None, dates, paths, enumerations, and short
    lists and dicts of such values. The value of a name that tells of a secret is hidden.

    >>> parameter_text("rate", 0.1), parameter_text("password", "x"), parameter_text("layers", [3, 4])
    ('0.1', '***', '[3, 4]')
    """
    if not (_is_plain(value, _DEEPEST) and _may_be_name(name)):
        return None
    if isinstance(value, Enum):
        value = value.value if _is_plain(value.value, _DEEPEST) else value.name
    return _cut(str(hide_parameter(name, _tidy(value))))


def _cut(text: str) -> str:
    left = len(text) - LONGEST_PARAMETER
    return text if left <= 0 else f"{text[:LONGEST_PARAMETER]}... ({left} characters are left out)"


def _may_be_name(name: str) -> bool:
    """Tell whether every store takes it as the name of a property."""
    return 0 < len(name) <= LONGEST_NAME and _tidy(name) == name


def _named(function: Callable[..., Any], bound: inspect.BoundArguments) -> Iterator[tuple[str, Any]]:
    """Return arguments with their names: keywords of `**` with their own, and without the object of a method."""
    parameters = bound.signature.parameters
    for place, (name, value) in enumerate(bound.arguments.items()):
        kind = parameters[name].kind
        if kind is inspect.Parameter.VAR_KEYWORD:
            yield from value.items()
        elif kind is inspect.Parameter.VAR_POSITIONAL and not value:
            continue
        elif place > 0 or name not in _FIRST_OF_METHODS or "." not in getattr(function, "__qualname__", ""):
            yield name, value


def _is_plain(value: Any, depth: int) -> bool:
    if isinstance(value, _SCALARS) or _is_number_of_numpy(value):
        return True
    if depth == 0 or not isinstance(value, (list, tuple, set, frozenset, dict, range)) or len(value) > MOST_VALUES:
        return False
    inner = [*value, *value.values()] if isinstance(value, dict) else value
    return all(_is_plain(each, depth - 1) for each in inner)


def _is_number_of_numpy(value: Any) -> bool:
    return type(value).__module__ == "numpy" and getattr(value, "shape", None) == () and hasattr(value, "item")


def _tidy(value: Any) -> Any:
    """Return a value with plain texts in place of what prints itself as code, such as `np.float64(0.1)`."""
    if isinstance(value, dict):
        return {_tidy(key): _tidy(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tidy(each) for each in value]
    if isinstance(value, str):
        return str.__str__(value).encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
    if isinstance(value, (bool, int, float)) or value is None or _is_number_of_numpy(value):
        return value.item() if _is_number_of_numpy(value) else value
    return str(value)
