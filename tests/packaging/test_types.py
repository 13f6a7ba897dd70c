"""What type checkers see of an installed Lineal: programs pass in strict mode, and mistakes do not.

Most tests take the sources as the wheel holds them, and pyright alone; the slow ones take the wheel and mypy too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lineal.mlmd.install import MODULES
from lineal.wire import service
from tests.docs.pages import OF_THE_SDK
from tests.environments import Environment
from tests.packaging import checkers
from tests.services import REPOSITORY

RIGHT = (
    *OF_THE_SDK,
    "errors.md",
    "tutorial.py",
    "tutorial.ipynb",
    "training.py",
    "steps.py",
    "official_names.py",
)
WITH_NUMPY = (*RIGHT, "values.py")  # which takes some seconds more
CHECKERS = [pytest.param(checkers.pyright, id="pyright"), pytest.param(checkers.mypy, id="mypy")]
Check = Callable[..., list[checkers.Finding]]
SOURCES = REPOSITORY / "src"
slow = pytest.mark.slow  # mypy reads all of SQLAlchemy, and a wheel is built


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment that holds what the wheel installs, enabled as `ml_metadata`."""
    environment = Environment(tmp_path_factory.mktemp("copied") / "env")
    for package in SOURCES.iterdir():
        shutil.copytree(
            package, environment.site / package.name, ignore=shutil.ignore_patterns("static", "__pycache__")
        )
    enabled = environment.lineal("enable")
    assert enabled.returncode == 0, enabled.stderr
    return environment


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel, in which nothing is enabled."""
    environment = Environment(tmp_path_factory.mktemp("installed") / "env")
    words = ["--python", str(environment.python), "--disable-pip-version-check", "install", "--no-deps", "--no-index"]
    subprocess.run([sys.executable, "-m", "pip", *words, str(wheel)], check=True)
    return environment


def _lines_marked_as_refused() -> set[int]:
    lines = (checkers.PROGRAMS / "mistakes.py").read_text().splitlines()
    return {number for number, line in enumerate(lines, start=1) if line.endswith("# refused")}


def _flat(code: str) -> str:
    """Return code without what a formatter decides."""
    return "".join(code.split()).replace(",)", ")")


def test_strict_programs_pass_and_each_mistake_is_found(copied: Environment, tmp_path: Path) -> None:
    checkers.write_programs(tmp_path, *RIGHT, "mistakes.py")

    found = checkers.pyright(copied, tmp_path)

    assert [each for each in found if each.file != "mistakes.py"] == []
    assert {each.line for each in found} == _lines_marked_as_refused()


@pytest.mark.parametrize(
    ("program", "place"),
    [("training.py", "sqlite://"), pytest.param("official_names.py", "metadata.db", marks=pytest.mark.slow)],
)
def test_the_programs_run(program: str, place: str, copied: Environment, tmp_path: Path) -> None:
    ran = subprocess.run([copied.python, checkers.PROGRAMS / program, place], cwd=tmp_path, check=False)

    assert ran.returncode == 0


@pytest.mark.parametrize(
    ("folder", "suffix"), [("ml_metadata-stubs", ".pyi"), ("lineal/mlmd/names/ml_metadata", ".py")]
)
def test_checkers_find_the_modules_that_programs_import(folder: str, suffix: str) -> None:
    paths = [path.relative_to(SOURCES / folder).with_suffix("") for path in (SOURCES / folder).rglob(f"*{suffix}")]
    names = {".".join(("ml_metadata", *path.parts)).removesuffix(".__init__") for path in paths}

    assert names == set(MODULES)


@pytest.mark.parametrize(
    "shape",
    [
        "    {rpc}: _UnaryUnary[pb.{request}, pb.{response}]",
        "    def {rpc}(self, request: pb.{request}, context: grpc.ServicerContext) -> pb.{response}: ...",
    ],
    ids=["stub", "servicer"],
)
def test_the_stub_and_the_servicer_have_the_types_of_every_rpc(shape: str) -> None:
    typed = (SOURCES / "lineal/mlmd/proto/metadata_store_service_pb2_grpc.pyi").read_text()
    rpcs = service.DESCRIPTOR.services_by_name["MetadataStoreService"].methods
    lines = [shape.format(rpc=each.name, request=each.input_type.name, response=each.output_type.name) for each in rpcs]

    assert [line for line in lines if _flat(line) not in _flat(typed)] == []


@slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("version", ["3.10", "3.14"])
@pytest.mark.parametrize("check", CHECKERS)
def test_the_wheel_is_typed_before_anything_is_enabled(
    check: Check, version: str, installed: Environment, tmp_path: Path
) -> None:
    checkers.write_programs(tmp_path, *WITH_NUMPY)

    found = check(installed, tmp_path, version=version)

    assert [each for each in found if "could not be resolved from source" not in each.text] == []


@slow
def test_disabling_takes_the_modules_of_ml_metadata_from_checkers(installed: Environment, tmp_path: Path) -> None:
    checkers.write_programs(tmp_path, "official_names.py")
    sources = []
    for action in ("enable", "disable"):
        installed.lineal(action)
        found = checkers.pyright(installed, tmp_path)
        sources.append([each for each in found if "could not be resolved from source" in each.text])

    assert sources[0] == []
    assert len(sources[1]) == 6


@slow
@pytest.mark.parametrize("check", CHECKERS)
def test_another_package_in_kubeflow_takes_no_types_away(check: Check, installed: Environment, tmp_path: Path) -> None:
    (installed.site / "kubeflow" / "__init__.py").touch()
    checkers.write_programs(tmp_path, "training.py")
    try:
        assert check(installed, tmp_path) == []
    finally:
        (installed.site / "kubeflow" / "__init__.py").unlink()


@slow
@pytest.mark.timeout(600)
def test_mypy_finds_each_mistake(copied: Environment, tmp_path: Path) -> None:
    checkers.write_programs(tmp_path, *WITH_NUMPY, "mistakes.py")

    found = checkers.mypy(copied, tmp_path)

    assert {each.file for each in found} == {"mistakes.py"}
    assert {each.line for each in found} == _lines_marked_as_refused()


@slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("package", ["kubeflow.metadata", "lineal.sdk", "lineal.errors", "lineal.mlmd"])
def test_every_public_type_is_known(package: str, copied: Environment) -> None:
    words = ["pyright", "--verifytypes", package, "--ignoreexternal", "--outputjson"]
    first = {"PATH": f"{copied.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": str(copied.folder)}
    ran = subprocess.run(
        [sys.executable, "-m", *words], env={**os.environ, **first}, capture_output=True, text=True, check=False
    )
    symbols = json.loads(ran.stdout)["typeCompleteness"]["symbols"]

    assert symbols
    assert [each["name"] for each in symbols if not each["isTypeKnown"] and not each["isTypeAmbiguous"]] == []
