"""Which values of compared records differ, in which order they are shown, and which say the same twice.

Parameters are written in several ways: those of executions as texts ("True", "2"), those of models as values (true,
2.0). What stays out: reading the records (comparing.py).
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from lineal.conventions import PARAM_PREFIX

NONE = "None"
"""A recorded None, as executions record it: None itself stands for what is not recorded."""
MEASURED = ("peak_mib", "duration")
"""What differs each time, and comes last."""
_OF_MODEL = "hyperparameters."
_KIND_OF_MODEL = ("model_type", "training_framework.name", "training_framework.version", "training_framework")
_CODE = ("commit", "is_dirty", "branch", "repository", "command", "notebook", "python", "platform", "image", "host")
_WORDS = {"True": "true", "true": "true", "False": "false", "false": "false", NONE: "null", "null": "null"}
_LONGEST_LITERAL = 10_000
"""Characters; longer than any parameter. A longer text means itself."""
_WHOLE = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|inf|infinity|nan)", re.IGNORECASE)
_TOKEN = re.compile(
    r"""(?P<quoted>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|,?(?P<closing>[\])}])|\(|(?P<word>[^\s'"\[\](){},:]+)"""
)
_ESCAPED = re.compile(r"""\\.|\"""")
_ESCAPES = {"\\x": "\\u00", "\\'": "'", '"': '\\"'}
Values = Mapping[str, Sequence[Any]]


def rows(columns: Sequence[Mapping[str, Any]], *, same: bool) -> dict[str, list[Any]]:
    """Return the values that differ by name, one for each record and None for a missing one; if `same`, all."""
    found = {name: [each.get(name) for each in columns] for name in sorted({name for each in columns for name in each})}
    return {name: values for name, values in found.items() if same or _differ(values)}


def parameters(columns: Sequence[Mapping[str, Any]], *, same: bool) -> dict[str, list[Any]]:
    """Return `rows` of parameters: the kind of the model first, then what only the execution was given.

    A hyperparameter that means the same as the parameter of the execution in every record is left out.
    """
    every = rows(columns, same=True)
    twice = {name for name in every if name.startswith(_OF_MODEL) and _is_said_by_execution(every, name)}
    kept = sorted((name for name in every if name not in twice), key=lambda name: _place_of_parameter(every, name))
    return {name: every[name] for name in kept if same or _differ(every[name])}


def environment(columns: Sequence[Mapping[str, Any]], *, same: bool) -> dict[str, list[Any]]:
    """Return `rows` of environments: the code first, then packages, and last what differs each time."""
    found = rows(columns, same=same)
    return {name: found[name] for name in sorted(found, key=_place_in_environment)}


def flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values within objects by their path: hyperparameters.C, hyperparameters.layers[0].units.

    An empty object is a value itself: nothing within it says that it is recorded.
    """
    if isinstance(value, Mapping) and value:
        for inner, each in value.items():
            yield from flat(f"{name}.{inner}" if name else str(inner), each)
    elif isinstance(value, list) and any(isinstance(each, (Mapping, list)) for each in value):
        for at, each in enumerate(value):
            yield from flat(f"{name}[{at}]", each)
    else:
        yield name, value


def meaning(value: Any) -> str:
    """Return what a value means, whichever way it is written, as a text to compare.

    The same rule as in ui/src/compare/meaning.ts; tests/sdk/meaning_cases.json holds both to it.

    >>> meaning("2") == meaning(2.0), meaning("True") == meaning(True), meaning("(3, 4)") == meaning([3, 4])
    (True, True, True)
    """
    return _form(value, _meaning_of_text)


def _form(value: Any, of_text: Callable[[str], str]) -> str:
    if isinstance(value, str):
        return of_text(value)
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{json.dumps(str(name))}: {_form(value[name], of_text)}' for name in value))}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_form(each, of_text) for each in value)}]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _meaning_of_text(text: str) -> str:
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):  # however long: its digits, without zeros in front
        digits = text.lstrip("+-").lstrip("0") or "0"
        return f"-{digits}" if text[0] == "-" and digits != "0" else digits
    if _NUMBER.fullmatch(text):
        return _form(float(text), _meaning_of_text)
    if text[:1] in ("[", "(", "{") and len(text) <= _LONGEST_LITERAL:
        with contextlib.suppress(ValueError, RecursionError):
            return meaning(json.loads(_TOKEN.sub(_as_json, text)))
    return json.dumps(text)


def _as_json(token: re.Match[str]) -> str:
    """Return a part of a literal of Python as JSON: (3, None) as ["3", "None"], since a text means what it says."""
    if token["closing"]:
        return "}" if token["closing"] == "}" else "]"
    if token["word"]:
        is_text = meaning(token["word"]).startswith('"')
        return token["word"] if is_text else f'"{token["word"]}"'
    if token["quoted"]:
        inner = _ESCAPED.sub(lambda found: _ESCAPES.get(found[0], found[0]), token["quoted"][1:-1])
        return f'"{inner}"'
    return "["


def _differ(values: Sequence[Any]) -> bool:
    """Say whether values differ: as they are written, or by what they mean if only some of them are texts."""
    is_mixed = len({isinstance(each, str) for each in values if each is not None}) > 1
    of_text = _meaning_of_text if is_mixed else json.dumps
    return len({None if each is None else _form(each, of_text) for each in values}) > 1


def _is_said_by_execution(every: Values, name: str) -> bool:
    of_execution = every.get(PARAM_PREFIX + name.removeprefix(_OF_MODEL))
    return of_execution is not None and all(
        (one is None) == (other is None) and meaning(one) == meaning(other)
        for one, other in zip(every[name], of_execution, strict=True)
    )


def _place_of_parameter(every: Values, name: str) -> tuple[int, int, str]:
    if name in _KIND_OF_MODEL:
        return 0, _KIND_OF_MODEL.index(name), name
    is_own = name.startswith(PARAM_PREFIX) and _OF_MODEL + name.removeprefix(PARAM_PREFIX) not in every
    return (1 if is_own else 2), 0, name


def _place_in_environment(name: str) -> tuple[int, int, str]:
    if name in MEASURED:
        return 2, MEASURED.index(name), name
    return (0, _CODE.index(name), name) if name in _CODE else (1, 0, name)
