"""The workspace of an event: that of the credentials, or what the operator's rules say of the namespace of its job.

What stays out: what a caller may write (service/scope_rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lineal import errors
from lineal.config import WORKSPACE_FLAG
from lineal.openlineage import own_facets
from lineal.openlineage.events import Event
from lineal.service.access import Scope

DEFAULT_WORKSPACE = "default"
_PLACE = re.compile(r"\{namespace\}|\\(\d)")
_LONGEST = 200
_SEPARATOR = re.compile(r"[/:?#%]")
"""What parts the name of a workspace from others in names, external ids and addresses."""


class Rules:
    """The operator's rules."""

    def __init__(self, rules: Sequence[str]) -> None:
        """Take rules that `OpenLineageSettings` has checked."""
        parts = [rule.rpartition("=") for rule in rules]
        self._rules = [(re.compile(pattern if mark else ".*", re.DOTALL), name) for pattern, mark, name in parts]

    def workspace_of(self, event: Event, scope: Scope | None) -> str:
        """Return the workspace of an event from a caller with a scope, None for the whole store.

        Raises:
            PermissionDeniedError: the rules name a workspace in which the caller must not write.
        """
        if scope is not None and scope.only_name is not None:
            return scope.only_name
        found = self._named_by_rules(_namespace_of(event))
        if scope is not None and found not in scope.names:
            raise errors.PermissionDeniedError(
                f"the event is for the workspace {found!r}, and these credentials write to {scope.shown}; use a token "
                f"for one workspace, or ask for another {WORKSPACE_FLAG}"
            )
        return found

    def _named_by_rules(self, namespace: str) -> str:
        for pattern, name in self._rules:
            if found := pattern.fullmatch(namespace):
                return _usable(_filled(name, namespace, found))
        return DEFAULT_WORKSPACE


def _filled(name: str, namespace: str, found: re.Match[str]) -> str:
    """Return the name that a rule gives, with the namespace and groups of its expression in their places."""
    return _PLACE.sub(lambda place: _SEPARATOR.sub("_", found[int(place[1])] or "" if place[1] else namespace), name)


def _namespace_of(event: Event) -> str:
    """Return the namespace of a job or a data set; a record of another Lineal has that of its workspace there."""
    owner = event.run or event.job or event.data_set
    if owner is not None and (record := own_facets.record_in(owner.facets)):
        return own_facets.namespace_of(record.store, record.workspace)
    named = event.job or event.data_set
    return named.namespace if named else ""


def _usable(name: str) -> str:
    """Return a name that a workspace can have."""
    printable = "".join(each if each.isprintable() else "_" for each in name)
    return printable[:_LONGEST].strip() or DEFAULT_WORKSPACE
