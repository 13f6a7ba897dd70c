"""How many round trips to a database server each call takes, counted by a proxy in front of the server."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from lineal.config import DatabaseSettings
from lineal.service.access import Caller, Role, scope_of
from lineal.upkeep.opening import open_service
from tests.engines import SERVERS
from tests.parameters import rare
from tests.relay import Relay
from tests.store.distant import READS, ROUND_TRIP, SIMILAR_READS, WORKSPACE, WRITES, Distant, fill

CALLS = READS | SIMILAR_READS | WRITES
LIMITED = Caller("somebody", Role.WRITER, scope_of([WORKSPACE]))
IDLE_SECONDS = 30
SOME = ("an artifact by id", "an artifact by type and name", "a type", "lineage of a fan", *WRITES)
SOME_CALLS = [name if name in SOME else rare(name) for name in CALLS]


@pytest.fixture(scope="module", params=SERVERS)
def distant(
    request: pytest.FixtureRequest, servers: ExitStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Distant]:
    """A filled store behind a proxy, on each engine that has a server."""
    with (
        request.param.empty_url(servers, tmp_path_factory.mktemp("distant")) as url,
        open_service(url) as near,
        Relay(url, round_trip=ROUND_TRIP) as relay,
        open_service(relay.url) as service,
        open_service(dataclasses.replace(DatabaseSettings(relay.url), audit=True)) as audited,
    ):
        yield Distant(relay, service, audited, fill(near))


@pytest.mark.parametrize("name", CALLS)
def test_a_call_takes_no_more_round_trips_than_allowed(distant: Distant, name: str) -> None:
    most = CALLS[name].allowed
    assert distant.trips(CALLS[name], allowed=most) <= most


@pytest.mark.parametrize("name", WRITES)
def test_the_audit_log_takes_two_more(distant: Distant, name: str) -> None:
    most = CALLS[name].allowed + 2
    assert distant.trips(CALLS[name], allowed=most, audit=True) <= most


@pytest.mark.parametrize("name", SOME_CALLS)
def test_a_caller_of_one_workspace_takes_two_more_and_for_reads_one(distant: Distant, name: str) -> None:
    most = CALLS[name].allowed + (2 if name in WRITES else 1)
    assert distant.trips(CALLS[name], allowed=most, caller=LIMITED) <= most


@pytest.mark.parametrize("name", SOME_CALLS)
def test_a_call_takes_no_more_after_an_idle_time(distant: Distant, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def wait() -> None:
        clock = time.monotonic
        monkeypatch.setattr(time, "monotonic", lambda: clock() + IDLE_SECONDS)

    most = CALLS[name].allowed
    assert distant.trips(CALLS[name], allowed=most, before=wait) <= most
