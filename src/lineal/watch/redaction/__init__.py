"""Remove secrets and noise from an object before it is stored anywhere, including the queue.

What is hidden: the data of Secrets; values of variables, parameters, headers, flags and fields whose names tell of a
secret (`names.py`); tokens and private keys of known shape and passwords in URLs (`shapes.py`); all of these in
scripts, JSON, YAML and base64 (`texts.py`, `commands.py`); and the paths that the user adds. Managed fields and
annotations that hold whole objects are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lineal.watch.paths import mapping, overwrite
from lineal.watch.redaction.names import REDACTED
from lineal.watch.redaction.objects import hide_in_object

__all__ = ["REDACTED", "Redaction"]


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
