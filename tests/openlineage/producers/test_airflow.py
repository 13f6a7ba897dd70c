"""Airflow's provider sends the tasks of a DAG with their data sets. It is large, so no environment is made for it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

import lineal
from tests.openlineage.producers.conftest import HERE, environment, ran
from tests.openlineage.producers.graph import stored, text
from tests.serving import ServerProcess

VARIABLE = "LINEAL_TEST_AIRFLOW_PYTHON"
EDGES = {
    ("oven_night.load", "inputs", "file:///srv/receipts.csv"),
    ("oven_night.load", "outputs", "postgres://till/bakery.till.receipts"),
    ("oven_night.bake", "inputs", "postgres://till/bakery.till.receipts"),
    ("oven_night.bake", "outputs", "s3://oven/loaves"),
    ("oven_night.burn", "inputs", "s3://oven/loaves"),
}
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(VARIABLE not in os.environ, reason=f"name a Python with Airflow's provider in {VARIABLE}"),
]


def test_a_dag_gives_its_tasks_and_data_sets(server: ServerProcess, url: str, tmp_path: Path) -> None:
    airflow = Path(os.environ[VARIABLE]).parent / "airflow"
    variables = {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(HERE / "dags"),
        "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps({"type": "http", "url": server.http}),
        "AIRFLOW__OPENLINEAGE__NAMESPACE": "airflow",
    }
    ran(airflow, "db", "migrate", folder=tmp_path, **variables)
    command = [airflow, "dags", "test", "oven_night", "2026-03-02"]
    subprocess.run(command, cwd=tmp_path, env=environment(**variables), capture_output=True, timeout=200, check=False)
    found = stored(url)
    runs = lineal.connect(url).get_executions_by_type("openlineage.Run")
    names = {text(each, "run_id"): text(each, "name") for each in runs}
    assert {(names[run], direction, uri) for run, direction, uri in found.edges} == EDGES
    states = {names[run]: state for run, state in found.runs.items()}
    assert states == {
        "oven_night": "FAILED",
        "oven_night.load": "COMPLETE",
        "oven_night.bake": "COMPLETE",
        "oven_night.burn": "FAILED",
    }
    [failed] = [each for each in runs if text(each, "name") == "oven_night.burn"]
    assert "exit code 1" in text(failed, "error_message")
    assert text(failed, "parent_job") == text(failed, "root_job") == "oven_night"
