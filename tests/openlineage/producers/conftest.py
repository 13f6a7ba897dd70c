"""The Python of the producers, and a server that they send to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import services
from tests.serving import ServerProcess, running_server

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def producer_python() -> Path:
    """The Python of the environment with OpenLineage's client and dbt (read-only: install nothing into it)."""
    return services.require_openlineage_python()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of the store that the server serves."""
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture
def server(url: str) -> Iterator[ServerProcess]:
    """A server without logins."""
    with running_server(url) as running:
        yield running


def environment(**variables: str) -> Mapping[str, str]:
    """Return the variables of this process without those of OpenLineage, and further ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OPENLINEAGE", "PYTHON"))}
    return {**kept, "DBT_SEND_ANONYMOUS_USAGE_STATS": "0", **variables}


def ran(*command: str | Path, folder: Path, **variables: str) -> str:
    """Run a producer in a folder; return what it printed.

    Raises:
        AssertionError: its exit code was another one than 0.
    """
    done = subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def created_token(url: str, workspace: str) -> str:
    """Create a token that writes to one workspace."""
    words = ["token", "create", "--name", workspace, "--role", "writer", "--workspace", workspace, "--db", url]
    command = [sys.executable, "-m", "lineal", *words, "--json"]
    return str(json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["token"])
