"""MLflow's own server and one of Lineal, each started once and empty."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import services
from tests.ports import free_port
from tests.serving import running_server

START_TIMEOUT = 300
STOP_TIMEOUT = 30
VERSIONS = ["2.9", "2.22", "3.17"]
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


class Client(NamedTuple):
    """A version of MLflow's client, and the Python that has it."""

    version: str
    python: Path


@pytest.fixture(scope="session")
def mlflow_python() -> Path:
    """The Python of the environment with MLflow (read-only: install nothing into it)."""
    return services.require_mlflow_python()


@pytest.fixture(scope="session")
def client_2_python() -> Path:
    """The Python of the environment with the last client of MLflow before MLflow 3 (read-only)."""
    return services.require_mlflow_2_python()


@pytest.fixture(scope="session")
def oldest_client_python() -> Path:
    """The Python of the environment with the oldest client of MLflow that Lineal serves (read-only)."""
    return services.require_oldest_mlflow_python()


@pytest.fixture(scope="session")
def reference_url(mlflow_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The tracking URI of MLflow's own server, which takes up to a minute to start."""
    with running_reference(mlflow_python, tmp_path_factory.mktemp("reference")) as url:
        yield url


@pytest.fixture(scope="session")
def lineal_url(mlflow_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The tracking URI of a server of Lineal."""
    file = tmp_path_factory.mktemp("lineal") / "store.db"
    with running_server(f"sqlite:///{file}") as server:
        yield server.http


@pytest.fixture(params=VERSIONS)
def client(request: pytest.FixtureRequest) -> Client:
    """A client of each version that is compared."""
    fixtures = {"2.9": "oldest_client_python", "2.22": "client_2_python", "3.17": "mlflow_python"}
    return Client(request.param, request.getfixturevalue(fixtures[request.param]))


@contextmanager
def running_reference(python: Path, folder: Path) -> Iterator[str]:
    """Run MLflow's server with its files in a folder; yield its tracking URI when it answers."""
    port = free_port()
    store = ["--backend-store-uri", f"sqlite:///{folder}/store.db", "--artifacts-destination", str(folder / "files")]
    command = [str(python), "-m", "mlflow", "server", *store, "--host", "127.0.0.1", "--port", str(port)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [*command, "--workers", "1"],
            cwd=folder,
            env=os.environ | QUIET,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_until_healthy(process, f"http://127.0.0.1:{port}", folder / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_TIMEOUT
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"MLflow's server does not answer: {log.read_text()[-2000:]}", pytrace=False)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and the workers that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(STOP_TIMEOUT)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
