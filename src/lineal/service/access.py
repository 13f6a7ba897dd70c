"""Callers and what they can do: roles, and the workspaces that a caller is limited to.

A role says which kind of call is allowed, and a scope on which part of the store. What stays out: how a server
recognises callers (server/auth), and how a scope reaches the statements (store/workspaces/scope.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from lineal import errors
from lineal.store.workspaces.scope import Scope, Workspace

__all__ = ["UNNAMED", "Caller", "Role", "Scope", "Workspace", "require", "scope_of"]

LONGEST_NAME = 200


class Role(IntEnum):
    """The rights of a caller; each role includes those before it."""

    READER = 1
    WRITER = 2
    ADMIN = 3


@dataclass(frozen=True)
class Caller:
    """The user or program that makes a call.

    Attributes:
        name: the name in messages, such as an e-mail address or the name of a token.
        role: what they can do.
        scope: the workspaces that they see, or None for the whole store. An empty scope shows nothing.
        way: how they authenticated, such as "oidc" or "token" with the token's id; "" without authentication.
        writing: the workspaces that a writer writes into, if these are fewer than those that they see.
    """

    name: str
    role: Role
    scope: Scope | None = None
    way: str = field(default="", compare=False)
    writing: Scope | None = None

    def __post_init__(self) -> None:
        if self.role is Role.ADMIN and self.scope is not None:
            raise errors.InvalidArgumentError("an admin acts on the whole store; give no workspaces, or another role")

    @property
    def signature(self) -> str:
        """The caller's name in the audit log, followed by the method of authentication, which a name cannot imitate."""
        return f"{self.name} ({self.way})" if self.way else self.name


UNNAMED = Caller("unnamed", Role.ADMIN)
"""The caller without authentication: a program with its own store, or any client of a server without `--auth`."""


def require(caller: Caller, role: Role, what: str) -> Caller:
    """Refuse a caller whose role is too small; `what` is the act, such as "PutArtifacts".

    Returns:
        The caller with the scope for this act: whoever writes sees only the workspaces that they write into.

    Raises:
        PermissionDeniedError: it is.
    """
    if caller.role < role:
        raise errors.PermissionDeniedError(
            f"{caller.name} is a {caller.role.name.lower()}, and {what} needs the role {role.name.lower()}; "
            "use other credentials, or ask for the role"
        )
    if role is Role.READER or caller.writing is None:
        return caller
    return replace(caller, scope=caller.writing, writing=None)


def role_named(name: str) -> Role:
    """Return the role of a name such as "reader".

    Raises:
        InvalidArgumentError: there is none.
    """
    try:
        return Role[name.upper()]
    except KeyError:
        known = ", ".join(role.name.lower() for role in Role)
        raise errors.InvalidArgumentError(f"there is no role {name[:40]!r}; the roles are {known}") from None


def scope_of(workspaces: Sequence[str]) -> Scope:
    """Return the scope of workspaces written as NAME, or as TYPE=NAME for a context of another type.

    Raises:
        InvalidArgumentError: one is empty or too long.
    """
    return Scope(tuple(dict.fromkeys(_workspace(text) for text in workspaces)))


def _workspace(text: str) -> Workspace:
    type_name, separator, name = text.rpartition("=")
    found = Workspace(name, type_name) if separator else Workspace(name)
    if not (0 < len(found.name) <= LONGEST_NAME and 0 < len(found.type_name) <= LONGEST_NAME):
        raise errors.InvalidArgumentError(
            f"{text[:60]!r} is not a workspace; give its name, or TYPE=NAME for a context of another type, each of "
            f"up to {LONGEST_NAME} characters"
        )
    return found
