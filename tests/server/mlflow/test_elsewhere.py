"""What MLflow's clients write, as the other doors show it: labels, values, searches and edits of REST."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.server.mlflow.door import Door


@pytest.fixture
def run(door: Door) -> str:
    """A run with parameters, tags and a metric."""
    run = door.run(run_name="first", tags=[{"key": "mlflow.user", "value": "ann"}])
    params = [{"key": "rate", "value": "0.25"}, {"key": "solver", "value": "adam"}, {"key": "size", "value": "1_000"}]
    points = [{"key": "auc", "value": step / 4, "timestamp": step, "step": step} for step in range(4)]
    tags = [{"key": "team", "value": "risk"}]
    door.post("runs/log-batch", run_id=run, params=params, metrics=points, tags=tags)
    return run


def listed(door: Door, search: str, **asked: Any) -> list[dict[str, Any]]:
    """Return the rows of a list, once the search index knows what was written."""
    end = time.monotonic() + 30
    while True:
        response = door.client.get("/api/v1/executions", params={"q": f"workspace={door.workspace} {search}", **asked})
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        if found["complete"] or time.monotonic() > end:
            rows: list[dict[str, Any]] = found["items"]
            return rows
        time.sleep(0.05)


def test_a_run_has_its_name_workspace_and_tags_in_lists(door: Door, run: str) -> None:
    [row] = listed(door, "")
    assert (row["name"], row["workspace"], row["type"]) == ("first", door.workspace, "mlflow.Run")
    assert row["run"] == f"first {run[:12]}"
    assert row["labels"] == {"team": "risk"}


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("label.team=risk", True),
        ("prop.param.solver=adam", True),
        ("prop.param.rate<0.3", True),
        ("prop.param.rate>0.3", False),
        ("prop.param.size>1", False),
        ("metric.auc>0.7", True),
        ("metric.auc>0.8", False),
        ("prop.tag.mlflow.user=ann", True),
    ],
)
def test_a_run_is_found_by_what_was_logged(door: Door, run: str, search: str, is_found: bool) -> None:
    assert len(listed(door, search)) == is_found


def test_a_label_that_is_changed_elsewhere_is_the_tag(door: Door, run: str) -> None:
    [row] = listed(door, "")
    changed = door.client.patch(f"/api/v1/executions/{row['id']}", json={"labels": {"team": "voice", "new": "1"}})
    assert changed.status_code == 200, changed.text
    tags = door.data(run)["tags"]
    assert (tags["team"], tags["new"]) == ("voice", "1")
    assert listed(door, "label.team=voice")[0]["labels"] == {"team": "voice", "new": "1"}


def test_a_description_that_is_changed_elsewhere_is_the_note(door: Door, run: str) -> None:
    [row] = listed(door, "")
    changed = door.client.patch(f"/api/v1/executions/{row['id']}", json={"description": "for bread"})
    assert changed.status_code == 200, changed.text
    assert door.data(run)["tags"]["mlflow.note.content"] == "for bread"
    assert "description" not in changed.json()["custom_properties"]
    door.client.patch(f"/api/v1/executions/{row['id']}", json={"description": None})
    assert "mlflow.note.content" not in door.data(run)["tags"]


def test_a_label_that_clients_set_themselves_is_refused(door: Door, run: str) -> None:
    [row] = listed(door, "")
    for label in ({"mlflow.runName": "other"}, {"long": "x" * 256}):
        assert door.client.patch(f"/api/v1/executions/{row['id']}", json={"labels": label}).status_code == 400
    assert door.get("runs/get", run_id=run)["run"]["info"]["run_name"] == "first"


def test_tags_that_are_called_as_an_environment_are_labels_here(door: Door, run: str) -> None:
    [row] = listed(door, "")
    changed = door.client.patch(f"/api/v1/executions/{row['id']}", json={"labels": {"env.tier": "test"}})
    assert changed.status_code == 200, changed.text
    assert changed.json()["labels"] == {"team": "risk", "env.tier": "test"}
    assert door.data(run)["tags"]["env.tier"] == "test"


def test_what_is_archived_elsewhere_is_deleted_here(door: Door, run: str) -> None:
    [row] = listed(door, "")
    assert door.client.patch(f"/api/v1/executions/{row['id']}", json={"archived": True}).status_code == 200
    assert door.get("runs/get", run_id=run)["run"]["info"]["lifecycle_stage"] == "deleted"
    door.post("runs/restore", run_id=run)
    assert listed(door, "-has:archived")


def test_runs_are_listed_once(door: Door, run: str) -> None:
    other = door.run(run_name="first")
    response = door.client.get("/api/v1/runs")
    assert response.status_code == 200, response.text
    own = {each["name"] for each in response.json()["items"] if each["workspace"] == door.workspace}
    assert own == {f"first {run[:12]}", f"first {other[:12]}"}


def test_the_curves_of_a_run_are_those_that_were_logged(door: Door, run: str) -> None:
    values = ["NaN" if step == 7 else -step for step in range(40)]
    points = [
        {"key": "loss", "value": value, "timestamp": 10 * step, "step": step} for step, value in enumerate(values)
    ]
    door.post("runs/log-batch", run_id=run, metrics=points)
    key = listed(door, "")[0]["key"]
    names = door.client.get("/api/v1/metrics/names", params={"keys": key}).json()["items"]
    assert [(each["name"], each["is_curve"], each["has_steps"]) for each in names] == [
        ("auc", True, True),
        ("loss", True, True),
    ]
    asked = {"keys": key, "name": "loss", "axis": "elapsed", "first": 20, "last": 390, "points": 8}
    [curve] = door.client.get("/api/v1/metrics/curves", params=asked).json()["items"]
    assert (curve["total"], curve["not_finite"], curve["not_positive"]) == (38, 1, 37)
    assert curve["steps"] == [2, 7, 20, 21, 39]
    assert curve["spans"]["counts"] == [18, 19]
    lines = door.client.get("/api/v1/metrics/export", params={"keys": key, "name": "loss"}).text.splitlines()
    assert (len(lines), lines[8]) == (41, f"{key},first,loss,7,70,NaN")


def test_a_list_of_runs_shows_the_parameters_in_which_they_differ(door: Door) -> None:
    for number in range(3):
        run = door.run(run_name=f"run {number}", user_id="ann")
        params = {"same": "1", "rate": str(number), **({"rare": "x"} if number == 0 else {})}
        door.post("runs/log-batch", run_id=run, params=[{"key": key, "value": params[key]} for key in params])
        for name in ("system/cpu_utilization_percentage", "loss"):
            door.post("runs/log-metric", run_id=run, key=name, value=number, timestamp=1, step=0)
    listed(door, "")
    asked = {"q": f"workspace={door.workspace} type=mlflow.Run", "columns": "default", "order_by": "name"}
    page = door.client.get("/api/v1/executions", params=asked).json()
    params = ["prop.param.rate", "prop.param.rare", "prop.param.same"]
    assert page["columns"] == ["name", "state", "duration", "metric.loss", *params, "prop.user_id", "created"]
    assert [row["values"]["prop.param.rate"]["value"] for row in page["items"]] == ["0", "1", "2"]
