"""The rules behind MLflow's REST interface: experiments and runs as contexts and executions of the store.

`Tracking` is public. What stays out: HTTP (server/mlflow), and the mapping in words (docs/mlflow.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from lineal import errors
from lineal.files import workspace_folder
from lineal.mlflow import workspaces
from lineal.mlflow.calls import CALLS
from lineal.mlflow.requests import Request, read
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller
from lineal.service.calls import Call
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session

__all__ = ["CALLS", "DEFAULT_WORKSPACE", "Tracking"]

DEFAULT_WORKSPACE = "default"
_LONGEST_WORKSPACE = 200
_PREPARE = Call(lambda session, types, request: _prepare(session, types, request), writes=True, needs_own_tables=True)


class Tracking:
    """What MLflow's clients ask and write. Safe for any number of threads."""

    def __init__(self, service: MetadataService, *, caller: Callable[[], Caller] = lambda: UNNAMED) -> None:
        """Take the service, and the function that returns the current caller."""
        self._service = service
        self._caller = caller
        self._prepared: set[str] = set()

    def call(self, name: str, given: Mapping[str, Any], *, workspace: str = "") -> dict[str, Any]:
        """Serve a call.

        Args:
            name: the end of its address, such as "runs/create".
            given: the fields of the request.
            workspace: the one that the client names; without one, the only one of the caller, or else `default`.

        Raises:
            StatusError: the call failed, and nothing of it was stored.
        """
        served, caller = CALLS[name], self._caller()
        used = self._workspace(caller, workspace)
        request = Request(used, read(served.fields, given), root=f"mlflow-artifacts:/{workspace_folder(used)}")
        self._prepare(used, caller)
        answer = self._service.call(name, request, caller=caller, called=served.call)
        return cast("dict[str, Any]", answer)

    def _workspace(self, caller: Caller, named: str) -> str:
        """Return the workspace of a call.

        Raises:
            InvalidArgumentError: it can be no workspace, or the caller has several and names none.
            NotFoundError: the caller does not see it.
        """
        scope = caller.scope
        if not named:
            if scope is None:
                return DEFAULT_WORKSPACE
            if scope.only_name is None:
                raise errors.InvalidArgumentError(
                    f"these credentials are for several workspaces ({scope.shown}); name one in the header "
                    "X-MLFLOW-WORKSPACE: mlflow.set_workspace(...), or MLFLOW_WORKSPACE"
                )
            return scope.only_name
        if len(named) > _LONGEST_WORKSPACE or not named.isprintable() or "/" in named:
            raise errors.InvalidArgumentError(
                f"{named[:60]!r} is no name of a workspace: give up to {_LONGEST_WORKSPACE} characters without a slash"
            )
        if scope is not None and named not in scope.names:
            raise errors.NotFoundError(f"there is no workspace {named!r}, or these credentials do not show it")
        return named

    def _prepare(self, workspace: str, caller: Caller) -> None:
        """Give a workspace its first experiment, once for the life of the process."""
        if workspace in self._prepared:
            return
        is_prepared = self._service.read(lambda session, types: workspaces.is_prepared(session, types, workspace))
        if not is_prepared and not self._service.database.dialect.read_only:
            self._service.call("prepare a workspace", workspace, called=_PREPARE)
        self._prepared.add(workspace)


def _prepare(session: Session, types: KnownTypes, workspace: str) -> None:
    workspaces.prepare(session, types, workspace)
