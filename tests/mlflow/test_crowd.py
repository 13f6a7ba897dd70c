"""Sixteen of MLflow's own clients that log at once to two workers: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import json
import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engines import POSTGRESQL, SQLITE, Engine
from tests.mlflow.conftest import QUIET, Client
from tests.serving import running_server

PROGRAM = Path(__file__).with_name("crowd.py")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("chosen", [pytest.param(SQLITE, id="sqlite"), pytest.param(POSTGRESQL, id="postgresql")])
def test_sixteen_clients_lose_nothing(client: Client, chosen: Engine, servers: ExitStack, tmp_path: Path) -> None:
    with running_server(chosen.fresh_url(servers, tmp_path), "--workers", "2") as server:
        command = [client.python, PROGRAM, server.http]
        done = subprocess.run(command, env=os.environ | QUIET, capture_output=True, text=True, check=False, timeout=400)
        assert done.returncode == 0, done.stderr[-3000:]
        assert json.loads(done.stdout.splitlines()[-1]) == {}
