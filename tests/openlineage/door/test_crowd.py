"""A minute of events from eight clients: none is lost, each is answered in time, and memory stays bounded."""

from __future__ import annotations

import sys

import pytest

from bench import events

SECONDS = 60.0
MOST_MIB = 400


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_a_minute_of_events_from_eight_clients_loses_none_and_takes_bounded_memory() -> None:
    found = events.measure(1, seconds=SECONDS, kinds=("http",))
    assert found.missing == 0
    assert found.sent > SECONDS * 10
    assert found.slowest < 5
    assert found.peak_mib < MOST_MIB
