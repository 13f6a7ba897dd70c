"""The drawing in docs/architecture.md says what a call does, and calls pass through no more files than they did."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache

import pytest

from scripts.trace_call import CALLS
from tests.parameters import rare
from tests.services import REPOSITORY

DRAWING = REPOSITORY / "docs" / "architecture.md"
MOST_FILES = {"PutExecution": 47, "list": 63, "log_output": 50}
MOST_FUNCTIONS = {"PutExecution": 186, "list": 206, "log_output": 213}


@cache
def traced(call: str) -> dict[str, list[str]]:
    """Return the functions that a call enters, by file; counted where no other test has left anything to do."""
    command = [sys.executable, "-m", "scripts.trace_call", call, "--json"]
    ran = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=100, check=True)
    found: dict[str, dict[str, list[str]]] = json.loads(ran.stdout)
    return found[call]


def drawn() -> list[tuple[str, str]]:
    """Return the files and functions of the drawing, in its order."""
    section = DRAWING.read_text().split("## The spine of PutExecution")[1].split("\n## ")[0]
    return re.findall(r"^(\S+\.py) +(?:\w+\.)?(\w+) ", section, flags=re.MULTILINE)


def test_the_drawing_has_six_files_in_the_order_in_which_a_call_enters_them() -> None:
    found = traced("PutExecution")
    entered = [(path, function.rpartition(".")[2]) for path, functions in found.items() for function in functions]
    places = [entered.index(step) for step in drawn()]
    assert len(places) == 6
    assert places == sorted(places)


@pytest.mark.parametrize("call", ["PutExecution", *[rare(call) for call in CALLS if call != "PutExecution"]])
def test_a_call_passes_through_no_more_files_and_functions_than_it_did(call: str) -> None:
    found = traced(call)
    assert len(found) <= MOST_FILES[call]
    assert sum(map(len, found.values())) <= MOST_FUNCTIONS[call]
