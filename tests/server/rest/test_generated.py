"""The generated store: what it promises to hold is there, and a search index can be thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.generate import HUB_USERS, ODD_NAMES, Held, generate
from lineal.store.tables import own_tables
from tests.server.rest.conftest import reading, serving
from tests.server.rest.shelf import Shelf


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shelf, Held]]:
    with filled(tmp_path_factory.mktemp("generated"), artifacts=1500) as found:
        yield found


@pytest.fixture
def shelf(generated: tuple[Shelf, Held]) -> Shelf:
    return generated[0]


@contextmanager
def filled(folder: Path, artifacts: int) -> Iterator[tuple[Shelf, Held]]:
    url = f"sqlite:///{folder / 'store.db'}"
    held = generate(url, artifacts=artifacts)
    with serving(url) as (service, address), reading(address) as client:
        yield Shelf(service, client), held


def counted(shelf: Shelf) -> Held:
    """Count in the store what a generated store says that it holds."""
    whole_count(shelf)
    totals = shelf.get("/totals")

    def count(kind: str, q: str) -> int:
        return int(shelf.get(f"/{kind}/count", q=q, exact=True)["count"])

    return Held(
        artifacts=totals["artifacts"],
        executions=totals["executions"],
        auc_values=count("artifacts", "type:metrics has:metric.auc"),
        failures=count("executions", "state=FAILED has:prop.failure_message has:prop.failure_traceback"),
        sweep_runs=count("artifacts", "type:model name=resnet-sweep has:metric.accuracy"),
        in_production=count("artifacts", "prop.__aliases__=production"),
    )


def test_a_generated_store_holds_what_it_says(generated: tuple[Shelf, Held]) -> None:
    shelf, held = generated
    assert counted(shelf) == held
    assert (held.artifacts, held.sweep_runs, held.in_production) == (1500, 15, 41)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_large_store_has_more_than_30_000_values_of_one_metric(tmp_path: Path) -> None:
    with filled(tmp_path, artifacts=100_000) as (shelf, held):
        assert counted(shelf) == held
        assert (held.auc_values, held.failures, held.sweep_runs) == (30_866, 2_467, 200)


def test_the_best_of_the_sweep_is_in_production(shelf: Shelf) -> None:
    whole_count(shelf)
    rows = shelf.get("/artifacts", q="name=resnet-sweep type:model", order_by="-metric.accuracy", limit=1)["items"]
    assert [int(row["id"]) for row in rows] == shelf.ids("label.stage=production")


def test_every_odd_name_is_found_and_comes_back_whole(shelf: Shelf) -> None:
    names = {row["name"] for row in shelf.get("/artifacts", q="type:model", order_by="-id", limit=100)["items"]}
    assert set(ODD_NAMES) <= names


def test_the_hub_has_its_readers(shelf: Shelf) -> None:
    assert shelf.get("/artifacts/1/events", direction="input", limit=1)["total"] == HUB_USERS
    graph = shelf.get("/lineage", focus="a1", down=1, limit=60)
    assert len(graph["nodes"]) == 60
    assert graph["left_out"] + graph["nodes"][0]["hidden_down"] > 0


def whole_count(shelf: Shelf) -> dict[str, Any]:
    """Ask until the index holds everything."""
    for _ in range(600):
        count: dict[str, Any] = shelf.get("/artifacts/count", q="label.team=risk", exact=True)
        if count["complete"]:
            break
    return count


def test_an_index_that_was_thrown_away_fills_again(shelf: Shelf) -> None:
    before = whole_count(shelf)
    for table in (own_tables.ENTRY, own_tables.FACT, own_tables.PROGRESS):
        shelf.service.database.write(lambda session, table=table: session.script(f"DELETE FROM {table.name}"))
    assert whole_count(shelf) == before
    assert before["count"] > 0


def test_a_store_that_rests_is_not_written_by_reading_it(shelf: Shelf) -> None:
    whole_count(shelf)
    statements: list[str] = []
    shelf.service.database.observe = statements.append
    shelf.get("/artifacts", q="type:model")
    assert [each for each in statements if not each.lstrip().startswith("SELECT")] == []
