"""A caller who goes away over HTTP: the database stops working for nobody, and goes on for others."""

from __future__ import annotations

import http.client
import threading
import time
from typing import Any

import pytest

from lineal.catalogue import stores
from lineal.service import MetadataService
from tests.access.serving import Served, asking, serving
from tests.store.test_deadlines import count_slowly

_ENOUGH = 20.0


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Make the route to the totals run a statement that takes for ever; return what is set when it begins."""
    begun = threading.Event()

    def totals(session: Any, **_: Any) -> None:
        begun.set()
        count_slowly(session)

    monkeypatch.setattr(stores, "totals", totals)
    return begun


def _leave(served: Served, begun: threading.Event) -> None:
    """Ask for the totals, and hang up while the database looks for them."""
    host, _, port = served.http.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port))
    connection.request("GET", "/api/v1/totals")
    assert begun.wait(_ENOUGH)
    time.sleep(0.1)
    connection.close()


def _becomes_idle(service: MetadataService) -> bool:
    end = time.monotonic() + _ENOUGH
    while service.database.connections()[0] and time.monotonic() < end:
        time.sleep(0.02)
    return service.database.connections()[0] == 0


def test_a_statement_stops_when_its_page_is_left(database_url: str, begun: threading.Event) -> None:
    with serving(database_url) as served, asking(served) as client:
        _leave(served, begun)
        assert _becomes_idle(served.service)
        assert client.get("/api/v1/types").status_code == 200


def test_a_page_that_was_left_is_no_fault_of_the_server(
    begun: threading.Event, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(f"sqlite:///{tmp_path}/m.db") as served:
        _leave(served, begun)
        assert _becomes_idle(served.service)
    assert "fault" not in caplog.text
