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
from lineal.service.access import UNNAMED, Caller, require
from lineal.service.calls import Call

__all__ = ["CALLS", "DEFAULT_WORKSPACE", "Tracking", "check_workspace"]

DEFAULT_WORKSPACE = "default"
_LONGEST_WORKSPACE = 200
_SEPARATORS = "/:?#%"
"""What parts the name of a workspace from others in names, external ids and addresses."""
_PREPARE = Call(workspaces.prepare, writes=True, needs_own_tables=True)


def check_workspace(name: str) -> None:
    """Refuse a name that no workspace of MLflow's clients can have.

    Raises:
        InvalidArgumentError: it is empty or too long, or has a character that parts names.
    """
    is_odd = not name or not name.isprintable() or any(each in name for each in _SEPARATORS)
    if is_odd or len(name) > _LONGEST_WORKSPACE:
        raise errors.InvalidArgumentError(
            f"{name[:60]!r} is no workspace for MLflow's clients: its name can have {_LONGEST_WORKSPACE} characters, "
            f"and none of {' '.join(_SEPARATORS)}"
        )


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
        served = CALLS[name]
        caller = require(self._caller(), served.call.needed_role, name)
        used = self._workspace(caller, workspace)
        request = Request(used, read(served.fields, given), root=f"mlflow-artifacts:/{workspace_folder(used)}")
        if served.call.writes:
            self._prepare(request, caller)
        return cast("dict[str, Any]", self._service.call(name, request, caller=caller, called=served.call))

    def _workspace(self, caller: Caller, named: str) -> str:
        """Return the workspace of a call.

        Raises:
            InvalidArgumentError: it can be no workspace, or the caller has several and names none.
            NotFoundError: the caller does not see it.
        """
        scope = caller.scope
        if not named and scope is not None and scope.only_name is None:
            raise errors.InvalidArgumentError(
                f"these credentials are for several workspaces ({scope.shown}); name one in the header "
                "X-MLFLOW-WORKSPACE: mlflow.set_workspace(...), or MLFLOW_WORKSPACE"
            )
        found = named or (DEFAULT_WORKSPACE if scope is None else scope.only_name or "")
        check_workspace(found)
        if scope is not None and found not in scope.names:
            raise errors.NotFoundError(f"there is no workspace {found!r}, or these credentials do not show it")
        return found

    def _prepare(self, request: Request, caller: Caller) -> None:
        """Give a workspace its first experiment, before the first call that writes to it in the life of the process."""
        if request.workspace not in self._prepared:
            self._service.call("experiments/create", request, caller=caller, called=_PREPARE)
            self._prepared.add(request.workspace)
