"""Events in the shapes of Airflow, Spark, Flink, Hive and Dagster give the graph that they describe, in any order."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

import lineal
from lineal.cli import main
from tests.openlineage.producers.conftest import HERE
from tests.openlineage.producers.graph import described, stored, text

pytestmark = pytest.mark.slow
TOOLS = ["airflow", "dagster", "flink", "hive", "spark"]


@pytest.mark.parametrize("tool", TOOLS)
def test_events_give_the_graph_that_they_describe(tool: str, url: str, tmp_path: Path) -> None:
    lines = (HERE / "events" / f"{tool}.jsonl").read_text().splitlines()
    shuffled = random.Random(tool).sample(lines * 2, len(lines) * 2)
    (tmp_path / "shuffled.jsonl").write_text("\n".join(shuffled))
    assert main(["import", "openlineage", str(tmp_path / "shuffled.jsonl"), "--db", url]) == 0
    assert stored(url) == described(map(json.loads, lines))


def test_tools_meet_at_their_data_sets(url: str) -> None:
    assert main(["import", "openlineage", str(HERE / "events"), "--db", url]) == 0
    store = lineal.connect(url)
    [loaves] = [each for each in store.get_artifacts() if each.uri == "s3://oven/loaves/2026-03-02"]
    ids = {event.execution_id for event in store.get_events_by_artifact_ids([loaves.id])}
    jobs = {text(each, "name") for each in store.get_executions_by_id(list(ids))}
    assert jobs == {
        "oven_night.bake",
        "loaf_counts.execute_save_into_data_source_command.warehouse_loaf_counts",
    }
    assert text(loaves, "name")


def test_what_events_say_of_a_data_set_is_found_and_is_no_label(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "openlineage", str(HERE / "events" / "spark.jsonl"), "--db", url]) == 0
    capsys.readouterr()
    for query in ("prop.change=OVERWRITE", "prop.format=parquet", "pieces"):
        assert main(["ls", "data_sets", "-q", query, "--db", url, "--json"]) == 0
        [found] = json.loads(capsys.readouterr().out)
        assert (found["name"], found["labels"]) == ("bakery/loaf_counts", {})


def test_a_record_is_printed_with_the_first_of_very_many_columns(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = [{"name": f"feature_{number}"} for number in range(400)]
    wide = {"namespace": "s3://oven", "name": "wide", "facets": {"schema": {"fields": fields}}}
    told = {"eventTime": "2026-03-02T08:00:00Z", "producer": "https://example.com", "dataset": wide}
    (tmp_path / "wide.json").write_text(json.dumps(told))
    assert main(["import", "openlineage", str(tmp_path / "wide.json"), "--db", url]) == 0
    capsys.readouterr()
    assert main(["get", "data_set", "1", "--db", url]) == 0
    [columns] = [line for line in capsys.readouterr().out.splitlines() if "column_names" in line]
    assert columns.endswith("feature_19, … (400 names with -o json)")
    assert main(["get", "data_set", "1", "--db", url, "--json"]) == 0
    assert "feature_399" in json.loads(capsys.readouterr().out)["custom_properties"]["column_names"]
