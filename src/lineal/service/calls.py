"""The calls of MetadataStoreService and LineageService by name: which rule serves each, and whether it writes.

A handler takes the transaction, the known types and the request, and returns the response. Where calls differ only by
the kind of node, one function makes them for all kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

from google.protobuf.unknown_fields import UnknownFieldSet

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service.access import Role
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.get_lineage import get_lineage, get_lineage_subgraph
from lineal.service.lineage.get_lineage_graph import get_lineage_graph
from lineal.service.messages import add_events, node_messages, type_messages
from lineal.service.reads import get_nodes, get_types, lists
from lineal.service.writes import put_types
from lineal.service.writes.log_artifact import log_artifact
from lineal.service.writes.put_events import put_events
from lineal.service.writes.put_execution import put_execution
from lineal.service.writes.put_nodes import put_nodes
from lineal.service.writes.put_relations import put_attributions_and_associations, put_parent_contexts
from lineal.service.writes.put_subgraph import put_lineage_subgraph
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import types as type_rows
from lineal.store.rows.nodes import NodeRow
from lineal.wire import service as rpc

Handler = Callable[[Session, KnownTypes, Any], Any]


class Call(NamedTuple):
    """How one RPC is served.

    Attributes:
        handler: the rule.
        writes: whether it needs a transaction that writes, and a caller who may.
        role: the role that it needs, if that is another.
        is_audited: whether it is written to the audit log whatever the settings say.
    """

    handler: Handler
    writes: bool
    role: Role | None = None
    is_audited: bool = False

    @property
    def needed_role(self) -> Role:
        """The least role that may call it."""
        return self.role or (Role.WRITER if self.writes else Role.READER)


def _answer(method: str, **fields: Any) -> Any:
    """Return the response message of a call."""
    return _response_class(method)(**fields)


@cache
def _response_class(method: str) -> Any:
    return getattr(rpc, f"{method}Response")


def _type_calls(kind: Kind) -> Iterator[tuple[str, Call]]:
    """Return the calls on the types of a kind."""
    noun, field, fields = kind.table, f"{kind.name}_type", f"{kind.name}_types"
    put, get, by_id = f"Put{noun}Type", f"Get{noun}Type", f"Get{noun}TypesByID"
    get_all, by_external_id = f"Get{noun}Types", f"Get{noun}TypesByExternalIds"

    def put_one(session: Session, _: KnownTypes, request: Any) -> Any:
        return _answer(put, type_id=put_types.put_type(session, kind, request, getattr(request, field)))

    def get_one(session: Session, _: KnownTypes, request: Any) -> Any:
        found = get_types.get_type(session, kind, request.type_name, request.type_version)
        return _answer(get, **{field: found})

    def get_by_id(session: Session, _: KnownTypes, request: Any) -> Any:
        return _answer(by_id, **{fields: get_types.get_types_by_ids(session, kind, request.type_ids)})

    def list_all(session: Session, _: KnownTypes, request: Any) -> Any:
        return _answer(get_all, **{fields: get_types.get_types(session, kind)})

    def get_by_external_id(session: Session, _: KnownTypes, request: Any) -> Any:
        found = get_types.get_types_by_external_ids(session, kind, request.external_ids)
        return _answer(by_external_id, **{fields: found})

    yield put, Call(put_one, writes=True)
    yield get, Call(get_one, writes=False)
    yield by_id, Call(get_by_id, writes=False)
    yield get_all, Call(list_all, writes=False)
    yield by_external_id, Call(get_by_external_id, writes=False)


def _node_calls(kind: Kind) -> Iterator[tuple[str, Call]]:
    """Return the calls on the nodes of a kind that every kind has."""
    noun, ids = kind.table, f"{kind.name}_ids"
    put, get, by_id, by_type = f"Put{noun}s", f"Get{noun}s", f"Get{noun}sByID", f"Get{noun}sByType"
    by_name, by_external_id = f"Get{noun}ByTypeAndName", f"Get{noun}sByExternalIds"

    def put_all(session: Session, types: KnownTypes, request: Any) -> Any:
        put_ids = put_nodes(session, types, kind, getattr(request, kind.plural), _update_options(request))
        return _answer(put, **{ids: put_ids})

    def list_all(session: Session, types: KnownTypes, request: Any) -> Any:
        return _page(get, session, types, kind, lists.get_nodes(session, kind, request))

    def list_of_type(session: Session, types: KnownTypes, request: Any) -> Any:
        return _page(by_type, session, types, kind, lists.get_nodes_by_type(session, types, kind, request))

    def get_by_id(session: Session, types: KnownTypes, request: Any) -> Any:
        rows = get_nodes.get_nodes_by_ids(session, kind, getattr(request, ids))
        response = _nodes(by_id, session, types, kind, rows)
        if kind is ARTIFACT and request.populate_artifact_types:
            response.artifact_types.extend(_types_of(session, kind, rows))
        return response

    def get_by_name(session: Session, types: KnownTypes, request: Any) -> Any:
        name = getattr(request, f"{kind.name}_name")
        row = get_nodes.get_node_by_type_and_name(
            session, types, kind, type_name=request.type_name, type_version=request.type_version, name=name
        )
        return _node(by_name, session, types, kind, row)

    def get_by_external_id(session: Session, types: KnownTypes, request: Any) -> Any:
        rows = get_nodes.get_nodes_by_external_ids(session, kind, request.external_ids)
        return _nodes(by_external_id, session, types, kind, rows)

    yield put, Call(put_all, writes=True)
    yield get, Call(list_all, writes=False)
    yield by_id, Call(get_by_id, writes=False)
    yield by_type, Call(list_of_type, writes=False)
    yield by_name, Call(get_by_name, writes=False)
    yield by_external_id, Call(get_by_external_id, writes=False)


def _update_options(request: Any) -> UpdateOptions:
    """Read how stored nodes are updated; only PutArtifacts has an option to abort."""
    abort = isinstance(request, rpc.PutArtifactsRequest) and request.options.abort_if_latest_updated_time_changed
    return UpdateOptions(mask=tuple(request.update_mask.paths), abort_if_changed=abort)


def _nodes(method: str, session: Session, types: KnownTypes, kind: Kind, rows: Sequence[NodeRow]) -> Any:
    """Return the response of a call that answers nodes."""
    response = _answer(method)
    node_messages(session, types, kind, rows, add=getattr(response, kind.plural).add)
    return response


def _node(method: str, session: Session, types: KnownTypes, kind: Kind, row: NodeRow | None) -> Any:
    """Return the response of a call that answers one node or none."""
    response = _answer(method)
    node_messages(session, types, kind, [row] if row else [], add=lambda: getattr(response, kind.name))
    return response


def _page(method: str, session: Session, types: KnownTypes, kind: Kind, page: lists.Page) -> Any:
    response = _nodes(method, session, types, kind, page.rows)
    if page.token is not None:
        response.next_page_token = page.token
    return response


def _types_of(session: Session, kind: Kind, nodes: Sequence[NodeRow]) -> list[Any]:
    rows = type_rows.types_by_ids(session, sorted({node.type_id for node in nodes}))
    return list(type_messages(session, kind, rows, base_type=False))


def _context_calls(kind: Kind) -> Iterator[tuple[str, Call]]:
    """Return the calls on the contexts of artifacts or executions, and on their events."""
    noun = kind.table
    members, holders, events = f"Get{noun}sByContext", f"GetContextsBy{noun}", f"GetEventsBy{noun}IDs"

    def list_members(session: Session, types: KnownTypes, request: Any) -> Any:
        return _page(members, session, types, kind, lists.get_nodes_by_context(session, kind, request))

    def get_holders(session: Session, types: KnownTypes, request: Any) -> Any:
        rows = get_nodes.get_contexts_of(session, kind, getattr(request, kind.id_column))
        return _nodes(holders, session, types, CONTEXT, rows)

    def get_events(session: Session, _: KnownTypes, request: Any) -> Any:
        ids = list(dict.fromkeys(getattr(request, f"{kind.name}_ids")))
        response = _answer(events)
        add_events(session, event_rows.events_of(session, kind, ids), to=response.events)
        return response

    yield members, Call(list_members, writes=False)
    yield holders, Call(get_holders, writes=False)
    yield events, Call(get_events, writes=False)


def _relative_calls(noun: str, field: str, read: Any) -> Iterator[tuple[str, Call]]:
    """Return the calls on the parents or the children of one or several contexts."""
    of_one, of_many = f"Get{noun}ContextsByContext", f"Get{noun}ContextsByContexts"

    def get_one(session: Session, types: KnownTypes, request: Any) -> Any:
        found = get_nodes.get_relatives(session, types, read(session, [request.context_id]))
        return _answer(of_one, contexts=found.get(request.context_id, []))

    def get_many(session: Session, types: KnownTypes, request: Any) -> Any:
        if not request.context_ids:
            raise errors.InvalidArgumentError("the request has no context_ids; give at least one")
        ids = list(dict.fromkeys(request.context_ids))
        response = _answer(of_many)
        for context_id, found in get_nodes.get_relatives(session, types, read(session, ids)).items():
            getattr(response.contexts[context_id], field).extend(found)
        return response

    yield of_one, Call(get_one, writes=False)
    yield of_many, Call(get_many, writes=False)


def _get_artifacts_by_uri(session: Session, types: KnownTypes, request: rpc.GetArtifactsByURIRequest) -> Any:
    if any(field.field_number == 1 for field in UnknownFieldSet(request)):  # type: ignore[attr-defined]
        raise errors.InvalidArgumentError("the request has the retired field uri = 1; use the repeated field uris")
    rows = get_nodes.get_nodes_by_uris(session, ARTIFACT, request.uris)
    return _nodes("GetArtifactsByURI", session, types, ARTIFACT, rows)


def _put_events(session: Session, _: KnownTypes, request: rpc.PutEventsRequest) -> Any:
    put_events(session, request.events)
    return rpc.PutEventsResponse()


def _put_relations(session: Session, _: KnownTypes, request: rpc.PutAttributionsAndAssociationsRequest) -> Any:
    put_attributions_and_associations(session, request)
    return rpc.PutAttributionsAndAssociationsResponse()


def _put_parents(session: Session, _: KnownTypes, request: rpc.PutParentContextsRequest) -> Any:
    put_parent_contexts(session, request.parent_contexts)
    return rpc.PutParentContextsResponse()


CALLS: dict[str, Call] = {
    **{name: call for kind in KINDS for name, call in _type_calls(kind)},
    **{name: call for kind in KINDS for name, call in _node_calls(kind)},
    **{name: call for kind in (ARTIFACT, EXECUTION) for name, call in _context_calls(kind)},
    **dict(_relative_calls("Parent", "parent_contexts", node_rows.parent_contexts)),
    **dict(_relative_calls("Children", "children_contexts", node_rows.child_contexts)),
    "PutTypes": Call(lambda session, _, request: put_types.put_types(session, request), writes=True),
    "PutEvents": Call(_put_events, writes=True),
    "PutExecution": Call(put_execution, writes=True),
    "PutLineageSubgraph": Call(put_lineage_subgraph, writes=True),
    "PutAttributionsAndAssociations": Call(_put_relations, writes=True),
    "PutParentContexts": Call(_put_parents, writes=True),
    "GetArtifactsByURI": Call(_get_artifacts_by_uri, writes=False),
    "GetLineageGraph": Call(get_lineage_graph, writes=False),
    "GetLineageSubgraph": Call(lambda session, _, request: get_lineage_subgraph(session, request), writes=False),
}

LINEAGE_CALLS: dict[str, Call] = {
    "GetLineage": Call(get_lineage, writes=False),
    "LogArtifact": Call(log_artifact, writes=True),
}
"""The calls of lineal.v1.LineageService."""

METADATA_CALLS = CALLS | LINEAGE_CALLS
"""The calls of both services, which change nothing that others have written but by the rules of ML Metadata."""
