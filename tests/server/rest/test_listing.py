"""Lists over REST: orders, pages, columns, counts, facets, exports, and values as they are."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from lineal.csv_text import escaped
from lineal.wire import metadata_store as pb
from tests.server.rest.shelf import Shelf

NAMES = [
    "<script>alert('x')</script>",
    "\"double\" and 'single' &amp; back\\slash",
    "long " * 2000,
    "نموذج 🧁",
    "\u202eabc",
    " blanks ",
    "=1+1,\r\nnext",
]


@pytest.fixture(scope="module")
def rows(kept_shelf: Shelf) -> Shelf:
    """Twenty-five artifacts with shares out of order; the last five have none."""
    for number in range(25):
        custom: dict[str, Any] = {"team": f"team {number % 3}"}
        if number < 20:
            custom["share"] = float(number * 7 % 20) / 20
        kept_shelf.put(f"type {number % 2}", name=f"thing {number:02}", custom=custom)
    return kept_shelf


def all_pages(shelf: Shelf, **parameters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = shelf.get("/artifacts", limit=4, cursor=cursor, **parameters)
        found += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


@pytest.mark.parametrize(
    "order",
    ["id", "created", "updated", "name", "type", "state", "uri", "version", "metric.share", "prop.share", "label.team"],
)
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_hold_every_row_once(rows: Shelf, order: str, sign: str) -> None:
    ids = [row["id"] for row in all_pages(rows, order_by=sign + order)]
    assert sorted(map(int, ids)) == list(range(1, 26))


@pytest.mark.parametrize("q", ["", "has:metric.share"])
def test_an_order_by_a_metric_puts_those_without_last(rows: Shelf, q: str) -> None:
    found = all_pages(rows, q=q, order_by="-metric.share", columns="metric.share")
    shares = [row["metrics"]["share"]["last"] if row["metrics"] else None for row in found]
    assert shares[:20] == sorted((share for share in shares if share is not None), reverse=True)
    assert shares[20:] == ([] if q else [None] * 5)


def test_a_list_without_order_is_newest_first(rows: Shelf) -> None:
    created = [row["created"] for row in all_pages(rows)]
    assert created == sorted(created, reverse=True)


def test_columns_hold_values_with_their_kind(rows: Shelf) -> None:
    row = rows.get("/artifacts", q="id=2", columns="prop.share,label.team,prop.none")["items"][0]
    assert row["values"] == {
        "prop.share": {"kind": "double", "value": 0.35},
        "label.team": {"kind": "string", "value": "team 1"},
    }


def test_counts_and_facets_agree(rows: Shelf) -> None:
    facets = {facet["key"]: facet for facet in rows.get("/artifacts/facets", q='label.team="team 1"')["facets"]}
    assert rows.get("/artifacts/count", q='label.team="team 1"') == {"count": 8, "exact": True, "complete": True}
    assert {each["value"]: each["count"] for each in facets["type"]["values"]} == {"type 0": 4, "type 1": 4}
    teams = {each["value"]: each["count"] for each in facets["label.team"]["values"]}
    assert teams == {"team 0": 9, "team 1": 8, "team 2": 8}, "the other values of a facet's own key stay to choose"


def test_the_term_of_a_facet_finds_as_many_as_it_counts(rows: Shelf) -> None:
    for facet in rows.get("/artifacts/facets")["facets"]:
        for each in facet["values"]:
            assert len(rows.ids(each["term"])) == each["count"], each["term"]


def test_the_columns_that_are_filled_are_told(rows: Shelf) -> None:
    columns = {each["key"]: each for each in rows.get("/artifacts/columns")["columns"]}
    assert columns["metric.share"]["filled"] == 20
    assert columns["label.team"] == {
        "key": "label.team",
        "kinds": ["string"],
        "filled": 25,
        "distinct": 3,
        "internal": False,
    }


def test_suggestions_are_values_that_contain_a_text(rows: Shelf) -> None:
    found = rows.get("/artifacts/suggest", key="label.team", text="M 2")
    assert [(item["text"], item["count"]) for item in found["items"]] == [("team 2", 8)]
    assert found["items"][0]["term"] == 'label.team="team 2"'


def test_label_keys_and_values_have_counts(rows: Shelf) -> None:
    assert [(item["text"], item["count"]) for item in rows.get("/artifacts/labels")["items"]] == [("team", 25)]
    values = rows.get("/artifacts/label-values", name="team")["items"]
    assert [item["count"] for item in values] == [9, 8, 8]


def test_the_term_of_a_label_key_finds_as_many_as_it_counts(shelf: Shelf) -> None:
    shelf.put(custom={"cost centre": "7"})
    shelf.put(custom={"<b>": "x"})
    found = shelf.get("/artifacts/labels")["items"]
    assert {item["text"]: len(shelf.ids(item["term"])) for item in found} == {"cost centre": 1, "<b>": 1}


def test_an_export_has_every_row_of_the_listing(rows: Shelf) -> None:
    parameters = {"q": 'type="type 1"', "order_by": "id", "columns": "metric.share,label.team"}
    answer = rows.client.get("/api/v1/artifacts/export", params=parameters)
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["id"] for line in lines] == [str(number) for number in range(2, 26, 2)]
    assert (lines[0]["metric.share"], lines[0]["label.team"]) == ("0.35", "team 1")
    assert answer.headers["content-disposition"] == 'attachment; filename="artifacts.csv"'
    as_json = rows.client.get("/api/v1/artifacts/export", params={**parameters, "format": "json"}).json()
    assert [row["id"] for row in as_json] == [line["id"] for line in lines]


def test_a_wrong_search_of_an_export_is_a_problem_and_no_half_file(rows: Shelf) -> None:
    assert rows.problem("/artifacts/export", q="typ:x")["status"] == 400


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"order_by": "speed"}, 400),
        ({"columns": "speed"}, 400),
        ({"cursor": "AAAA"}, 400),
        ({"cursor": "é"}, 400),
        ({"limit": "0"}, 422),
        ({"limit": "1001"}, 422),
        ({"limit": "many"}, 422),
        ({"context_id": "x"}, 422),
        ({"q": "x" * 30_000}, 422),
        ({"q": "a\x00b"}, 400),
    ],
)
def test_a_wrong_parameter_is_a_problem(rows: Shelf, parameters: dict[str, str], status: int) -> None:
    assert rows.problem("/artifacts", **parameters)["status"] == status


def test_a_cursor_of_another_order_is_refused(rows: Shelf) -> None:
    cursor = rows.get("/artifacts", limit=2, order_by="id")["next_cursor"]
    assert rows.problem("/artifacts", cursor=cursor, order_by="-id")["status"] == 400


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_as_it_is(shelf: Shelf, name: str) -> None:
    first = shelf.put(name=name, uri=name, custom={"note": name})
    node = shelf.get(f"/artifacts/{first}")
    assert (node["name"], node["uri"], node["custom_properties"]["note"]["value"]) == (name, name, name)
    exported = shelf.client.get("/api/v1/artifacts/export").content.decode()
    assert next(csv.DictReader(io.StringIO(exported, newline="")))["name"] == escaped(name)


def test_values_that_json_cannot_hold_come_back_as_texts(shelf: Shelf) -> None:
    meta = json.dumps({"values": {"auc": float("nan"), "loss": float("inf")}})
    first = shelf.put(custom={"big": 2**63 - 1, "nan": float("nan"), "__ALL_META__": meta})
    node = shelf.get(f"/artifacts/{first}")
    assert node["custom_properties"]["big"] == {"kind": "int", "value": "9223372036854775807"}
    assert node["custom_properties"]["nan"] == {"kind": "double", "value": "NaN"}
    assert node["metrics"]["auc"]["last"] == "NaN"


def test_every_kind_of_value_is_told(shelf: Shelf) -> None:
    first = shelf.put(custom={"yes": True})
    artifact = pb.Artifact(id=first)
    artifact.custom_properties["inner"].struct_value.update({"a": [1, None]})
    artifact.custom_properties["packed"].proto_value.Pack(pb.Artifact(id=1))
    from lineal.wire import service as rpc

    shelf.service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[artifact]))
    found = shelf.get(f"/artifacts/{first}")["custom_properties"]
    assert found["inner"] == {"kind": "struct", "value": {"a": [1.0, None]}}
    assert found["packed"]["kind"] == "proto"


@pytest.mark.parametrize(("path", "order"), [("/executions", "uri"), ("/contexts", "-uri"), ("/contexts", "state")])
def test_an_order_by_what_a_kind_lacks_is_refused(shelf: Shelf, path: str, order: str) -> None:
    said = shelf.problem(path, order_by=order)

    assert said["detail"] == f"{path[1:]} have no {order.lstrip('-')} to be ordered by; use another order"


@pytest.mark.parametrize("order", ["uri", "-prop.text"])
def test_pages_go_on_after_a_text_of_any_length(shelf: Shelf, order: str) -> None:
    ids = [shelf.put(uri="é" * 10_000 + str(i), custom={"text": "\0" * 10_000 + str(i)}) for i in range(3)]
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = shelf.get("/artifacts", order_by=order, limit=1, cursor=cursor)
        seen += [int(row["id"]) for row in page["items"]]
        cursor = page["next_cursor"]

    assert sorted(seen) == ids
