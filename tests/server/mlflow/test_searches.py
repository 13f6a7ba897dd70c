"""Searches for runs and experiments: filters, orders, views, pages."""

from __future__ import annotations

import pytest

from lineal.security import LimitSettings
from tests.server.mlflow.door import Door


def names(door: Door, experiments: list[str], **asked: object) -> list[str]:
    """Return the names of the runs that a search finds, page by page."""
    found, token = list[str](), ""
    while True:
        page = door.post("runs/search", experiment_ids=experiments, page_token=token, **asked)
        found += [run["info"]["run_name"] for run in page.get("runs", [])]
        token = page.get("next_page_token", "")
        if not token:
            return found


@pytest.fixture
def logged(door: Door) -> str:
    """An experiment with four runs: a, b, c and d, which has no parameter and no metric."""
    experiment = door.experiment("churn")
    for number, name in enumerate("abcd"):
        run = door.run(experiment, run_name=name, start_time=1000 + number, tags=[{"key": "team", "value": name * 2}])
        if name != "d":
            door.post(
                "runs/log-batch",
                run_id=run,
                params=[{"key": "rate", "value": str(number)}],
                metrics=[{"key": "auc", "value": "NaN" if name == "c" else number / 2, "timestamp": 1}],
            )
    return experiment


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["d", "c", "b", "a"]),
        ({"filter": "params.rate = '1'"}, ["b"]),
        ({"filter": "metrics.auc >= 0 AND tags.team LIKE 'b%'"}, ["b"]),
        ({"filter": "params.rate IS NULL"}, ["d"]),
        ({"filter": "attributes.run_name ILIKE 'A' "}, ["a"]),
        ({"order_by": ["metrics.auc DESC"]}, ["b", "a", "c", "d"]),
        ({"order_by": ["params.rate ASC"]}, ["a", "b", "c", "d"]),
        ({"order_by": ["start_time ASC"], "max_results": 1}, ["a", "b", "c", "d"]),
        ({"order_by": ["metrics.auc ASC"], "max_results": 1}, ["a", "b", "c", "d"]),
        ({"run_view_type": "DELETED_ONLY"}, []),
        ({"run_view_type": 3}, ["d", "c", "b", "a"]),
    ],
)
def test_runs_are_found_in_order(door: Door, logged: str, asked: dict[str, object], expected: list[str]) -> None:
    assert names(door, [logged], **asked) == expected


def test_runs_are_found_in_the_experiments_that_are_asked_for(door: Door, logged: str) -> None:
    door.run(run_name="elsewhere")
    assert names(door, []) == []
    assert names(door, ["0"]) == ["elsewhere"]
    assert set(names(door, ["0", logged, "99999"])) == {"elsewhere", "a", "b", "c", "d"}


def test_a_found_run_is_whole(door: Door, logged: str) -> None:
    [found] = door.post("runs/search", experiment_ids=[logged], filter="params.rate = '1'")["runs"]
    assert found == door.get("runs/get", run_id=found["info"]["run_id"])["run"]


def test_deleted_runs_are_found_by_their_view(door: Door, logged: str) -> None:
    [found] = door.post("runs/search", experiment_ids=[logged], filter="run_name = 'b'")["runs"]
    door.post("runs/delete", run_id=found["info"]["run_id"])
    assert names(door, [logged]) == ["d", "c", "a"]
    assert names(door, [logged], run_view_type="DELETED_ONLY") == ["b"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"filter": "params.rate = 1"}, "filter"),
        ({"filter": "nothing.rate = '1'"}, "filter"),
        ({"order_by": ["nothing"]}, "order_by"),
        ({"max_results": 0}, "max_results is 0; give from 1 to 50000"),
        ({"max_results": 50001}, "max_results is 50001"),
        ({"page_token": "x"}, "is none of this call"),
        ({"page_token": "NQ"}, "is none of this call"),
        ({"experiment_ids": ["abc"]}, "the id of an experiment is a number"),
        ({"experiment_ids": [5]}, "the field 'experiment_ids' must be a text"),
    ],
)
def test_a_search_that_is_wrong_is_refused(door: Door, asked: dict[str, object], says: str) -> None:
    refusal = door.refused("runs/search", **{"experiment_ids": ["0"], **asked})
    assert refusal.startswith("INVALID_PARAMETER_VALUE: ")
    assert says in refusal


def test_a_filter_longer_than_the_server_allows_is_refused(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door.service.database, "limits", LimitSettings(max_filter_bytes=100))
    for call in ("runs/search", "experiments/search", "logged-models/search"):
        refusal = door.refused(call, experiment_ids=["0"], filter=f"name = '{'x' * 100}'")
        assert "--max-filter-bytes" in refusal, call


def found(door: Door, **asked: object) -> list[str]:
    """Return the names of the experiments that a search finds, page by page."""
    names, token = list[str](), ""
    while True:
        page = door.post("experiments/search", **{"max_results": 1000, **asked, "page_token": token})
        names += [each["name"] for each in page.get("experiments", [])]
        token = page.get("next_page_token", "")
        if not token:
            return names


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Beta", "alpha", "Default"]),
        ({"order_by": ["name ASC"]}, ["Beta", "Default", "alpha"]),
        ({"order_by": ["experiment_id ASC"], "max_results": 1}, ["Default", "alpha", "Beta"]),
        ({"filter": "name LIKE 'b%'"}, []),
        ({"filter": "name ILIKE 'b%'"}, ["Beta"]),
        ({"filter": "name != 'Default' AND tags.team = 'risk'"}, ["alpha"]),
        ({"filter": "tags.team IS NULL"}, ["Beta", "Default"]),
        ({"filter": "experiment_id IN ('0')"}, ["Default"]),
        ({"filter": "creation_time > 0", "view_type": "DELETED_ONLY"}, ["gone"]),
        ({"view_type": "ALL"}, ["gone", "Beta", "alpha", "Default"]),
    ],
)
def test_experiments_are_found_in_order(door: Door, asked: dict[str, object], expected: list[str]) -> None:
    door.experiment("alpha", tags=[{"key": "team", "value": "risk"}])
    door.experiment("Beta")
    door.post("experiments/delete", experiment_id=door.experiment("gone"))
    assert found(door, **asked) == expected
    if "order_by" not in asked and "filter" not in asked:
        listed = door.get("experiments/search", max_results=1000, **{k: str(v) for k, v in asked.items()})
        assert [each["name"] for each in listed["experiments"]] == expected


@pytest.mark.parametrize(
    "asked",
    [{}, {"max_results": 50001}, {"max_results": 1, "filter": "name > 'a'"}, {"max_results": 1, "page_token": "x"}],
)
def test_a_search_for_experiments_that_is_wrong_is_refused(door: Door, asked: dict[str, object]) -> None:
    assert door.refused("experiments/search", **asked).startswith("INVALID_PARAMETER_VALUE: ")
