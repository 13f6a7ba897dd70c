"""The language in its own text: cases/*.txt hold queries with their canonical text, or the place and text of the error.

kind | query          (⏎ stands for a line break)
-> canonical text
!! line:column piece | part of the message
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal.errors import InvalidArgumentError
from lineal.filter import parse
from tests.filter.shelf import KIND

FILES = sorted(Path(__file__).with_name("cases").glob("*.txt"))


def cases(mark: str) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, query, expected) of the cases whose second line begins with a mark."""
    for file in FILES:
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        for first, second in zip(lines[::2], lines[1::2], strict=True):
            if second.startswith(f"{mark} "):
                kind, query = first.split(" | ", 1)
                yield kind, query.replace("⏎", "\n"), second[3:]


@pytest.mark.parametrize(("kind", "query", "expected"), [*cases("->")])
def test_a_query_has_one_canonical_text(kind: str, query: str, expected: str) -> None:
    assert str(parse(query, kind=KIND[kind])) == expected


@pytest.mark.parametrize(("kind", "query", "_"), [*cases("->")])
def test_the_canonical_text_means_the_same_query(kind: str, query: str, _: str) -> None:
    checked = parse(query, kind=KIND[kind])
    assert parse(str(checked), kind=KIND[kind]) == checked


@pytest.mark.parametrize(("kind", "query", "expected"), [*cases("!!")])
def test_a_mistake_is_placed_and_explained(kind: str, query: str, expected: str) -> None:
    place = re.fullmatch(r"(\d+):(\d+)(?: (\S+))? \| (.*)", expected)
    assert place, expected
    line, column, piece, part = place.groups()
    with pytest.raises(InvalidArgumentError) as raised:
        parse(query, kind=KIND[kind])
    near = f"near {piece}" if piece else "at its end"
    assert raised.value.message.startswith(f"filter_query, line {line}, column {column}, {near}: ")
    assert part in raised.value.message


def test_every_case_is_read() -> None:
    assert len([*cases("->"), *cases("!!")]) > 130


def test_filters_of_equal_meaning_are_equal_and_hashable() -> None:
    one = parse("ID = 1 AND NOT name LIKE 'x'", kind=KIND["artifact"])
    other = parse("(id=1) AND name NOT LIKE r'x' -- same", kind=KIND["artifact"])
    assert {one, other} == {one}


def test_filters_for_different_kinds_differ() -> None:
    assert parse("id = 1", kind=KIND["artifact"]) != parse("id = 1", kind=KIND["context"])
