"""What holds for stores that are larger than what is counted: here the limits are small instead."""

from __future__ import annotations

import itertools
import json

import pytest

from lineal.catalogue import details, facets, series
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


def test_reports_on_an_artifact_beyond_those_that_are_read_are_counted(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = shelf.put("model", custom={"accuracy": 0.5})
    for number in range(4):
        meta = json.dumps({"values": {"auc": number / 10, "loss": 1}})
        shelf.put("metrics", properties={"model_id": str(model), "__ALL_META__": meta})
    assert shelf.get(f"/artifacts/{model}/evaluations")["total"] == 5
    monkeypatch.setattr(details, "MOST_EVALUATIONS", 3)
    found = shelf.get(f"/artifacts/{model}/evaluations")
    assert ([each["values"].get("auc") for each in found["items"]], found["total"]) == ([None, 0.1, 0.2, 0.3], 5)


def test_a_page_of_runs_is_counted_in_as_many_statements_as_one_run(shelf: Shelf) -> None:
    for number in range(5):
        shelf.put(name=f"thing {number}", custom={"__kf_run__": f"run {number}", "__kf_workspace__": "bakery"})
    taken = []
    for limit in (1, 5):
        assert len(shelf.get("/runs", limit=limit)["items"]) == limit
        found = shelf.statements("/runs", limit=limit)
        taken.append(sum(count for text, count in found.items() if "GROUP BY" in text))
    assert taken == [3, 3]


@pytest.mark.parametrize("kinds", ["artifacts", "executions"])
def test_a_batch_is_read_in_as_many_statements_as_one_record(shelf: Shelf, kinds: str) -> None:
    models = [shelf.put("model", name=f"model {number}", custom={"auc": number / 10}) for number in range(20)]
    runs = [shelf.run([first], [second]) for first, second in itertools.pairwise(models)]
    ids = [str(each) for each in (models if kinds == "artifacts" else runs)]
    found = shelf.get(f"/{kinds}/batch", ids=",".join(ids))["items"]
    assert [(each["inputs"], each["outputs"]) for each in found[1:4]] == [(1, 1)] * 3
    one, many = [shelf.statements(f"/{kinds}/batch", ids=",".join(each)).total() for each in (ids[:1], ids)]
    assert one == many


def test_metrics_of_all_records_are_found_in_as_many_statements_however_many_there_are(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "COLUMN_SAMPLE", 2)
    taken = []
    for number in (3, 20):
        for each in range(number):
            shelf.put("model", custom={"__ALL_META__": json.dumps({"values": {f"loss {each}": 0.5}})})
        columns = {column["key"] for column in shelf.get("/artifacts/columns", q="type:model")["columns"]}
        assert columns >= {f"metric.loss {each}" for each in range(number)}
        taken.append(shelf.statements("/artifacts/columns", q="type:model").total())
    assert taken[0] == taken[1]


def test_metrics_beyond_those_that_are_looked_for_are_said(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("alpha", "beta"):
        for _ in range(2):
            shelf.put("metrics", custom={"__ALL_META__": json.dumps({"values": {name: 1}})})
    monkeypatch.setattr(facets, "COLUMN_SAMPLE", 1)
    monkeypatch.setattr(facets, "MOST_METRICS", 1)
    some = shelf.get("/artifacts/columns", q="-type:x")
    monkeypatch.setattr(facets, "MOST_METRICS", 2)
    every = shelf.get("/artifacts/columns", q="-type:x")
    assert (some["all_metrics"], every["all_metrics"]) == (False, True)
    assert {column["key"] for column in every["columns"]} >= {"metric.alpha", "metric.beta"}
