"""The part of a store that a transaction sees: the nodes of some workspaces.

What stays out: who may see what (service/access.py).
"""

from __future__ import annotations

from dataclasses import dataclass

WORKSPACE_TYPE = "kubeflow.org/alpha/workspace"


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
    def names(self) -> list[str]:
        """The names that the property of a node's workspace may have."""
        return [workspace.name for workspace in self.workspaces if workspace.type_name == WORKSPACE_TYPE]
