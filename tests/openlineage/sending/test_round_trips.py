"""Marks travel with what is sent to a database server anyway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from lineal.server.openlineage.outbox import switch_on
from lineal.service import MetadataService
from lineal.store.engine.dialects import postgresql
from lineal.store.engine.queued_transaction import QueuedTransaction
from lineal.store.engine.transaction import Command
from lineal.store.own_rows import outbox
from lineal.store.schema import on_demand
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import POSTGRESQL, SERVERS

pytestmark = pytest.mark.slow


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    """A service on a fresh store that has Lineal's own tables."""
    with open_service(database_url) as opened:
        on_demand.prepare(opened.database)
        yield opened


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """A list that grows with each round trip of a transaction."""
    found: list[bool] = []
    send = QueuedTransaction._send

    def counted(self: QueuedTransaction, *, is_end: bool, awaited: int = -1) -> None:
        found.append(is_end)
        send(self, is_end=is_end, awaited=awaited)

    monkeypatch.setattr(QueuedTransaction, "_send", counted)
    return found


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_an_artifact_without_properties_takes_no_more_round_trips_with_an_outbox(
    service: MetadataService, trips: list[bool]
) -> None:
    types = service.call("PutTypes", rpc.PutTypesRequest(artifact_types=[pb.ArtifactType(name="table")]))
    request = rpc.PutArtifactsRequest(artifacts=[pb.Artifact(type_id=types.artifact_type_ids[0], uri="s3://b/k")])
    counts = []
    for _ in range(2):
        service.call("PutArtifacts", request)
        service.database.node_times.note_look(float("inf"))  # what is done now and then does not count
        trips.clear()
        service.call("PutArtifacts", request)
        counts.append(len(trips))
        switch_on(service)
    assert counts == [2, 2]
    assert service.read(lambda session, _: outbox.backlog(session)).waiting == 2


@pytest.mark.parametrize("engine", [POSTGRESQL], indirect=True)
def test_a_mark_alone_goes_to_postgresql_as_one_text_with_the_commit(
    service: MetadataService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipeline for it would take longer than the mark."""
    sent_as_one: list[str] = []
    found = postgresql._is_row_with_commit

    def noted(commands: Sequence[Command]) -> bool:
        if is_one := found(commands):
            sent_as_one.append(commands[0].sql)
        return is_one

    monkeypatch.setattr(postgresql, "_is_row_with_commit", noted)
    switch_on(service)
    types = service.call("PutTypes", rpc.PutTypesRequest(artifact_types=[pb.ArtifactType(name="table")]))
    request = rpc.PutArtifactsRequest(artifacts=[pb.Artifact(type_id=types.artifact_type_ids[0], uri="s3://b/k")])
    [node_id] = service.call("PutArtifacts", request).artifact_ids
    assert sent_as_one[-1].startswith("INSERT INTO lineal_outbox")
    [row] = service.read(lambda session, _: outbox.waiting(session, most=9))
    assert row.nodes == (node_id,)
