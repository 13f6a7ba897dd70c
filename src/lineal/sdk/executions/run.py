"""Runs, which group executions by a name and end those that are left open.

What stays out: executions (execution.py).
"""

from __future__ import annotations

from functools import partial
from types import TracebackType
from typing import Any, Protocol

from lineal import errors
from lineal.sdk import cards, plain
from lineal.sdk.executions import endings, termination
from lineal.sdk.pictures import web_ui
from lineal.sdk.standard_artifact import required_text
from lineal.sdk.workspace import Workspace

_Failure = type[BaseException] | None


class Member(Protocol):
    """What a run ends: an execution."""

    def _end_once(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None: ...

    def _cancel(self, how: endings.Ending) -> None: ...


class Run:
    """One pass of a pipeline or a notebook, which groups executions by its name.

    Used with `with`, it ends every execution made within that has not ended by then, as `Execution` does.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
        >>> with metadata.Run(workspace, "monday") as run:
        ...     clean = metadata.Execution(name="clean", workspace=workspace, run=run)
        ...     train = metadata.Execution(name="train", workspace=workspace, run=run)
    """

    def __init__(
        self, workspace: Workspace | None = None, name: str | None = None, description: plain.Scalar | None = None
    ) -> None:
        """Name a run; nothing is stored until an execution belongs to it.

        Raises:
            ValueError: `workspace` or `name` is missing or of the wrong type.

        """
        self.workspace: Workspace = required_workspace(workspace)
        self.name: str = required_text("name", name)
        self.description: str | None = plain.field_text("description", description)
        self._blocks: list[list[Member]] = []

    def __enter__(self) -> Run:
        self._blocks.append([])
        termination.opened(self, self._cancel)
        return self

    def __exit__(self, failure: _Failure, error: BaseException | None, trace: TracebackType | None) -> None:
        made = self._blocks.pop() if self._blocks else []
        refused: list[errors.StatusError] = []
        for execution in made:
            try:
                execution._end_once(failure, error, trace)
            except errors.StatusError as refusal:
                refused.append(refusal)
        if not self._blocks:
            termination.closed(self)
        if refused:
            raise refused[0]

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy or a pickle, which is in no block."""
        return vars(self) | {"_blocks": []}

    def _cancel(self, how: endings.Ending) -> None:
        """Record how the end of the process ends the executions of this block that have not ended."""
        for execution in [execution for made in [*self._blocks] for execution in [*made]]:
            execution._cancel(how)

    def __repr__(self) -> str:
        return cards.short(self, self.name, workspace=self.workspace.name, store=web_ui.place_of(self.workspace.store))

    def _repr_html_(self) -> str:
        client, workspace = self.workspace.store, self.workspace
        fields = {"name": self.name, "workspace": workspace.name, "description": self.description}
        read = partial(cards.around_run, client, workspace.name, self.name)
        return cards.card("Run", fields, read, client=client, page=("workspaces", workspace.context_id))

    def _adopt(self, execution: Member) -> None:
        """End an execution at the end of the block that is open now, if one is."""
        if self._blocks:
            self._blocks[-1].append(execution)


def required_workspace(workspace: Workspace | None) -> Workspace:
    """Return the workspace of a run or an execution.

    Raises:
        ValueError: it is missing or none.

    """
    if not isinstance(workspace, Workspace):
        raise ValueError(f"'workspace' must be set as metadata.Workspace, got {workspace!r}")
    return workspace
