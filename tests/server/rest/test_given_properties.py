"""Parameters, code and environment of records, which are properties by their prefixes: no labels, and no metrics."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.wire import service as rpc
from tests.server.rest.shelf import Shelf, value

GIVEN: dict[str, Any] = {"param.lr": 0.5, "param.solver": "adam", "param.depth": "7", "env.peak_mib": 300.5}
TEXTS = {"git.commit": "4f2a", "env.host": "oven", "__environment__": '{"packages": {"numpy": "2.4.1"}}'}


def put(shelf: Shelf, **others: Any) -> int:
    custom = {name: value(each) for name, each in {**GIVEN, **TEXTS, **others}.items()}
    return shelf.run([], [], custom_properties=custom)


@pytest.fixture(scope="module")
def step(kept_shelf: Shelf) -> int:
    """An execution as a step records it, with a label beside it, the only one of its shelf."""
    return put(kept_shelf, team="vision", failure_type="MemoryError", failure_message="too large")


def found(shelf: Shelf, search: str) -> int:
    return len(shelf.get("/executions", q=search)["items"])


def test_only_what_somebody_chose_is_a_label(kept_shelf: Shelf, step: int) -> None:
    node = kept_shelf.get(f"/executions/{step}")
    assert node["labels"] == {"team": "vision"}
    assert node["metrics"] == {}
    facets = kept_shelf.get("/executions/facets")["facets"]
    assert [each["key"] for each in facets if each["key"].startswith("label.")] == ["label.team"]


def test_it_is_so_for_artifacts_too(kept_shelf: Shelf) -> None:
    node = kept_shelf.get(f"/artifacts/{kept_shelf.put('metrics', custom={**GIVEN, **TEXTS, 'accuracy': 0.9})}")
    assert (node["labels"], list(node["metrics"]), node["headline"]) == ({}, ["accuracy"], ["accuracy"])


@pytest.mark.parametrize(
    ("search", "number"),
    [
        ("prop.param.lr>0.1", 1),
        ("param.lr>0.1 env.host=oven git.commit:4f", 1),
        ("has:param.lr -has:git.branch", 1),
        ("prop.param.lr>0.9", 0),
        ("prop.param.depth>6", 1),
        ("prop.param.depth>8", 0),
        ("prop.param.solver=adam", 1),
        ("prop.git.commit=4f2a", 1),
        ("prop.env.peak_mib>300", 1),
        ("label.git.commit=4f2a", 0),
        ("has:label.param.solver", 0),
        ("4f2a", 1),
        ("numpy", 0),
    ],
)
def test_it_is_found_as_a_property(kept_shelf: Shelf, step: int, search: str, number: int) -> None:
    assert found(kept_shelf, search) == number


def test_lists_of_one_type_show_the_parameters_that_differ_first(shelf: Shelf) -> None:
    for rate in (0.5, 0.25):
        put(shelf, **{"param.lr": rate, "param.size": 1})
    page = shelf.get("/executions", q="type=step", columns="default", order_by="param.lr")
    params = ["prop.param.lr", "prop.param.depth", "prop.param.size", "prop.param.solver"]
    assert page["columns"][4:8] == params
    assert [row["values"]["prop.param.lr"]["value"] for row in page["items"]] == [0.25, 0.5]


@pytest.mark.parametrize("name", ["git.commit", "env.tier", "param.lr"])
def test_a_label_that_would_be_none_is_refused(kept_shelf: Shelf, step: int, name: str) -> None:
    answer = kept_shelf.client.patch(f"/api/v1/executions/{step}", json={"labels": {name: "x"}})
    assert answer.status_code == 400
    assert "choose another name" in answer.json()["detail"]


def test_a_label_of_the_sdk_is_removed_without_the_property_of_its_name(kept_shelf: Shelf) -> None:
    meta = '{"labels": {"git.commit": "mine"}}'
    node_id = kept_shelf.put(
        "kubeflow.org/alpha/model", custom={"git.commit": "4f2a"}, properties={"__ALL_META__": meta}
    )
    assert kept_shelf.get(f"/artifacts/{node_id}")["labels"] == {"git.commit": "mine"}
    answer = kept_shelf.client.patch(f"/api/v1/artifacts/{node_id}", json={"labels": {"git.commit": None}})
    assert answer.json()["labels"] == {}
    assert answer.json()["custom_properties"]["git.commit"]["value"] == "4f2a"


def test_the_sdk_door_finds_it_by_a_filter(kept_shelf: Shelf, step: int) -> None:
    asked = rpc.GetExecutionsRequest()
    asked.options.filter_query = "custom_properties.`param.lr`.double_value > 0.1"
    answer: Any = kept_shelf.service.call("GetExecutions", asked)
    assert [each.id for each in answer.executions] == [step]
