"""Records into the store: types are registered once, nodes are found by external id, one request writes all.

Artifacts and executions are read anew before they are written, because what a record does not name stays as it is. The
events of executions, and the artifacts that these link to them, are looked up once and then cached, within limits. If a
cached value is wrong, it is dropped and the write is repeated. What stays out: merging (`merging.py`), when to try
again (`writer.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from lineal import errors
from lineal.client import ListOptions, MetadataStore
from lineal.locations import normal_form, path_in
from lineal.watch.records import ArtifactRecord, ContextRecord, ExecutionRecord, Given, Records
from lineal.watch.writing.additions import TOGETHER, Additions, Memory, as_stored, quoted
from lineal.watch.writing.merging import (
    differing,
    each_once,
    joined_artifacts,
    merged_artifact,
    merged_execution,
    to_value,
    told,
)
from lineal.watch.writing.type_ids import TypeIds
from lineal.wire import lineage
from lineal.wire import metadata_store as pb

MOST_ROUNDS = 100
MANY = 20
"""From how many artifacts on they are looked up together."""
_Edge = tuple[int | None, int | None, pb.Event]


@dataclass
class _Execution:
    """A stored execution: its id and its events, as pairs of artifact id and type."""

    id: int
    events: set[tuple[int, int]] = field(default_factory=set)


class Recorder:
    """Writes records into a store; used by one thread."""

    def __init__(self, store: MetadataStore) -> None:
        self._store = store
        self._lacks_locations = False
        self._forget()

    def write(self, records: Records) -> None:
        """Write records in one transaction; repeat it after new look-ups if a cached value was wrong.

        Raises:
            StatusError: the store refused, or did not answer.

        """
        if not records.artifacts and not records.executions and not records.contexts:
            return
        records = each_once(records)
        try:
            self._write(records)
        except (errors.AlreadyExistsError, errors.NotFoundError, errors.InvalidArgumentError):
            self._forget()
            self._write(records)

    def _forget(self) -> None:
        self._types = TypeIds(self._store)
        self._additions = Additions(self._store)
        self._executions: Memory[str, _Execution] = Memory()
        self._artifact_ids: Memory[str, int] = Memory()
        self._parents: Memory[tuple[int, int], bool] = Memory()
        self._contexts: Memory[int, Mapping[str, Given]] = Memory()

    def _write(self, records: Records) -> None:
        executions = self._additions.with_stored(records.executions)
        merged = replace(records, executions=tuple(as_stored(one, old) for one, old in executions))
        self._write_all(merged, [old for _, old in executions])
        for one, old in executions:
            self._additions.wrote(one, old)

    def _write_all(self, records: Records, stored: list[pb.Execution | None]) -> None:
        contents = _Contents()
        for artifact in records.artifacts:
            contents.place(artifact)
        absent = self._look_up_many([record for one in records.executions for record, _ in _links(one)])
        for index, (execution, old) in enumerate(zip(records.executions, stored, strict=True)):
            events = self._events(execution.external_id, old)
            for record, event in _links(execution):
                self._join(contents, index, events, record, event, absent=record.identity in absent)
        known = self._stored_artifacts([record.identity for record in contents.artifacts])
        execution_ids, artifact_ids, context_ids = self._store.put_lineage_subgraph(
            [self._execution(one, old) for one, old in zip(records.executions, stored, strict=True)],
            [self._artifact(record, known.get(record.identity)) for record in contents.artifacts],
            [self._context(record) for record in records.contexts],
            contents.edges,
            reuse_context_if_already_exist=True,
            reuse_artifact_if_already_exist_by_external_id=True,
        )
        self._remember(records, contents, execution_ids, artifact_ids)
        for context, context_id in zip(records.contexts, context_ids, strict=True):
            self._merge_context(context, context_id)
        for child, parent in records.parents:
            self._put_parent(context_ids[child], context_ids[parent])

    def _stored_artifacts(self, external_ids: list[str]) -> dict[str, pb.Artifact]:
        """Return the stored artifacts of some external ids, by external id."""
        found: dict[str, pb.Artifact] = {}
        for place in range(0, len(external_ids), TOGETHER):
            with suppress(errors.NotFoundError):
                stored = self._store.get_artifacts_by_external_ids(external_ids[place : place + TOGETHER])
                found |= {one.external_id: one for one in stored}
        return found

    def _events(self, external_id: str, stored: pb.Execution | None) -> set[tuple[int, int]]:
        """Return the events of a stored execution, as pairs of artifact id and type."""
        if stored is None:
            self._executions.pop(external_id, None)
            return set()
        known = self._executions.get(external_id)
        if known is None or known.id != stored.id:
            found = self._store.get_events_by_execution_ids([stored.id])
            known = _Execution(stored.id, {(event.artifact_id, event.type) for event in found})
            self._executions.put(external_id, known)
        return known.events

    def _join(
        self,
        contents: _Contents,
        index: int,
        events: set[tuple[int, int]],
        record: ArtifactRecord,
        event: pb.Event,
        *,
        absent: bool,
    ) -> None:
        """Add an event, and its artifact unless one that is stored is meant."""
        artifact_id = self._artifact_ids.get(record.identity) or (None if absent else self._find_or_log(record))
        if artifact_id is not None:
            self._artifact_ids.put(record.identity, artifact_id)
        place = None
        if record.external_id or artifact_id is None:
            place = contents.place(record)
        else:
            event.artifact_id = artifact_id
        if artifact_id is None or (artifact_id, event.type) not in events:
            contents.add_edge(index, place, event)

    def _look_up_many(self, records: list[ArtifactRecord]) -> set[str]:
        """Look up many artifacts that are known by their uris together; return the identities of those not stored.

        The others are left to `_find_or_log`, since the server knows which uris mean one location. One that does not is
        asked for the usual forms here: then what a program logs at this very moment may be stored twice.
        """
        asked = {
            one.identity: one
            for one in records
            if one.uri and one.any_type and not one.external_id and one.identity not in self._artifact_ids
        }
        if len(asked) < MANY:
            return set()
        others = self._lacks_locations
        uris = {uri for one in asked.values() for uri in (one.uri, *(one.other_uris if others else ()))}
        found = self._by_uri(sorted(uris))
        ids = {identity: _first_id(one, found) for identity, one in asked.items()}
        for identity, artifact_id in ids.items():
            if artifact_id is not None:
                self._artifact_ids.put(identity, artifact_id)
        return {identity for identity, artifact_id in ids.items() if others and artifact_id is None}

    def _by_uri(self, uris: list[str]) -> dict[str, int]:
        """Return the newest artifact of each uri."""
        found: dict[str, int] = {}
        for place in range(0, len(uris), TOGETHER):
            for artifact in self._store._get_artifacts_by_uris(uris[place : place + TOGETHER]):
                found[artifact.uri] = max(artifact.id, found.get(artifact.uri, 0))
        return found

    def _find_or_log(self, record: ArtifactRecord) -> int | None:
        """Return the id of the stored artifact that a record means; None if the request that follows is to write it.

        A program may log an artifact that is known by its uri at this moment. So the call stores it for which that is
        one record, and the request finds it by its external id. A server without the call leaves it to the request.
        """
        if record.external_id or not record.uri:
            return self._find(record)
        if not self._lacks_locations:
            try:
                return self._log(record, at_location=True)
            except errors.InvalidArgumentError:  # an older server, or it refuses the artifact either way
                self._lacks_locations = True
        found = self._find_by_forms(record)
        return self._log(record, at_location=False) if found is None else found

    def _log(self, record: ArtifactRecord, *, at_location: bool) -> int | None:
        """Return the id of the stored artifact that a record means; None if it is stored now, or is still to be.

        Args:
            record: the artifact, which is known by its uri.
            at_location: whether the server knows which uris mean one location.
        """
        request = lineage.LogArtifactRequest(artifact=self._artifact(record, None))
        judged = request.at_location if at_location else request.judged
        judged.uri = record.uri
        for _ in range(MOST_ROUNDS):
            try:
                answer = self._store._log_artifact(request)
            except errors.AlreadyExistsError:  # the one with its external id has changed meanwhile
                answer = None
            if answer is None:
                return self._find(record)
            if answer.HasField("artifact_id"):
                return None
            meant = [artifact for artifact in answer.candidates if _means(record, artifact)]
            if meant:
                return max(meant, key=lambda one: _preference(record, one)).id
            judged.seen_ids.extend(artifact.id for artifact in answer.candidates)
        raise errors.AbortedError(f"other programs keep storing artifacts of the uri {record.uri!r}")

    def _find(self, record: ArtifactRecord) -> int | None:
        """Return the id of the newest stored artifact that a record means, None if there is none."""
        if record.external_id or not record.uri:
            stored = self._stored_artifacts([record.identity])
            return stored[record.identity].id if stored else None
        return self._newest(record, record.uri)

    def _find_by_forms(self, record: ArtifactRecord) -> int | None:
        """Return the id of the stored artifact at the uri of a record, else at another form of it, None for none."""
        if not record.other_uris:
            return None
        several = (self._newest(record, uri) for uri in (record.uri, *record.other_uris))
        found = next((artifact_id for artifact_id in several if artifact_id is not None), None)
        path = path_in(record.normal_uri)
        if found is not None or not path:
            return found
        query = f"uri LIKE {quoted(f'%{path}%')}"
        alike = self._store.get_artifacts(ListOptions(limit=TOGETHER, filter_query=query))
        meant = [one.id for one in alike if normal_form(one.uri) == record.normal_uri and _means(record, one)]
        return max(meant, default=None)

    def _newest(self, record: ArtifactRecord, uri: str) -> int | None:
        """Return the id of the newest artifact at a uri that a record means, None if there is none."""
        found = [artifact.id for artifact in self._store.get_artifacts_by_uri(uri) if _means(record, artifact)]
        return max(found, default=None)

    def _execution(self, record: ExecutionRecord, stored: pb.Execution | None) -> pb.Execution:
        if record.adds and stored is not None and not record.properties:
            return merged_execution(record, stored, type_id=stored.type_id)
        declared = {**record.first_properties, **record.properties}
        type_id = self._types.execution_type(record.type_name, declared, base_type=record.base_type)
        return merged_execution(record, stored, type_id=type_id)

    def _artifact(self, record: ArtifactRecord, stored: pb.Artifact | None) -> pb.Artifact:
        type_id = self._types.artifact_type(record.type_name, record.properties)
        return merged_artifact(record, stored, type_id=type_id)

    def _context(self, record: ContextRecord) -> pb.Context:
        type_id = self._types.context_type(record.type_name, record.properties)
        properties = {name: to_value(value) for name, value in told(record.properties).items()}
        return pb.Context(type_id=type_id, name=record.name, properties=properties)

    def _merge_context(self, record: ContextRecord, context_id: int) -> None:
        """Write what differs in a context; the request that writes all leaves one that exists as it is."""
        if not record.properties or self._contexts.get(context_id) == record.properties:
            return
        [stored] = self._store.get_contexts_by_id([context_id])
        changed = differing(record.properties, stored.properties)
        if changed:
            properties = {name: to_value(value) for name, value in told(changed).items()}
            context = pb.Context(id=context_id, type_id=stored.type_id, name=record.name, properties=properties)
            self._store.put_contexts([context], [f"properties.{name}" for name in changed])
        self._contexts.put(context_id, record.properties)

    def _remember(
        self, records: Records, contents: _Contents, execution_ids: Iterable[int], artifact_ids: list[int]
    ) -> None:
        for record, execution_id in zip(records.executions, execution_ids, strict=True):
            known = self._executions.get(record.external_id) or _Execution(execution_id)
            self._executions.put(record.external_id, known)
        for execution_index, place, event in contents.edges:
            artifact_id = event.artifact_id if place is None else artifact_ids[place]
            stored = self._executions[records.executions[execution_index or 0].external_id]
            stored.events.add((artifact_id, event.type))
            if place is not None:
                self._artifact_ids.put(contents.artifacts[place].identity, artifact_id)

    def _put_parent(self, child: int, parent: int) -> None:
        """Link two contexts; it is not an error if they are already linked, in either direction."""
        if (child, parent) in self._parents:
            return
        with suppress(errors.AlreadyExistsError, errors.InvalidArgumentError):
            self._store.put_parent_contexts([pb.ParentContext(child_id=child, parent_id=parent)])
        self._parents.put((child, parent), True)


@dataclass
class _Contents:
    """The artifacts of a request, each once, and the events between them and its executions."""

    artifacts: list[ArtifactRecord] = field(default_factory=list)
    edges: list[_Edge] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)
    _joined: set[tuple[int, int | None, int, int]] = field(default_factory=set)

    def place(self, record: ArtifactRecord) -> int:
        """Return the place of an artifact in the request, which it is added to if it is not there."""
        index = self._places.setdefault(record.identity, len(self.artifacts))
        if index == len(self.artifacts):
            self.artifacts.append(record)
        else:
            self.artifacts[index] = joined_artifacts(record, self.artifacts[index])
        return index

    def add_edge(self, execution_index: int, place: int | None, event: pb.Event) -> None:
        """Add an event, unless one of its type joins the two already: a store keeps only one."""
        key = (execution_index, place, event.artifact_id, event.type)
        if key not in self._joined:
            self._joined.add(key)
            self.edges.append((execution_index, place, event))


def _links(record: ExecutionRecord) -> list[tuple[ArtifactRecord, pb.Event]]:
    inputs = [(artifact, _event(pb.Event.INPUT, artifact.role)) for artifact in record.inputs]
    return inputs + [(artifact, _event(pb.Event.OUTPUT, artifact.role)) for artifact in record.outputs]


def _event(event_type: int, role: str) -> pb.Event:
    event = pb.Event(type=event_type)  # type: ignore[arg-type]
    if role:
        event.path.steps.add(key=role)
    return event


def _first_id(record: ArtifactRecord, found: Mapping[str, int]) -> int | None:
    """Return the id of the artifact at the first of a record's uris that has one."""
    return next((found[uri] for uri in (record.uri, *record.other_uris) if uri in found), None)


def _preference(record: ArtifactRecord, artifact: pb.Artifact) -> tuple[bool, bool, int]:
    """Return what is greatest for the artifact that a record means most: what another program knows of, too."""
    return artifact.external_id != record.identity, artifact.uri == record.uri, artifact.id


def _means(record: ArtifactRecord, artifact: pb.Artifact) -> bool:
    """Tell whether a stored artifact of the right uri is the one that a record means."""
    if record.any_type:
        return True
    told = {name: str(record.properties[name]) for name in ("name", "version") if name in record.properties}
    return artifact.type == record.type_name and all(
        artifact.properties[name].string_value == text for name, text in told.items() if name in artifact.properties
    )
