"""NaN and the infinities: one form in every answer, and found by comparison on every engine."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from lineal.sdk.stored_form import to_json
from lineal.store.engine.statement import Statement
from lineal.store.tables.own_tables import FACT, PROGRESS
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.rest.conftest import reading, serving
from tests.server.rest.shelf import Shelf

NUMBERS = (math.nan, math.inf, -math.inf, 1.5, -2.0)


@pytest.fixture
def anywhere(database_url: str) -> Iterator[Shelf]:
    """A store on each engine in turn."""
    with serving(database_url) as (service, url), reading(url) as client:
        yield Shelf(service, client)


def put_numbers(shelf: Shelf) -> list[int]:
    """Put each number as writers before this form do, as the SDK does, and as others write metrics; return the ids."""
    type_id = shelf.put_type("metrics", {"__ALL_META__": pb.STRING})
    put = rpc.PutArtifactsRequest()
    for write in (json.dumps, to_json):
        for number in NUMBERS:
            fields = {"values": {"loss": number}, "hyperparameters": {"clip": number}}
            put.artifacts.add(type_id=type_id).properties["__ALL_META__"].string_value = write(fields)
    for number in NUMBERS:
        own = put.artifacts.add(type_id=type_id).custom_properties
        own["loss"].double_value = own["hyperparameters.clip"].double_value = number
    return list(shelf.service.call("PutArtifacts", put).artifact_ids)  # type: ignore[attr-defined]


def thrice(ids: list[int], places: list[int]) -> list[int]:
    """The ids of all artifacts with the numbers at these places, ascending."""
    return [ids[place + more] for more in (0, 5, 10) for place in places]


FOUND = {
    ">=0": [1, 3],
    "<0": [2, 4],
    ">-3": [1, 3, 4],
    "=nan": [0],
    "!=NaN": [1, 2, 3, 4],
    "=inf": [1],
    "=-Infinity,1.5": [2, 3],
    ">inf": [],
    ">=-inf": [1, 2, 3, 4],
    "<inf": [2, 3, 4],
    "=..0": [2, 4],
    "=0..inf": [1, 3],
}


def test_infinities_are_found_by_comparison_and_nan_by_its_name_on_every_engine(anywhere: Shelf) -> None:
    ids = put_numbers(anywhere)
    for key in ("metric.loss", "prop.hyperparameters.clip"):
        for condition, places in FOUND.items():
            assert anywhere.ids(key + condition) == thrice(ids, places), key + condition


@pytest.mark.parametrize("key", ["metric.loss", "least.loss", "prop.hyperparameters.clip"])
def test_an_order_runs_from_minus_infinity_to_infinity_and_ends_with_nan(shelf: Shelf, key: str) -> None:
    ids = put_numbers(shelf)
    for order, places in ((key, [2, 4, 3, 1, 0]), (f"-{key}", [1, 3, 4, 2, 0])):
        seen: list[int] = []
        cursor: str | None = ""
        while cursor is not None:
            page = shelf.get("/artifacts", order_by=order, limit=4, cursor=cursor)
            seen += [int(row["id"]) for row in page["items"]]
            cursor = page["next_cursor"]
        assert [ids.index(node_id) % 5 for node_id in seen] == [place for place in places for _ in range(3)]


def test_every_answer_names_them_alike_on_every_engine(anywhere: Shelf) -> None:
    ids = put_numbers(anywhere)
    names = ["NaN", "Infinity", "-Infinity", 1.5, -2.0]
    parameters = {"order_by": "id", "columns": "metric.loss,prop.hyperparameters.clip"}
    rows = anywhere.get("/artifacts", **parameters)["items"]
    assert [row["metrics"]["loss"]["last"] for row in rows] == 3 * names
    [series] = anywhere.get("/metrics/series", metric="loss")["series"]
    assert [point["value"] for point in series["points"]] == 3 * names
    assert [anywhere.get(f"/artifacts/{node_id}")["meta"]["values"]["loss"] for node_id in ids[:10]] == 2 * names
    ordered = anywhere.get("/artifacts", order_by="-prop.loss", q=f"id>{ids[9]}")["items"]
    assert [int(row["id"]) for row in ordered] == [ids[10 + place] for place in (1, 3, 4, 2, 0)]


def test_a_struct_may_hold_them(shelf: Shelf) -> None:
    artifact = pb.Artifact(type_id=shelf.put_type("thing", {}))
    artifact.custom_properties["shape"].struct_value.update({"a": math.nan, "b": [math.inf, {"c": -math.inf}]})
    shelf.service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[artifact]))
    shown = {"a": "NaN", "b": ["Infinity", {"c": "-Infinity"}]}
    assert shelf.get("/artifacts/1")["custom_properties"]["shape"]["value"] == shown
    assert shelf.ids("prop.shape.a=nan") == [1]


@pytest.mark.parametrize(
    ("written", "shown", "q"),
    [
        ('{"values": {"x": 1e400}}', "Infinity", "metric.x=inf"),
        (f'{{"values": {{"x": {10**400}}}}}', str(10**400), "metric.x>1e308"),
        ('{"values": {"x": 9007199254740993}}', "9007199254740993", "metric.x>9e15"),
        ('{"values": {"x": "-Infinity"}}', "-Infinity", "metric.x<0"),
        ('{"values": {"x": [NaN, 1]}}', ["NaN", 1], ""),
        ('{"values": {"x": true}}', True, "-has:metric.x"),
        ('{"values": {"x": "NaN"}, "__non_finite__": []}', "NaN", "-has:metric.x"),
    ],
)
def test_numbers_that_readers_disagree_about(shelf: Shelf, written: str, shown: Any, q: str) -> None:
    shelf.put(properties={"__ALL_META__": written})
    assert shelf.get("/artifacts/1")["meta"]["values"]["x"] == shown
    assert shelf.ids(q) == [1]


@pytest.mark.parametrize(
    ("q", "position"),
    [("metric.loss>nan", 12), ("metric.loss<=NaN", 13), ("metric.loss=nan..1", 12), ("prop.x<nan", 7)],
)
def test_nan_in_an_order_is_an_error_with_its_place(shelf: Shelf, q: str, position: int) -> None:
    found = shelf.problem("/artifacts", q=q)
    assert found["position"] == position
    assert "compare it with = or !=" in found["hint"]


def test_an_id_is_compared_with_infinity(shelf: Shelf) -> None:
    shelf.put()
    assert (shelf.ids("id<inf"), shelf.ids("id>inf"), shelf.ids("id=nan")) == ([1], [], [])


def test_what_an_earlier_version_indexed_is_indexed_again(anywhere: Shelf) -> None:
    ids = put_numbers(anywhere)
    anywhere.ids()
    old = sa.update(FACT).where(FACT.c.number > 1e308).values(number=None)
    nan = sa.update(FACT).where(FACT.c.number.is_(None), FACT.c.text.is_(None)).values(text="NaN")
    no_form = sa.delete(PROGRESS).where(PROGRESS.c.kind < 0)
    for statement in (old, nan, no_form):
        anywhere.service.database.write(lambda session, each=statement: session.change(Statement(each), {}))
    assert anywhere.ids("metric.loss>=0") == thrice(ids, [1, 3])
    assert anywhere.ids("metric.loss=nan") == thrice(ids, [0])
