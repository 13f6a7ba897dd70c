"""Exports as CSV: nothing in them runs, nothing is lost; and names of any content as columns."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

import pytest

from lineal.csv_text import cell, escaped
from lineal.wire import metadata_store as pb
from tests.server.rest.shelf import Shelf, value


def export(shelf: Shelf, **parameters: Any) -> list[dict[str, str]]:
    answer = shelf.client.get("/api/v1/artifacts/export", params={"order_by": "id", **parameters})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://example.org","x")',
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\rx",
        "\nx",
        "\tx",
        "  =1+1",
        "\u00a0=1",
        "\u200b=1",
        "\ufeff@x",
        "＝1+1",
        "＋1+1",
        "－1+1",
        "＠x",
        "'=1+1",
        "''=1",
        "-",
        "-1.5x",
        "-1,5",
        "=",
    ],
)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert escaped(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "x", "a=b", "'x", "x'=1", "-1.5", "+2", "-1e-5", "-.5", "-Infinity", "1-2", "é"])
def test_other_texts_and_numbers_stay_as_they_are(text: str) -> None:
    assert escaped(text) == text


def test_values_that_are_no_texts_are_written_as_json_has_them() -> None:
    assert [cell(value) for value in (-1.5, -3, math.nan, -math.inf, None, True)] == [
        *(-1.5, -3, "NaN", "-Infinity", None, "true")
    ]
    assert cell({"a": ["=1", "NaN"]}) == '{"a": ["=1", "NaN"]}'


def test_an_export_has_no_live_formula(shelf: Shelf) -> None:
    formula = '=HYPERLINK("http://example.org";"a, b")'
    shelf.put("=type", name=formula, uri=" @x", custom={"note": "-1+1", "level": -1.5, "text": "-1.5", "+k": "\n=1"})
    [row] = export(shelf, columns="label.note,prop.level,label.text,label.+k")
    assert (row["name"], row["uri"], row["type"]) == (f"'{formula}", "' @x", "'=type")
    assert (row["label.note"], row["prop.level"], row["label.text"]) == ("'-1+1", "-1.5", "-1.5")
    assert row["label.+k"] == "'\n=1"
    as_json = shelf.client.get("/api/v1/artifacts/export", params={"format": "json"}).json()
    assert as_json[0]["name"] == formula


def test_an_export_has_labels_aliases_and_makers(shelf: Shelf) -> None:
    node_id = shelf.put("model", name="churn", custom={"team": "risk"})
    shelf.put("model", name="plain")
    shelf.run([], [node_id])
    for alias in ("champion", "production"):
        shelf.client.put(f"/api/v1/artifacts/{node_id}/aliases/{alias}").raise_for_status()
    first, second = export(shelf, columns="label.team")
    assert (first["labels"], first["aliases"], first["made_by"]) == ('{"team": "risk"}', "champion,production", "e1")
    assert (second["labels"], second["aliases"], second["made_by"], second["archived"]) == ("", "", "", "")


@pytest.mark.parametrize(
    ("plural", "later"),
    [
        ("artifacts", ["labels", "aliases", "made_by", "archived"]),
        ("executions", ["labels", "started", "ended", "failure", "archived"]),
        ("contexts", ["labels", "archived"]),
    ],
)
def test_fields_that_came_later_stand_behind_the_chosen_columns(shelf: Shelf, plural: str, later: list[str]) -> None:
    answer = shelf.client.get(f"/api/v1/{plural}/export", params={"columns": "label.team"})
    header = answer.text.splitlines()[0].split(",")
    assert header[9:] == ["workspace", "run", "label.team", *later]


def test_an_export_of_executions_says_why_they_failed(shelf: Shelf) -> None:
    why = {"failure_type": value("ValueError"), "failure_message": value("no rows")}
    shelf.run([], [], last_known_state=pb.Execution.FAILED, custom_properties=why)
    answer = shelf.client.get("/api/v1/executions/export")
    [row] = csv.DictReader(io.StringIO(answer.text, newline=""))
    assert row["failure"] == "ValueError: no rows"


def test_numbers_structs_and_truths_of_an_export_are_as_in_json(shelf: Shelf) -> None:
    meta = json.dumps({"values": {"loss": -math.inf, "auc": math.nan}})
    shelf.put(custom={"ready": True, "__ALL_META__": meta})
    [row] = export(shelf, columns="metric.loss,metric.auc,prop.ready")
    assert [row["metric.loss"], row["metric.auc"], row["prop.ready"]] == ["-Infinity", "NaN", "true"]


def test_a_byte_order_mark_is_written_where_it_is_asked_for(shelf: Shelf) -> None:
    shelf.put(name="Käse")
    plain, marked = (
        shelf.client.get("/api/v1/artifacts/export", params={"bom": bom}).content for bom in ("false", "true")
    )
    assert marked == b"\xef\xbb\xbf" + plain
    assert shelf.problem("/artifacts/export", bom="true", format="json")["status"] == 400


ODD = 'loss, "smooth"\\'


@pytest.mark.parametrize(
    "written",
    [
        r'metric."loss, \"smooth\"\\"',
        r'metric."loss, ""smooth""\\"',
        '"metric.loss, ""smooth""\\"',
        'label.x , "metric.loss, ""smooth""\\" ,',
    ],
)
def test_a_name_with_a_comma_and_quotes_can_be_a_column(shelf: Shelf, written: str) -> None:
    shelf.put(custom={ODD: 0.5})
    [row] = export(shelf, columns=written)
    assert row[f"metric.{ODD}"] == "0.5"
    listed = shelf.get("/artifacts", columns=written)["items"]
    assert listed[0]["metrics"][ODD]["last"] == 0.5
    assert shelf.get("/lineage", focus="a1", columns=written)["nodes"][0]["metrics"][ODD]["last"] == 0.5


def test_a_quoted_name_can_be_an_order_and_a_group(shelf: Shelf) -> None:
    for number in (1.0, 3.0, 2.0):
        shelf.put(custom={"a,b": number, "in,": "x"})
    for order in ('-metric."a,b"', '-"metric.a,b"', "-metric.a,b"):
        assert [row["id"] for row in shelf.get("/artifacts", order_by=order)["items"]] == ["2", "3", "1"]
    [series] = shelf.get("/metrics/series", metric="a,b", group_by='label."in,"')["series"]
    assert series["group"] == {"label.in,": "x"}


@pytest.mark.parametrize(
    ("parameters", "position"),
    [
        ({"columns": 'label.x,metric."a,b'}, 15),
        ({"columns": '"metric.a'}, 0),
        ({"columns": '"metric.a"b'}, 10),
        ({"columns": 'metric."a" b,label.x'}, 11),
        ({"order_by": '-metric."a'}, 8),
        ({"order_by": 'metric."a" '}, 10),
    ],
)
def test_a_quotation_mark_without_its_other_is_an_error_with_its_place(
    shelf: Shelf, parameters: dict[str, str], position: int
) -> None:
    found = shelf.problem("/artifacts", **parameters)
    assert (found["status"], found["parameter"], found["position"]) == (400, *parameters, position)
    assert found["hint"]
