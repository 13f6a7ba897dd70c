"""A store in memory, and objects recorded into it by the handler of workloads, without an API server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.upkeep.opening import open_service
from lineal.watch import parse_resources
from lineal.watch.handlers import Seen
from lineal.watch.records import Records
from lineal.watch.workloads import WorkloadHandler
from lineal.watch.writing.recorder import Recorder
from lineal.wire import metadata_store as pb

CLUSTER = "garden"


@dataclass
class Storing:
    """A store, and what was not understood of the objects that were recorded into it."""

    store: MetadataStore
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.store)

    def record(self, kind: str, obj: dict[str, Any], *, deleted: bool = False) -> None:
        """Record an object as it is now."""
        records = records_of(kind, obj, deleted=deleted)
        self.problems += [problem.text for problem in records.problems]
        self.recorder.write(records)

    def execution(self, uid: str) -> pb.Execution:
        [found] = self.store.get_executions_by_external_ids([f"{CLUSTER}/{uid}"])
        return found

    def texts(self, uid: str, *names: str) -> list[str]:
        """The custom properties of an execution that are texts, "" for none."""
        found = self.execution(uid).custom_properties
        return [found[name].string_value if name in found else "" for name in names]

    def links(self, uid: str) -> set[tuple[int, str, str]]:
        """The events of an execution: type, name and the uri of the artifact."""
        events = self.store.get_events_by_execution_ids([self.execution(uid).id])
        uris = {one.id: one.uri for one in self.store.get_artifacts_by_id([event.artifact_id for event in events])}
        named = [(event, "/".join(step.key for step in event.path.steps)) for event in events]
        return {(event.type, name, uris[event.artifact_id]) for event, name in named}

    def put_artifact(self, type_name: str, uri: str) -> int:
        """Store an artifact as another program does."""
        type_id = self.store.put_artifact_type(pb.ArtifactType(name=type_name))
        return self.store.put_artifacts([pb.Artifact(type_id=type_id, uri=uri)])[0]


@contextmanager
def storing() -> Iterator[Storing]:
    with MetadataStore.from_transport(LocalTransport(open_service("sqlite://"))) as store:
        yield Storing(store)


def records_of(kind: str, obj: dict[str, Any], *, deleted: bool) -> Records:
    [resource] = parse_resources(kind)
    metadata = {"namespace": "beds", **obj["metadata"]}
    seen = Seen(resource, {**obj, "metadata": metadata}, CLUSTER, "garden/beds", "2026-05-01T00:00:00Z")
    handler = WorkloadHandler()
    return handler.on_delete(seen) if deleted else handler.on_add(seen)
