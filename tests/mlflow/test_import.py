"""What MLflow itself has recorded: after an import, Lineal tells MLflow's client the same as MLflow's own server.

`imports/record.py` records by a client, `imports/told.py` asks a server for everything. Both run in environments with
mlflow. Imports of what a test writes itself are in tests/mlflow_import.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lineal.cli import main
from tests.mlflow.conftest import QUIET, VERSIONS, Client, running_reference
from tests.serving import running_server

NEWEST = VERSIONS[-1]
PROGRAMS = Path(__file__).parent / "imports"
TIMEOUT = 300
pytestmark = pytest.mark.timeout(1200)
Told = dict[tuple[str, str], dict[str, Any]]


def ran(python: Path, program: str, uri: str, folder: Path) -> str:
    """Run a program of this folder with mlflow; return what it printed."""
    quiet = {**os.environ, **QUIET, "MLFLOW_ALLOW_FILE_STORE": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
    done = subprocess.run(
        [python, PROGRAMS / program, uri],
        cwd=folder,
        env=quiet,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def told(python: Path, uri: str, folder: Path) -> Told:
    """Return what a server tells its client of everything."""
    lines = [json.loads(line) for line in ran(python, "told.py", uri, folder).splitlines() if line.startswith("[")]
    return {(kind, which): what for kind, which, what in lines}


@contextmanager
def imported(source: str, folder: Path, *more: str, code: int = 0) -> Iterator[str]:
    """Import a source into a store and serve it; yield its address."""
    url = f"sqlite:///{folder}/lineal.db"
    assert main(["import", "mlflow", source, "--db", url, *more]) == code
    with running_server(url) as server:
        yield server.http


def differences(reference: Told, lineal: Told) -> list[str]:
    """Return how two servers differ, but for what docs/mlflow.md says."""
    found = []
    for key in sorted({*reference, *lineal}):
        there, here = reference.get(key, {}), lineal.get(key, {})
        for part in sorted({*there, *here}):
            if expected(there.get(part), key[0], part) != expected(here.get(part), key[0], part):
                found.append(f"{key} {part}: {there.get(part)!r} there, {here.get(part)!r} here")
    return found


def expected(value: Any, kind: str, part: str) -> Any:
    """Return a value without what is another here on purpose: where new files go, and what a registration changes."""
    if kind == "experiment" and part == "place" and str(value).startswith("mlflow-artifacts:"):
        return "of the server"
    if kind == "logged model":
        if part == "updated":
            return "when it was registered"
        if part == "tags":
            return {tag: text for tag, text in (value or {}).items() if tag != "mlflow.modelVersions"}
    return value


@pytest.fixture(scope="module")
def recorded(mlflow_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """MLflow's own server with a rich set of records: its address, and the folder with its database."""
    folder = tmp_path_factory.mktemp("reference")
    with running_reference(mlflow_python, folder) as url:
        ran(mlflow_python, "record.py", url, folder)
        yield url, folder


def of_its_own(place: str, told_there: Told) -> Told:
    """Return what is told with the addresses of files that an import gives those that the server keeps."""
    text = json.dumps([[*key, value] for key, value in told_there.items()])
    found = json.loads(text.replace("mlflow-artifacts:/", f"mlflow-artifacts://{place.removeprefix('http://')}/"))
    return {(kind, which): what for kind, which, what in found}


@pytest.mark.parametrize("from_database", [True, False], ids=["database", "server"])
def test_lineal_tells_what_mlflows_server_tells(
    mlflow_python: Path, recorded: tuple[str, Path], tmp_path: Path, from_database: bool
) -> None:
    url, folder = recorded
    reference = told(mlflow_python, url, tmp_path)
    assert len(reference) > 15
    source = f"sqlite:///{folder}/store.db" if from_database else url
    with imported(source, tmp_path, "--artifacts-from", url) as lineal:
        assert not differences(of_its_own(url, reference), told(mlflow_python, lineal, tmp_path))


def test_a_second_import_brings_nothing_new(
    recorded: tuple[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["import", "mlflow", f"sqlite:///{recorded[1]}/store.db", "--db", f"sqlite:///{tmp_path}/a.db", "--json"]
    assert main(command) == 0
    first = json.loads(capsys.readouterr().out)
    assert main(command) == 0
    second = json.loads(capsys.readouterr().out)
    assert (first["new"]["runs"], second["new"], second["differing"]) == (9, {}, [])
    assert first["left_out"] == second["left_out"]


def test_files_of_runs_are_downloaded_from_where_they_are(
    mlflow_python: Path, recorded: tuple[str, Path], tmp_path: Path
) -> None:
    url, _ = recorded
    program = (
        "import sys, mlflow; from mlflow.tracking import MlflowClient; c = MlflowClient(sys.argv[1]);"
        "run = c.search_runs(['0'])[0].info.run_id;"
        "c.log_text(run, 'hello', 'a/b.txt') if sys.argv[2] == 'log' else"
        " print(open(mlflow.artifacts.download_artifacts(run_id=run, artifact_path='a/b.txt', "
        "tracking_uri=sys.argv[1])).read())"
    )

    def run(uri: str, what: str) -> str:
        command = [mlflow_python, "-c", program, uri, what]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    run(url, "log")
    with imported(url, tmp_path) as lineal:
        assert run(lineal, "read") == "hello"
    with imported(url, tmp_path, "--copy-artifacts", code=1) as lineal:  # one run is in a bucket that is not there
        assert run(lineal, "read") == "hello"
    assert len([each for each in tmp_path.glob("lineal.db.artifacts/**/b.txt") if each.read_text() == "hello"]) == 1


def test_folders_of_every_client_are_read_whole(
    client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_whole(client, str(tmp_path / "mlruns"), tmp_path, capsys)


def test_a_database_of_a_client_is_read_whole(
    mlflow_python: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_whole(Client(NEWEST, mlflow_python), f"sqlite:///{tmp_path}/m.db", tmp_path, capsys)


def read_whole(client: Client, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Let a client record into a place, and check what an import of it counts."""
    ran(client.python, "record.py", place, tmp_path)
    assert main(["import", "mlflow", place, "--db", f"sqlite:///{tmp_path}/lineal.db", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    counts = {"experiments": 4, "runs": 9, "registered models": 2, "versions": 4, "aliases": 3}
    assert {what: found["new"][what] for what in counts} == counts
    assert (found["failed"], found["left_out"]) == ([], [])
    assert found["new"]["metric points"] == 9 * 57 + (2 + 2 if client.version == NEWEST else 0)
