"""What a text from a log may mean: exact names first, one answer for all versions of a name."""

from __future__ import annotations

from typing import Any

from tests.server.rest.shelf import Shelf


def put_version(shelf: Shelf, name: str, version: str = "v1", **properties: str) -> int:
    return shelf.put("model", properties={"name": name, "version": version, **properties})


def names(shelf: Shelf, text: str, limit: int = 10) -> list[tuple[str, str, int]]:
    found = shelf.get("/find", text=text, limit=limit)["names"]
    return [(each["newest"]["name"], each["match"], each["count"]) for each in found]


def test_exact_names_come_first_then_prefixes_then_the_rest(shelf: Shelf) -> None:
    for name in ("my-churn", "churn", "Churn", "churn-2"):
        put_version(shelf, name)
    assert names(shelf, "churn") == [
        ("churn", "exact", 1),
        ("Churn", "exact", 1),
        ("churn-2", "prefix", 1),
        ("my-churn", "part", 1),
    ]


def test_the_versions_of_a_name_are_one_answer_with_the_newest(shelf: Shelf) -> None:
    ids = [put_version(shelf, "churn", version) for version in ("v1", "v2", "v3")]
    found: dict[str, Any] = shelf.get("/find", text="chur")
    assert names(shelf, "chur") == [("churn", "prefix", 3)]
    assert [card["key"] for card in found["by_name"]] == [f"a{ids[-1]}"]
    assert found["names"][0]["newest"]["version"] == "v3"


def test_one_name_in_two_types_or_workspaces_is_two_answers(shelf: Shelf) -> None:
    put_version(shelf, "churn")
    put_version(shelf, "churn", __kf_workspace__="other")
    shelf.put("data_set", properties={"name": "churn"})
    assert names(shelf, "churn") == [("churn", "exact", 1)] * 3


def test_an_exact_name_of_an_execution_comes_before_a_longer_name_of_an_artifact(shelf: Shelf) -> None:
    put_version(shelf, "train-data")
    shelf.run([], [], name="train")
    assert names(shelf, "train") == [("train", "exact", 1), ("train-data", "prefix", 1)]


def test_an_exact_name_is_found_among_more_names_than_the_limit(shelf: Shelf) -> None:
    for at in range(5):
        put_version(shelf, f"a%b{at}")
    put_version(shelf, "a%b")
    put_version(shelf, "axb")
    assert names(shelf, "a%b", limit=2) == [("a%b", "exact", 1), ("a%b4", "prefix", 1)]
