"""The metrics that stand for records: the columns of a list, its headline metric, and the numbers of one record."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import pytest

from lineal.catalogue import facets, headline
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.shelf import Shelf, value
from tests.services import REPOSITORY


def reported(shelf: Shelf, model: int, **values: float) -> int:
    """Put an evaluation of a model."""
    return shelf.put("metrics", properties={"model_id": str(model), "__ALL_META__": json.dumps({"values": values})})


@pytest.fixture
def models(shelf: Shelf) -> Shelf:
    """Three models, two of which were evaluated; their own numbers are no results."""
    ids = [shelf.put("kubeflow.org/alpha/model", custom={"layers": 4, "name": f"net {n}"}) for n in range(3)]
    reported(shelf, ids[0], zeal=0.5, accuracy=0.7)
    reported(shelf, ids[1], zeal=0.4, accuracy=0.8)
    reported(shelf, ids[1], accuracy=0.9)
    return shelf


def columns_of(shelf: Shelf, **parameters: Any) -> dict[str, Any]:
    return {each["key"]: each for each in shelf.get("/artifacts/columns", **parameters)["columns"]}


def test_the_columns_of_models_hold_what_evaluations_report(models: Shelf) -> None:
    accuracy = columns_of(models, q="type:model")["metric.accuracy"]
    assert (accuracy["filled"], accuracy["distinct"], accuracy["kinds"]) == (2, 2, ["double"])


def test_columns_hold_metrics_of_records_beyond_those_that_are_looked_at(
    models: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "COLUMN_SAMPLE", 1)
    found = columns_of(models, q="type:model")
    assert {"metric.zeal", "metric.accuracy"} <= set(found)
    assert not {"metric.zeal"} & set(columns_of(models, q="id=3,6"))


def test_a_search_of_models_is_completed_with_the_metrics_of_evaluations(models: Shelf) -> None:
    offered = models.get("/artifacts/suggest", key="", text="accuracy", q="type:model")["items"]
    assert ("metric.accuracy", 2) in [(each["text"], each["count"]) for each in offered]


def test_a_list_names_its_headline_metric_and_fills_it(models: Shelf) -> None:
    page = models.get("/artifacts", q="type:model", columns="headline", order_by="id")
    assert page["headline"] == "accuracy"
    assert [row["metrics"].get("accuracy", {}).get("last") for row in page["items"]] == [0.7, 0.9, None]


@pytest.mark.parametrize("every", [2, 3, 150])
def test_the_headline_is_found_whichever_records_have_it(shelf: Shelf, every: int) -> None:
    for number in range(300):
        shelf.put("model", custom={"accuracy": number / 300} if number % every == every - 1 else {})
    assert shelf.get("/artifacts", q="type=model", columns="default")["headline"] == "accuracy"


def test_a_list_that_chooses_its_columns_makes_its_search_once(models: Shelf) -> None:
    for columns in ("", "default", "headline"):
        found = models.statements("/artifacts", q="type:model", columns=columns)
        assert sum(count for text, count in found.items() if "LIKE" in text) == 1


def test_a_list_of_models_has_columns_of_its_own(models: Shelf) -> None:
    page = models.get("/artifacts", q="type:model", columns="default")
    assert page["columns"] == ["name", "version", "labels", "aliases", "metric.accuracy", "made_by", "state", "created"]
    assert "accuracy" in page["items"][1]["metrics"]


def test_a_list_of_all_types_has_no_columns_of_one(models: Shelf) -> None:
    assert models.get("/artifacts", columns="default")["columns"] is None
    assert models.get("/artifacts", q="name:net", columns="default")["columns"] is None


def test_what_is_searched_for_is_a_column_of_a_list_of_all_types(models: Shelf) -> None:
    page = models.get("/artifacts", q="metric.zeal>0.3 prop.layers<9 -prop.width=5", columns="default", order_by="id")
    searched = ["metric.zeal", "prop.layers"]
    assert page["columns"] == ["name", "version", "type", *searched, "state", "made_by", "workspace", "created"]
    assert [row["metrics"]["zeal"]["last"] for row in page["items"]] == [0.5, 0.4]
    found = models.get("/artifacts", q="(alias=production OR has:label.team)", columns="default")["columns"]
    assert found[3:5] == ["aliases", "label.team"]


def test_what_is_searched_for_is_added_to_the_columns_of_a_type_once(models: Shelf) -> None:
    page = models.get("/artifacts", q="type:model metric.zeal>0.3 metric.accuracy>0 has:prop.layers", columns="default")
    searched = ["metric.zeal", "prop.layers", "labels", "aliases", "metric.accuracy"]
    assert page["columns"] == ["name", "version", *searched, "made_by", "state", "created"]


def test_an_export_has_the_columns_that_are_searched_for(shelf: Shelf) -> None:
    shelf.put("model", custom={"layers": 4})
    answer = shelf.client.get("/api/v1/artifacts/export", params={"q": "prop.layers>3", "columns": "default"})
    [row] = csv.DictReader(answer.text.splitlines())
    assert row["prop.layers"] == "4"


def test_a_list_without_metrics_has_no_headline(shelf: Shelf) -> None:
    shelf.put("kubeflow.org/alpha/model", custom={"layers": 4})
    page = shelf.get("/artifacts", q="type=model", columns="default")
    assert (page["headline"], page["columns"][4]) == (None, "made_by")


def test_versions_have_their_headline_metric_and_their_makers(shelf: Shelf) -> None:
    first, second = [shelf.put("model", properties={"name": "churn", "version": v}) for v in ("1", "2")]
    reported(shelf, first, accuracy=0.7)
    maker = shelf.run([], [second])
    page = shelf.get(f"/artifacts/{first}/versions", columns="headline")
    assert page["headline"] == "accuracy"
    newest, oldest = page["items"]
    assert (newest["made_by"]["id"], oldest["metrics"]["accuracy"]["last"]) == (str(maker), 0.7)


def test_an_export_names_the_metric_of_its_headline(models: Shelf) -> None:
    parameters = {"q": "type:model", "columns": "headline", "order_by": "id"}
    lines = models.client.get("/api/v1/artifacts/export", params=parameters).text.splitlines()
    [first, *_] = csv.DictReader(lines)
    assert first["metric.accuracy"] == "0.7"


def test_a_row_has_its_labels(shelf: Shelf) -> None:
    shelf.put("kubeflow.org/alpha/model", custom={"team": "risk"})
    assert shelf.get("/artifacts")["items"][0]["labels"] == {"team": "risk"}


def test_a_record_names_its_headline_numbers(models: Shelf) -> None:
    assert models.get("/artifacts/2")["headline"] == ["accuracy", "zeal"]
    assert models.get("/artifacts/3")["headline"] == []


def test_a_metrics_record_of_pipelines_shows_its_own_numbers(shelf: Shelf) -> None:
    shelf.put("system.Metrics", custom={"rows": 5, "f1": 0.5, "a": 1.0, "b": 2.0, "c": 3.0})
    assert shelf.get("/artifacts/1")["headline"] == ["f1", "a", "b", "c"]


def test_a_headline_of_something_else_than_a_list_is_refused(models: Shelf) -> None:
    found = models.problem("/lineage", focus="a1", columns="headline")
    assert found["status"] == 400
    assert "headline" in found["detail"]


@pytest.mark.parametrize(
    ("counts", "first"),
    [
        ({"loss": 5, "accuracy": 5}, ["accuracy", "loss"]),
        ({"zeal": 9, "awe": 9, "joy": 3}, ["awe", "zeal", "joy"]),
        ({"train/accuracy": 5, "val_accuracy": 5, "auc": 5}, ["val_accuracy", "train/accuracy", "auc"]),
        ({"accuracy": 1, "score": 90}, ["score", "accuracy"]),
        ({"__step__": 9}, []),
    ],
)
def test_well_known_metrics_come_first_then_frequent_ones(counts: dict[str, int], first: list[str]) -> None:
    assert headline.ranked(counts) == first


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Payload", "other"),
        ("DataLoader", "data"),
        ("load_test", "metric"),
        ("Stable", "other"),
        ("CSVTable", "data"),
        ("my.tables/v1", "data"),
        ("ModelEvaluation", "metric"),
        ("system.Model", "model"),
        ("kubeflow.org/alpha/data_set", "data"),
    ],
)
def test_a_family_is_found_by_words_of_a_type(name: str, family: str) -> None:
    assert headline.family_of(name) == family


def test_the_web_ui_knows_the_same_words_of_types() -> None:
    source = (REPOSITORY / "ui" / "src" / "lineage" / "looks.ts").read_text()
    assert re.findall(r'/(.+)/\.test\(words\)\) return "(.+)"', source) == [
        (words.pattern, family) for family, words in headline.WORDS
    ]
    assert {headline._WORD_END.pattern, headline._BETWEEN.pattern} == set(re.findall(r"replace\(/(.+)/g,", source))


def test_the_numbers_of_an_execution_are_parameters_whatever_its_type_is_called(shelf: Shelf) -> None:
    put = rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="Evaluator"))
    type_id = shelf.service.call("PutExecutionType", put).type_id  # type: ignore[attr-defined]
    own = {"layers": value(7), "accuracy": value(0.5)}
    run = pb.Execution(type_id=type_id, custom_properties=own)
    shelf.service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[run]))
    assert shelf.get("/executions/1")["headline"] == ["accuracy"]
