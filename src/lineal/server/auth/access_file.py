"""The rules for users, groups and certificates: a JSON file, read again when it changes.

    {
      "user:ada@example.org": {"role": "admin"},
      "group:churn": {"role": "writer", "workspaces": ["churn"]},
      "certificate:nightly": {"role": "reader"},
      "user:*": {"role": "reader", "workspaces": []}
    }

The first matching entry decides; `*` matches every name. What stays out: whether a name is genuine (authenticator.py).
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineal import errors
from lineal.server.changing_files import ChangingFiles
from lineal.service.access import Caller, Role, Scope, role_named, scope_of

_KINDS = ("user", "group", "certificate")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Rule:
    kind: str
    name: str
    role: Role
    scope: Scope | None

    def fits(self, names: Mapping[str, Collection[str]]) -> bool:
        given = names.get(self.kind, ())
        return bool(given) if self.name == "*" else self.name in given


class AccessFile:
    """The rules of a file."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Raises:
            InvalidArgumentError: it cannot be read, or says something else than rules.
        """
        self._path = path
        self._lock = threading.Lock()
        self._files = ChangingFiles([path])
        self._rules = _read(path)

    def caller(self, name: str, names: Mapping[str, Collection[str]], *, way: str = "") -> Caller | None:
        """Return the caller that the first fitting rule makes of names by kind, or None if no rule fits.

        `way` says how the names were proven.
        """
        self._refresh()
        rule = next((rule for rule in self._rules if rule.fits(names)), None)
        return Caller(name, rule.role, rule.scope, way) if rule else None

    def _refresh(self) -> None:
        with self._lock:
            if not self._files.have_changed():
                return
            try:
                self._rules = _read(self._path)
            except errors.StatusError as error:
                _log.error("the old rules stay: %s", error.message)


def _read(path: Path) -> tuple[_Rule, ...]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"it is not JSON ({error})"
        raise errors.InvalidArgumentError(f"--access-file {path} cannot be used: {reason}") from None
    if not isinstance(content, dict):
        raise errors.InvalidArgumentError(f"--access-file {path} is not a JSON object")
    return tuple(_rule(path, key, given) for key, given in content.items())


def _rule(path: Path, key: str, given: Any) -> _Rule:
    kind, _, name = key.partition(":")
    unknown = set(given) - {"role", "workspaces"} if isinstance(given, dict) else {"no object"}
    if kind not in _KINDS or not name or unknown or "role" not in given:
        raise errors.InvalidArgumentError(
            f"--access-file {path}: {key[:60]!r} is not a rule; write user:NAME, group:NAME or certificate:NAME with "
            'an object {"role": ..., "workspaces": [...]}'
        )
    workspaces = given.get("workspaces")
    if workspaces is not None and not (
        isinstance(workspaces, list) and all(isinstance(one, str) for one in workspaces)
    ):
        raise errors.InvalidArgumentError(
            f"--access-file {path}: the workspaces of {key[:60]!r} are not a list of texts"
        )
    role, scope = role_named(str(given["role"])), None if workspaces is None else scope_of(workspaces)
    Caller(name, role, scope)  # the same rules
    return _Rule(kind, name, role, scope)
