"""Dotted paths into objects: `status.phase`, `spec.containers.*.image`.

A `*` means every element of a list or every value of a mapping. What stays out: what the values mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def values(obj: Any, path: str) -> list[Any]:
    """Return the values that a path leads to; none where it leads nowhere."""
    found = [obj]
    for step in path.split("."):
        found = [value for parent in found for value in _children(parent, step)]
    return found


def first_text(obj: Any, paths: Iterable[str]) -> str:
    """Return the first string, not empty, that one of the paths leads to, or ""."""
    return next((text for path in paths for text in texts(obj, path)), "")


def texts(obj: Any, path: str) -> Iterator[str]:
    """Return the strings, not empty, that a path leads to."""
    return (value for value in values(obj, path) if isinstance(value, str) and value)


def mapping(value: Any) -> dict[str, Any]:
    """Return the value if it is a mapping, else an empty one: objects of strangers hold anything anywhere."""
    return value if isinstance(value, dict) else {}


def overwrite(obj: Any, path: str, text: str) -> None:
    """Put `text` in the place of every value that a path leads to."""
    *steps, last = path.split(".")
    for parent in values(obj, ".".join(steps)) if steps else [obj]:
        for key in _keys(parent, last):
            parent[key] = text


def _children(parent: Any, step: str) -> list[Any]:
    return [parent[key] for key in _keys(parent, step)]


def _keys(parent: Any, step: str) -> list[Any]:
    if isinstance(parent, dict):
        return list(parent) if step == "*" else [step] if step in parent else []
    return list(range(len(parent))) if isinstance(parent, list) and step == "*" else []
