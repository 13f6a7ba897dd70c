"""Counts over a whole store of more nodes than a facet's sample: kept between requests, and never stale."""

from __future__ import annotations

import pytest

from lineal.catalogue import facets
from tests.server.rest.shelf import Shelf


@pytest.fixture(autouse=True)
def small_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a facet count few, so that a small store is a large one."""
    monkeypatch.setattr(facets._Sample.__init__, "__defaults__", (2,))


def _types(shelf: Shelf, q: str = "") -> dict[str, int]:
    found = shelf.client.get("/api/v1/artifacts/facets", params={"q": q}).json()
    types = next(facet for facet in found["facets"] if facet["key"] == "type")
    assert types["exact"]
    assert sum(span["count"] for span in found["created"]) == sum(value["count"] for value in types["values"])
    return {value["value"]: value["count"] for value in types["values"]}


def test_a_new_node_is_counted_at_once(shelf: Shelf) -> None:
    for number in range(4):
        shelf.put("model", name=f"m{number}")
    assert _types(shelf) == {"model": 4}
    shelf.put("data_set", name="d")
    assert _types(shelf) == {"data_set": 1, "model": 4}


def test_what_has_not_changed_is_not_counted_again(shelf: Shelf) -> None:
    for number in range(4):
        shelf.put("model", name=f"m{number}")
    _types(shelf)
    statements: list[str] = []
    shelf.service.database.observe = statements.append
    assert _types(shelf) == {"model": 4}
    assert not any("GROUP BY" in each and "ids" not in each and "WHERE" not in each for each in statements)


def test_a_search_without_archived_nodes_counts_all_others(shelf: Shelf) -> None:
    ids = [shelf.put(kind, name=f"{kind}{number}") for kind in ("model", "data_set") for number in range(4)]
    assert _types(shelf, "-has:archived") == {"data_set": 4, "model": 4}
    for node_id in ids[:3]:
        shelf.client.patch(f"/api/v1/artifacts/{node_id}", json={"archived": True})
    assert _types(shelf, "-has:archived") == {"data_set": 4, "model": 1}
    assert _types(shelf) == {"data_set": 4, "model": 4}


def test_a_search_without_archived_nodes_costs_one_statement_while_there_are_none(shelf: Shelf) -> None:
    for number in range(4):
        shelf.put("model", name=f"m{number}")
    address = "/artifacts/facets"
    more = shelf.statements(address, q="-has:archived") - shelf.statements(address)
    assert [("is_custom_property" in each, each.count("LIMIT")) for each in more.elements()] == [(True, 1)]
