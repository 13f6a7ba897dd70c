"""Points of metrics over REST: adding them, and reading metrics and histories."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from lineal.service.access import Caller, Role
from tests.access.test_rest import served
from tests.server.rest.shelf import Shelf


def post(shelf: Shelf, node_id: int, body: Any) -> httpx.Response:
    return shelf.client.post(f"/api/v1/artifacts/{node_id}/metrics", json=body)


def test_points_are_added_and_read_again(shelf: Shelf) -> None:
    node_id = shelf.put()
    single = post(shelf, node_id, {"values": {"loss": 0.5, "auc": "Infinity"}, "step": 1, "time": 10})
    point = {"step": 1, "time": 10, "value": "Infinity"}
    assert single.json()["items"][1]["latest"] == point
    series = {"name": "loss", "steps": [3, 2], "values": [0.1, "NaN"], "times": [30, 20]}
    assert post(shelf, node_id, {"series": [series]}).json()["left_out"] == 0
    loss, auc = shelf.get(f"/artifacts/{node_id}/metrics")["items"]
    assert (loss["count"], loss["first"]["step"], loss["latest"]["value"]) == (3, 1, 0.1)
    assert (loss["least"], auc["greatest"]) == (0.1, "Infinity")
    history = shelf.get(f"/artifacts/{node_id}/metrics/history", name="loss")
    assert (history["steps"], history["times"], history["values"]) == ([1, 2, 3], [10, 20, 30], [0.5, "NaN", 0.1])
    assert shelf.get(f"/artifacts/{node_id}")["metrics"]["loss"]["last"] == 0.1


def test_pages_follow_each_other(shelf: Shelf) -> None:
    node_id, path = shelf.put(), "/artifacts/{}/metrics"
    series = [{"name": name, "steps": [1, 2], "values": [1, 2]} for name in ("a", "b")]
    post(shelf, node_id, {"series": series})
    first = shelf.get(path.format(node_id), limit=1, latest_only=True)
    assert first["items"][0]["count"] is None
    assert shelf.get(path.format(node_id), cursor=first["next_cursor"])["items"][0]["name"] == "b"
    half = shelf.get(f"{path.format(node_id)}/history", name="a", limit=1)
    assert shelf.get(f"{path.format(node_id)}/history", name="a", cursor=half["next_cursor"])["steps"] == [2]
    assert shelf.get(f"{path.format(node_id)}/history", name="a", last_step=1)["steps"] == [1]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"values": {"loss": 0.5}}, 400, "values without a step"),
        ({}, 400, "has 0 points"),
        ({"values": {"loss": "0.5"}, "step": 1}, 422, "give a number"),
        ({"values": {"loss": True}, "step": 1}, 422, "give a number"),
        ({"values": {"": 1}, "step": 1}, 400, "has no name"),
        ({"series": [{"name": "a", "steps": [1], "values": [1, 2]}]}, 400, "2 values, 1 step"),
        ({"series": [{"name": "a", "steps": [1.5], "values": [1]}]}, 422, "steps"),
        ({"values": {"loss": 1}, "steps": 1}, 422, "steps"),
    ],
)
def test_a_wrong_body_says_what_is_wrong(shelf: Shelf, body: Any, status: int, said: str) -> None:
    answer = post(shelf, shelf.put(), body)
    assert answer.status_code == status
    assert said in answer.text


def test_an_artifact_that_does_not_exist_and_a_wrong_cursor_are_named(shelf: Shelf) -> None:
    assert post(shelf, 99, {"values": {"loss": 1}, "step": 1}).status_code == 404
    assert shelf.client.get("/api/v1/artifacts/99/metrics").status_code == 404
    wrong = shelf.client.get(f"/api/v1/artifacts/{shelf.put()}/metrics?cursor=x")
    assert (wrong.status_code, "cursor 'x' is none of this call; give next_cursor" in wrong.text) == (400, True)


def test_a_reader_cannot_add_points(shelf: Shelf) -> None:
    node_id = shelf.put()
    with served(shelf.service, Caller("ann", Role.READER)) as client:
        answer = client.post(f"/api/v1/artifacts/{node_id}/metrics", json={"values": {"loss": 1}, "step": 1})
        assert answer.status_code == 403
        assert client.get(f"/api/v1/artifacts/{node_id}/metrics").json()["items"] == []
