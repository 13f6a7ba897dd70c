"""Executions that are parts of another one, as REST and the command line say them."""

from __future__ import annotations

from typing import Any

from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.sdk import Execution, Store, Workspace
from tests.server.rest.shelf import Shelf


def nested(shelf: Shelf, *, many: int) -> dict[str, Any]:
    """Record an execution with parts; return its details."""
    workspace = Workspace(Store.from_client(MetadataStore.from_transport(LocalTransport(shelf.service))), "bakery")
    with Execution("outer", workspace) as outer:
        for number in range(many):
            with Execution(f"inner {number}", workspace):
                pass
    found: dict[str, Any] = shelf.client.get(f"/api/v1/executions/{outer.id}").json()
    return found


def test_an_execution_says_its_steps_and_a_step_what_it_is_a_part_of(shelf: Shelf) -> None:
    outer = nested(shelf, many=2)
    steps = outer["steps"]
    assert outer["part_of"] is None
    assert [(step["name"], step["state"]) for step in steps["items"]] == [
        ("inner 0", "COMPLETE"),
        ("inner 1", "COMPLETE"),
    ]
    inner = shelf.client.get(f"/api/v1/executions/{steps['items'][0]['id']}").json()
    assert (inner["part_of"]["name"], inner["part_of"]["key"], inner["steps"]) == ("outer", outer["key"], None)


def test_very_many_steps_are_counted_and_the_first_are_named(shelf: Shelf) -> None:
    steps = nested(shelf, many=102)["steps"]
    assert (len(steps["items"]), steps["total"]) == (100, 102)
