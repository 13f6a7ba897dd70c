"""The Python on the pages runs, from top to bottom, as a reader would run it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import OF_THE_SDK, TUTORIAL, WITH_LINEAL_ALONE, program_of

# Each program has names of its own, as in a process of its own; starting processes takes most of the time.
ONE_AFTER_THE_OTHER = """
import sys
for program in sys.argv[1:]:
    try:
        exec(compile(program, "the page", "exec"), {"__name__": "__main__"})
    except SystemExit as end:
        assert not end.code, end.code
"""


def run(folder: Path, *pages: str, options: tuple[str, ...] = ()) -> None:
    """Run the programs of pages in a folder, one after the other; the notebook takes the store of the others."""
    command = [sys.executable, *options, "-c", ONE_AFTER_THE_OTHER, *map(program_of, pages)]
    names_the_store = {**os.environ, "LINEAL_URL": "sqlite:///metadata.db"}
    ran = subprocess.run(command, cwd=folder, env=names_the_store, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize(
    "pages", [pytest.param(WITH_LINEAL_ALONE, id="as read"), pytest.param(WITH_LINEAL_ALONE[::-1], id="backwards")]
)
@pytest.mark.slow
def test_the_first_pages_run_one_after_the_other_and_twice_in_one_folder(
    pages: tuple[str, ...], tmp_path: Path
) -> None:

    run(tmp_path, *pages, *pages, options=("-W", "error::UserWarning"))


def test_the_first_pages_and_those_of_the_sdk_run_one_after_the_other(tmp_path: Path) -> None:
    assert all(map(program_of, WITH_LINEAL_ALONE))

    run(tmp_path, *WITH_LINEAL_ALONE, *OF_THE_SDK, options=("-W", "error::UserWarning"))


@pytest.mark.slow
def test_the_pages_of_the_sdk_run_beside_the_tutorial_and_again(tmp_path: Path) -> None:
    run(tmp_path, TUTORIAL, *OF_THE_SDK, TUTORIAL, *OF_THE_SDK)
