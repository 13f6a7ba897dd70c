"""What comparing needs: versions in pages with their metrics, and the metrics of several records at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal.catalogue import compared, versions
from lineal.kinds import CONTEXT
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.shelf import Shelf, value

VERSIONS = 5


@pytest.fixture(scope="module")
def rows(kept_shelf: Shelf) -> Shelf:
    """Five versions of a model, made by executions 1 to 5 and evaluated, the last two in production as well."""
    for number in range(VERSIONS):
        meta = {"labels": {"team": "risk"}, "hyperparameters": {"layers": number}}
        own = {"name": "churn", "version": f"v{number}", "__ALL_META__": json.dumps(meta)}
        model = kept_shelf.put("model", properties=own)
        evaluate(kept_shelf, model, "validation", accuracy=number / 10, loss=1.0)
        if number > 2:
            evaluate(kept_shelf, model, "production", accuracy=0.99)
        kept_shelf.run([], [model])
    return kept_shelf


def evaluate(shelf: Shelf, model: int, way: str, **values: float) -> None:
    own = {"model_id": str(model), "metrics_type": way, "__ALL_META__": json.dumps({"values": values})}
    shelf.put("metrics", properties=own)


def models(shelf: Shelf) -> list[int]:
    return shelf.ids("type=model")


def test_versions_come_in_pages_with_a_total(rows: Shelf) -> None:
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = rows.get(f"/artifacts/{models(rows)[0]}/versions", limit=2, cursor=cursor)
        seen += [row["version"] for row in page["items"]]
        cursor = page["next_cursor"]
        assert page["total"] == VERSIONS
    assert seen == ["v4", "v3", "v2", "v1", "v0"]


def test_versions_have_labels_makers_and_their_first_metrics(rows: Shelf) -> None:
    page = rows.get(f"/artifacts/{models(rows)[0]}/versions")
    assert page["metrics"] == ["accuracy", "loss"]
    newest = page["items"][0]
    assert (newest["labels"], newest["metrics"]["accuracy"]["last"]) == ({"team": "risk"}, 0.99)
    assert newest["made_by"]["key"] == "e5"


def test_metrics_of_versions_can_be_chosen(rows: Shelf) -> None:
    page = rows.get(f"/artifacts/{models(rows)[0]}/versions", columns="metric.loss")
    assert list(page["items"][0]["metrics"]) == ["loss"]


def test_metrics_are_named_for_the_newest_versions_and_all_versions_counted(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST_COUNTED", 2)
    for number in range(4):
        shelf.put("model", properties={"name": "churn", "version": f"v{number}"}, custom={f"f{number}": 0.5})
    page = shelf.get("/artifacts/1/versions", limit=1)
    assert (page["total"], page["counted"], page["metrics"]) == (4, 2, ["f2", "f3"])


def test_a_cursor_that_no_page_returned_is_refused(rows: Shelf) -> None:
    assert rows.problem(f"/artifacts/{models(rows)[0]}/versions", cursor="x-1")["status"] == 400


def test_metrics_are_compared_by_the_way_they_were_measured(rows: Shelf) -> None:
    first, last = models(rows)[0], models(rows)[-1]
    found = rows.get("/metrics/compared", keys=f"a{last},a{first},a999")
    assert [item["key"] for item in found["items"]] == [f"a{last}", f"a{first}", "a999"]
    assert values(found, 0) == {
        ("accuracy", "production"): 0.99,
        ("accuracy", "validation"): 0.4,
        ("loss", "validation"): 1.0,
    }
    assert values(found, 1) == {("accuracy", "validation"): 0.0, ("loss", "validation"): 1.0}
    assert (values(found, 2), found["exact"]) == ({}, True)


def test_a_context_that_is_compared_has_no_metrics(rows: Shelf) -> None:
    found = rows.service.read(lambda session, types: compared.reported(session, types, [(CONTEXT, 1)]))
    assert [(item.key, item.metrics) for item in found.items] == [("c1", [])]


def test_an_execution_is_compared_by_the_metrics_of_its_outputs(rows: Shelf) -> None:
    found = rows.get("/metrics/compared", keys="e2,e1")
    assert [values(found, at)["accuracy", "validation"] for at in (0, 1)] == [0.1, 0.0]


def test_an_execution_is_compared_by_its_own_metrics_before_those_of_its_outputs(shelf: Shelf) -> None:
    output = shelf.put("model", custom={"accuracy": 0.1, "auc": 0.2})
    run = shelf.run([], [output], custom_properties={"accuracy": value(0.9), "layers": value(3)})
    assert shelf.get(f"/executions/{run}")["headline"] == ["accuracy"]
    found = shelf.get("/metrics/compared", keys=f"e{run}")
    assert values(found, 0) == {("accuracy", None): 0.9, ("auc", None): 0.2}


def test_an_output_with_several_events_counts_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compared, "MOST_OUTPUTS", 3)
    outputs = [shelf.put("metrics", name=f"m{at}", custom={"accuracy": float(at)}) for at in range(3)]
    run = shelf.run([], [])
    kinds = (pb.Event.OUTPUT, pb.Event.DECLARED_OUTPUT)
    events = [pb.Event(artifact_id=each, execution_id=run, type=kind) for each in outputs for kind in kinds]
    shelf.service.call("PutEvents", rpc.PutEventsRequest(events=events))  # type: ignore[attr-defined]
    found = shelf.get("/metrics/compared", keys="e1")
    assert (found["exact"], values(found, 0)) == (True, {("accuracy", None): 2.0})


def test_a_number_that_is_no_result_is_no_metric(shelf: Shelf) -> None:
    node_id = shelf.put("model", custom={"layers": 7, "accuracy": 0.5})
    assert values(shelf.get("/metrics/compared", keys=f"a{node_id}"), 0) == {("accuracy", None): 0.5}


@pytest.mark.parametrize("keys", ["", "c1", "a1,", "1", ",".join(f"a{number}" for number in range(201))])
def test_keys_that_cannot_be_compared_are_refused(shelf: Shelf, keys: str) -> None:
    assert shelf.problem("/metrics/compared", keys=keys)["status"] == 422


def values(found: dict[str, Any], at: int) -> dict[tuple[str, str | None], float]:
    return {(each["name"], each["metrics_type"]): each["value"] for each in found["items"][at]["metrics"]}
