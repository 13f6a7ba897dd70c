"""A newcomer's first hour: an empty environment, the install lines of the pages, and then their programs.

Packages that Lineal needs come from the machine's package index. The everyday tests run the programs in
tests/docs/test_examples.py.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.pages import FIRST_HOUR, TUTORIAL, commands_of, program_of
from tests.services import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]  # packages are fetched, and a wheel is built

LINES = sorted({line for page in ("README.md", "docs/get-started/notebook.md") for line in commands_of(page, "pip")})
A_WHEEL = next(line for line in commands_of("docs/get-started/notebook.md", "pip") if "dist" in line)
WHEEL_AND_EXTRAS = next(line for line in commands_of("README.md", "pip") if "dist" in line)
BROUGHT_BY = {
    "server": "uvicorn",
    "notebook": "pandas",
    "mysql": "pymysql",
    "postgresql": "psycopg",
    "objects": "obstore",
    "mlruns": "yaml",
}


@dataclass(frozen=True)
class Newcomer:
    """A virtual environment that held nothing but pip, and a folder with the wheel in `dist`."""

    environment: Path
    folder: Path

    def types(self, line: str, *, folder: Path | None = None) -> str:
        """Run a line of a shell as in the activated environment, and return what it prints."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LINEAL_"))}
        names_the_store = {"LINEAL_URL": "sqlite:///metadata.db"} if "notebook" in line else {}
        activated = {**kept, **names_the_store, "PATH": f"{self.environment / 'bin'}{os.pathsep}{kept['PATH']}"}
        ran = subprocess.run(
            ["bash", "-c", line], cwd=folder or self.folder, env=activated, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
        return ran.stdout


def arrive(folder: Path, wheel: Path) -> Newcomer:
    """Make an empty environment beside a wheel."""
    venv.create(folder / "env", with_pip=True)
    (folder / "dist").mkdir()
    shutil.copy(wheel, folder / "dist")
    return Newcomer(folder / "env", folder)


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    newcomer = arrive(tmp_path_factory.mktemp("newcomer"), wheel)
    newcomer.types(WHEEL_AND_EXTRAS)
    return newcomer


def command_of(page: str, folder: Path) -> str:
    """Return the command that runs a page, whose program is written into a folder."""
    if page == TUTORIAL:
        return f"{TUTORIAL} --db sqlite:///metadata.db"
    program = folder / f"{Path(page).stem}_{Path(page).suffix[1:].replace('ipynb', 'notebook')}.py"
    program.write_text(program_of(page))
    return f"python -W error::UserWarning {program.name}"


@pytest.mark.parametrize("pages", [FIRST_HOUR, FIRST_HOUR[::-1]], ids=["as read", "backwards"])
def test_the_first_pages_run_after_each_other_and_twice_from_the_wheel(
    pages: tuple[str, ...], installed: Newcomer, tmp_path: Path
) -> None:
    commands = [command_of(page, tmp_path) for page in pages]

    for command in [*commands, *commands]:
        installed.types(command, folder=tmp_path)

    assert installed.types("python -c 'import lineal; print(lineal.__file__)'").startswith(str(installed.environment))


@pytest.mark.parametrize("line", LINES)
def test_an_install_line_of_the_pages_works_in_an_empty_environment(line: str, wheel: Path, tmp_path: Path) -> None:
    newcomer = arrive(tmp_path, wheel)
    extras = [extra for group in re.findall(r"\[([a-z,]+)\]", line) for extra in group.split(",")]
    source = shlex.split(line)[-1]

    newcomer.types(line, folder=REPOSITORY if source.startswith(".") else None)

    newcomer.types("pip check && lineal version")
    newcomer.types("".join(["python -c '", *(f"import {BROUGHT_BY[extra]};" for extra in extras), "'"]))
