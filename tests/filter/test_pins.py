"""Which filters leave a node no choice in one of its own fields."""

from __future__ import annotations

import pytest

from lineal.filter import parse
from lineal.kinds import ARTIFACT


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ("name = 'a'", True),
        ("name IN ('a', 'b') AND id > 1", True),
        ("id > 1 AND (uri = 'u' AND name = 'a')", True),
        ("name != 'a'", False),
        ("name LIKE 'a'", False),
        ("NOT name = 'a'", False),
        ("name = 'a' OR id = 1", False),
        ("name = uri", False),
        ("contexts_a.name = 'a'", False),
        ("properties.name.string_value = 'a'", False),
    ],
)
def test_a_field_is_pinned_where_nothing_else_fits(text: str, pinned: bool) -> None:
    assert parse(text, kind=ARTIFACT).pins("name") is pinned


def test_conditions_about_neighbours_are_told_from_those_of_the_node() -> None:
    assert parse("type = 'T' AND contexts_a.name = 'a'", kind=ARTIFACT).has_neighbours
    assert not parse("type = 'T' AND custom_properties.name.string_value = 'a'", kind=ARTIFACT).has_neighbours
