"""The rules of the calls that read nodes: one by one, by what they have in common, or page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf.unknown_fields import UnknownFieldSet

from lineal import errors
from lineal.kinds import ARTIFACT, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import response_to, type_messages, whole_messages
from lineal.service.reads import lists
from lineal.service.reads.get_types import check_external_ids, shown
from lineal.store.engine.session import Session
from lineal.store.rows import types as type_rows
from lineal.store.rows import whole_nodes
from lineal.store.rows.nodes import NodeRow
from lineal.store.rows.whole_nodes import WholeNodes
from lineal.wire import service as rpc


def get_nodes(session: Session, types: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer all nodes of a kind, or a page of them."""
    return _page(session, types, request, kind, lists.get_nodes(session, kind, request))


def get_nodes_by_type(session: Session, types: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the nodes of a type, or a page of them."""
    return _page(session, types, request, kind, lists.get_nodes_by_type(session, types, kind, request))


def get_nodes_by_context(session: Session, types: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the nodes that a context holds, or a page of them."""
    return _page(session, types, request, kind, lists.get_nodes_by_context(session, kind, request))


def get_nodes_by_ids(session: Session, types: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the nodes that exist, each once, by id."""
    ids = getattr(request, f"{kind.name}_ids")
    with_types = kind is ARTIFACT and request.populate_artifact_types
    found = whole_nodes.whole_by_ids(session, kind, dict.fromkeys(ids), is_last=not with_types)
    response = _nodes(session, types, request, kind, found)
    if with_types:
        response.artifact_types.extend(_types_of(session, kind, found.rows))
    return response


def _types_of(session: Session, kind: Kind, nodes: Sequence[NodeRow]) -> list[Any]:
    found = type_rows.whole_types_by_ids(session, sorted({node.type_id for node in nodes}))
    return list(type_messages(kind, found, base_type=False))


def get_nodes_by_external_ids(session: Session, types: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the nodes that exist, each once, by id.

    Raises:
        InvalidArgumentError: an external id is empty.
        NotFoundError: ids are given and none is found.
    """
    external_ids = request.external_ids
    if not external_ids:
        return response_to(request)
    check_external_ids(external_ids)
    session.end_with_next()
    found = whole_nodes.whole_by_external_ids(session, kind, dict.fromkeys(external_ids))
    if not found.rows:
        raise errors.NotFoundError(f"no {kind.name} has one of the external ids {shown(external_ids)}")
    return _nodes(session, types, request, kind, found)


def get_artifacts_by_uri(session: Session, types: KnownTypes, request: rpc.GetArtifactsByURIRequest) -> Any:
    """Answer the artifacts with one of the uris, by id; "" finds those without uri.

    Raises:
        InvalidArgumentError: the request has the field of a single uri, which was retired.
    """
    if any(field.field_number == 1 for field in UnknownFieldSet(request)):  # type: ignore[attr-defined]
        raise errors.InvalidArgumentError("the request has the retired field uri = 1; use the repeated field uris")
    session.end_with_next()
    found = whole_nodes.whole_by_uris(session, ARTIFACT, dict.fromkeys(request.uris))
    return _nodes(session, types, request, ARTIFACT, found)


def get_node_by_type_and_name(session: Session, types: KnownTypes, request: Any, kind: Kind) -> Any:
    """Answer the node of a type and name, or nothing."""
    response = response_to(request)
    type_id = types.id_of(session, kind, request.type_name, request.type_version)
    name = getattr(request, f"{kind.name}_name")
    if type_id is not None:
        session.end_with_next()
        found = whole_nodes.whole_by_type_and_name(session, kind, type_id, name)
        whole_messages(session, types, kind, found, add=lambda: getattr(response, kind.name))
    return response


def _nodes(session: Session, types: KnownTypes, request: Any, kind: Kind, found: WholeNodes) -> Any:
    """Return the response of a call that answers nodes."""
    response = response_to(request)
    whole_messages(session, types, kind, found, add=getattr(response, kind.plural).add)
    return response


def _page(session: Session, types: KnownTypes, request: Any, kind: Kind, page: lists.Page) -> Any:
    response = _nodes(session, types, request, kind, page.nodes)
    if page.token is not None:
        response.next_page_token = page.token
    return response
