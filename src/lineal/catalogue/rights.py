"""What a caller can do, so that nothing is offered that would be refused.

What stays out: refusing (service/access.py, service/scope_rules.py).
"""

from __future__ import annotations

from lineal.catalogue import shapes
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.store.workspaces.scope import Workspace


def rights(service: MetadataService, caller: Caller) -> shapes.CallerRights:
    """Return who the caller is and what they can do."""
    is_read_only = service.database.dialect.read_only
    why_not = _why_not(caller, is_read_only=is_read_only)
    return shapes.CallerRights(
        name=caller.name,
        role=caller.role.name.lower(),  # type: ignore[arg-type]
        workspaces=None if caller.scope is None else [_written(each) for each in caller.scope.workspaces],
        may_change=why_not is None,
        why_not=why_not,
        is_read_only=is_read_only,
        may_read_audit=caller.role is Role.ADMIN,
        may_undo=why_not is None and caller.scope is None,
        is_audited=service.database.settings.audit,
    )


def _why_not(caller: Caller, *, is_read_only: bool) -> str | None:
    if is_read_only:
        return "The database is open for reading only."
    if caller.role < Role.WRITER:
        return f"{caller.name} is a {caller.role.name.lower()}; changing records needs the role writer."
    if caller.scope is not None and not caller.scope.workspaces:
        return f"{caller.name} is limited to no workspace, and so sees no record."
    return None


def _written(workspace: Workspace) -> str:
    """Return a workspace as it is given to `lineal token create --workspace`."""
    default = Workspace(workspace.name)
    return workspace.name if workspace == default else f"{workspace.type_name}={workspace.name}"
