"""The nodes that an event names: found or created, and locked while facets are merged into them.

Every event finds its nodes first, creates the missing ones, and then locks those that were there, in one order: so
events that name the same nodes wait for each other and lose nothing. What stays out: what the nodes say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal import conventions, errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.openlineage import stored_form
from lineal.openlineage.facets import Values
from lineal.openlineage.runs import History
from lineal.service.known_types import KnownTypes
from lineal.service.writes.held_nodes import message_of
from lineal.service.writes.put_types import put_type
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.held_nodes import HeldNode
from lineal.store.rows.properties import ask_for_properties
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_REQUESTS: Mapping[Kind, Any] = {
    ARTIFACT: rpc.PutArtifactTypeRequest,
    CONTEXT: rpc.PutContextTypeRequest,
    EXECUTION: rpc.PutExecutionTypeRequest,
}
_WORKSPACE_PROPERTIES = frozenset({"description", conventions.LABELS})


@dataclass
class Named:
    """A node that an event names.

    Attributes:
        type_name: its type, which decides its kind.
        external_id: its external id, unless another door made it.
        said: what the event says of it that identifies it, by property.
        facets: the name and the JSON of each of its facets.
        uri: where a data set is.
        version: the version of a data set, "" for none.
        history: what the event says of a run.
        id: the id of the node, 0 while it is not known.
        is_new: whether this event creates it.
        held: the node as it is stored, with nobody else changing it.
    """

    type_name: str
    external_id: str
    said: Values = field(default_factory=dict)
    facets: list[tuple[str, str | None]] = field(default_factory=list)
    uri: str = ""
    version: str = ""
    history: History = field(default_factory=History)
    id: int = 0
    is_new: bool = False
    held: HeldNode | None = None

    @property
    def kind(self) -> Kind:
        """The kind of the node."""
        return stored_form.KIND_OF[self.type_name]

    @property
    def stored(self) -> HeldNode:
        """The node as it is stored."""
        if self.held is None:
            raise AssertionError(f"the {self.kind.name} {self.id} is not held")
        return self.held


def type_id(session: Session, types: KnownTypes, name: str) -> int:
    """Return the id of a type of OpenLineage's nodes or of workspaces, which is created if it is not there."""
    kind = stored_form.KIND_OF.get(name, CONTEXT)
    properties = stored_form.PROPERTIES.get(name, _WORKSPACE_PROPERTIES)
    found = types.id_of(session, kind, name, "")
    if found is not None and properties <= types.get(session, kind, found).properties.keys():
        return found
    request = _REQUESTS[kind](all_fields_match=True, can_add_fields=True, can_omit_fields=True)
    given = getattr(request, f"{kind.name}_type")
    given.name = name
    for each in sorted(properties):
        given.properties[each] = pb.STRING
    return int(put_type(session, types, request, kind).type_id)


def find(session: Session, named: Sequence[Named]) -> None:
    """Note the ids of those nodes that are stored under their external ids."""
    asked: dict[Kind, Callable[[], list[node_rows.NodeRow]]] = {
        kind: node_rows.ask_by_external_ids(session, kind, {each.external_id for each in named if each.kind is kind})
        for kind in {each.kind for each in named}
    }
    ids = {(kind, row.external_id): row.id for kind, rows in asked.items() for row in rows()}
    for each in named:
        each.id = ids.get((each.kind, each.external_id), 0)


def hold(session: Session, named: Sequence[Named]) -> None:
    """Lock and read those nodes that were there; all events lock in the same order.

    Raises:
        AbortedError: one of them was deleted meanwhile.
    """
    asked = []
    for kind in (EXECUTION, CONTEXT, ARTIFACT):
        ids = sorted({each.id for each in named if each.kind is kind and not each.is_new})
        if ids:
            asked.append((kind, node_rows.ask_to_update(session, kind, ids), ask_for_properties(session, kind, ids)))
    held: dict[tuple[Kind, int], HeldNode] = {}
    for kind, rows, properties in asked:
        found = {row.id: HeldNode(row, []) for row in rows()}
        own: dict[int, list[Any]] = {node_id: [] for node_id in found}
        for row in properties():
            own[row[0]].append(row)
        held.update({(kind, node_id): HeldNode(each.row, own[node_id]) for node_id, each in found.items()})
    for each in named:
        each.held = held.get((each.kind, each.id))
        if each.held is None and not each.is_new:
            raise errors.AbortedError(f"the {each.kind.name} {each.id} was deleted meanwhile; send the event again")


def stored_node(session: Session, types: KnownTypes, workspace: str, named: Named) -> Any:
    """Return a node that was there, as a message.

    Raises:
        FailedPreconditionError: it is not of the workspace, though its external id says so.
    """
    node = message_of(session, types, named.kind, named.stored)
    if node.external_id == named.external_id and stored_form.workspace_of(node) != workspace:
        raise errors.FailedPreconditionError(
            f"the {named.kind.name} {node.id} has the external id {named.external_id!r} and is not of the workspace "
            f"{workspace!r}; give it another external id"
        )
    return node


def new_node(type_id_: int, workspace: str, named: Named) -> Any:
    """Return a node that is to be created, with what identifies it."""
    node: Any = named.kind.node(type_id=type_id_, type=named.type_name, external_id=named.external_id)
    node.custom_properties[conventions.WORKSPACE_PROPERTY].string_value = workspace
    if named.uri:
        node.uri = named.uri
    put(node, named.said)
    return node


def put(node: Any, values: Values) -> list[str]:
    """Set properties of a node, or remove them; return the paths of a mask of those that differ.

    What another door made keeps its own properties, and gets custom ones alone.
    """
    own = stored_form.PROPERTIES.get(node.type, frozenset())
    is_foreign = not node.external_id.startswith(conventions.OPENLINEAGE_IDS)
    paths = []
    for name, content in values.items():
        is_own = name in (stored_form.PROPERTIES[stored_form.DATA_SET_TYPE] if is_foreign else own)
        if is_foreign and (is_own or name == conventions.LABELS):
            continue
        prefix = "properties" if is_own else "custom_properties"
        properties = getattr(node, prefix)
        wanted = None if content is None else stored_form.value(content)
        if properties.get(name) == wanted:
            continue
        if wanted is None:
            del properties[name]
        else:
            properties[name].CopyFrom(wanted)
        paths.append(f"{prefix}.{name}")
    return paths
