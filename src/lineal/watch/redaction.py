"""Remove secrets and noise from an object before it is stored anywhere, including the queue.

What is hidden is what `lineal.redaction` knows, and the paths that the user adds. Managed fields are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lineal.redaction import REDACTED, hide_in_object
from lineal.watch.paths import mapping, overwrite

__all__ = ["Redaction"]


class Redaction:
    """Takes secrets out of objects; made once, with the paths that the user adds."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._paths = tuple(paths)

    def also(self, paths: Iterable[str]) -> Redaction:
        """Return one that hides further paths as well."""
        return Redaction((*self._paths, *paths))

    def apply(self, obj: dict[str, Any]) -> dict[str, Any]:
        """Return the object without secrets; it is changed in place."""
        mapping(obj.get("metadata")).pop("managedFields", None)
        for path in self._paths:
            overwrite(obj, path, REDACTED)
        cleaned = hide_in_object(obj)
        if cleaned is not obj:
            obj.clear()
            obj.update(cleaned)
        return obj
