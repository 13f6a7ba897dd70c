"""Files of a run by MLflow's own client: Lineal stores and answers as MLflow's own server does."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("files.py")
pytestmark = pytest.mark.timeout(600)


def steps(python: Path, url: str, folder: Path) -> dict[str, Any]:
    """Return what each step of the program got from a server."""
    done = subprocess.run([python, PROGRAM, url, folder], capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))


def test_the_client_gets_the_same_from_both_servers(
    mlflow_python: Path, reference_url: str, lineal_url: str, tmp_path: Path
) -> None:
    reference = steps(mlflow_python, reference_url, tmp_path / "reference")
    assert steps(mlflow_python, lineal_url, tmp_path / "lineal") == reference
    raised = [name for name, result in reference.items() if isinstance(result, str) and result.startswith("raised")]
    assert raised == ["download missing"]
    assert len(reference["list odd"]) == 17
