"""The Python on the pages runs, from top to bottom, as a reader would run it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import REPOSITORY

BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/quickstart.md", "docs/sdk.md"])
def test_the_python_of_a_page_runs_in_an_empty_folder_and_again(page: str, tmp_path: Path) -> None:
    program = "\n".join(BLOCK.findall((REPOSITORY / page).read_text()))
    assert program

    for _ in range(2):
        ran = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
