"""Frameworks that log by themselves, the registry, files and the command line of MLflow, each against a server.

`frameworks.py` does it in an environment of MLflow (`make mlflow`); a step whose framework is not there is skipped.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.mlflow.conftest import QUIET, VERSIONS, Client
from tests.services import missing
from tests.serving import running_server

PROGRAM = Path(__file__).with_name("frameworks.py")
PACKAGES = {
    "sklearn_autolog": ["sklearn"],
    "lightgbm_autolog": ["lightgbm"],
    "xgboost_autolog": ["xgboost"],
    "keras_autolog": ["keras", "jax"],
    "registry": ["sklearn"],
    "files": ["matplotlib", "PIL"],
    "system_metrics": ["psutil"],
}
"""The modules that a step imports beside the client's and those of `frameworks.py`."""
COMMON = ["mlflow", "numpy", "pandas"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The address of a new server."""
    with running_server(f"sqlite:///{tmp_path}/store.db") as server:
        yield server.http


def found(client: Client, url: str, step: str) -> Any:
    """Return what a step found; a package that is absent is named."""
    for name in [*COMMON, *PACKAGES.get(step, [])]:
        if not has_module(client.python, name):
            missing(f"{name} in the environment of MLflow {client.version}", install="install it there with pip")
    done = run(client, url, PROGRAM, step)
    return json.loads(done.rpartition("\nfound\n")[2].splitlines()[0])


@functools.cache
def has_module(python: Path, name: str) -> bool:
    """Tell whether an interpreter finds a module."""
    probe = "import sys, importlib.util; sys.exit(importlib.util.find_spec(sys.argv[1]) is None)"
    return subprocess.run([python, "-c", probe, name], check=False).returncode == 0


def run(client: Client, url: str, *words: str | Path) -> str:
    """Run a Python program with a server to log to; return what it prints."""
    own = {"MLFLOW_TRACKING_URI": url, "KERAS_BACKEND": "jax", "GIT_PYTHON_REFRESH": "quiet"}
    path = f"{client.python.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [client.python, *words],
        env=os.environ | QUIET | own | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize(
    ("step", "points"), [("sklearn_autolog", 0), ("lightgbm_autolog", 5), ("xgboost_autolog", 5), ("keras_autolog", 5)]
)
def test_a_framework_logs_by_itself(client: Client, url: str, step: str, points: int) -> None:
    logged = found(client, url, step)
    assert logged["states"] == ["FINISHED"]
    assert logged["params"]
    assert logged["points"] == points
    assert logged["models"] >= 1
    assert logged["inside"] == (3 if step == "sklearn_autolog" else 0)
    with httpx.Client(base_url=f"{url}/api/v1") as api:
        for model in items(api, "/artifacts", q="type:model"):
            assert runs_before(api, model) == [logged["run"]]
            assert len(ancestors(api, model, "type:data_set")) == logged["data_sets"]


def test_a_registered_model_leads_to_its_run_and_its_data_set(client: Client, url: str) -> None:
    logged = found(client, url, "registry")
    assert logged["loaded"] == [[0]] * 4
    assert logged["version"] == ["1", True]
    assert logged["data_sets"] == ["irises"]
    with httpx.Client(base_url=f"{url}/api/v1") as api:
        for uri in ("models:/iris/1", "models:/copied/1"):
            [version] = [each for each in items(api, "/artifacts", q="type:model") if each["uri"] == uri]
            [data_set] = ancestors(api, version, "type:data_set")
            assert (data_set["name"], data_set["uri"]) == ("irises", "s3://bucket/iris.csv")
            assert runs_before(api, version) == [logged["run"]]
        if client.version == VERSIONS[-1]:
            check_evaluation(api)


def check_evaluation(api: httpx.Client) -> None:
    """Require that what was measured of a model names the model and the data set."""
    [evaluation] = items(api, "/artifacts", q="type:metrics", columns="metric.accuracy_score")
    assert evaluation["name"] == "model on irises"
    assert evaluation["metrics"]["accuracy_score"]["last"] > 0.9
    told = api.get(f"/artifacts/{evaluation['id']}").json()["properties"]
    named = {each["id"]: each["name"] for each in items(api, "/artifacts")}
    assert [named[told[each]["value"]] for each in ("model_id", "data_set_id")] == ["model", "irises"]


def items(api: httpx.Client, path: str, **query: str) -> list[dict[str, Any]]:
    """Return what a list of the REST interface has."""
    answer = api.get(path, params=query)
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = answer.json()["items"]
    return listed


def ancestors(api: httpx.Client, node: dict[str, Any], query: str) -> list[dict[str, Any]]:
    """Return from what a node comes, the nearest first."""
    return items(api, "/lineage/relatives", focus=node["key"], direction="up", q=query)


def runs_before(api: httpx.Client, node: dict[str, Any]) -> list[str]:
    """Return the ids of the runs from which a node comes."""
    graph = api.get("/lineage", params={"focus": node["key"], "up": 4, "down": 0}).json()
    return [each["external_id"].rpartition(":")[2] for each in graph["nodes"] if each["type"] == "mlflow.Run"]


def test_files_come_back_as_they_were(client: Client, url: str) -> None:
    logged = found(client, url, "files")
    assert logged["names"] == ["a b/ü.txt", "object.json", "picture.png", "plots/figure.png", "table.json"]
    assert (logged["rows"], logged["object"], logged["text"]) == (2, {"a": 1}, "hello")


def test_what_is_logged_later_is_all_there(client: Client, url: str) -> None:
    assert found(client, url, "later") == {"loss": 100, "many": 900, "params": 21, "tag": "1"}


def test_the_machine_is_measured(client: Client, url: str) -> None:
    assert found(client, url, "system_metrics") == {"are_there": True}


def test_runs_are_inside_of_others_and_are_gone_on_with(client: Client, url: str) -> None:
    assert found(client, url, "runs_inside") == {
        "found": [2, 1],
        "parents": [True, True],
        "again": {"again": "1"},
        "team": "risk",
    }


def test_the_command_line_works(client: Client, url: str, tmp_path: Path) -> None:
    def mlflow(*words: str) -> str:
        return run(client, url, "-m", "mlflow", *words)

    (tmp_path / "MLproject").write_text("name: tiny\nentry_points: {main: {command: python train.py}}\n")
    (tmp_path / "train.py").write_text("import mlflow\nmlflow.log_metric('auc', 0.5)\n")
    experiment = mlflow("experiments", "create", "-n", "cli").split()[-1]
    assert "cli" in mlflow("experiments", "search")
    mlflow("run", str(tmp_path), "--env-manager", "local", "--experiment-name", "cli")
    run_id = mlflow("runs", "list", "--experiment-id", experiment).split()[-1]
    told = json.loads(mlflow("runs", "describe", "--run-id", run_id))
    assert (told["info"]["status"], told["data"]["metrics"]) == ("FINISHED", {"auc": 0.5})
    mlflow("artifacts", "log-artifact", "-l", str(tmp_path / "train.py"), "-r", run_id, "-a", "code")
    assert "code/train.py" in mlflow("artifacts", "list", "-r", run_id, "-a", "code")
    mlflow("artifacts", "download", "-r", run_id, "-a", "code", "-d", str(tmp_path / "down"))
    assert (tmp_path / "down" / "code" / "train.py").read_text() == (tmp_path / "train.py").read_text()
    for words in (["runs", "delete"], ["runs", "restore"]):
        mlflow(*words, "--run-id", run_id)
    assert run_id in mlflow("experiments", "csv", "-x", experiment)
