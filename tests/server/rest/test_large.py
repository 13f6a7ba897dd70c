"""What holds for stores that are larger than what is counted: here the limits are small instead."""

from __future__ import annotations

import pytest

from lineal.catalogue import facets, series
from tests.server.rest.shelf import Shelf


@pytest.fixture(scope="module")
def rows(kept_shelf: Shelf) -> Shelf:
    """Ten models with a label and a metric, then thirty data sets with neither."""
    for number in range(10):
        kept_shelf.put("model", name=f"model {number}", custom={"team": "risk", "auc": number / 10})
    for number in range(30):
        kept_shelf.put("data", name=f"data {number}")
    return kept_shelf


def test_a_sample_has_some_of_every_type(rows: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facets, "COLUMN_SAMPLE", 12)
    columns = rows.get("/artifacts/columns")
    assert "metric.auc" in {column["key"] for column in columns["columns"]}
    assert columns["exact"] is False


def test_the_newest_reports_of_a_metric_are_found_however_much_came_after(
    rows: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(series, "MOST_POINTS", 4)
    found = rows.get("/metrics/series", metric="auc")
    assert [point["value"] for point in found["series"][0]["points"]] == [0.6, 0.7, 0.8, 0.9]
    assert found["exact"] is False


def test_a_page_of_runs_is_counted_in_as_many_statements_as_one_run(shelf: Shelf) -> None:
    for number in range(5):
        shelf.put(name=f"thing {number}", custom={"__kf_run__": f"run {number}", "__kf_workspace__": "bakery"})
    shelf.get("/runs")
    statements: list[str] = []
    shelf.service.database.observe = statements.append
    taken = []
    for limit in (1, 5):
        statements.clear()
        assert len(shelf.get("/runs", limit=limit)["items"]) == limit
        taken.append(len([text for text in statements if "GROUP BY" in text]))
    assert taken == [2, 2]
