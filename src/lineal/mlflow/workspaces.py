"""The workspace of a request, and the types and contexts that its records need, made when they are first written.

What stays out: which workspace a request means (`Tracking`), and what a caller may see (service/access.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lineal import conventions
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.mlflow import stored_form
from lineal.mlflow.requests import Request
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.put_types import put_type
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import whole_nodes
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_WORKSPACE_PROPERTIES = {"description": pb.STRING, conventions.LABELS: pb.STRING}
_REQUESTS: dict[Kind, Any] = {
    ARTIFACT: rpc.PutArtifactTypeRequest,
    CONTEXT: rpc.PutContextTypeRequest,
    EXECUTION: rpc.PutExecutionTypeRequest,
}


def type_id(session: Session, types: KnownTypes, kind: Kind, name: str, properties: Mapping[str, int]) -> int:
    """Return the id of a type, which is created if it is not there, and gets properties that it lacks."""
    found = types.id_of(session, kind, name, "")
    if found is not None:
        known = types.get(session, kind, found)
        if all(types.property_type(session, known, each) is not None for each in properties):
            return found
    request = _REQUESTS[kind](all_fields_match=True, can_add_fields=True, can_omit_fields=True)
    given: Any = getattr(request, f"{kind.name}_type")
    given.name = name
    for each, number in properties.items():
        given.properties[each] = number
    return int(put_type(session, types, request, kind).type_id)


def experiment_named(session: Session, types: KnownTypes, workspace: str, name: str) -> pb.Context | None:
    """Return the experiment of a workspace with a name, if there is one."""
    found = context_named(session, types, stored_form.EXPERIMENT_TYPE, stored_form.node_name(workspace, name))
    if found is not None and stored_form.workspace_of(found) == workspace:
        return found
    is_unstored = name == stored_form.DEFAULT_NAME and not _defaults(session, types, workspace)
    return _default(workspace) if is_unstored else None


def context_named(session: Session, types: KnownTypes, type_name: str, name: str) -> pb.Context | None:
    """Return the context of a type and name, if there is one that the caller sees."""
    known = types.id_of(session, CONTEXT, type_name, "")
    if known is None:
        return None
    found = whole_nodes.whole_by_type_and_name(session, CONTEXT, known, name)
    nodes: list[pb.Context] = whole_messages(session, types, CONTEXT, found)
    return nodes[0] if nodes else None


def ask_workspace_id(session: Session, types: KnownTypes, name: str) -> Callable[[], int]:
    """Return what returns the id of the context of a workspace, which is created then if it is not there."""
    known = types.id_of(session, CONTEXT, conventions.WORKSPACE_TYPE, "")
    row = node_rows.ask_by_type_and_name(session, CONTEXT, known, name) if known is not None else None

    def fetch() -> int:
        found = row() if row is not None else None
        return found.id if found is not None else workspace_id(session, types, name)

    return fetch


def workspace_id(session: Session, types: KnownTypes, name: str) -> int:
    """Return the id of the context of a workspace, which is created if it is not there."""
    found = context_named(session, types, conventions.WORKSPACE_TYPE, name)
    if found is not None:
        return found.id
    known = type_id(session, types, CONTEXT, conventions.WORKSPACE_TYPE, _WORKSPACE_PROPERTIES)
    locks.take(session, locks.of_identity(f"{conventions.WORKSPACE_TYPE}/{name}"))
    found = context_named(session, types, conventions.WORKSPACE_TYPE, name)
    return found.id if found is not None else write_nodes(session, types, CONTEXT, [_new(known, name)])[0]


def _new(known: int, name: str) -> pb.Context:
    return pb.Context(type_id=known, name=name)


def prepare(session: Session, types: KnownTypes, request: Request) -> bool:
    """Give the workspace of a request its experiment with the id 0, which clients use where none is named.

    Returns:
        Whether the workspace did not have it.
    """
    workspace = request.workspace
    if _defaults(session, types, workspace):
        return False
    external_id = stored_form.default_external_id(workspace)
    locks.take(session, locks.of_identity(external_id))
    if _defaults(session, types, workspace):
        return False
    workspace_id(session, types, workspace)
    known = type_id(session, types, CONTEXT, stored_form.EXPERIMENT_TYPE, stored_form.EXPERIMENT_PROPERTIES)
    context = _default(workspace)
    context.type_id = known
    write_nodes(session, types, CONTEXT, [context])
    return True


def ask_default_id(session: Session, workspace: str) -> Callable[[], int | None]:
    """Return what returns the id of the context of the experiment with the id 0, if it is stored."""
    rows = node_rows.ask_by_external_ids(session, CONTEXT, [stored_form.default_external_id(workspace)])
    return lambda: next((row.id for row in rows()), None)


def default_experiment(session: Session, types: KnownTypes, workspace: str) -> pb.Context:
    """Return the experiment with the id 0 of a workspace; before the first write to the workspace it is not stored."""
    found = _defaults(session, types, workspace)
    return found[0] if found else _default(workspace)


def _default(workspace: str) -> pb.Context:
    context = pb.Context(
        type=stored_form.EXPERIMENT_TYPE,
        name=stored_form.node_name(workspace, stored_form.DEFAULT_NAME),
        external_id=stored_form.default_external_id(workspace),
    )
    context.properties["name"].string_value = stored_form.DEFAULT_NAME
    context.custom_properties[conventions.WORKSPACE_PROPERTY].string_value = workspace
    return context


def _defaults(session: Session, types: KnownTypes, workspace: str) -> list[pb.Context]:
    external_id = stored_form.default_external_id(workspace)
    found = whole_messages(session, types, CONTEXT, whole_nodes.whole_by_external_ids(session, CONTEXT, [external_id]))
    return [each for each in found if stored_form.is_own(each, stored_form.EXPERIMENT_TYPE, workspace)]
