"""Children that are forked beside writing threads, on every engine and over gRPC: each reads what it wrote."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines import SQLITE_EVERY_DAY
from tests.serving import running_server

PROGRAM = Path(__file__).with_name("forked_crowd.py")


def faults_of(url: str, *, children: int, times: int) -> str:
    """Run the program; return what it and its children said."""
    command = [sys.executable, "-W", "ignore", PROGRAM, url, str(children), str(times)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
    return (ran.stdout + ran.stderr * bool(ran.returncode or ran.stdout.strip())).strip()


@pytest.mark.long
@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_forked_children_read_what_they_wrote(database_url: str) -> None:
    assert faults_of(database_url, children=2, times=4) == ""


@pytest.mark.slow
def test_forked_children_read_what_they_wrote_over_grpc(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path / 'store.db'}") as server:
        assert faults_of(f"grpc://{server.address}", children=2, times=4) == ""


@pytest.mark.slow
def test_eight_forked_children_read_what_they_wrote(database_url: str) -> None:
    assert faults_of(database_url, children=8, times=60) == ""


@pytest.mark.slow
def test_eight_forked_children_read_what_they_wrote_over_grpc(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path / 'store.db'}") as server:
        assert faults_of(f"grpc://{server.address}", children=8, times=60) == ""
