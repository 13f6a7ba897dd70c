"""Events in any order, and every one twice, end in the same graph."""

from __future__ import annotations

import pytest

from tests.engines import SERVERS
from tests.openlineage.graphs import differences, graph_of, summary
from tests.openlineage.receiving import graph_after, send, shuffled, store
from tests.openlineage.shapes import SHAPES, data_set, run_event, run_id
from tests.parameters import rare


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", [0, 1, *map(rare, range(2, 8))])
def test_shuffled_and_repeated_events_give_the_graph_of_the_order_in_which_they_were_made(
    shape: str, seed: int
) -> None:
    events = SHAPES[shape]()

    assert differences(graph_after(events), graph_after(shuffled(events, seed))) == ""


@pytest.mark.parametrize("seed", [0, *map(rare, range(1, 6))])
def test_events_of_all_tools_together_give_the_same_graph_in_any_order(seed: int) -> None:
    events = [event for make in SHAPES.values() for event in make()]

    assert differences(graph_after(events), graph_after(shuffled(events, seed))) == ""


def test_two_spellings_of_a_data_set_end_as_one_whichever_came_first() -> None:
    events = [
        run_event("START", "08:00:00", run_id(1), "load", inputs=[data_set(namespace, name)])
        for namespace, name in (("s3a://lake", "sales/"), ("s3://lake", "sales"))
    ]

    graph = graph_after(events)

    assert differences(graph, graph_after(events[::-1])) == ""
    assert summary(graph)["data sets"] == [("s3://lake", "sales")]


def test_an_event_that_came_before_says_nothing_new() -> None:
    events = [event for make in SHAPES.values() for event in make()]

    with store() as service:
        first = [send(service, event).is_new for event in events]
        again = [send(service, event).is_new for event in events]

    assert all(first)
    assert not any(again)


@pytest.mark.slow
@pytest.mark.parametrize("engine", SERVERS, indirect=True)
@pytest.mark.parametrize("seed", range(2))
def test_a_database_server_ends_with_the_graph_that_sqlite_has(database_url: str, seed: int) -> None:
    events = [event for make in SHAPES.values() for event in make()]

    with store(database_url) as service:
        for event in shuffled(events, seed):
            send(service, event)

        assert differences(graph_after(events), graph_of(service)) == ""
