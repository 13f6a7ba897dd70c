"""The search writes its own names and lengths of the index, below the store: they are those of its tables."""

from __future__ import annotations

from lineal.filter import search
from lineal.filter.search import builder, value_tests
from lineal.kinds import EXECUTION
from lineal.store.index import search as found_rows
from lineal.store.tables.own_tables import LONGEST_TEXT, RAN_FACT, Family


def test_families_of_values_have_the_numbers_of_the_table() -> None:
    numbers = {"label": Family.LABEL, "metric": Family.METRIC, "prop": Family.META}
    assert {name: int(number) for name, number in numbers.items()} == builder._FAMILY
    assert int(Family.RAN) == builder._RAN


def test_as_many_characters_are_compared_as_the_index_has() -> None:
    assert value_tests.LONGEST_INDEXED == LONGEST_TEXT


def test_the_time_of_a_run_has_the_name_of_the_table() -> None:
    target = search.Target(EXECUTION, found_rows.NODE[EXECUTION], found_rows.TABLES, (), ())
    condition = search.condition(search.parse("ran:1d"), target)
    assert condition is not None
    assert RAN_FACT in condition.compile().params.values()
