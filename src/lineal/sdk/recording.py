"""Logging an artifact: finding the stored record that equals it, or writing it with its event, in two round trips.

The first trip looks for an equal artifact; the second writes artifact, event and membership of the workspace at once,
or the event alone. An artifact that has an id needs one trip, one whose class knows no equals needs one as well. A
custom type that the store has not seen costs one more, once. What stays out: types (type_registry.py) and the objects
that users hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lineal import errors
from lineal.client import ListOptions, MetadataStore
from lineal.sdk import filters, lineage, stored_form
from lineal.sdk.artifacts import Artifact, is_same_version
from lineal.sdk.retry import retrying
from lineal.sdk.type_registry import TypeRegistry
from lineal.wire import metadata_store as pb

_Equality = Callable[[pb.Artifact, pb.Artifact], bool]


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

    def log(self, artifact: Any, event_type: pb.Event.Type) -> None:
        """Store an artifact, unless it is stored, with an event, unless it has it; set the artifact's id.

        Args:
            artifact: anything with `ARTIFACT_TYPE_NAME` and `serialization()`; an `id` that is set is taken as stored.
            event_type: INPUT or OUTPUT.

        Raises:
            ValueError: `artifact` is missing or no artifact, its id is unknown, or it already names a workspace or run.

        """
        if artifact is None:
            raise ValueError("'artifact' must be set.")
        artifact_id = getattr(artifact, "id", None)
        if artifact_id is not None:
            self._join_known(artifact_id, event_type)
        else:
            artifact.id = self._find_or_write(artifact, event_type)
        lineage.remember_home(artifact, self.client)

    def _join_known(self, artifact_id: Any, event_type: pb.Event.Type) -> None:
        """Add the event of an artifact that is said to be stored."""
        if not isinstance(artifact_id, int):
            raise ValueError(f"invalid artifact id {artifact_id!r}: it must be a number")
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

    def _find_or_write(self, artifact: Any, event_type: pb.Event.Type) -> int:
        record = self._record(artifact)
        stored_id = self._find(artifact, record)
        if stored_id is None:
            return retrying(
                lambda: self._write(record, event_type), written=lambda: self._find_written(record, event_type)
            )
        self._join(stored_id, event_type)
        return stored_id

    def _record(self, artifact: Any) -> pb.Artifact:
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

    def _find(self, artifact: Any, record: pb.Artifact) -> int | None:
        """Return the id of the stored artifact that equals this one in the eyes of its class."""
        is_duplicated: _Equality | None = getattr(artifact, "is_duplicated", None)
        if is_duplicated is None or is_duplicated is Artifact.is_duplicated:
            return None
        if is_duplicated is is_same_version:
            candidates = self._same_version(record)
        else:
            candidates = self._same_uri(getattr(artifact, "uri", record.uri))
        return next((candidate.id for candidate in candidates if is_duplicated(record, candidate)), None)

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
        workspace = pb.Context(type_id=self.workspace.type_id, name=self.workspace.name)
        _, [artifact_id], _ = self.client.put_lineage_subgraph(
            [], [record], [workspace], [(None, 0, event)], reuse_context_if_already_exist=True
        )
        return int(artifact_id)

    def _find_written(self, record: pb.Artifact, event_type: pb.Event.Type) -> int | None:
        """Return the id that a write with a lost answer left behind: an equal record with this execution's event."""
        events = self.client.get_events_by_execution_ids([self.execution_id])
        joined = {event.artifact_id for event in events if event.type == event_type}
        equal = (stored.id for stored in self.client.get_artifacts_by_uri(record.uri) if _holds(stored, record))
        return next((artifact_id for artifact_id in equal if artifact_id in joined), None)


def _described(artifact: Any) -> tuple[str, pb.Artifact]:
    """Ask an artifact for its type and its record.

    Raises:
        ValueError: it does not offer them.

    """
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
