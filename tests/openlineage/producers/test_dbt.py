"""dbt sends the graph of its models, with columns, and a run that trains on the last table continues it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import lineal
from kubeflow.metadata import metadata
from lineal.locations import joined
from tests import services
from tests.openlineage.producers.conftest import HERE, created_token, ran
from tests.openlineage.producers.graph import Graph, location, stored
from tests.serving import ServerProcess, running_server

SOURCES = ("till.receipts", "till.products")
MODELS = {
    "receipt_lines": {"till.receipts", "till.products"},
    "daily_sales": {"main.receipt_lines"},
    "demand_features": {"main.daily_sales"},
    "prices": {"till.products"},
}
"""What each model and the snapshot read. A seed is no data set unless the logs of dbt are read."""
COLUMNS = {
    "product": {("bakery.main.daily_sales", "product")},
    "day": {("bakery.main.daily_sales", "sold_on")},
    "revenue": {("bakery.main.daily_sales", "revenue")},
    "was_open": {("bakery.main.opening_days", "is_open")},
}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


class Bakery:
    """The project in a folder of its own: the tables of the till are there, its docs too, and nothing is built."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._bin, self.folder, self.file = python.parent, folder, folder / "bakery.duckdb"
        shutil.copytree(HERE / "bakery", folder)
        self.run("python", "till.py", str(self.file))
        self.run("dbt", "docs", "generate")

    def run(self, program: str, *words: str, **variables: str) -> str:
        """Run a program of the environment of the producers."""
        own = {"BAKERY_FILE": str(self.file), "DBT_PROFILES_DIR": str(self.folder)}
        path = f"{self._bin}:/usr/bin:/bin"
        return ran(self._bin / program, *words, folder=self.folder, PATH=path, **own, **variables)

    def table(self, name: str) -> str:
        """Return the uri of a table."""
        return joined(f"duckdb://{self.file}", f"bakery.{name}")


@pytest.fixture(scope="module")
def bakery(producer_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Bakery:
    return Bakery(producer_python, tmp_path_factory.mktemp("dbt") / "bakery")


def edges_of_models(graph: Graph, bakery: Bakery) -> dict[str, set[str]]:
    """Return the tables that the runs read which made a table, by the name of the table."""
    names = {location(f"duckdb://{bakery.file}", f"bakery.{name}"): name for name in (*SOURCES, *_tables())}
    made = {run: names.get(uri, uri) for run, direction, uri in graph.edges if direction == "outputs"}
    read: dict[str, set[str]] = {name: set() for name in made.values()}
    for run, direction, uri in graph.edges:
        if direction == "inputs" and run in made:
            read[made[run]].add(names.get(uri, uri))
    return read


def _tables() -> list[str]:
    return [f"main.{name}" for name in (*MODELS, "opening_days")]


@pytest.fixture(scope="module")
def built(bakery: Bakery, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ServerProcess]]:
    """The URL of a store to whose server dbt has sent what it built, and the server."""
    url = f"sqlite:///{tmp_path_factory.mktemp('built')}/store.db"
    with running_server(url) as server:
        bakery.run("dbt-ol", "build", OPENLINEAGE_URL=server.http)
        yield url, server


def test_build_gives_the_graph_of_the_models_with_columns(bakery: Bakery, built: tuple[str, ServerProcess]) -> None:
    url, server = built
    features = artifact_at(url, bakery.table("main.demand_features"))
    assert set(columns_of(url, server, features.uri)) == set(COLUMNS)
    assert columns_of(url, server, bakery.table("till.products")) == {
        "product_id": "INTEGER",
        "title": "VARCHAR",
        "price": "DECIMAL(2,1)",
    }
    assert {name: sources_of(server.http, features.id, name) for name in COLUMNS} == COLUMNS
    graph = stored(url)
    assert edges_of_models(graph, bakery) == {f"main.{name}": read for name, read in MODELS.items()}
    assert set(graph.runs.values()) == {"COMPLETE"}
    assert len(graph.runs) == 1 + len(MODELS) + 3  # the command and the tests of data are runs, too
    assert ("dbt", "bakery.main.bakery.demand_features.build.run") in graph.jobs


def test_logs_of_dbt_give_the_same_tables_while_it_runs_in_the_workspace_of_the_token(bakery: Bakery, url: str) -> None:
    token = created_token(url, "kitchen")
    with running_server(url, "--auth", "token") as server:
        words = ("build", "--consume-structured-logs")
        bakery.run("dbt-ol", *words, OPENLINEAGE_URL=server.http, OPENLINEAGE_API_KEY=token)
    graph = stored(url)
    found = {name: read for name, read in edges_of_models(graph, bakery).items() if "dbt_test__audit" not in name}
    with_seed = {**MODELS, "demand_features": {"main.daily_sales", "main.opening_days"}, "opening_days": set()}
    assert found == {f"main.{name}": read for name, read in with_seed.items()}
    assert set(graph.runs.values()) == {"COMPLETE"}
    workspaces = lineal.connect(url).get_contexts_by_type("kubeflow.org/alpha/workspace")
    assert [each.name for each in workspaces] == ["kitchen"]


def test_a_run_of_the_sdk_that_reads_the_last_table_shows_the_sources(
    bakery: Bakery, built: tuple[str, ServerProcess]
) -> None:
    url, _ = built
    table = bakery.table("main.demand_features")
    assert_sources_in(lineage_of(url, train_with_sdk(url, table)))
    assert artifact_at(url, table)


def test_a_run_of_mlflow_that_reads_the_last_table_shows_the_sources(
    bakery: Bakery, built: tuple[str, ServerProcess], tmp_path: Path
) -> None:
    url, server = built
    table, mlflow = bakery.table("main.demand_features"), services.require_mlflow_python()
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true"}
    model_id = ran(mlflow, HERE / "train_mlflow.py", server.http, table, folder=tmp_path, **quiet).split()[-1]
    [logged] = [each for each in lineal.connect(url).get_artifacts() if text_of(each, "version") == model_id]
    assert_sources_in(lineage_of(url, logged.id))
    assert artifact_at(url, table)


def assert_sources_in(printed: str) -> None:
    assert [name for name in SOURCES if f"bakery.{name}" not in printed] == [], printed


def train_with_sdk(url: str, table: str) -> int:
    """Record a run of the SDK that reads a table and makes a model; return the id of the model."""
    store = metadata.Store(url=url)
    with metadata.Execution("train", workspace=metadata.Workspace(store, name="default")) as run:
        run.log_input(metadata.DataSet(uri=table, name="features"))
        model = run.log_output(metadata.Model(uri="file:///models/1", name="demand", version="1"))
    return int(model.id)


def lineage_of(url: str, artifact_id: int) -> str:
    """Return what `lineal lineage` prints of what an artifact came from."""
    command = [sys.executable, "-m", "lineal", "lineage", str(artifact_id), "--db", url, "--up"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def artifact_at(url: str, uri: str) -> Any:
    """Return the one artifact at a uri."""
    [found] = [each for each in lineal.connect(url).get_artifacts() if each.uri == uri]
    return found


def text_of(node: Any, name: str) -> str:
    return str(node.properties[name].string_value) if name in node.properties else ""


def asked(server: str, path: str, **parameters: str) -> Mapping[str, Any]:
    """Return what REST answers."""
    query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
    with urllib.request.urlopen(f"{server}/api/v1/{path}{query}", timeout=30) as answer:
        found: Mapping[str, Any] = json.load(answer)
    return found


def columns_of(url: str, server: ServerProcess, table: str) -> dict[str, str | None]:
    """Return the columns of a table with their types; dbt knows the types of what was there when it wrote the docs."""
    columns = asked(server.http, f"artifacts/{artifact_at(url, table).id}/columns")["items"]
    return {each["name"]: each["type"] for each in columns}


def sources_of(server: str, artifact_id: int, column: str) -> set[tuple[str, str]]:
    """Return the tables and columns that a column comes from in one step."""
    path = f"artifacts/{artifact_id}/columns/lineage"
    links = asked(server, path, column=column, direction="up", depth="1")["links"]
    return {(each["source"]["name"], each["source"]["column"]) for each in links}
