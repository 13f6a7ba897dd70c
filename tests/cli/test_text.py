from __future__ import annotations

import pytest

from lineal.cli import text


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert text.table(("ID", "NAME"), [(1, "a"), (100, "b")]) == ["ID   NAME", "1    a", "100  b"]


def test_wide_characters_count_twice() -> None:
    assert text.table(("A", "B"), [("日本", 1), ("x", 2)]) == ["A     B", "日本  1", "x     2"]


def test_a_long_cell_is_cut() -> None:
    assert text.cell("x" * 100) == "x" * 59 + "…"


@pytest.mark.parametrize(
    ("value", "shown"), [("a\nb", r"a\nb"), ("\x1b[31m", r"\x1b[31m"), (1.5, "1.5"), (True, "true"), (None, "null")]
)
def test_a_value_is_one_line_that_cannot_command_the_terminal(value: object, shown: str) -> None:
    assert text.plain(value) == shown


@pytest.mark.parametrize(
    ("milliseconds", "shown"), [(1_700_000_000_000, "2023-11-14 22:13:20"), (None, ""), (1 << 62, str(1 << 62))]
)
def test_a_time_is_shown_in_utc_and_as_a_number_where_no_calendar_reaches(milliseconds: int, shown: str) -> None:
    assert text.time(milliseconds) == shown
