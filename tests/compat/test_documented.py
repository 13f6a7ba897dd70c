"""docs/compatibility.md and the code name the same deliberate differences, and each is shown by a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.compat.differences import BY_NAME, DIFFERENCES

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "compatibility.md"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (.+) \| (.+) \|$", re.MULTILINE)


def test_every_deliberate_difference_has_its_line_and_every_line_its_difference() -> None:
    assert [row[0] for row in ROW.findall(PAGE.read_text())] == [difference.name for difference in DIFFERENCES]


def test_no_difference_has_two_names() -> None:
    assert len(BY_NAME) == len(DIFFERENCES)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_deliberate_difference_is_shown_by_a_hand_written_test(name: str) -> None:
    tests = [path.read_text() for path in HERE.glob("test_*.py") if path.name != "test_documented.py"]
    assert any(f'"{name}"' in text for text in tests)
