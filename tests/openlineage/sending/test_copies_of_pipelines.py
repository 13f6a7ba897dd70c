"""What Kubeflow Pipelines and a watcher record arrives equal in a second store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from google.protobuf.message import Message

from lineal import errors
from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.openlineage import Receiver
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from tests.compat.official import METHOD_OF_REQUEST
from tests.kfp.asking import Asking
from tests.kfp.player import play_all
from tests.kfp.runs import EVERY_RUN
from tests.openlineage.sending.graphs import graph_of
from tests.openlineage.sending.stores import Kept, send_all, sending
from tests.openlineage.sending.test_copies import SAME_WORKSPACE
from tests.openlineage.sending.valid import faults
from tests.watch.made.storing import Storing

pytestmark = pytest.mark.slow


class Direct:
    """Asks one store, as `Asking` asks two."""

    def __init__(self, service: MetadataService) -> None:
        self._service = service

    def ok(self, request: Message) -> Any:
        """Ask what must be answered."""
        return self._service.call(METHOD_OF_REQUEST[type(request).__name__], request)

    def maybe(self, request: Message, *codes: int) -> Any:
        """Ask what may be answered with some errors: then return None."""
        try:
            return self.ok(request)
        except errors.StatusError as error:
            if error.error_code in codes:
                return None
            raise

    @contextmanager
    def by(self, door: str) -> Iterator[None]:
        """Take the only door."""
        yield


def assert_equal_copy(first: MetadataService, kept: Kept, *, workspace: str = "") -> None:
    """Compare a store with one that got its events; a workspace with a slash in its name has "_" there."""
    assert [fault for event in kept.events for fault in faults(event)] == []
    with open_service("sqlite://") as second:
        receiver = Receiver(second, settings=SAME_WORKSPACE)
        for event in kept.events:
            receiver.receive(event)
        wanted, found = (lines_of(service, workspace) for service in (first, second))
        assert found == wanted


def lines_of(service: MetadataService, workspace: str) -> list[str]:
    """Return the graph of a store as lines in alphabetical order, with a workspace called as in the first store."""
    text = json.dumps(graph_of(service), indent=1)
    named = text.replace(workspace.replace("/", "_"), workspace) if workspace else text
    return sorted(line.strip(" ,") for line in named.splitlines())


def test_the_runs_of_pipelines_arrive_equal() -> None:
    with sending() as (first, outbox, kept):
        play_all(cast("Asking", Direct(first)), EVERY_RUN)
        send_all(outbox)
        assert len(kept.events) > 100
        assert_equal_copy(first, kept)


def test_a_watched_job_arrives_equal() -> None:
    metadata = {"name": "train", "namespace": "team-a", "uid": "u1", "creationTimestamp": "2026-11-01T10:00:00Z"}
    container = {"name": "main", "image": "registry/train:1", "env": [{"name": "MODEL", "value": "s3://b/model"}]}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {"template": {"spec": {"containers": [container]}}},
        "status": {"startTime": "2026-11-01T10:00:05Z", "active": 1},
    }
    with sending() as (first, outbox, kept):
        storing = Storing(MetadataStore.from_transport(LocalTransport(first)))
        storing.record("Job.batch/v1", job)
        send_all(outbox)
        ended = {"type": "Complete", "status": "True", "lastTransitionTime": "2026-11-01T10:01:00Z"}
        times = {"startTime": "2026-11-01T10:00:05Z", "completionTime": "2026-11-01T10:01:00Z"}
        storing.record("Job.batch/v1", {**job, "status": {**times, "succeeded": 1, "conditions": [ended]}})
        send_all(outbox)
        types = [event.get("eventType") for event in kept.events]
        assert (types.count("START"), types.count("COMPLETE")) == (1, 1)
        assert_equal_copy(first, kept, workspace="garden/beds")
