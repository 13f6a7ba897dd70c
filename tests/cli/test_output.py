"""The forms of what commands print: tables and text for people, JSON, YAML and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import lineal
from lineal.cli import main
from lineal.cli.help import commands_of
from lineal.cli.output.yaml_text import to_yaml
from lineal.wire import metadata_store as pb
from lineal.wire import metrics
from tests.cli.test_words import PARSERS
from tests.client.test_search_calls import fill
from tests.services import REPOSITORY

PRINTING = [
    ["ls", "artifacts"],
    ["ls", "types"],
    ["ls", "artifacts", "-q", "first"],
    ["ls", "runs"],
    ["get", "artifact", "1"],
    ["get", "type", "10"],
    ["lineage", "3"],
    ["metrics", "3"],
    ["metrics", "3", "--name", "loss"],
    ["audit"],
    ["token", "list"],
    ["doctor"],
    ["version"],
    ["migrate", "--dry-run"],
    ["retain", "--older-than", "1d", "--dry-run"],
    ["delete", "context:1", "--dry-run"],
]
WITHOUT_STORE = ["version"]
METRICS = ("loss", "auc")


def printed(capsys: pytest.CaptureFixture[str], url: str, words: list[str], *form: str) -> str:
    store = [] if words == WITHOUT_STORE else ["--db", url]
    assert main([*words, *store, *form]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_json_and_yaml_hold_the_same(store_url: str, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    as_json = json.loads(printed(capsys, store_url, words, "-o", "json"))
    assert json.loads(printed(capsys, store_url, words, "--json")) == as_json
    assert yaml.safe_load(printed(capsys, store_url, words, "--output=yaml")) == as_json


def documented(command: str) -> set[str]:
    """The names in the row of a command in the table of shapes."""
    text = (REPOSITORY / "docs/reference/cli.md").read_text().partition("## Shapes of JSON")[2]
    row = next(line for line in text.splitlines() if f"`{command}`" in line.partition(" | ")[0])
    return {name.removesuffix("?") for name in re.findall(r"`([a-z_]+[?]?)`", row)}


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["ls", "artifacts"], "ls artifacts"),
        (["ls", "executions", "-q", ""], "ls artifacts"),
        (["ls", "types"], "ls types"),
        (["ls", "runs"], "ls runs"),
        (["get", "context", "1"], "ls artifacts"),
        (["get", "type", "10"], "ls types"),
        (["migrate"], "migrate"),
        (["migrate", "--dry-run", "--to", "8"], "migrate"),
        (["backup", "a.zip"], "backup"),
        (["backup", "--copy", "b.db"], "backup"),
        (["token", "create", "--name", "a", "--role", "reader"], "token create"),
        (["token", "list"], "token list"),
        (["metrics", "1"], "metrics"),
        (["metrics", "1", "--name", "loss"], "metrics"),
        (["audit"], "audit"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_every_key_of_json_is_documented(
    filled_url: str, capsys: pytest.CaptureFixture[str], words: list[str], command: str
) -> None:
    found = json.loads(printed(capsys, filled_url, words, "--json"))
    keys = {key for each in (found if isinstance(found, list) else [found]) for key in each}
    assert keys
    assert keys - documented(command) == set()


def test_problems_are_records_with_documented_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lineal.connect(f"sqlite:///{tmp_path}/a.db").close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.executescript("INSERT INTO Association (context_id, execution_id) VALUES (999, 999)")
    with pytest.raises(SystemExit) as end:
        main(["doctor", "-o", "json", "--db", f"sqlite:///{tmp_path}/a.db"])
    first, *_ = json.loads(capsys.readouterr().out)
    assert (end.value.code, set(first) - documented("doctor")) == (1, set())
    assert main(["doctor", "--fix", "-o", "yaml", "--db", f"sqlite:///{tmp_path}/a.db"]) == 0
    assert {each["is_left"] for each in yaml.safe_load(capsys.readouterr().out)} == {False}


@pytest.fixture(scope="module")
def filled_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with something for every command: runs, a token, changes in the audit log."""
    path = tmp_path_factory.mktemp("filled") / "store.db"
    fill(f"sqlite:///{path}")
    for words in (["token", "create", "--name", "b", "--role", "reader"], ["delete", "artifact:4"]):
        assert main([*words, "--db", f"sqlite:///{path}"]) == 0
    with lineal.connect(f"sqlite:///{path}") as store:
        log_points(store)
        store.put_contexts([pb.Context(type_id=store.put_context_type(pb.ContextType(name="C")), name="c")])
    return f"sqlite:///{path}"


def log_points(store: lineal.MetadataStore) -> None:
    """Log points of two metrics to the first artifact."""
    series = [metrics.MetricSeries(name=name, steps=[1, 2], times=[3, 4], values=[0.5, math.nan]) for name in METRICS]
    store._log_metrics(metrics.LogMetricsRequest(artifact_id=1, series=series))


def test_the_points_of_metrics_are_printed(filled_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    listed = json.loads(printed(capsys, filled_url, ["metrics", "1"], "--json"))
    assert [(each["name"], each["count"], each["latest"]["value"]) for each in listed] == [
        ("loss", 2, "NaN"),
        ("auc", 2, "NaN"),
    ]
    table = printed(capsys, filled_url, ["metrics", "1", "--name", "loss"]).splitlines()
    assert [line.split()[:2] for line in table] == [["STEP", "VALUE"], ["1", "0.5"], ["2", "NaN"]]
    cut = printed(capsys, filled_url, ["metrics", "1", "--limit", "1"])
    assert "There are more than these 1; use --limit." in cut


def test_the_points_of_an_execution_are_printed(filled_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with lineal.connect(filled_url) as store:
        execution = store.get_executions()[0].id
        series = [metrics.MetricSeries(name="loss of the run", steps=[1], times=[3], values=[0.25])]
        store._log_metrics(metrics.LogMetricsRequest(execution_id=execution, series=series))
    listed = json.loads(printed(capsys, filled_url, ["metrics", f"execution:{execution}"], "--json"))
    assert [each["name"] for each in listed] == ["loss of the run"]
    history = ["metrics", f"execution:{execution}", "--name", "loss of the run"]
    assert [each["value"] for each in json.loads(printed(capsys, filled_url, history, "--json"))] == [0.25]


def test_the_metrics_of_a_model_are_those_of_its_artifact(filled_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, filled_url, ["metrics", "model:1"]) == printed(capsys, filled_url, ["metrics", "1"])


@pytest.mark.parametrize("words", PRINTING, ids=" ".join)
def test_csv_has_a_header_and_rows_of_its_length(
    store_url: str, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    header, *rows = csv.reader(io.StringIO(printed(capsys, store_url, words, "-o", "csv")))
    assert len(set(header)) == len(header) > 0
    assert {len(row) for row in rows} <= {len(header)}


@pytest.mark.parametrize("words", [["ls", "artifacts"], ["get", "artifact", "1"], ["version"]], ids=" ".join)
def test_a_table_is_the_default(store_url: str, capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert printed(capsys, store_url, words) == printed(capsys, store_url, words, "-o", "table")


def test_a_backup_and_its_restoration_are_records(
    store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = json.loads(printed(capsys, store_url, ["backup", "a.zip"], "--json"))
    checked = json.loads(printed(capsys, store_url, ["restore", "--check", "a.zip"], "--json"))
    restored = json.loads(printed(capsys, f"sqlite:///{tmp_path}/b.db", ["restore", "a.zip"], "--json"))
    assert made["counts"]["artifacts"] == 4
    assert made["counts"] == checked["counts"] == restored["counts"]
    assert (checked["done"], restored["done"]) == ("checked", "restored")


def test_a_new_token_is_a_record_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["token", "create", "--name", "ann", "--role", "reader"]
    made = json.loads(printed(capsys, f"sqlite:///{tmp_path}/a.db", words, "--json"))
    assert (made["name"], made["role"], made["token"][:7]) == ("ann", "reader", "lineal_")


def test_a_formula_in_a_name_is_no_formula_in_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with lineal.connect(url) as store:
        odd = pb.Artifact(type_id=store.put_artifact_type(pb.ArtifactType(name="T")), name="=1+1", uri="a\r\nb,c")
        store.put_artifacts([odd])
    [row] = csv.DictReader(io.StringIO(printed(capsys, url, ["ls", "artifacts"], "-o", "csv"), newline=""))
    assert (row["name"], row["uri"]) == ("'=1+1", "a\r\nb,c")


def test_two_forms_at_once_are_refused(store_url: str) -> None:
    with pytest.raises(SystemExit) as end:
        main(["ls", "artifacts", "-o", "csv", "--json", "--db", store_url])
    assert end.value.code == 2


def test_a_note_is_not_among_the_records(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ls", "artifacts", "--limit", "1", "--json", "--db", store_url]) == 0
    said = capsys.readouterr()
    assert len(json.loads(said.out)) == 1
    assert "there are more" in said.err


TEXTS = st.text() | st.sampled_from(
    ["yes", "null", "1e3", "0x10", "- a", "a: b", "#a", "2026-01-01", "12:30", "=", "~"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def check_yaml(value: Any, *, ascii_only: bool) -> None:
    text = to_yaml(value, ascii_only=ascii_only)
    assert yaml.safe_load(text) == value
    assert text.isascii() or not ascii_only


@settings(max_examples=30)
@given(value=VALUES, ascii_only=st.booleans())
def test_yaml_is_read_as_the_same_value(value: Any, ascii_only: bool) -> None:
    check_yaml(value, ascii_only=ascii_only)


@pytest.mark.slow
@settings(max_examples=1000)
@given(value=VALUES, ascii_only=st.booleans())
def test_yaml_of_a_thousand_values_is_read_as_the_same(value: Any, ascii_only: bool) -> None:
    check_yaml(value, ascii_only=ascii_only)


@pytest.mark.parametrize("inner", [None, "x", {"a": [1]}, [], [{"b": 1}]])
def test_yaml_has_keys_of_any_length(inner: Any) -> None:
    value = {"ä" * 900: inner, "k" * 1100: [{"y" * 1030: inner}], "z": 1}
    for ascii_only in (False, True):
        assert yaml.safe_load(to_yaml(value, ascii_only=ascii_only)) == value


def test_yaml_has_nan_as_json_has_it() -> None:
    assert yaml.safe_load(to_yaml({"loss": math.nan, "most": [math.inf]})) == {"loss": "NaN", "most": ["Infinity"]}


WITHOUT_RECORDS = {
    "lineal serve": "it runs until a signal",
    "lineal watch": "it runs until a signal",
    "lineal tutorial": "it prints the steps of the tutorial",
    "lineal help": "it prints help",
    "lineal completion": "it prints a script",
    "lineal health": "its exit code is the answer",
    "lineal token revoke": "it says what it did",
    "lineal outbox retry": "it says what it did",
    "lineal outbox drop": "it says what it did",
    "lineal outbox off": "it says what it did",
    "lineal export openlineage": "it writes events",
    "lineal ml-metadata enable": "it says what it did",
    "lineal ml-metadata disable": "it says what it did",
}
LEAVES = [prog for prog, parser in PARSERS.items() if not commands_of(parser) and prog not in WITHOUT_RECORDS]


@pytest.mark.parametrize("prog", LEAVES)
def test_every_command_that_prints_records_has_a_form_and_a_documented_shape(prog: str) -> None:
    flags = PARSERS[prog]._option_string_actions
    assert {"-o", "--output", "--json"} <= set(flags)
    assert list(flags["--output"].choices or ()) == ["table", "json", "csv", "yaml"]
    assert documented(prog.removeprefix("lineal ") if prog != "lineal ls" else "ls artifacts")
