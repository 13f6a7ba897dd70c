"""Long lineages over REST: they are walked whole, or the answer says where the walk stopped."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.catalogue import lineage_graph, paths
from tests.server.rest.shelf import Shelf
from tests.service.requests import put_chain

GENERATIONS = 70


@pytest.fixture(scope="module")
def chain(kept_shelf: Shelf) -> Shelf:
    put_chain(kept_shelf.service, GENERATIONS)
    return kept_shelf


LAST = f"a{GENERATIONS + 1}"


def test_all_ancestors_are_counted_however_far_away_they_are(chain: Shelf) -> None:
    found = chain.get("/lineage/relatives", focus=LAST, direction="up")
    assert (found["total"], found["exact"], found["cuts"]) == (GENERATIONS, True, [])


def test_a_graph_shows_all_generations_that_are_asked_for(chain: Shelf) -> None:
    found = chain.get("/lineage", focus=LAST, up=10_000, down=0, limit=20_000)
    assert (len(found["nodes"]), found["left_out"], found["cuts"]) == (2 * GENERATIONS + 1, 0, [])


def test_a_way_is_found_however_long_it_is(chain: Shelf) -> None:
    found = chain.get("/lineage/path", first="a1", second=LAST)
    assert [len(way) for way in found["paths"]] == [2 * GENERATIONS + 1]
    assert found["cuts"] == []


def test_relatives_beyond_the_limit_of_nodes_are_said_to_be_left_out(
    chain: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage_graph.walked_from, "__kwdefaults__", {"hops": None, "limit": 21})
    found = chain.get("/lineage/relatives", focus=LAST, direction="up")
    assert (found["total"], found["exact"]) == (10, False)
    assert said(found) == [("nodes", "up", 21, 1, "stopped at the limit of nodes; at least 1 node lies beyond")]


def test_generations_that_end_before_the_lineage_are_said_to(chain: Shelf) -> None:
    found = chain.get("/lineage", focus=LAST, up=50, down=50, limit=5000)
    assert said(found) == [("hops", "up", 100, 1, "stopped after 100 steps; at least 1 node lies beyond")]
    assert chain.get("/lineage", focus="a50", up=50, down=50, limit=5000)["cuts"] == []


def test_the_limit_of_a_graph_is_said(chain: Shelf) -> None:
    found = chain.get("/lineage", focus=LAST, up=50, down=0, limit=11)
    assert said(found) == [("nodes", "up", 11, 1, "stopped at the limit of nodes; at least 1 node lies beyond")]
    assert found["left_out"] == 1


def test_events_that_are_too_many_to_be_read_are_said_to_be_left_out(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage_graph, "_MOST_EVENTS", 4)
    monkeypatch.setattr("lineal.service.lineage.leads._NARROW", 0)
    shelf.run([], [shelf.put(name=str(number)) for number in range(6)])
    found = shelf.get("/lineage", focus="e1")
    assert [cut["limit"] for cut in found["cuts"]] == ["events"]
    assert len(found["nodes"]) == 5
    assert shelf.get("/lineage/relatives", focus="e1", direction="down")["exact"] is False


def test_events_that_are_left_out_are_said_of_the_step_where_they_are(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lineage_graph, "_MOST_EVENTS", 4)
    monkeypatch.setattr("lineal.service.lineage.leads._NARROW", 0)
    shelf.run([], [shelf.put(name=str(number)) for number in range(6)])
    shelf.run([1], [shelf.put(name="behind")])
    found = shelf.get("/lineage", focus="e1", down=5)
    assert [cut["hops"] for cut in found["cuts"] if cut["limit"] == "events"] == [1]


def test_edges_that_are_too_many_to_be_read_are_said_to_be_left_out(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = [shelf.put(name=str(number)) for number in range(6)]
    shelf.run([first], others)
    monkeypatch.setattr(lineage_graph, "_MOST_EVENTS", 4)
    found = shelf.get("/lineage", focus="a1")
    assert [cut["limit"] for cut in found["cuts"]] == ["edges"]
    assert (len(found["nodes"]), len(found["edges"])) == (7, 4)


def test_ways_that_are_too_many_to_be_looked_for_are_said_to_be_more(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(7):
        shelf.put(name=str(number))
    for number in range(1, 7):
        shelf.run([number], [number + 1])
        shelf.run([number], [number + 1])
    assert len(shelf.get("/lineage/path", first="a1", second="a7", limit=50)["paths"]) == 50
    monkeypatch.setattr(paths, "_MOST_STEPS", 30)
    found = shelf.get("/lineage/path", first="a1", second="a7", limit=50)
    assert found["more"] is True
    assert said(found) == [("ways", "down", 0, 0, "stopped looking for ways between the two nodes; there may be more")]


def said(found: dict[str, Any]) -> list[tuple[str, str, int, int, str]]:
    return [(cut["limit"], cut["direction"], cut["hops"], cut["left_out"], cut["message"]) for cut in found["cuts"]]
