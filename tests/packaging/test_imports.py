"""Every module can be the first of Lineal that a program imports: none stands on a circle that closes by luck alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import lineal

PROGRAM = Path(__file__).with_name("import_each.py")


@pytest.mark.slow  # a fork for each of some 280 modules
def test_every_module_can_be_imported_alone() -> None:
    ran = subprocess.run(
        [sys.executable, PROGRAM, Path(lineal.__file__).parent], capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr, ran.returncode) == ("", "", 0)
