"""How large queries may be: up to the limits they run, beyond them the error says which limit."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from lineal.errors import InvalidArgumentError
from lineal.filter import limits, parse
from tests.filter.shelf import KIND, found


def nested(opening: str, inner: str, closing: str, depth: int) -> str:
    return opening * depth + inner + closing * depth


def refused(query: str) -> str:
    with pytest.raises(InvalidArgumentError) as raised:
        parse(query, kind=KIND["artifact"])
    return raised.value.message


def alternating(depth: int, *, left: bool) -> str:
    query = "id = 1"
    for level in range(depth):
        word = "AND" if level % 2 else "OR"
        query = f"({query} {word} id = {level})" if left else f"(id = {level} {word} {query})"
    return query


LEVELS = limits.MOST_LEVELS
DEEP = [
    nested("(", "id = 1", ")", limits.MOST_PARENTHESES - 2),
    nested("NOT (id = 2 OR ", "id = 1", ")", LEVELS // 3 - 2),
    alternating(LEVELS - 5, left=True),
    alternating(LEVELS - 5, left=False),
    nested("(true = ", "(id = 1)", ")", LEVELS // 4 - 2),
    nested("(true IN (false, ", "id = 1", "))", LEVELS // 6 - 1),
    nested("(true BETWEEN false AND ", "(id = 1)", ")", LEVELS // 6 - 1),
    nested("((", "id = 1", ") IS TRUE)", LEVELS // 6 - 1),
    "id = " + nested("(1 + ", "0", ")", LEVELS // 4 - 2),
    "id = " + nested("ABS(", "1", ")", LEVELS // 6 - 1),
    "id = " + nested("COALESCE(1, ", "1", ")", LEVELS // 6 - 1),
    "name = " + nested("LOWER(", "'x'", ")", LEVELS // 6 - 1),
]


@pytest.mark.parametrize("neighbour", ["", "contexts_a.id > 0 OR "])
@pytest.mark.parametrize("query", DEEP, ids=range(len(DEEP)))
def test_deep_queries_run(shelf: sa.Engine, query: str, neighbour: str) -> None:
    assert found(shelf, f"{neighbour}{query}") is not None


@pytest.mark.parametrize(
    "query",
    [
        *(nested(opening, "id = 1", ")", 5000) for opening in ("(", "NOT (", "(true = ", "(true IN (", "ABS(", "-(")),
        nested("NOT ", "id = 1", "", 5000),
        nested("- ", "id = 1", "", 5000),
        nested("(true BETWEEN false AND ", "id = 1", ")", 5000),
        nested("(id = 1 OR ", "id = 1", ")", 5000),
        nested("(", "id = 1", " OR id = 2) AND id = 3", 5000),
        "1" + " + 1" * 5000 + " = 1",
        alternating(LEVELS, left=True),
    ],
    ids=range(13),
)
def test_too_deep_queries_are_refused(query: str) -> None:
    message = refused(query)
    assert f"{limits.MOST_PARENTHESES} parentheses" in message or f"{limits.MOST_LEVELS} levels" in message


@pytest.mark.parametrize("word", ["OR", "AND"])
def test_thousands_of_conditions_run(shelf: sa.Engine, word: str) -> None:
    query = f" {word} ".join(f"id != {number}" for number in range(100, 2100))
    assert found(shelf, query) == [1, 2, 3, 4, 5]
    assert found(shelf, query.replace("id", "contexts_a.id")) == [1, 2, 3, 5]


def test_wide_and_deep_together_run(shelf: sa.Engine) -> None:
    query = "id = 1"
    for level in range(LEVELS - 4):
        others = [f"id = {number}" for number in range(100)]
        query = "(" + (" AND " if level % 2 else " OR ").join([*others, query]) + ")"
    assert found(shelf, query) is not None


def test_most_conditions() -> None:
    terms = ["id = 1"] * limits.MOST_CONDITIONS
    parse(" OR ".join(terms), kind=KIND["artifact"])
    assert "more than 10000 conditions" in refused(" OR ".join([*terms, "id = 1"]))


def test_most_values(shelf: sa.Engine) -> None:
    values = ", ".join(["1"] * limits.MOST_VALUES)
    assert found(shelf, f"id IN ({values})") == [1]
    assert "more than 20000 values" in refused(f"id IN ({values}, 1)")


@pytest.mark.parametrize(
    ("term", "most"),
    [
        ("properties.p{}.int_value > 0", 58),
        ("contexts_{}.id > 0", 29),
        ("contexts_{}.type = 'x'", 19),
        ("events_{}.type = INPUT", 58),
    ],
)
def test_most_joins(shelf: sa.Engine, term: str, most: int) -> None:
    terms = [term.format(number) for number in range(most + 1)]
    assert found(shelf, " AND ".join(terms[:-1])) is not None
    assert found(shelf, " OR ".join(terms[:-1])) is not None
    assert "can join 58 tables" in refused(" AND ".join(terms))


def test_longest_pattern(shelf: sa.Engine) -> None:
    assert found(shelf, f"name LIKE '{'é' * 24999}%'") == []
    assert "50000 bytes" in refused(f"name LIKE '{'é' * 25001}'")


def test_a_stored_text_that_is_too_long_for_a_pattern_matches_nothing(shelf: sa.Engine) -> None:
    assert found(shelf, "'x' LIKE COALESCE(NULL, '" + "%" * 60000 + "')") == []


def test_an_error_stays_short() -> None:
    long = "g" * 100000
    for name in (long, f"{long}.name", f"contexts_{long}.x", f"contexts_a.{long}", f"properties.x.{long}", f"{long}()"):
        assert len(refused(f"{name} = 1")) < 700
        assert len(refused(f"{name}(1) = 1")) < 700
