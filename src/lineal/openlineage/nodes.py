"""The nodes that an event names: found or created, and locked while facets are merged into them.

Every event locks the nodes that it changes, in one order: so events that name the same nodes wait for each other and
lose nothing. If two create the same node, the external id is taken for the second one, and its transaction runs again.
What stays out: what the nodes say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal import conventions, errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, LOCK_ORDER, Kind
from lineal.openlineage import stored_form
from lineal.openlineage.facets import Values
from lineal.openlineage.runs import History
from lineal.service.known_types import KnownTypes
from lineal.service.writes.held_nodes import message_of
from lineal.service.writes.put_types import put_type
from lineal.store.engine.session import Session
from lineal.store.rows import held_nodes
from lineal.store.rows.held_nodes import HeldNode
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
        type_name: its type.
        kind: its kind, which follows from the type.
        external_id: its external id, unless another door made it.
        said: what the event says of it that identifies it, by property.
        facets: the name and the JSON of each of its facets.
        uri: where a data set is.
        version: the version of a data set, "" for none.
        other_names: the other names of a data set, as URIs.
        history: what the event says of a run.
        is_locked: whether nobody else may change it while the event is stored.
        held: the node as it is stored, None if the event creates it.
        new_id: the id of the node that the event created.
    """

    type_name: str
    external_id: str
    said: Values = field(default_factory=dict)
    facets: list[tuple[str, str | None]] = field(default_factory=list)
    uri: str = ""
    version: str = ""
    other_names: list[str] = field(default_factory=list)
    history: History = field(default_factory=History)
    is_locked: bool = False
    held: HeldNode | None = None
    new_id: int = 0
    kind: Kind = field(init=False)

    def __post_init__(self) -> None:
        self.kind = stored_form.KIND_OF[self.type_name]

    @property
    def id(self) -> int:
        """The id of the node, 0 while there is none."""
        return self.held.row.id if self.held is not None else self.new_id

    @property
    def is_new(self) -> bool:
        """Whether the event creates the node."""
        return self.held is None

    @property
    def stored(self) -> HeldNode:
        """The node as it is stored."""
        if self.held is None:
            raise AssertionError(f"the {self.kind.name} {self.external_id} is not stored yet")
        return self.held

    @property
    def stored_uri(self) -> str:
        """The URI of the artifact, which another door may have spelled differently."""
        return self.uri if self.held is None else self.held.row.uri or ""

    @property
    def stored_external_id(self) -> str | None:
        """The external id of the node, which another door may have given it."""
        return self.external_id if self.held is None else self.held.row.external_id


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


def ask(session: Session, named: Sequence[Named]) -> Callable[[], None]:
    """Ask for the nodes under their external ids, and lock those that may change; return what notes what is there.

    All events lock in the same order.
    """
    asked: list[tuple[Kind, Callable[[], list[HeldNode]]]] = []
    races = session.dialect.writers_race  # or else whatever is read stays as it is, and one statement reads all
    for kind in LOCK_ORDER:
        for locks in (True, False) if races else (False,):
            wanted = {
                each.external_id for each in named if each.kind is kind and (each.is_locked is locks or not races)
            }
            if wanted:
                asked.append((kind, held_nodes.ask_by_external_ids(session, kind, wanted, locks=locks)))

    def note() -> None:
        found = {(kind, each.row.external_id): each for kind, fetch in asked for each in fetch()}
        for each in named:
            each.held = found.get((each.kind, each.external_id))

    return note


def hold(session: Session, named: Named, node_id: int) -> None:
    """Lock and read a node that is there.

    Raises:
        AbortedError: it was deleted meanwhile.
    """
    held = held_nodes.ask_by_ids(session, named.kind, [node_id])()
    if not held:
        raise errors.AbortedError(f"the {named.kind.name} {node_id} was deleted meanwhile; send the event again")
    named.held, named.is_locked = held[0], True


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
        if name in properties:
            if content is not None and properties[name] == stored_form.value(content):
                continue
            del properties[name]
        elif content is None:
            continue
        if isinstance(content, str):
            properties[name].string_value = content
        elif content is not None:
            properties[name].int_value = content
        paths.append(f"{prefix}.{name}")
    return paths
