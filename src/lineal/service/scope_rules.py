"""The rules of writing within a scope: written nodes are in the caller's workspaces, before and after.

The store lets callers change only nodes that they see (store/workspaces/visibility.py). In addition, written nodes must
not name another workspace, and the caller must see all of them afterwards. What stays out: roles (access.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lineal import errors
from lineal.conventions import (
    MLFLOW_EXPERIMENT,
    MLFLOW_IDS,
    MLFLOW_REGISTERED_MODEL,
    OPENLINEAGE_IDS,
    OPENLINEAGE_JOB,
    WORKSPACE_PROPERTY,
)
from lineal.kinds import CONTEXT, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.workspaces.named_workspaces import ask_for_named_workspaces
from lineal.store.workspaces.scope import Scope
from lineal.store.workspaces.scoped_session import ScopedSession

_NAMED_WITHIN_WORKSPACES = (MLFLOW_EXPERIMENT, MLFLOW_REGISTERED_MODEL, OPENLINEAGE_JOB)
_IDS_WITHIN_WORKSPACES = {MLFLOW_IDS: "MLflow", OPENLINEAGE_IDS: "OpenLineage"}


def marked(session: Session, nodes: Sequence[Any]) -> Sequence[Any]:
    """Return nodes to be written; those that name no workspace get the caller's, if the caller has only one.

    So clients that do not know about workspaces can write with credentials for one of them.
    """
    if isinstance(session, ScopedSession):
        _require_own_ids(session.scope, nodes)
    name = session.scope.only_name if isinstance(session, ScopedSession) else None
    if name is None:
        return nodes
    return [node if WORKSPACE_PROPERTY in node.custom_properties else _marked(node, name) for node in nodes]


def _require_own_ids(scope: Scope, nodes: Sequence[Any]) -> None:
    """Refuse external ids that name another workspace, as those of MLflow's and OpenLineage's records do.

    Raises:
        PermissionDeniedError: a node has one.
    """
    for node in nodes:
        prefix, separator, rest = node.external_id.partition(":")
        whose = _IDS_WITHIN_WORKSPACES.get(f"{prefix}{separator}")
        if whose and not any(rest.startswith(f"{name}:") for name in scope.names):
            raise errors.PermissionDeniedError(
                f"the external id {node.external_id[:100]!r} is one of a record of {whose} in another workspace than "
                f"{scope.shown}, where these credentials write; use another one"
            )


def _require_names_inside(session: ScopedSession, types: KnownTypes, ids: Sequence[int]) -> None:
    """Refuse experiments, registered models and jobs whose names, unique in the store, are of another workspace.

    Raises:
        PermissionDeniedError: a context is one.
    """
    if not ids:
        return
    known = {types.id_of(session.unscoped, CONTEXT, name, ""): name for name in _NAMED_WITHIN_WORKSPACES}
    rows = node_rows.nodes_by_ids(session.unscoped, CONTEXT, ids) if set(known) != {None} else []
    for row in rows:
        if row.type_id in known and not any((row.name or "").startswith(f"{name}/") for name in session.scope.names):
            raise errors.PermissionDeniedError(
                f"the name {row.name!r} of a context of the type {known[row.type_id]} is that of one in another "
                f"workspace than {session.scope.shown}, where these credentials write; begin it with the name of the "
                "workspace and a slash"
            )


def _marked(node: Any, name: str) -> Any:
    copy = type(node)()
    copy.CopyFrom(node)
    copy.custom_properties[WORKSPACE_PROPERTY].string_value = name
    return copy


def checked(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return a handler that refuses, and so undoes, writes outside the scope."""

    def handle(session: Session, types: KnownTypes, request: Any) -> Any:
        response = handler(session, types, request)
        require_inside(session)
        if isinstance(session, ScopedSession):
            _require_names_inside(session, types, sorted(session.written.get(CONTEXT, ())))
        return response

    return handle


def require_inside(session: Session) -> None:
    """Refuse the transaction if it wrote something outside its scope.

    Raises:
        PermissionDeniedError: it does not.
    """
    if not isinstance(session, ScopedSession):
        return
    written = {kind: sorted(ids) for kind, ids in session.written.items() if ids}
    named = {kind: ask_for_named_workspaces(session.unscoped, kind, ids) for kind, ids in written.items()}
    shown = {kind: node_rows.ask_existing_ids(session, kind, ids) for kind, ids in written.items()}
    for kind, ids in written.items():
        _require_own_names(session.scope, kind, named[kind]())
        _require_shown(session.scope, kind, set(ids) - shown[kind]())


def _require_own_names(scope: Scope, kind: Kind, named: set[str | None]) -> None:
    foreign = named.difference(scope.names)
    if foreign:
        which = next(iter(foreign))
        raise errors.PermissionDeniedError(
            f"the request puts {kind.plural} into the workspace {which!r}, and these credentials write to "
            f"{scope.shown} alone; use one of these, or other credentials"
        )


def _require_shown(scope: Scope, kind: Kind, lost: set[int]) -> None:
    if lost:
        raise errors.PermissionDeniedError(
            f"{len(lost)} of the {kind.plural} would lie outside of {scope.shown}, where these credentials write; give "
            f"them the custom property {WORKSPACE_PROPERTY}, or put them together with a context of the workspace"
        )
