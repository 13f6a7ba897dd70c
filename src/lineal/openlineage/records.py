"""Records of another Lineal, stored as its events tell them in its own facets (own_facets.py).

A run is found by its run id, an artifact by the store and the id that it has there, and a context by its type and name.
What this store has made itself is joined and not changed: an artifact of the same type at the same location, and a
context of the same name. The newest event decides what a record is, and edges, memberships and points of metrics add
up, so events may come in any order and any number of times. What stays out: events of other programs (receiving.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lineal import conventions, errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.openlineage import facets as facet_rules
from lineal.openlineage import own_facets, stored_form
from lineal.openlineage.events import DataSet, Event, Facets
from lineal.openlineage.own_facets import ContextName, Record, UseOfArtifact
from lineal.openlineage.workspaces import DEFAULT_WORKSPACE
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.service.writes.log_metrics import log_metrics
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.put_relations import put_parent_contexts
from lineal.service.writes.put_types import put_type
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows import locations
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import events as event_rows
from lineal.store.rows import metrics as metric_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.rows.events import NewEvent
from lineal.store.rows.nodes import NodeRow
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb
from lineal.wire import metrics
from lineal.wire import service as rpc

_KIND_OF: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
_TYPE_OF_VALUE = {
    "int_value": pb.INT,
    "double_value": pb.DOUBLE,
    "string_value": pb.STRING,
    "struct_value": pb.STRUCT,
    "proto_value": pb.PROTO,
    "bool_value": pb.BOOLEAN,
}
_TYPE_REQUESTS: Mapping[Kind, Any] = {
    ARTIFACT: rpc.PutArtifactTypeRequest,
    EXECUTION: rpc.PutExecutionTypeRequest,
    CONTEXT: rpc.PutContextTypeRequest,
}


def tells_of_record(event: Event) -> bool:
    """Say whether an event is one of another Lineal about a record of its own."""
    return own_facets.record_in(facets_of(event)) is not None


def facets_of(event: Event) -> Facets:
    """Return the facets that say where an event has been: those of its run, its job or its data set."""
    owner = event.run or event.job or event.data_set
    return owner.facets if owner is not None else {}


def without_own_facets(event: Event) -> Event:
    """Return an event without what Lineal says of it in facets of its own, such as where it has been."""
    if not any(name.startswith(own_facets.PREFIX) for name in facets_of(event)):
        return event
    kept = {name: facet for name, facet in facets_of(event).items() if not name.startswith(own_facets.PREFIX)}
    name = "run" if event.run else "job" if event.job else "data_set"
    return replace(event, **{name: replace(getattr(event, name), facets=kept)})


def store_records(
    session: Session, types: KnownTypes, workspace: str, event: Event
) -> tuple[bool, list[str], tuple[int, Sequence[int]]]:
    """Store the records that an event tells of.

    Returns:
        Whether anything changed, what was left out, and the ids of the record that the event is about and of its data
        sets, inputs first, in their order; 0 for a data set that is no record.

    Raises:
        StatusError: a record cannot be stored, such as a context whose name another workspace has.
    """
    storing = _Storing(session, types, workspace, event)
    nodes = storing.store()
    return storing.changed, storing.left_out, nodes


class _Storing:
    """The records of one event within a transaction."""

    def __init__(self, session: Session, types: KnownTypes, workspace: str, event: Event) -> None:
        self._session, self._types, self._workspace, self._event = session, types, workspace, event
        self.changed = False
        self.left_out: list[str] = []

    def store(self) -> tuple[int, Sequence[int]]:
        """Store contexts, then the execution, then artifacts with the edges; return the ids of all but contexts."""
        event = self._event
        told = facets_of(event)
        record = own_facets.record_in(told)
        if record is None:
            return 0, ()
        contexts = own_facets.contexts_in(told)
        self._lock([record, *contexts, *self._records_of([*event.inputs, *event.outputs])])
        for each in contexts:
            self._context(each, {own_facets.RECORD: _facet_of(each)})
        if event.run is None:
            return self._put(record, told), ()
        if event.job is not None:
            told = {**told, **facet_rules.of_run(event.job.facets)}
        execution_id = self._put(record, told, external_id=stored_form.run_external_id(self._workspace, event.run.id))
        return execution_id, self._put_edges(execution_id, [*event.inputs, *event.outputs])

    def _records_of(self, data_sets: Iterable[DataSet]) -> list[Record]:
        found = [own_facets.record_in(data_set.facets) for data_set in data_sets]
        return [each for each in found if each is not None]

    def _lock(self, records: Sequence[Record]) -> None:
        """Let nobody else store the same records until the transaction ends."""
        names = {locks.of_identity(self._external_id(each)) for each in records}
        for name in sorted(names):
            locks.take(self._session, name)

    def _external_id(self, record: Record) -> str:
        return f"{conventions.OPENLINEAGE_IDS}{self._workspace}:record:{record.store}:{record.kind}:{record.id}"

    # Nodes.

    def _put(self, record: Record, told: Facets, *, external_id: str = "") -> int:
        """Store a record with its facets, metrics and contexts; return its id."""
        if record.kind == CONTEXT.name:
            return self._context(record, told)
        kind = _KIND_OF[record.kind]
        external_id = external_id or self._external_id(record)
        found = self._copy(kind, record, external_id)
        node_id = found.id if found else self._joined(record) if kind is ARTIFACT else 0
        is_own = bool(node_id) and found is None
        node_id = self._write(kind, record, told, node_id, external_id, is_own=is_own)
        held = [(each, node_id) for name in record.contexts if (each := self._context_of(name, record))]
        known = set(relations.memberships_of(self._session, kind, [node_id]))
        if new := [pair for pair in dict.fromkeys(held) if pair not in known]:
            relations.add_members(self._session, kind, new)
            self.changed = True
        return node_id

    def _copy(self, kind: Kind, record: Record, external_id: str) -> node_rows.NodeRow | None:
        """Return the copy of a record that there is already.

        One that was told before it was in a workspace lies in the default one, and moves.
        """
        found = node_rows.holder_of_external_id(self._session, kind, external_id)
        if found is not None or not record.workspace or self._workspace == DEFAULT_WORKSPACE:
            return found
        start = f"{conventions.OPENLINEAGE_IDS}{DEFAULT_WORKSPACE}:"
        before = start + external_id.removeprefix(f"{conventions.OPENLINEAGE_IDS}{self._workspace}:")
        found = node_rows.holder_of_external_id(self._session, kind, before)
        if found is None:
            return None
        told = facet_rows.of_nodes(self._session, kind, [found.id], own_facets.RECORD)
        is_homeless = any(facet.content and "workspace" not in json.loads(facet.content) for facet in told)
        return found if is_homeless else None

    def _joined(self, record: Record) -> int:
        """Return the id of the artifact of this store that is the same data, 0 if there is none or more than one."""
        if not record.uri:
            return 0
        at = locations.artifacts_at(self._session, [record.uri])[record.uri]
        same = [row for row in at if self._types.name(self._session, row.type_id) == record.type]
        nodes = readable_messages(self._session, self._types, ARTIFACT, same)
        copied = f"{conventions.OPENLINEAGE_IDS}{self._workspace}:record:"
        version = _text(record.properties, "version")
        own = [
            node
            for node in nodes
            if stored_form.workspace_of(node) == self._workspace
            and not node.external_id.startswith(copied)
            and _text(node.properties, "version") == version
        ]
        return int(own[0].id) if len(own) == 1 else 0

    def _context(self, record: Record, told: Facets) -> int:
        """Store a context and its parents; return its id."""
        name = self._name_here(ContextName(record.type, record.name), record)
        type_id = self._type_id(CONTEXT, record)
        found = self._found_context(type_id, name)
        is_own = found is not None and not self._is_copy(CONTEXT, found.id)
        node_id = self._write(CONTEXT, record, told, found.id if found else 0, "", is_own=is_own, name=name)
        known = {parent for _, parent in relations.parent_ids(self._session, [node_id])}
        for parent in record.contexts:
            parent_id = self._context_of(parent, record)
            if parent_id and parent_id not in known and parent_id != node_id:
                link = pb.ParentContext(child_id=node_id, parent_id=parent_id)
                request = rpc.PutParentContextsRequest(parent_contexts=[link])
                put_parent_contexts(self._session, self._types, request)
                known.add(parent_id)
                self.changed = True
        return node_id

    def _context_of(self, named: ContextName, record: Record) -> int:
        """Return the id of a context that holds a record; a missing one is made, and its own event fills it."""
        name = self._name_here(named, record)
        type_id = self._types.id_of(self._session, CONTEXT, named.type, "")
        type_id = type_id or self._put_type(CONTEXT, named.type, {})
        found = self._found_context(type_id, name)
        if found is not None:
            return found.id
        locks.take(self._session, locks.of_identity(f"{named.type}/{name}"))
        found = self._found_context(type_id, name)
        if found is not None:
            return found.id
        context = pb.Context(type_id=type_id, name=name)
        [node_id] = write_nodes(self._session, self._types, CONTEXT, [context])
        stub = Facet(node_id, own_facets.RECORD, 0, "{}")
        facet_rows.merge_into_nodes(self._session, CONTEXT, [stub], new=[node_id])
        self.changed = True
        return node_id

    def _found_context(self, type_id: int, name: str) -> NodeRow | None:
        """Return the context of a name, None if there is none.

        Raises:
            FailedPreconditionError: the caller does not see it, so that this will not pass.
        """
        found = node_rows.node_by_type_and_name(self._session.unscoped, CONTEXT, type_id, name)
        if found is None or node_rows.ask_existing_ids(self._session, CONTEXT, [found.id])():
            return found
        raise errors.FailedPreconditionError(
            f"the name {name!r} is that of a context which these credentials do not see; send the event with others, "
            "or give the context another name"
        )

    def _name_here(self, named: ContextName, record: Record) -> str:
        """Return the name of a context in this store: names that say the workspace say the one here."""
        if named.type == conventions.WORKSPACE_TYPE and named.name == record.workspace:
            return self._workspace
        start = f"{record.workspace}/"
        if record.workspace and named.name.startswith(start):
            return f"{self._workspace}/{named.name.removeprefix(start)}"
        return named.name

    def _is_copy(self, kind: Kind, node_id: int) -> bool:
        """Say whether a node was made from what another store told."""
        return bool(facet_rows.of_nodes(self._session, kind, [node_id], own_facets.RECORD))

    def _write(
        self,
        kind: Kind,
        record: Record,
        told: Facets,
        node_id: int,
        external_id: str,
        *,
        is_own: bool,
        name: str | None = None,
    ) -> int:
        """Write what a record says, if it is newer than what was said before and the node is none of our own."""
        is_new = not node_id
        if is_new:
            node_id = self._write_node(kind, record, 0, external_id, name)
        kept = {key: facet for key, facet in told.items() if self._is_kept(key, facet, is_own=is_own)}
        given = [Facet(node_id, *each) for each in _timed(kept, record, self._event.time, self.left_out)]
        written = facet_rows.merge_into_nodes(self._session, kind, given, new=[node_id] if is_new else ())
        self.changed = self.changed or is_new or bool(written)
        names = {facet.name for facet in written}
        if own_facets.RECORD in names and not is_new:
            self._write_node(kind, record, node_id, external_id, name)
        if own_facets.METRICS in names:
            self._log(kind, node_id, told)
        if names and not is_own:
            node_rows.set_times(self._session, kind, [(node_id, record.created, record.updated)])
        return node_id

    def _is_kept(self, name: str, facet: Mapping[str, Any], *, is_own: bool) -> bool:
        """Say whether a facet is stored: one that Lineal made itself follows from the record."""
        if name == own_facets.RECORD:
            return not is_own
        return name == own_facets.METRICS or not own_facets.is_made_here(facet)

    def _write_node(self, kind: Kind, record: Record, node_id: int, external_id: str, name: str | None) -> int:
        """Create or change a node; return its id."""
        node: Any = kind.node(type_id=self._type_id(kind, record))
        if node_id:
            node.id = node_id
        if external_id:
            node.external_id = external_id
        wanted = record.name if name is None else name
        if wanted and not self._is_taken(kind, node.type_id, wanted, node_id):
            node.name = wanted
        if kind.has_uri:
            node.uri = record.uri
        if kind.state_field and record.state is not None:
            setattr(node, kind.state_field, record.state)
        known = self._types.get(self._session, kind, node.type_id)
        for key, value in record.properties.items():
            fits = self._types.property_type(self._session, known, key) == _type_of(value)
            (node.properties if fits else node.custom_properties)[key].CopyFrom(value)
        for key, value in record.custom_properties.items():
            node.custom_properties[key].CopyFrom(value)
        for values in (node.properties, node.custom_properties):
            if conventions.WORKSPACE_PROPERTY in values:
                values[conventions.WORKSPACE_PROPERTY].string_value = self._workspace
        return int(write_nodes(self._session, self._types, kind, [node])[0])

    def _is_taken(self, kind: Kind, type_id: int, name: str, node_id: int) -> bool:
        """Say whether another node of the type has a name, which is unique among them."""
        if kind is CONTEXT:
            return False
        found = node_rows.node_by_type_and_name(self._session, kind, type_id, name)
        return found is not None and found.id != node_id

    def _type_id(self, kind: Kind, record: Record) -> int:
        """Return the id of the type of a record; it is created, or gets the properties that it lacks."""
        wanted = {name: _type_of(value) for name, value in record.properties.items()}
        found = self._types.id_of(self._session, kind, record.type, "")
        if found is not None:
            known = self._types.get(self._session, kind, found)
            missing = {name for name in wanted if self._types.property_type(self._session, known, name) is None}
            if not missing:
                return found
            wanted = {name: wanted[name] for name in missing}
        return self._put_type(kind, record.type, wanted)

    def _put_type(self, kind: Kind, name: str, properties: Mapping[str, int]) -> int:
        request = _TYPE_REQUESTS[kind](all_fields_match=True, can_add_fields=True, can_omit_fields=True)
        given = getattr(request, f"{kind.name}_type")
        given.name = name
        for each in sorted(properties):
            given.properties[each] = properties[each]
        return int(put_type(self._session, self._types, request, kind).type_id)

    def _log(self, kind: Kind, node_id: int, told: Facets) -> None:
        """Log the latest points of metrics."""
        request = metrics.LogMetricsRequest()
        setattr(request, kind.id_column, node_id)
        for each in own_facets.metrics_in(told):
            request.series.add(name=each.name, steps=[each.step], times=[each.time], values=[each.value])
        if request.series and metric_rows.are_present(self._session):
            log_metrics(self._session, self._types, request)

    # Edges.

    def _put_edges(self, execution_id: int, data_sets: Sequence[DataSet]) -> list[int]:
        """Store artifacts and edges; return the ids of the artifacts, index-aligned, 0 for what is no record."""
        known = {
            (row.artifact_id, row.type): row.id
            for row in event_rows.events_of(self._session, EXECUTION, [execution_id])
        }
        new: list[NewEvent] = []
        ids = []
        for data_set in data_sets:
            record = own_facets.record_in(data_set.facets)
            artifact_id = self._put(record, data_set.facets) if record is not None else 0
            ids.append(artifact_id)
            if record is None:
                continue
            for use in own_facets.uses_in(data_set.use_facets):
                if (artifact_id, use.type) not in known:
                    known[artifact_id, use.type] = 0
                    new.append(NewEvent(artifact_id, execution_id, use.type, _time_of(use, record), _steps(use)))
        if new:
            event_rows.insert_events(self._session, new)
            self.changed = True
        return ids


def _type_of(value: pb.Value) -> int:
    return _TYPE_OF_VALUE[value.WhichOneof("value") or "string_value"]


def _timed(facets: Facets, record: Record, time: int, left_out: list[str]) -> Iterable[tuple[str, int, str | None]]:
    """Yield facets with their times: our own are as new as the record, the others as the event, in microseconds."""
    for name, content in facet_rules.contents(facets, left_out, "/facets"):
        yield name, (record.as_of * 1000 or time) if name.startswith(own_facets.PREFIX) else time, content


def _facet_of(record: Record) -> dict[str, Any]:
    """Return something that says which state of a context this is, to be compared with what was stored before."""
    return {"store": record.store, "id": record.id, "updated": record.updated, "digest": repr(replace(record, as_of=0))}


def _time_of(use: UseOfArtifact, record: Record) -> int:
    return record.updated if use.time is None else use.time


def _steps(use: UseOfArtifact) -> list[tuple[int | None, str | None]]:
    return [(step, None) if isinstance(step, int) else (None, step) for step in use.path]


def _text(properties: Mapping[str, pb.Value], name: str) -> str:
    return properties[name].string_value if name in properties else ""
