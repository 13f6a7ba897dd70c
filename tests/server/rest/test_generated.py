"""The generated store: what it promises to hold is there, and a search index can be thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bench.generate import HUB_USERS, ODD_NAMES, generate
from lineal.store.tables import own_tables
from tests.server.rest.conftest import reading, serving
from tests.server.rest.shelf import Shelf


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    url = f"sqlite:///{tmp_path_factory.mktemp('generated') / 'store.db'}"
    generate(url, artifacts=1500)
    with serving(url) as (service, address), reading(address) as client:
        yield Shelf(service, client)


def test_there_are_as_many_artifacts_as_asked_for(generated: Shelf) -> None:
    assert generated.get("/totals")["artifacts"] == 1500


def test_every_odd_name_is_found_and_comes_back_whole(generated: Shelf) -> None:
    names = {row["name"] for row in generated.get("/artifacts", q="type:model", order_by="-id", limit=100)["items"]}
    assert set(ODD_NAMES) <= names


def test_the_hub_has_its_readers(generated: Shelf) -> None:
    assert generated.get("/artifacts/1/events", direction="input", limit=1)["total"] == HUB_USERS
    graph = generated.get("/lineage", focus="a1", down=1, limit=60)
    assert len(graph["nodes"]) == 60
    assert graph["left_out"] + graph["nodes"][0]["hidden_down"] > 0


def whole_count(shelf: Shelf) -> dict[str, Any]:
    """Ask until the index holds everything."""
    for _ in range(100):
        count: dict[str, Any] = shelf.get("/artifacts/count", q="label.team=risk", exact=True)
        if count["complete"]:
            break
    return count


def test_an_index_that_was_thrown_away_fills_again(generated: Shelf) -> None:
    before = whole_count(generated)
    for table in (own_tables.ENTRY, own_tables.FACT, own_tables.PROGRESS):
        generated.service.database.write(lambda session, table=table: session.script(f"DELETE FROM {table.name}"))
    assert whole_count(generated) == before
    assert before["count"] > 0


def test_a_store_that_rests_is_not_written_by_reading_it(generated: Shelf) -> None:
    whole_count(generated)
    statements: list[str] = []
    generated.service.database.observe = statements.append
    generated.get("/artifacts", q="type:model")
    assert [each for each in statements if not each.lstrip().startswith("SELECT")] == []
