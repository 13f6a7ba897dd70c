"""What the catalogue answers about the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RoleName = Literal["reader", "writer", "admin"]


@dataclass(frozen=True)
class CallerRights:
    """The caller, and what they can do.

    Attributes:
        name: the caller's name; "unnamed" on a server without authentication.
        role: the role.
        workspaces: the workspaces that the caller is limited to, as NAME or TYPE=NAME; null for the whole store.
        may_change: whether the caller can change records, those in the workspaces if there are any.
        why_not: why the caller cannot change records; null if they can.
        is_read_only: whether the database is open for reading only, so that nobody can change records.
        may_read_audit: whether the caller can read the whole audit log.
        may_undo: whether the caller can undo entries of the audit log.
        is_audited: whether the audit log also has the writes of other clients (`--audit`); it always has changes that
            were made here.
    """

    name: str
    role: RoleName
    workspaces: list[str] | None
    may_change: bool
    why_not: str | None
    is_read_only: bool
    may_read_audit: bool
    may_undo: bool
    is_audited: bool
