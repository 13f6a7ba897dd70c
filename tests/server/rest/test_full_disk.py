"""What REST answers when the database has no room: never that the request is too large."""

from __future__ import annotations

import json

import pytest

from lineal import errors
from lineal.server.rest import problems
from lineal.store.engine.dialects.base import NoConnectionError
from lineal.upkeep.opening import open_service
from tests.service.requests import artifact, put_artifact_type, put_artifacts


def test_a_full_disk_is_507_with_what_to_do() -> None:
    with open_service("sqlite://") as service:
        type_id = put_artifact_type(service)
        service.database.read(lambda session: session.script("PRAGMA max_page_count=1"))
        with pytest.raises(errors.ResourceExhaustedError) as raised:
            put_artifacts(service, artifact(type_id, name="x" * 1_000_000))
    answer = problems.of_status_error(raised.value)
    assert answer.status_code == 507
    assert "make room" in json.loads(bytes(answer.body))["detail"]


def test_a_database_without_connections_is_503() -> None:
    assert problems.of_status_error(NoConnectionError("none is free")).status_code == 503


def test_a_message_that_is_too_large_stays_413() -> None:
    assert problems.of_status_error(errors.ResourceExhaustedError("too large")).status_code == 413
