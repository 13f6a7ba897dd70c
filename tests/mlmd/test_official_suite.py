"""The official client's own tests, as its wheel ships them, run on Lineal.

Embedded: in this environment, where Lineal stands in the place of the official package. Over gRPC: the official client
in its own environment against `lineal serve`. The files are found in the official environment and copied for the run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.services import REPOSITORY
from tests.serving import running_server

SUITE = ("conftest.py", "metadata_store_test.py", "mlmd_types_test.py")
FIND_SUITE = "from ml_metadata import metadata_store; print(metadata_store.__path__[0])"
STORE_TESTS = 108
TYPE_TESTS = 2
EXPECTED_TO_FAIL = 2  # so marked by the suite itself, and not run
BROKEN_OVER_GRPC = {  # they call the suite's own function with missing or wrong arguments
    "test_connection_config_with_grpc_client_timeout_sec_errors",
    "test_connection_config_with_grpc_http2_max_ping_strikes",
    "test_connection_config_with_grpc_max_receive_message_length",
    "test_connection_config_with_grpc_max_receive_message_length_errors",
}


@pytest.fixture
def suite(official_python: Path, tmp_path: Path) -> Path:
    """Copy the suite into a folder of its own."""
    printed = subprocess.run([official_python, "-c", FIND_SUITE], capture_output=True, text=True, check=True)
    for name in SUITE:
        shutil.copy(Path(printed.stdout.strip()) / name, tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def _run_suite(suite: Path, python: Path | str, *flags: str) -> dict[str, str]:
    """Run the suite and return what became of each test: passed, skipped (as marked), or the message of its failure."""
    report = suite / "report.xml"
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", *flags, "."]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=suite, env=environment, capture_output=True, text=True, check=False)
    assert report.exists(), ran.stdout + ran.stderr
    return {case.get("name", ""): _outcome(case) for case in ElementTree.parse(report).iter("testcase")}


def _outcome(case: ElementTree.Element) -> str:
    if case.find("skipped") is not None:
        return "skipped"
    wrong = [child.get("message", "") for tag in ("failure", "error") for child in case.findall(tag)]
    return wrong[0] if wrong else "passed"


def _wrong(outcomes: dict[str, str]) -> dict[str, str]:
    return {name: outcome for name, outcome in outcomes.items() if outcome not in ("passed", "skipped")}


@pytest.mark.slow
def test_the_official_suite_passes_embedded_without_the_official_package(suite: Path) -> None:
    outcomes = _run_suite(suite, sys.executable, "-p", "tests.mlmd.as_ml_metadata")

    assert _wrong(outcomes) == {}
    count = Counter(outcomes.values())
    assert count == {"passed": STORE_TESTS + TYPE_TESTS - EXPECTED_TO_FAIL, "skipped": EXPECTED_TO_FAIL}


@pytest.mark.slow
@pytest.mark.parametrize("client", ["the official client", "the client of Lineal"])
def test_the_official_suite_passes_over_grpc_but_for_its_four_broken_tests(
    client: str, suite: Path, official_python: Path, tmp_path: Path
) -> None:
    ours = (sys.executable, "-p", "tests.mlmd.as_ml_metadata")
    with running_server(f"sqlite:///{tmp_path / 'metadata.db'}") as server:
        host, _, port = server.address.rpartition(":")
        flags = ("--use_grpc_backend", "--grpc_host", host, "--grpc_port", port)
        outcomes = _run_suite(suite, *(ours if "Lineal" in client else (official_python,)), *flags)

    assert set(_wrong(outcomes)) == BROKEN_OVER_GRPC
    assert len(outcomes) == STORE_TESTS + TYPE_TESTS
