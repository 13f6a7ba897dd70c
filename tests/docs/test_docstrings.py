"""Every public name of the Python API is on a page of the reference, and the examples in docstrings run."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import lineal
from docs._extension.reference_of_lineal import expanded
from kubeflow.metadata import metadata
from lineal.client.lifecycle import LifecycleStore
from lineal.sdk import late_names
from tests.services import REPOSITORY

FOLDER = REPOSITORY / "docs" / "reference" / "python"
PAGES = "\n".join(expanded(page.read_text()) for page in sorted(FOLDER.glob("*.md")))
DIRECTIVES = re.findall(r"^\.\. auto\w+:: ([\w.:]+)", PAGES, re.MULTILINE)
MAIN = ["Store", "Workspace", "Run", "Execution", "Artifact", "DataSet", "Model", "Metrics"]
MODULES = sorted(
    ".".join(path.relative_to(REPOSITORY / "src").with_suffix("").parts).removesuffix(".__init__")
    for path in (REPOSITORY / "src" / "lineal").rglob("*.py")
    if ">>> " in path.read_text()
)


def test_every_public_name_of_the_sdk_is_on_a_page() -> None:
    names = {name for name in (*metadata.__all__, *late_names.LATE_NAMES) if not name.startswith("_")} - {"mlpb"}
    shown = {name.replace("::", ".").removeprefix("kubeflow.metadata.metadata.").split(".")[0] for name in DIRECTIVES}

    assert names - shown == set(), "add it to a page in docs/reference/python"


def test_every_public_name_of_the_client_is_on_a_page() -> None:
    shown = {name.removeprefix("lineal.").split(".")[0] for name in DIRECTIVES}

    assert set(lineal.__all__) - {"__version__"} - shown == set()


def test_every_method_of_the_client_is_on_a_page() -> None:
    shown = {name.rpartition(".")[2] for name in DIRECTIVES}
    own = {*vars(lineal.MetadataStore), *vars(LifecycleStore)}  # shown with the class

    assert {name for name in dir(LifecycleStore) if not name.startswith("_")} - shown - own == set()


@pytest.mark.parametrize("name", MAIN)
def test_every_argument_of_a_main_class_is_described(name: str) -> None:
    of = getattr(metadata, name)
    for method in {"__init__": of.__init__, **dict(inspect.getmembers(of, inspect.isfunction))}.values():
        arguments = [each for each in inspect.signature(method).parameters if each not in ("self", "kwargs")]
        text = inspect.getdoc(method) or ""
        assert (
            not arguments
            or "Args:" not in text
            or all(re.search(rf"^ +\**{each}: ", text, re.MULTILINE) for each in arguments)
        )


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="the examples run in forked processes")
def test_the_examples_in_docstrings_and_on_the_pages_run(tmp_path: Path) -> None:
    program = REPOSITORY / "tests" / "docs" / "docstring_examples.py"
    ran = subprocess.run(
        [sys.executable, program, *MODULES, *FOLDER.glob("*.md")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout
    assert {name.rpartition(".")[2] for name in ran.stdout.split()} >= {*MAIN, "connect", "md"}
