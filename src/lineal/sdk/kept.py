"""The warning if an equal record is already stored: which of the given fields differ from the stored ones.

A field that was not given (None or empty) is not compared. What stays out: finding what
is stored (recording.py, workspace.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lineal.locations import normal_form
from lineal.sdk import labels as label_texts
from lineal.sdk import typos

_NOT_COMPARED = frozenset({"id", "create_time"})


def differing(given: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """Return the names of the given fields whose stored values differ, in the order given."""
    return [
        name
        for name, value in given.items()
        if name not in _NOT_COMPARED and not _is_empty(value) and not agree(name, value, stored.get(name))
    ]


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", {}, [])


def agree(name: str, given: Any, stored: Any) -> bool:
    """Tell whether two values of a field are the same as JSON, in which every value equals itself.

    Labels are compared as texts, and uris as locations.
    """
    if name == "uri" and isinstance(given, str) and isinstance(stored, str):
        return given == stored or normal_form(given) == normal_form(stored)
    if name == "labels" and isinstance(given, Mapping) and isinstance(stored, Mapping):
        given, stored = _texts(given), _texts(stored)
    try:
        return bool(given == stored) or json.dumps(given, sort_keys=True) == json.dumps(stored, sort_keys=True)
    except (TypeError, ValueError, RecursionError):  # what JSON cannot express is not stored
        return False


def _texts(labels: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value if label_texts.as_text(value) is None else label_texts.as_text(value)
        for key, value in labels.items()
    }


def warn(what: str, names: list[str], *, shows_stored: bool) -> None:
    """Tell the caller of the SDK which values were not stored.

    Args:
        what: what exists, such as "the model 'loaves' (id 3)".
        names: the fields that differ.
        shows_stored: whether the object shows what is stored from now on.

    """
    shows = "and the object now shows them" if shows_stored else "and the object keeps its own"
    text = f"{what} is stored with other values of {', '.join(names)}; the stored values were kept, {shows}"
    typos.warn(text)
