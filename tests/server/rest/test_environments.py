"""Where executions ran, as REST says it: recorded by the SDK, by MLflow's clients, or by nobody."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.server.rest.shelf import Shelf, value

OF_SDK: dict[str, Any] = {
    "git.commit": "4f2a", "git.branch": "main", "git.dirty": True, "env.command": "python train.py",
    "env.python": "3.12.1", "env.host": "oven", "env.user": "ann", "env.image": "churn:3", "env.peak_mib": 300.5,
    "__environment__": json.dumps({
        "packages": {"numpy": "2.4.1"}, "platform": "Linux", "repository": "https://example.org/churn.git",
        "notebook": "churn.ipynb", "missing": {"memory": "no module"},
    }),
}  # fmt: skip


def put(shelf: Shelf, custom: dict[str, Any], outputs: list[int] | None = None) -> int:
    return shelf.run([], outputs or [], custom_properties={name: value(each) for name, each in custom.items()})


def environment(shelf: Shelf, custom: dict[str, Any]) -> Any:
    return shelf.get(f"/executions/{put(shelf, custom)}")["environment"]


def test_an_execution_of_the_sdk_says_all_of_it(kept_shelf: Shelf) -> None:
    assert environment(kept_shelf, OF_SDK) == {
        "commit": "4f2a", "branch": "main", "is_dirty": True, "repository": "https://example.org/churn.git",
        "command": "python train.py", "notebook": "churn.ipynb", "python": "3.12.1", "platform": "Linux",
        "host": "oven", "user": "ann", "image": "churn:3", "peak_mib": 300.5, "packages": {"numpy": "2.4.1"},
        "missing": {"memory": "no module"},
    }  # fmt: skip


def test_a_run_of_mlflow_says_what_its_clients_told(kept_shelf: Shelf) -> None:
    tags = {"source.git.commit": "77", "source.git.branch": "dev", "source.name": "train.py", "user": "ben"}
    found = environment(kept_shelf, {f"tag.mlflow.{name}": text for name, text in tags.items()})
    said = {name: each for name, each in found.items() if each}
    assert said == {"commit": "77", "branch": "dev", "command": "train.py", "user": "ben"}


def test_an_execution_without_any_of_it_has_none_and_an_artifact_neither(kept_shelf: Shelf) -> None:
    assert environment(kept_shelf, {"note": "x"}) is None
    assert kept_shelf.get(f"/artifacts/{kept_shelf.put(custom=OF_SDK)}")["environment"] is None


@pytest.mark.parametrize(
    "text",
    ["", "[1]", "{", '{"packages": [1], "platform": {}, "missing": 7}', '{"packages": {"a": null, "b": []}}'],
)
def test_odd_texts_of_other_writers_are_read_as_far_as_they_go(kept_shelf: Shelf, text: str) -> None:
    found = environment(kept_shelf, {"__environment__": text, "env.peak_mib": "much", "env.host": "oven"})
    assert (found["host"], found["packages"], found["platform"], found["peak_mib"]) == ("oven", {}, None, None)


def test_records_are_compared_by_the_executions_that_made_them(kept_shelf: Shelf) -> None:
    model, other = kept_shelf.put("model"), kept_shelf.put("model", custom={"a": "b"})
    put(kept_shelf, {"git.commit": "old"}, [model])
    maker, alone = put(kept_shelf, OF_SDK, [model]), put(kept_shelf, {"note": "x"})
    items = kept_shelf.get("/environments", keys=f"a{model},e{alone},a{other},e999,e{maker}")["items"]
    assert [(each["key"], (each["execution"] or {}).get("key")) for each in items] == [
        (f"a{model}", f"e{maker}"),
        (f"e{alone}", f"e{alone}"),
        (f"a{other}", None),
        (f"e{maker}", f"e{maker}"),
    ]
    commits = [(each["environment"] or {}).get("commit") for each in items]
    assert commits == ["4f2a", None, None, "4f2a"]


def test_records_are_compared_by_what_was_read_there(kept_shelf: Shelf) -> None:
    orders = {"name": "orders", "version": "2", "__ALL_META__": '{"digest": "sha256:4f2a"}'}
    data, model = kept_shelf.put("data", properties=orders), kept_shelf.put("model")
    ran = {"__started__": value(1_700_000_000_000), "__ended__": value(1_700_000_002_500)}
    kept_shelf.run([data, kept_shelf.put("data", name="rates")], [model], custom_properties=ran, last_known_state=3)
    found = kept_shelf.get("/environments", keys=f"a{model},a{data}")
    rates = f"artifact {model + 1}"
    assert [each["inputs"] for each in found["items"]] == [{"orders": ["2 (4f2a)"], "rates": [rates]}, {}]
    assert ([each["duration"] for each in found["items"]], found["exact"]) == ([2_500, None], True)


def test_keys_that_are_none_are_refused(kept_shelf: Shelf) -> None:
    assert kept_shelf.problem("/environments", keys="c1")["status"] == 422
