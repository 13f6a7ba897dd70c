"""Many clients that send events of the same runs, jobs and data sets at once: nothing is lost or refused."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lineal.service import MetadataService
from tests.engines import EVERY_ENGINE
from tests.openlineage.graphs import differences, graph_of
from tests.openlineage.receiving import graph_after, send, shuffled, store
from tests.openlineage.shapes import SHAPES, Given

THREADS = 8


@pytest.mark.slow
@pytest.mark.parametrize("engine", EVERY_ENGINE, indirect=True)
def test_threads_that_send_everything_at_once_end_with_the_graph_of_one(database_url: str) -> None:
    events = [event for make in SHAPES.values() for event in make()]
    begin = threading.Barrier(THREADS)

    with store(database_url) as service, ThreadPoolExecutor(THREADS) as pool:
        done = [pool.submit(_send_all, service, shuffled(events, seed), begin) for seed in range(THREADS)]
        for each in done:
            each.result()

        assert differences(graph_after(events), graph_of(service)) == ""


def _send_all(service: MetadataService, events: list[Given], begin: threading.Barrier) -> None:
    begin.wait()
    for event in events:
        send(service, event)
