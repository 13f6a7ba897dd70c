"""Remove secrets and noise from an object before it is stored anywhere, including the queue.

The data of Secrets, values of environment variables that look like secrets, passwords in command lines and URLs,
annotations that hold whole objects, managed fields, and the paths that the user adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lineal.urls import redact
from lineal.watch.paths import mapping, overwrite

REDACTED = "***"
WHOLE_OBJECTS = ("kubectl.kubernetes.io/last-applied-configuration", "openshift.io/last-applied-configuration")
_KEYS = "(?:api|access|private|secret|account)[-_.]?key"
_WORDS = ("pass(?:word|wd|phrase)?(?![a-z])", "secret", "token(?!iz|s)", "credential", "auth(?!or)", _KEYS)
_SECRET_WORD = f"(?:{'|'.join(_WORDS)})"
_SECRET_NAME = re.compile(_SECRET_WORD, re.IGNORECASE)
_SECRET_FLAG = re.compile(rf"^(--?[\w.-]*{_SECRET_WORD}[\w.-]*)(=.*)?$", re.IGNORECASE | re.DOTALL)
_ASSIGNMENT = re.compile(rf"(\b[\w.-]*{_SECRET_WORD}[\w.-]*[=:]\s*)(\"[^\"]*\"|'[^']*'|[^\s\"',;]+)", re.IGNORECASE)


class Redaction:
    """Takes secrets out of objects; made once, with the paths that the user adds."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._paths = tuple(paths)

    def apply(self, obj: dict[str, Any]) -> dict[str, Any]:
        """Return the object without secrets; it is changed in place."""
        mapping(obj.get("metadata")).pop("managedFields", None)
        if obj.get("kind") == "Secret" and obj.get("apiVersion") == "v1":
            for field in ("data", "stringData"):
                overwrite(obj, f"{field}.*", REDACTED)
        for path in self._paths:
            overwrite(obj, path, REDACTED)
        _clean(obj)
        return obj


def _clean(value: Any) -> Any:
    """Return a value without secrets; mappings and lists are changed in place, however deep."""
    if isinstance(value, dict):
        for key in value:
            value[key] = _clean_field(key, value[key])
    elif isinstance(value, list):
        value[:] = [_clean(element) for element in value]
    elif isinstance(value, str) and "://" in value:
        return redact(value)
    return value


def _clean_field(key: str, value: Any) -> Any:
    if key == "annotations" and isinstance(value, dict):
        for name in WHOLE_OBJECTS:
            value.pop(name, None)
    if key == "env" and isinstance(value, list):
        for variable in value:
            _clean_variable(mapping(variable))
    if key in ("command", "args") and isinstance(value, list):
        value = _clean_words(value)
    return _clean(value)


def _clean_variable(variable: dict[str, Any]) -> None:
    """Hide the value of a variable that comes from another object, or whose name looks secret."""
    if "value" in variable and ("valueFrom" in variable or _SECRET_NAME.search(str(variable.get("name")))):
        variable["value"] = REDACTED


def _clean_words(words: list[Any]) -> list[Any]:
    """Hide the value after `--password`, in the same word or in the next one, and assignments in scripts."""
    cleaned: list[Any] = []
    hide_next = False
    for word in words:
        flag = _SECRET_FLAG.match(word) if isinstance(word, str) else None
        if hide_next and isinstance(word, str) and not word.startswith("-"):
            cleaned.append(REDACTED)
        elif flag and flag[2]:
            cleaned.append(f"{flag[1]}={REDACTED}")
        else:
            cleaned.append(_ASSIGNMENT.sub(rf"\1{REDACTED}", word) if isinstance(word, str) else word)
        hide_next = bool(flag and not flag[2])
    return cleaned
