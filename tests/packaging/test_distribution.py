"""What is handed out: one pure wheel that lives beside other people's packages, and a source distribution."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.services import REPOSITORY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),  # the web UI may be built first
]
OPTIONAL = ("fastapi", "grpc_health", "grpc_reflection", "kopf", "pandas", "psycopg", "pymysql")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the wheel installs."""
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def run(installed: Path, program: str) -> str:
    """Run a program that finds the installed package first, and return what it prints."""
    program = f"import sys; sys.path.insert(0, {str(installed)!r}); {program}"
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, cwd=installed, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_there_is_one_wheel_for_every_python_and_platform(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_holds_the_package_its_types_its_protos_and_its_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert {"lineal/py.typed", "kubeflow/metadata/py.typed", "ml_metadata-stubs/__init__.pyi"} <= set(names)
    assert "lineal/wire/ml_metadata/proto/metadata_store.proto" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} <= {
        "lineal",
        "kubeflow",
        "ml_metadata-stubs",
    }


def test_the_wheel_leaves_the_folder_kubeflow_to_whom_it_belongs(wheel: Path) -> None:
    assert "kubeflow/__init__.py" not in zipfile.ZipFile(wheel).namelist()


@pytest.mark.parametrize("neighbour", ["a package", "a namespace"])
def test_kubeflow_metadata_lives_beside_another_kubeflow(neighbour: str, installed: Path) -> None:
    other = installed / "kubeflow"
    (other / "trainer").mkdir(exist_ok=True)
    (other / "trainer" / "__init__.py").touch()
    (other / "__init__.py").unlink(missing_ok=True)
    if neighbour == "a package":
        (other / "__init__.py").touch()

    printed = run(
        installed, "import kubeflow.trainer; from kubeflow.metadata import metadata; print(metadata.__file__)"
    )

    assert Path(printed).is_relative_to(installed)


def test_the_package_imports_without_any_extra(installed: Path) -> None:
    without = f"sys.modules.update(dict.fromkeys({OPTIONAL}))"

    assert run(installed, f"{without}; import lineal, lineal.cli, kubeflow.metadata.metadata; print('fine')") == "fine"


def test_the_wheel_can_be_built_from_what_the_build_of_the_image_gets(wheel: Path, tmp_path: Path) -> None:
    for name in (REPOSITORY / ".dockerignore").read_text().splitlines():
        source = REPOSITORY / name.removeprefix("!")
        if name.startswith("!") and source.is_dir():
            shutil.copytree(source, tmp_path / source.name, ignore=shutil.ignore_patterns("node_modules"))
        elif name.startswith("!"):
            shutil.copy2(source, tmp_path)
    built = tmp_path / "wheels"
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built], cwd=tmp_path, check=True)

    assert _names(next(built.iterdir())) == _names(wheel)


def _names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_source_distribution_can_be_tested_by_who_gets_it(distributions: Path) -> None:
    with tarfile.open(next(distributions.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {"Makefile", "LICENSE", "README.md", "constraints.txt", "pyproject.toml", "tests/conftest.py"} <= names
    assert {"Dockerfile", "compose.yaml", "deploy/chart/Chart.yaml", "deploy/base/watcher/resources.yaml"} <= names
