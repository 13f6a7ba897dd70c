"""Logging an artifact: finding the stored record that equals it, or writing it with its event.

The service does it in one round trip, and if many programs log an equal artifact at the same moment, one stores it
(LogArtifact). If a class has its own `is_duplicated`, it compares the stored artifacts at the same location, which
costs one more trip if there are any. If a server does not have the call, the official calls look for the artifact and
then write it; two programs at the same moment may both write. A custom type that the store has not seen costs one trip
more, once. What stays out: types (type_registry.py), and which values a stored record keeps (kept.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lineal import errors
from lineal.client import ListOptions, MetadataStore
from lineal.sdk import artifact_lineage, changing, existing, filters, ids, kept, stored_form
from lineal.sdk.base_artifact import Artifact
from lineal.sdk.existing import OnExisting
from lineal.sdk.identity import is_named_by_location, is_same_version
from lineal.sdk.retry import retrying
from lineal.sdk.standard_artifact import StandardArtifact
from lineal.sdk.type_registry import TypeRegistry
from lineal.wire import lineage as lineage_pb
from lineal.wire import metadata_store as pb

MOST_ROUNDS = 100
"""How often candidates are judged: each round more means that another program has stored an artifact of the uri."""

_Equality = Callable[[pb.Artifact, pb.Artifact], bool]
_Answer = lineage_pb.LogArtifactResponse


@dataclass(frozen=True)
class Recorder:
    """Logs artifacts for one execution.

    Attributes:
        client: the store.
        types: the types known to be in the store.
        workspace: the context of the workspace, with its name and type.
        run_name: the name of the run, None for none.
        execution_id: the id of the execution.

    """

    client: MetadataStore
    types: TypeRegistry
    workspace: pb.Context
    run_name: str | None
    execution_id: int

    def log(self, artifact: Any, event_type: pb.Event.Type, on_existing: OnExisting = existing.KEEP) -> None:
        """Store an artifact, unless it is stored, with an event, unless it has it; set the artifact's id.

        Args:
            artifact: anything with `ARTIFACT_TYPE_NAME` and `serialization()`; an `id` that is set is taken as stored.
                Also the id of a stored artifact, or a dict of a listing.
            event_type: INPUT or OUTPUT.
            on_existing: what becomes of it if it equals a stored artifact that has other values.

        Raises:
            AlreadyExistsError: it does, and `on_existing` is "error".
            ValueError: `artifact` is missing or no artifact, its id is unknown, or it already names a workspace or run.

        """
        if artifact is None:
            raise ValueError("'artifact' must be set.")
        if ids.is_named(artifact):
            self._join_known(ids.known(artifact), event_type)
            return
        artifact_id = getattr(artifact, "id", None)
        if artifact_id is not None:
            self._join_known(artifact_id, event_type)
        else:
            existing.check(on_existing)
            artifact.id = self._log_new(artifact, event_type, on_existing)
        artifact_lineage.remember_home(artifact, self.client, self.workspace.name)

    def _join_known(self, said: Any, event_type: pb.Event.Type) -> None:
        """Add the event of an artifact that is said to be stored."""
        artifact_id = ids.number(said)
        if artifact_id is None:
            raise ValueError(f"invalid artifact id {said!r}: it must be a number")
        try:
            self._join(artifact_id, event_type)
        except errors.InvalidArgumentError as error:
            if retrying(lambda: self.client.get_artifacts_by_id([artifact_id])):
                raise
            raise ValueError(
                f"invalid artifact id {artifact_id}: the store has no such artifact; leave 'id' unset to log a new one"
            ) from error

    def _join(self, artifact_id: int, event_type: pb.Event.Type) -> None:
        """Add an event; one that is there already is what was wanted."""
        event = pb.Event(artifact_id=artifact_id, execution_id=self.execution_id, type=event_type)
        try:
            retrying(lambda: self.client.put_events([event]))
        except errors.AlreadyExistsError:
            return

    def _log_new(self, artifact: Any, event_type: pb.Event.Type, on_existing: OnExisting) -> int:
        """Store an artifact without id, or find the one that it is; return its id."""
        record = self.record(artifact)
        is_duplicated: _Equality | None = getattr(artifact, "is_duplicated", None)
        if is_duplicated is None or is_duplicated is Artifact.is_duplicated:
            return self._write_once(record, event_type)
        uri = record.uri if is_duplicated is is_same_version else _uri_of(artifact, record)
        if on_existing != existing.KEEP:
            return self._log_deciding(artifact, event_type, on_existing, is_duplicated, uri)
        answer = self._ask(record, event_type, is_duplicated, uri)
        answer = answer or self._find_or_write(record, event_type, is_duplicated, uri)
        if answer.HasField("stored"):
            keep(artifact, record, answer.stored)
        return answer.artifact_id

    def _log_deciding(
        self, artifact: Any, event_type: pb.Event.Type, on_existing: OnExisting, equality: _Equality, uri: str
    ) -> int:
        """Store an artifact, or decide what becomes of it and of the stored one that it equals."""
        for _ in range(existing.MOST_VERSIONS):
            record = self.record(artifact)
            found = self._find_or_store(record, event_type, equality, uri)
            if isinstance(found, int):
                return found
            given, fields = _compared(record, found), stored_form.recorded_fields(found)
            names = kept.differing(given, fields)
            what = f"the {type(artifact).__name__} {given.get('name') or record.uri!r} (id {found.id})"
            if names and on_existing == "error":
                raise existing.refused(what, names)
            if not names or on_existing == "update":
                return self._join_updated(artifact, found, existing.patch(given, fields), event_type)
            _take_next_version(artifact, what)
        raise errors.AlreadyExistsError(f"{existing.MOST_VERSIONS} versions after {what} are taken; pass another one")

    def _join_updated(self, artifact: Any, found: pb.Artifact, patch: dict[str, Any], event_type: pb.Event.Type) -> int:
        """Change the stored artifact, if there is something to change, and add the event."""
        stored = changing.change(self.client, found.id, patch) if patch else found
        self._join(found.id, event_type)
        if isinstance(artifact, StandardArtifact):
            artifact.show(vars(artifact), stored_form.recorded_fields(stored))
        return found.id

    def _find_or_store(
        self, record: pb.Artifact, event_type: pb.Event.Type, equality: _Equality, uri: str
    ) -> pb.Artifact | int:
        """Return the stored artifact that equals the record, without an event, or the id of the record, now stored."""
        request = self._request(record, event_type)
        request.judged.uri = uri
        judged = self._judged(request, equality)
        if judged is None:  # the server does not have the call
            candidates = self._same_version(record) if equality is is_same_version else self._same_uri(uri)
            equal = next((each for each in candidates if equality(record, each)), None)
            return equal if equal is not None else self._write_once(record, event_type)
        return judged

    def _request(self, record: pb.Artifact, event_type: pb.Event.Type) -> lineage_pb.LogArtifactRequest:
        event = pb.Event(execution_id=self.execution_id, type=event_type)
        return lineage_pb.LogArtifactRequest(artifact=record, event=event, context=self._context())

    def _ask(self, record: pb.Artifact, event_type: pb.Event.Type, equality: _Equality, uri: str) -> _Answer | None:
        """Let the service find or store the artifact; return None where it lacks the call."""
        request = self._request(record, event_type)
        if equality is is_same_version:
            request.same_version.SetInParent()
            return retrying(lambda: self._log(request))
        request.judged.uri = uri
        judged = self._judged(request, equality)
        if isinstance(judged, int):
            return _Answer(artifact_id=judged)
        return None if judged is None else self._joined(judged, event_type)

    def _log(self, request: lineage_pb.LogArtifactRequest) -> _Answer | None:
        """Send the request, if the client knows the call: `Store.from_client` also takes the official one."""
        send: Callable[..., _Answer | None] | None = getattr(self.client, "_log_artifact", None)
        return None if send is None else send(request)

    def _judged(self, request: lineage_pb.LogArtifactRequest, equality: _Equality) -> pb.Artifact | int | None:
        """Compare the stored artifacts that the service returns, until one is equal or it returns no more.

        Returns:
            The equal one, without an event; or the id of the artifact, which is stored now; or None if the server does
            not have the call.

        Raises:
            AbortedError: other programs kept on storing artifacts of the uri.

        """
        event_type: Any = request.event.type
        for _ in range(MOST_ROUNDS):
            answer = retrying(
                lambda: self._log(request),
                written=lambda: self._answer_lost(request.artifact, event_type),
            )
            if answer is None:
                return None
            if answer.HasField("artifact_id"):
                return answer.artifact_id
            equal = next((each for each in answer.candidates if equality(request.artifact, each)), None)
            if equal is not None:
                return equal
            request.judged.seen_ids.extend(each.id for each in answer.candidates)
        raise errors.AbortedError(
            f"other programs keep storing artifacts of the uri {request.judged.uri!r}; log it again"
        )

    def _answer_lost(self, record: pb.Artifact, event_type: pb.Event.Type) -> _Answer | None:
        written = self._find_written(record, event_type)
        return None if written is None else _Answer(artifact_id=written)

    def _joined(self, stored: pb.Artifact, event_type: pb.Event.Type) -> _Answer:
        """Link an artifact that was found, and return the answer that says so."""
        self._join(stored.id, event_type)
        return _Answer(artifact_id=stored.id, stored=stored)

    def _find_or_write(self, record: pb.Artifact, event_type: pb.Event.Type, equality: _Equality, uri: str) -> _Answer:
        """Find or store the artifact by the official calls; two programs at the same moment may both store it."""
        candidates = self._same_version(record) if equality is is_same_version else self._same_uri(uri)
        equal = next((each for each in candidates if equality(record, each)), None)
        if equal is not None:
            return self._joined(equal, event_type)
        return _Answer(artifact_id=self._write_once(record, event_type))

    def _write_once(self, record: pb.Artifact, event_type: pb.Event.Type) -> int:
        return retrying(lambda: self._write(record, event_type), written=lambda: self._find_written(record, event_type))

    def record(self, artifact: Any) -> pb.Artifact:
        """Return the artifact as it is stored: its own serialization with type, workspace and run."""
        type_name, serialized = _described(artifact)
        for reserved in (stored_form.WORKSPACE_PROPERTY_NAME, stored_form.RUN_PROPERTY_NAME):
            if reserved in serialized.custom_properties:
                raise ValueError(f"custom_properties contains reserved key {reserved}; it is set by logging")
        record = pb.Artifact()
        record.CopyFrom(serialized)
        _drop_empty(record)
        record.type_id = self.types.artifact_type_id(type_name, stored_form.property_types(record.properties))
        record.custom_properties[stored_form.WORKSPACE_PROPERTY_NAME].string_value = self.workspace.name
        if self.run_name is not None:
            record.custom_properties[stored_form.RUN_PROPERTY_NAME].string_value = self.run_name
        return record

    def _same_version(self, record: pb.Artifact) -> list[pb.Artifact]:
        """Read the artifacts of the same type, uri, name, version and workspace, by a filter where one is exact."""
        named = {
            name: record.properties[name].string_value for name in ("name", "version") if name in record.properties
        }
        if not all(map(filters.is_plain, (record.uri, self.workspace.name, *named.values()))):
            return self._same_uri(record.uri)
        conditions = [
            f"type_id = {record.type_id}",
            f"uri = {filters.literal(record.uri)}",
            filters.in_workspace(self.workspace.name),
            *(filters.property_equals(name, text) for name, text in named.items()),
        ]
        options = ListOptions(filter_query=" AND ".join(conditions))
        return list(retrying(lambda: self.client.get_artifacts(options)))

    def _same_uri(self, uri: str) -> list[pb.Artifact]:
        return list(retrying(lambda: self.client.get_artifacts_by_uri(uri)))

    def _write(self, record: pb.Artifact, event_type: pb.Event.Type) -> int:
        """Write a new artifact, its event and its membership of the workspace in one transaction."""
        event = pb.Event(execution_id=self.execution_id, type=event_type)
        _, [artifact_id], _ = self.client.put_lineage_subgraph(
            [], [record], [self._context()], [(None, 0, event)], reuse_context_if_already_exist=True
        )
        return int(artifact_id)

    def _context(self) -> pb.Context:
        """Return the workspace as a call names it."""
        return pb.Context(type_id=self.workspace.type_id, name=self.workspace.name)

    def _find_written(self, record: pb.Artifact, event_type: pb.Event.Type) -> int | None:
        """Return the id that a write with a lost answer left behind: an equal record with this execution's event."""
        events = self.client.get_events_by_execution_ids([self.execution_id])
        joined = {event.artifact_id for event in events if event.type == event_type}
        equal = (stored.id for stored in self.client.get_artifacts_by_uri(record.uri) if _holds(stored, record))
        return next((artifact_id for artifact_id in equal if artifact_id in joined), None)


def _described(artifact: Any) -> tuple[str, pb.Artifact]:
    """Return the type and the record of an artifact.

    Raises:
        ValueError: it does not offer them.

    """
    if isinstance(artifact, type):
        raise ValueError(f"'artifact' is the class {artifact.__name__}; log an object of it: {artifact.__name__}(...)")
    type_name, serialize = getattr(artifact, "ARTIFACT_TYPE_NAME", None), getattr(artifact, "serialization", None)
    if not isinstance(type_name, str) or not callable(serialize):
        raise ValueError(
            f"'artifact' must have ARTIFACT_TYPE_NAME and serialization(), as a subclass of metadata.Artifact has; "
            f"got {type(artifact).__name__}"
        )
    serialized = serialize()
    if not isinstance(serialized, pb.Artifact):
        raise ValueError(
            f"serialization() of {type_name!r} must return a metadata_store_pb2.Artifact, "
            f"got {type(serialized).__name__}"
        )
    return type_name, serialized


def _uri_of(artifact: Any, record: pb.Artifact) -> str:
    """Return the uri whose stored artifacts a class with its own equality compares."""
    uri = getattr(artifact, "uri", None)
    return uri if isinstance(uri, str) else record.uri


def _take_next_version(artifact: Any, what: str) -> None:
    """Give an artifact the version after its own.

    Raises:
        ValueError: it has no version.

    """
    if not hasattr(artifact, "version"):
        raise ValueError(f"{what} is stored with other values and has no 'version'; pass on_existing='update'")
    version = artifact.version
    artifact.version = existing.next_version(None if version is None else str(version))


def keep(artifact: Any, record: pb.Artifact, stored: pb.Artifact) -> None:
    """Warn where the store keeps other values than those given; an artifact of the SDK's own classes shows them."""
    given, fields = stored_form.recorded_fields(record), stored_form.recorded_fields(stored)
    shows_stored = isinstance(artifact, StandardArtifact)
    if shows_stored:
        artifact.show(given, fields)
    names = kept.differing(_compared(record, stored), fields)
    if names:
        name = given.get("name") or record.uri
        kept.warn(f"the {type(artifact).__name__} {name!r} (id {stored.id})", names, shows_stored=shows_stored)


def _compared(record: pb.Artifact, stored: pb.Artifact) -> dict[str, Any]:
    """Return what a record says that the stored one, which is the same artifact, may say differently."""
    fields = stored_form.recorded_fields(record)
    return {name: fields[name] for name in fields if name != "name" or not is_named_by_location(stored)}


def _drop_empty(record: pb.Artifact) -> None:
    """Leave out values of no kind: `Value(string_value=None)` means that there is none."""
    for properties in (record.properties, record.custom_properties):
        for name in [name for name, value in properties.items() if value.WhichOneof("value") is None]:
            del properties[name]


def _holds(stored: pb.Artifact, record: pb.Artifact) -> bool:
    return (
        stored.type_id == record.type_id
        and dict(stored.properties) == dict(record.properties)
        and dict(stored.custom_properties) == dict(record.custom_properties)
    )
