"""Which values of compared records differ, in which order they are shown, and which say the same twice.

Parameters are written in several ways: those of executions as texts ("True", "2"), those of models as values (true,
2.0). What stays out: reading the records (comparing.py).
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lineal.conventions import PARAM_PREFIX

NONE = "None"
"""A recorded None, as executions record it: None itself stands for what is not recorded."""
MEASURED = ("peak_mib", "duration")
"""What differs each time, and comes last."""
_OF_MODEL = "hyperparameters."
_KIND_OF_MODEL = ("model_type", "training_framework.name", "training_framework.version", "training_framework")
_CODE = ("commit", "is_dirty", "branch", "repository", "command", "notebook", "python", "platform", "image", "host")
_WORDS: dict[str, Any] = {"True": True, "true": True, "False": False, "false": False, "null": NONE}
_EXACT = 1 << 53
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
    """Yield the values within objects by their path: hyperparameters.C, hyperparameters.layers[0].units."""
    if isinstance(value, Mapping):
        for inner, each in value.items():
            yield from flat(f"{name}.{inner}" if name else str(inner), each)
    elif isinstance(value, list) and any(isinstance(each, (Mapping, list)) for each in value):
        for at, each in enumerate(value):
            yield from flat(f"{name}[{at}]", each)
    else:
        yield name, value


def meaning(value: Any) -> Any:
    """Return what a value means, whichever way it is written.

    >>> meaning("2") == meaning(2.0), meaning("True") == meaning(True), meaning("(3, 4)") == meaning([3, 4])
    (True, True, True)
    """
    if isinstance(value, str):
        return _meaning_of_text(value)
    if isinstance(value, (list, tuple)):
        return [meaning(each) for each in value]
    if isinstance(value, Mapping):
        return {str(name): meaning(each) for name, each in value.items()}
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < _EXACT
    return int(value) if is_whole else value


def _meaning_of_text(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[:1] in ("[", "(", "{"):
        try:
            return meaning(ast.literal_eval(text))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return text
    for read in (int, float):
        try:
            return text if "_" in text else meaning(read(text))
        except ValueError:
            continue
    return text


def _differ(values: Sequence[Any]) -> bool:
    """Say whether values differ: those of one type as they are, others by what they mean."""
    is_mixed = len({type(each) for each in values if each is not None}) > 1
    return len({_form(None if each is None else meaning(each) if is_mixed else each) for each in values}) > 1


def _form(value: Any) -> tuple[type, str]:
    # As texts, since 1 and True are equal, and NaN is not equal to itself.
    return type(value), repr(value)


def _is_said_by_execution(every: Values, name: str) -> bool:
    of_execution = every.get(PARAM_PREFIX + name.removeprefix(_OF_MODEL))
    return of_execution is not None and all(
        (one is None) == (other is None) and _form(meaning(one)) == _form(meaning(other))
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
