"""What was printed is compared with what a page says."""

from __future__ import annotations

import pytest

from tests.pages.comparing import agrees


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("2026-11-29 19:46:44", "2027-01-02 03:04:05"),
        ("took 3 s", "took 12.5 ms"),
        ("ID  NAME  CREATED\n1   a     today", "ID  NAME       CREATED\n1   a          today"),
        ("first\n...\nlast", "first\nof many\nlines\nlast"),
        ("...\nlast", "last"),
        ("digest 2cf24d...", "digest 2cf24d ba"),
    ],
)
def test_what_differs_each_time_agrees(said: str, printed: str) -> None:
    assert agrees(said.splitlines(), printed.splitlines())


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("wine 1: 0.98", "wine 1: 0.97"),
        ("first\nlast", "first\nsecond\nlast"),
        ("first\n...\nlast", "first\nlast\nmore"),
        ("", "a warning"),
        ("a line", ""),
    ],
)
def test_another_text_does_not_agree(said: str, printed: str) -> None:
    assert not agrees(said.splitlines(), printed.splitlines())
