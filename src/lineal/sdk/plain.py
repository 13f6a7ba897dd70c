"""Values of Python as they are recorded: as JSON, as a text, and a path as a uri.

JSON keeps what it has, and numbers and arrays of NumPy and pandas become its numbers and lists. Everything else that
has one obvious text becomes that text, the one that MLflow's `log_param` and `log_dict` write: `str(value)`. What has
none is refused by name. NumPy and pandas are never imported here. What stays out: where a value is stored
(stored_form.py), and numbers that JSON lacks (lineal.json_form).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path, PurePath
from types import SimpleNamespace
from typing import Any, SupportsFloat, TypeAlias
from uuid import UUID

from lineal import json_form, json_text

Scalar: TypeAlias = "str | SupportsFloat | date | time | timedelta | Enum | UUID | PurePath"
"""What has a text; numbers of NumPy and pandas are SupportsFloat, and their times are dates."""

DEEPEST = json_text.DEEPEST - 1
"""How many levels a field may have: one more is the record's own."""
_AS_TEXT = (date, time, timedelta, Decimal, Fraction, Enum, UUID, PurePath)
_PANDAS_AS_TEXT = frozenset({"NAType", "NaTType", "Period", "Interval"})
_AS_IT_IS = frozenset({str, int, float, bool, type(None)})
_SCHEME_OF_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_Place: TypeAlias = "tuple[Any, ...]"


# ---- JSON


def as_json(name: str, value: Any, *, numbers: bool = False) -> Any:
    """Return a field's value as JSON has it: dicts with texts as keys, lists, texts, numbers, true, false and None.

    Args:
        name: the name of the field, for errors.
        value: anything; it is not changed.
        numbers: whether Decimal and Fraction become numbers, as in the values of an evaluation; texts otherwise.

    Raises:
        TypeError: it holds something that has no form in JSON, two keys of one text, or more levels than DEEPEST.

    """
    top: list[Any] = [None]
    todo: list[tuple[Any, Any, Any, _Place]] = [(top, 0, value, (name,))]
    while todo:
        holder, key, each, place = todo.pop()
        if not isinstance(each, (Mapping, list, tuple)):
            each = _unpacked(each, place)
        if isinstance(each, Mapping):
            inner: Any = _with_texts_as_keys(each, place)
        elif isinstance(each, (list, tuple)):
            inner = list(each)
        else:
            holder[key] = _scalar(each, place, numbers=numbers)
            continue
        if len(place) > DEEPEST:
            raise TypeError(_too_deep(name))
        holder[key] = inner
        todo += [(inner, at, one, (*place, at)) for at, one in _entries(inner) if type(one) not in _AS_IT_IS]
    return top[0]


def field(name: str, value: Any) -> Any:
    """Return a field of a record as JSON has it: `as_json`, with numbers among the values of an evaluation.

    Secrets among the hyperparameters of a model are hidden, as those among the parameters of a step are.

    Raises:
        TypeError: as `as_json`.

    """
    found = as_json(name, value, numbers=name == json_form.VALUES)
    return _without_secrets(found) if name == "hyperparameters" and found else found


def _without_secrets(parameters: Any) -> Any:
    """Return hyperparameters without the values that are secrets, as parameters of a step are recorded."""
    from lineal.redaction import hide_parameter  # loading it takes some milliseconds

    if not isinstance(parameters, dict):
        return parameters
    return {name: hide_parameter(name, value) for name, value in parameters.items()}


def keyed(name: str, mapping: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping with the texts of its keys.

    Raises:
        TypeError: it is no mapping, a key has no text, or two keys have the same one.

    """
    if not isinstance(mapping, Mapping):
        raise TypeError(f"'{name}' must be a mapping of names to values, got {type(mapping).__name__}")
    return _with_texts_as_keys(mapping, (name,))


def _entries(inner: Any) -> Iterable[tuple[Any, Any]]:
    return inner.items() if isinstance(inner, dict) else enumerate(inner)


def _too_deep(name: str) -> str:
    return (
        f"'{name}' cannot be recorded: its lists and dicts are nested more than {DEEPEST} levels deep; store "
        "what is inside elsewhere, or as a string"
    )


def _unpacked(value: Any, place: _Place) -> Any:
    """Return an array or a number of NumPy, pandas, PyTorch and others as a list, a dict or a number of Python."""
    if not hasattr(value, "tolist") or isinstance(value, type):
        made = getattr(value, "numpy", None)  # a tensor of TensorFlow
        return _unpacked(made(), place) if callable(made) and not isinstance(value, type) else value
    if _is_named_series(value):
        return _with_texts_as_keys(dict(_pairs(value, place)), place)
    if _is_time_of_numpy(value):  # tolist() gives times with nanoseconds as numbers
        return str(value) if value.shape == () else list(value)
    listed = value.tolist()
    if type(listed) is type(value):  # a number that Python's float cannot hold exactly
        return float(listed)
    return listed


def _is_named_series(value: Any) -> bool:
    """Say whether it is a pandas Series with an index of its own, which a list would lose."""
    return type(value).__name__ == "Series" and type(getattr(value, "index", None)).__name__ not in (
        *("RangeIndex", "method", "builtin_function_or_method", "NoneType"),
    )


def _pairs(series: Any, place: _Place) -> Iterable[tuple[Any, Any]]:
    keys = series.index.tolist()
    if len(set(keys)) < len(keys):
        raise TypeError(
            _refused(place, f"the index of {_shown(place)} has a value twice; pass .tolist() of the Series")
        )
    return zip(keys, series.tolist(), strict=True)


def _is_time_of_numpy(value: Any) -> bool:
    return type(value).__module__ == "numpy" and value.dtype.kind in "Mm"


def _with_texts_as_keys(mapping: Mapping[Any, Any], place: _Place) -> dict[str, Any]:
    texts: dict[str, Any] = {}
    for key, value in mapping.items():
        text = "null" if key is None else text_of(key)
        if text is None:
            kind = type(key).__name__
            raise TypeError(_refused(place, f"a key of {_shown(place)} is of type {kind}; use texts as keys"))
        if text in texts:
            raise TypeError(
                _refused(place, f"two keys of {_shown(place)} have the same text {text[:100]!r}; rename one")
            )
        texts[text] = value
    return texts


def _scalar(value: Any, place: _Place, *, numbers: bool) -> Any:
    if value is None or isinstance(value, bool):
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):  # members of enumerations, numbers of NumPy
            return kind.__str__(value) if kind is str else kind(value)
    if numbers and isinstance(value, (Decimal, Fraction)):
        return _number(value, place)
    text = text_of(value)
    if text is None:
        raise TypeError(_refused(place, f"{_shown(place)} is of type {type(value).__name__}; {_advice(value)}"))
    return text


def _number(value: Decimal | Fraction, place: _Place) -> float:
    is_finite = isinstance(value, Fraction) or value.is_finite()
    try:
        number = float(value)
    except (OverflowError, ValueError):  # too large, or a signalling NaN
        number = math.inf
        is_finite = True
    if is_finite and math.isinf(number):
        raise TypeError(_refused(place, f"{_shown(place)} does not fit into a float; pass it as a text"))
    return number


def _refused(place: _Place, why: str) -> str:
    return f"'{place[0]}' cannot be recorded: {why}"


def _shown(place: _Place) -> str:
    """Return where in a field something is, such as hyperparameters['layers'][0]."""
    inner = "".join(f"[{at!r}]" for at in place[1:6])
    return f"{place[0]}{inner}" + ("..." if len(place) > 6 else "")


def _advice(value: Any) -> str:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return "pass dataclasses.asdict() of it"
    if isinstance(value, (argparse.Namespace, SimpleNamespace)):
        return "pass vars() of it"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return "decode it to a text, or store it elsewhere and record where"
    if isinstance(value, (set, frozenset)):
        return "pass sorted() of it, since a set has no order"
    if type(value).__name__ == "DataFrame":
        return "pass .to_dict('records') of it, or store it elsewhere and record where"
    if isinstance(value, type) or callable(value):
        return "pass its name"
    return "use strings, numbers, lists and dicts"


# ---- texts


def text_of(value: Any) -> str | None:
    """Return the text of a scalar: a text itself, a number as JSON writes it, anything else by `str`.

    None is the answer for what has no text of its own: None, lists, mappings and objects that are no values.
    """
    if isinstance(value, str):
        return str.__str__(value)  # a member of an enumeration of texts is its value
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if isinstance(value, _AS_TEXT) or _is_scalar_of_pandas(value):
        return str(value)
    if hasattr(value, "tolist") and not isinstance(value, type):
        return _text_of_array(value)
    return None


def _is_scalar_of_pandas(value: Any) -> bool:
    return type(value).__name__ in _PANDAS_AS_TEXT and type(value).__module__.startswith("pandas")


def _text_of_array(value: Any) -> str | None:
    """Return the text of a number of NumPy, PyTorch and others; None for arrays, and for numbers that JSON lacks."""
    if type(value).__module__ == "numpy" and value.shape == ():
        if value.dtype.kind in "Mm":
            return str(value)
        if value.dtype.kind == "f" and math.isfinite(value):
            return str(value)  # the shortest text of a number of 16 or 32 bits
    listed = value.tolist()
    return json.dumps(listed) if isinstance(listed, (bool, int, float)) else None


def field_text(name: str, value: Any) -> str | None:
    """Return the text of a field that holds a text, such as a version; None stays None.

    Raises:
        TypeError: it has no text.

    """
    text = text_of(value)
    if text is None and value is not None:
        raise TypeError(f"'{name}' must be a string or a number, got {type(value).__name__}; convert it with str()")
    return text


# ---- uris


def uri_of(value: Any) -> Any:
    """Return the file: URI of a path, absolute and with `~` as the home directory; anything else as it is.

    A path object of a cloud library, whose text is a URL, becomes that URL.

    Raises:
        ValueError: it is a pathlib.Path made from a URL, which has lost a slash.

    """
    if not isinstance(value, os.PathLike):
        return value
    text = str(value)
    if "://" in text:
        return text
    first = PurePath(text).parts[:1]
    if first and _SCHEME_OF_PATH.fullmatch(first[0]):
        raise ValueError(f"'uri' is the path {text[:100]!r}, which looks like a URL; pass the URL as a text")
    return Path(os.path.abspath(os.path.expanduser(os.fspath(value)))).as_uri()
