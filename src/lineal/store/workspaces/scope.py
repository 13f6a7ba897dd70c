"""The part of a store that a transaction sees: the nodes of some workspaces.

What stays out: who may see what (service/access.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from lineal.conventions import WORKSPACE_TYPE


@dataclass(frozen=True)
class Workspace:
    """A context that a scope names, by its name and the name of its type."""

    name: str
    type_name: str = WORKSPACE_TYPE


@dataclass(frozen=True)
class Scope:
    """The workspaces that a transaction sees; without any it sees no node."""

    workspaces: tuple[Workspace, ...]

    @property
    def only_name(self) -> str | None:
        """The name of the workspace, if the scope has only one and a property can name it."""
        return self.names[0] if len(self.workspaces) == len(self.names) == 1 else None

    @property
    def shown(self) -> str:
        """The names of the workspaces in messages."""
        return ", ".join(repr(workspace.name) for workspace in self.workspaces) or "no workspace"

    @property
    def names(self) -> list[str]:
        """The names that the property of a node's workspace may have."""
        return [workspace.name for workspace in self.workspaces if workspace.type_name == WORKSPACE_TYPE]
