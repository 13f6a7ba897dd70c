"""Warnings about possible typos: the SDK accepts what the original accepted, and names the most similar name.

A warning is a UserWarning at the line that called the SDK. What stays out: what is taken (artifacts.py, workspace.py).
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

from lineal.nearest import hint, nearest

_ALIKE = 0.75
_OWN_PACKAGES = ("lineal.sdk.", "kubeflow.metadata.")


def check_keywords(kind: str, further: Iterable[str], arguments: Mapping[str, Any]) -> None:
    """Warn of further keyword arguments whose names are near to one of the arguments that were not given.

    Args:
        kind: the name of the class.
        further: the names of the further arguments.
        arguments: the arguments by name; None where one was not given.

    """
    missing = [name for name, value in arguments.items() if value is None]
    for name in further:
        found = nearest(name, missing, cutoff=_ALIKE)
        if found:
            warn(f"{kind} has no argument {name!r}, which is recorded as a further one; the nearest is {found!r}")


def check_value(name: str, value: Any, known: Iterable[str]) -> None:
    """Warn of a value that looks like a misspelling of a usual one; any other is the caller's own."""
    found = nearest(value, known, cutoff=_ALIKE) if isinstance(value, str) and value not in known else None
    if found:
        warn(f"{name} is {value!r}, which is recorded as it is; the nearest of the usual ones is {found!r}")


def unknown_type(name: str, known: Iterable[str]) -> None:
    """Warn that a list is empty because the store has no such type."""
    warn(f"the store has no artifact type {name[:100]!r}, so the list is empty{hint(name, known)}")


class Place(NamedTuple):
    """Where a warning is shown, as `warnings.warn_explicit` takes it."""

    filename: str
    line: int
    module: str
    registry: dict[Any, Any]


place: ContextVar[Place | None] = ContextVar("lineal_place_of_warnings", default=None)
"""Where what a thread of Lineal warns of is shown: the line that called the SDK is in another thread."""


def warn(text: str, category: type[Warning] = UserWarning, *, own: tuple[str, ...] = _OWN_PACKAGES) -> None:
    """Warn at the line that called the SDK, or other packages whose names begin with the words of `own`."""
    warnings.warn_explicit(text, category, *(place.get() or caller(own)))


def caller(own: tuple[str, ...] = _OWN_PACKAGES) -> Place:
    """Return the first line outside of the SDK, or of other packages."""
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__", "")).startswith(own):
        frame = frame.f_back
    module = str(frame.f_globals.get("__name__", "<sys>"))
    registry = frame.f_globals.setdefault("__warningregistry__", {})
    return Place(frame.f_code.co_filename, frame.f_lineno, module, registry)
