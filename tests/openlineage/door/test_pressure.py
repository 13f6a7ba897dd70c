"""What clients are told when the server has no time or no room: 503, after which they send the event again."""

from __future__ import annotations

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from lineal import errors
from lineal.openlineage import Receiver
from lineal.openlineage.receiving import Receipt, Received
from lineal.security import LimitSettings
from lineal.server.openlineage import answers, bodies, routes
from lineal.service import MetadataService
from lineal.service.calls import Call
from lineal.store.engine.dialects.base import NoConnectionError, StorageFullError
from lineal.upkeep.opening import open_service
from tests.access.serving import asking, serving
from tests.openlineage.door.posting import BATCH, ONE, event, problem_of
from tests.parameters import rare

pytestmark = pytest.mark.slow

MIB = 1 << 20


def again(response: httpx.Response) -> dict[str, Any]:
    """Return the problem of a response after which a client sends the event again."""
    assert response.headers.get("retry-after") == "1", response.text
    return problem_of(response, 503)


def test_a_client_that_sends_too_fast_is_asked_to_wait() -> None:
    with serving(limits=LimitSettings(max_rate=1)) as served, asking(served) as client:
        found = [client.post(ONE, json=event()) for _ in range(4)]
        assert found[0].status_code == 201
        assert again(found[-1])["limit"] == "--max-rate"
        assert client.get("/api/v1/totals").status_code == 429


def test_more_requests_than_may_be_in_progress_wait(tmp_path: Path) -> None:
    with serving(limits=LimitSettings(max_concurrent=1)) as served, asking(served) as client, asking(served) as other:
        is_sent, may_go_on = threading.Event(), threading.Event()

        def slowly() -> Any:
            yield b"{"
            is_sent.set()
            may_go_on.wait(10)
            yield b"}"

        first = threading.Thread(target=client.post, args=(ONE,), kwargs={"content": slowly()})
        first.start()
        assert is_sent.wait(10)
        deadline = time.monotonic() + 10
        while (response := other.post(ONE, json=event())).status_code == 201 and time.monotonic() < deadline:
            time.sleep(0.01)
        may_go_on.set()
        first.join()
        again(response)


@pytest.mark.flaky(reruns=2)
def test_a_database_that_is_busy_for_too_long_is_503_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "CALL_SECONDS", 0.3)
    with serving(f"sqlite:///{tmp_path / 'x.db'}") as served, asking(served) as client:
        assert client.post(ONE, json=event("before")).status_code == 201
        holder = sqlite3.connect(tmp_path / "x.db")
        holder.execute("BEGIN IMMEDIATE")
        started = time.monotonic()
        again(client.post(ONE, json=event("busy")))
        found = client.post(BATCH, json=[event("busy1"), event("busy2")]).json()
        assert time.monotonic() - started < 3
        assert [each["retriable"] for each in found["failed_events"]] == [True, True]
        holder.close()
        assert client.post(ONE, json=event("busy")).status_code == 201


def test_bodies_in_progress_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_AT_ONCE", 2 * MIB)
    with serving() as served, asking(served) as client, asking(served) as other:
        is_sent, may_go_on = threading.Event(), threading.Event()
        answers: list[httpx.Response] = []

        def slowly() -> Any:
            yield b" " * MIB
            is_sent.set()
            may_go_on.wait(10)
            yield b"{}"

        first = threading.Thread(target=lambda: answers.append(client.post(ONE, content=slowly())))
        first.start()
        assert is_sent.wait(10)
        time.sleep(0.2)
        assert "works on 1 MiB" in again(other.post(ONE, content=b" " * (3 * MIB // 2)))["detail"]
        may_go_on.set()
        first.join()
        assert answers[0].status_code == 400
        assert other.post(ONE, content=b" " * 3 * MIB + b"{}").status_code == 400  # alone, and so it has room


@pytest.fixture
def service() -> Any:
    with open_service("sqlite://") as opened:
        yield opened


def receiver(service: MetadataService, *outcomes: Exception) -> tuple[Receiver, list[Received]]:
    """Return a receiver whose rule fails with some errors before it succeeds, and what it was given."""
    left, given = list(outcomes), []

    def rule(session: object, types: object, received: Received) -> Receipt:
        given.append(received)
        if left:
            raise left.pop(0)
        return Receipt(is_stored=True)

    return Receiver(service, call=Call(rule, writes=True)), given


def test_a_conflict_runs_again_inside(service: MetadataService) -> None:
    found, given = receiver(service, errors.AbortedError("a conflict"), errors.AlreadyExistsError("another one"))
    assert found.receive(event()).is_stored
    assert len(given) == 3


def test_a_conflict_that_does_not_end_is_told(service: MetadataService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineal.openlineage.AGAIN_SECONDS", 0.1)
    found, given = receiver(service, *[errors.AbortedError("a conflict")] * 100)
    with pytest.raises(errors.AbortedError):
        found.receive(event())
    assert 2 < len(given) < 20


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.AbortedError("x"), 503),
        (errors.AlreadyExistsError("x"), 503),
        (errors.UnavailableError("x"), 503),
        (NoConnectionError("x"), 503),
        (StorageFullError("x"), 503),
        (errors.DeadlineExceededError("x"), 503),
        (errors.NotFoundError("x"), 503),
        (errors.FailedPreconditionError("x"), 422),
        (errors.PermissionDeniedError("x"), 403),
        (errors.ResourceExhaustedError("x"), 413),
        (errors.InternalError("x"), 500),
    ],
)
def test_what_may_be_over_soon_is_503_and_the_rest_is_not(error: errors.StatusError, status: int) -> None:
    response = answers.refusal(error)
    assert (response.status_code, "retry-after" in response.headers) == (status, status == 503)


@pytest.mark.parametrize("error", [rare(errors.InternalError("hidden")), ZeroDivisionError("hidden")])
def test_a_fault_of_the_server_is_told_by_an_id_alone(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Any:
        raise error

    monkeypatch.setattr(Receiver, "receive", fail)
    with serving() as served, asking(served) as client:
        found = problem_of(client.post(ONE, json=event()), 500)
        (failure,) = client.post(BATCH, json=[event()]).json()["failed_events"]
    assert "hidden" not in found["detail"] + failure["reason"]
    assert "its log has the details under the id" in found["detail"]
    assert failure["retriable"] is True
