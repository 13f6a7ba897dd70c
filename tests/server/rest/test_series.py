"""Series of a metric over REST: when values were measured, which series are drawn, and what is left out."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.catalogue import series
from lineal.service.writes import put_nodes
from tests.server.rest.shelf import Shelf

DAY = 24 * 3600 * 1000
JUNE_1 = 1_748_736_000_000


@pytest.fixture(scope="module")
def rows(kept_shelf: Shelf) -> Shelf:
    """Three names with a value on each of three days, of which the SDK's records tell; the last name is the newest."""
    for number, name in enumerate(["a", "b", "c"]):
        for day in range(3):
            told = f"2025-06-0{1 + number + day}T00:00:00Z"
            kept_shelf.put(f"model {day}", name=name, custom={"auc": day / 10, "create_time": told, "team": name})
    return kept_shelf


def read(shelf: Shelf, **parameters: Any) -> dict[str, Any]:
    found: dict[str, Any] = shelf.get("/metrics/series", metric="auc", **parameters)
    return found


def times(found: dict[str, Any]) -> list[int]:
    return [(point["time"] - JUNE_1) // DAY for each in found["series"] for point in each["points"]]


def test_a_value_stands_at_the_time_at_which_it_was_measured(rows: Shelf) -> None:
    assert times(read(rows, group_by="name")) == [0, 1, 2, 1, 2, 3, 2, 3, 4]
    assert times(read(rows, since=JUNE_1 + 3 * DAY, until=JUNE_1 + 4 * DAY)) == [3, 3, 4]


@pytest.mark.parametrize("told", ["", "yesterday", "9999-01-01T00:00:00Z", "1969-01-01T00:00:00Z", "x" * 1000])
def test_a_time_that_cannot_be_is_not_used(shelf: Shelf, told: str) -> None:
    node_id = shelf.put(custom={"auc": 0.5, "create_time": told})
    [point] = read(shelf)["series"][0]["points"]
    assert point["time"] == shelf.get(f"/artifacts/{node_id}")["created"]


def test_a_logged_value_stands_at_the_time_of_its_point(shelf: Shelf) -> None:
    node_id = shelf.put()
    shelf.client.post(f"/api/v1/artifacts/{node_id}/metrics", json={"values": {"auc": 0.5}, "step": 1, "time": JUNE_1})
    assert times(read(shelf)) == [0]


def test_the_newest_series_are_drawn_and_the_others_named(rows: Shelf) -> None:
    found = read(rows, group_by="name", lines=2)
    assert [each["group"] for each in found["series"]] == [{"name": "c"}, {"name": "b"}]
    assert found["others"] == [{"group": {"name": "a"}, "total": 3, "newest": JUNE_1 + 2 * DAY}]
    assert (found["groups"], found["left_out"]) == (3, 0)


def test_series_are_chosen_by_their_first_key(rows: Shelf) -> None:
    found = read(rows, group_by=["name", "label.team"], only=["a", "c"])
    assert [each["group"]["name"] for each in found["series"]] == ["c", "a"]
    assert [each["group"]["label.team"] for each in found["others"]] == ["b"]


def test_how_many_values_are_left_out_is_said(rows: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(series, "MOST_POINTS", 4)
    found = read(rows, group_by="name")
    assert (found["exact"], found["left_out"], sum(each["total"] for each in found["series"])) == (False, 5, 4)


@pytest.fixture
def late(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A value written on each of nine days of June; the last but one was measured on the second. Four are read."""
    for day in range(1, 10):
        monkeypatch.setattr(put_nodes, "now", lambda day=day: JUNE_1 + (day - 1) * DAY)
        told = "2025-06-02T00:00:00Z" if day == 8 else ""
        shelf.put(custom={"auc": day / 10, "create_time": told})
    monkeypatch.setattr(series, "MOST_POINTS", 4)
    return shelf


@pytest.mark.parametrize(
    ("since", "until", "days", "left_out"),
    [(2, 3, [2, 3], 5), (7, 9, [7, 9], 0), (2, 2, [2], 5), (10, 11, [], 0), (None, 1, [1], 5), (-5, -3, [], 5)],
)
def test_a_value_that_was_written_after_the_period_is_found_or_counted(
    late: Shelf, since: int | None, until: int, days: list[int], left_out: int
) -> None:
    times_asked = {"until": JUNE_1 + (until - 1) * DAY}
    if since is not None:
        times_asked["since"] = JUNE_1 + (since - 1) * DAY
    found = read(late, **times_asked)
    assert [day + 1 for day in times(found)] == days
    assert (found["left_out"], found["exact"]) == (left_out, not left_out)


def test_a_value_that_was_logged_long_after_its_record_is_found(late: Shelf) -> None:
    time = JUNE_1 + 20 * DAY
    first = late.ids()[0]
    late.client.post(f"/api/v1/artifacts/{first}/metrics", json={"values": {"auc": 0.5}, "step": 1, "time": time})
    found = read(late, since=time, until=time)
    assert ([point["value"] for point in found["series"][0]["points"]], found["exact"]) == ([0.5], True)
