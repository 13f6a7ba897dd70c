"""The guide of docs/mlflow.md, from MLflow to lineage: its program and its commands print what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.mlflow.conftest import QUIET
from tests.services import REPOSITORY
from tests.serving import running_server

BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
TITLE = "## From MLflow to your lineage in five minutes"
RANDOM_ID = re.compile(r"m-[0-9a-f]{32}")
pytestmark = pytest.mark.timeout(600)


def blocks() -> list[tuple[str, str]]:
    """Return the languages and the texts of the blocks of the guide."""
    page = (REPOSITORY / "docs" / "mlflow.md").read_text()
    guide = page.partition(TITLE)[2].partition("\n## ")[0]
    return [(language, textwrap.dedent(text)) for language, text in BLOCK.findall(guide)]


def commands() -> dict[str, str]:
    """Return what each command of the guide prints."""
    console = "".join(text for language, text in blocks() if language == "console")
    found = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", console, re.MULTILINE)
    return dict(found)


def settled(text: str) -> list[str]:
    """Return the lines of a text without blanks at their ends, and with one id in place of random ones."""
    return [RANDOM_ID.sub("m-0", line).rstrip() for line in text.splitlines()]


def test_the_guide_prints_what_it_says(mlflow_python: Path, tmp_path: Path) -> None:
    [program] = [text for language, text in blocks() if language == "python"]
    (tmp_path / "train.py").write_text(program)
    said = commands()
    with running_server(f"sqlite:///{tmp_path}/metadata.db") as server:
        variables = {**os.environ, **QUIET, "MLFLOW_TRACKING_URI": server.http}
        trained = subprocess.run(
            [mlflow_python, "train.py"], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
        )
        assert trained.returncode == 0, trained.stderr[-2000:]
        assert trained.stdout.splitlines()[-1:] == settled(said["python train.py"])
        asked = [command for command in said if command.startswith(("lineal ls", "lineal lineage"))]
        assert len(asked) == 2
        for command in asked:
            words = command.split()[1:]
            ran = subprocess.run(
                [sys.executable, "-m", "lineal", *words], cwd=tmp_path, capture_output=True, text=True, check=True
            )
            assert settled(ran.stdout) == settled(said[command]), command
