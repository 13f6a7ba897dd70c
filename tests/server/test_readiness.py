from __future__ import annotations

import queue
import threading
import time

import pytest

from lineal import errors
from lineal.server import readiness
from lineal.server.readiness import Readiness
from lineal.service import MetadataService
from lineal.store.upkeep import free_space
from lineal.upkeep.opening import open_service
from tests.service.requests import artifact, put_artifact_type, put_artifacts


def test_a_database_that_answers_is_ready(service: MetadataService) -> None:
    with Readiness(service) as readiness:
        assert readiness.ready


def test_nothing_is_ready_before_the_first_look(service: MetadataService) -> None:
    assert not Readiness(service).ready


def test_a_database_that_is_gone_is_not_ready(service: MetadataService) -> None:
    with Readiness(service) as readiness:
        service.close()
        assert not readiness.look()
        assert not readiness.ready


def test_listeners_hear_of_changes_only(service: MetadataService) -> None:
    heard: list[bool] = []
    readiness = Readiness(service)
    readiness.on_change(heard.append)
    readiness.look()
    readiness.look()
    service.close()
    readiness.look()
    assert heard == [True, False]


def test_a_database_that_hangs_is_told_as_one_that_does_not_answer(
    service: MetadataService, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: queue.Queue[bool] = queue.Queue()
    answers, read = threading.Event(), service.database.read
    monkeypatch.setattr(readiness, "PATIENCE", 0.05)
    monkeypatch.setattr(service.database, "read", lambda *args, **options: answers.wait(10) and read(*args, **options))
    watched = readiness.Readiness(service, interval=0.01)
    watched.on_change(heard.put)
    answers.set()
    with watched:
        assert heard.get(timeout=10)
        answers.clear()
        assert not heard.get(timeout=10)
        assert not watched.ready
        answers.set()
        assert heard.get(timeout=10)


def test_the_state_is_looked_at_again_by_itself(service: MetadataService) -> None:
    with Readiness(service, interval=0.01) as readiness:
        service.close()
        deadline = time.monotonic() + 10
        while readiness.ready and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not readiness.ready


def test_nothing_is_ready_after_the_end(service: MetadataService) -> None:
    with Readiness(service) as readiness:
        pass
    assert not readiness.ready


def test_a_full_database_is_not_ready_until_a_write_works_again() -> None:
    with open_service("sqlite://") as service:
        type_id, readiness = put_artifact_type(service), Readiness(service)
        service.database.read(lambda session: session.script("PRAGMA max_page_count=1"))
        with pytest.raises(errors.ResourceExhaustedError):
            put_artifacts(service, artifact(type_id, name="x" * 1_000_000))
        assert not readiness.look()
        assert "no space left" in readiness.reason
        service.database.read(lambda session: session.script("PRAGMA max_page_count=1000000"))
        assert readiness.look()
        assert readiness.ready


def test_where_tables_keep_their_free_space_it_also_takes_some_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_service("sqlite://") as service:
        type_id, readiness = put_artifact_type(service), Readiness(service)
        monkeypatch.setattr(service.database.dialect, "tables_keep_space", True)
        service.database.read(lambda session: session.script("PRAGMA max_page_count=1"))
        with pytest.raises(errors.ResourceExhaustedError):
            put_artifacts(service, artifact(type_id, name="x" * 1_000_000))
        service.database.read(lambda session: session.script("PRAGMA max_page_count=1000000"))
        put_artifacts(service, artifact(type_id, name="small"))
        assert not readiness.look()
        monkeypatch.setattr(free_space, "QUIET", 0.0)
        assert readiness.look()
