"""Where the tests find what Lineal does not bring itself: other packages, programs and servers.

A test that needs such a thing asks for it here. Where it is absent the test is skipped with a sentence that says what
to install; under LINEAL_REQUIRE_SERVICES=1, as in .ci/run, that sentence is a failure. Nothing here starts a server.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
OFFICIAL_VARIABLE = "LINEAL_OFFICIAL_PYTHON"
OFFICIAL_FOLDER = ".venv-official"
MLFLOW_VARIABLE = "LINEAL_MLFLOW_PYTHON"
MLFLOW_FOLDER = ".venv-mlflow"
MLFLOW_2_VARIABLE = "LINEAL_MLFLOW_2_PYTHON"
MLFLOW_2_FOLDER = ".venv-mlflow-2"
MLFLOW_OLDEST_VARIABLE = "LINEAL_MLFLOW_OLDEST_PYTHON"
MLFLOW_OLDEST_FOLDER = ".venv-mlflow-oldest"
OPENLINEAGE_VARIABLE = "LINEAL_OPENLINEAGE_PYTHON"
OPENLINEAGE_FOLDER = ".venv-openlineage"
REQUIRE_VARIABLE = "LINEAL_REQUIRE_SERVICES"


def missing(what: str, *, install: str) -> NoReturn:
    """Skip the running test, or fail it where services are required.

    Args:
        what: what is absent ("the official ml-metadata package").
        install: the sentence that says how to get it ("run `make official`").

    """
    message = f"{what} is missing: {install}"
    if os.environ.get(REQUIRE_VARIABLE) == "1":
        pytest.fail(f"{message} ({REQUIRE_VARIABLE}=1 turns the skip into a failure)", pytrace=False)
    pytest.skip(message)


def require_program(name: str, *, package: str) -> Path:
    """Return the path of a program on PATH or in the system folders, or skip; `package` is Debian's name for it."""
    path = shutil.which(name) or shutil.which(name, path="/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin")
    if path is None:
        missing(f"the program {name}", install=f"apt-get install {package}")
    return Path(path)


def require_official_python() -> Path:
    """Return the Python of an environment that has the official `ml_metadata` package, or skip."""
    for python in _official_candidates():
        if _has_official_package(python):
            return python
    missing(
        "a Python with the official ml-metadata package",
        install=f"run `make official` (needs Python 3.11), or name such a Python in {OFFICIAL_VARIABLE}",
    )


def require_mlflow_python() -> Path:
    """Return the Python of an environment that has MLflow with its server, or skip."""
    return _require_mlflow(MLFLOW_VARIABLE, MLFLOW_FOLDER, "mlflow")


def require_mlflow_2_python() -> Path:
    """Return the Python of an environment that has the last client of MLflow before MLflow 3, or skip."""
    return _require_mlflow(MLFLOW_2_VARIABLE, MLFLOW_2_FOLDER, "mlflow-skinny")


def require_oldest_mlflow_python() -> Path:
    """Return the Python of an environment that has the oldest client of MLflow that Lineal serves, or skip."""
    return _require_mlflow(MLFLOW_OLDEST_VARIABLE, MLFLOW_OLDEST_FOLDER, "mlflow-skinny")


def require_openlineage_python() -> Path:
    """Return the Python of an environment that has OpenLineage's client and dbt, or skip."""
    named = os.environ.get(OPENLINEAGE_VARIABLE)
    python = Path(named) if named else REPOSITORY / OPENLINEAGE_FOLDER / "bin" / "python"
    if _has_package(python, "openlineage-dbt"):
        return python
    missing(
        "a Python with openlineage-dbt",
        install="run `make openlineage` (needs Python 3.10 to 3.13), or name such a Python in " + OPENLINEAGE_VARIABLE,
    )


def require_release_python() -> Path:
    """Return the Python of the environment that `make release` uses, or skip."""
    python = REPOSITORY / ".venv-release" / "bin" / "python"
    if _has_package(python, "cyclonedx-bom"):
        return python
    missing("the environment of `make release`", install="run `make .venv-release/.ready`")


def require_helm() -> Path:
    """Return Helm's program, of scripts/get_helm or of the machine, or skip."""
    own = REPOSITORY / ".services" / "helm" / "helm"
    found = own if own.exists() else shutil.which("helm")
    if found is None:
        missing("the program helm", install="run scripts/get_helm")
    return Path(found)


def _require_mlflow(variable: str, folder: str, package: str) -> Path:
    """Return the Python that a variable names or `make mlflow` has made, or skip; one of its packages must be there."""
    named = os.environ.get(variable)
    python = Path(named) if named else REPOSITORY / folder / "bin" / "python"
    if _has_package(python, package):
        return python
    missing(f"a Python with {package}", install=f"run `make mlflow`, or name such a Python in {variable}")


def _official_candidates() -> list[Path]:
    named = os.environ.get(OFFICIAL_VARIABLE)
    return [Path(named)] if named else [REPOSITORY / OFFICIAL_FOLDER / "bin" / "python"]


@functools.cache
def _has_official_package(python: Path) -> bool:
    """Tell whether the interpreter runs and finds the official package, not Lineal's stand-in for it."""
    if not python.exists():
        return False
    probe = "from importlib.metadata import version; assert '+lineal' not in version('ml-metadata')"
    return subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode == 0


@functools.cache
def _has_package(python: Path, package: str) -> bool:
    """Tell whether the interpreter runs and finds a package."""
    probe = [python, "-c", "import sys, importlib.metadata as found; found.version(sys.argv[1])", package]
    return python.exists() and subprocess.run(probe, capture_output=True, check=False).returncode == 0
