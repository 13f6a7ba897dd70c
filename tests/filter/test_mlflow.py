"""The language of MLflow in its own text: mlflow_cases.json holds filters and orders with what each means.

The answers are those that an MLflow server 3.17 gave; null is for a text that it refuses. tests/mlflow/test_language.py
asks one again.
"""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineal.errors import InvalidArgumentError
from lineal.filter.mlflow import (
    EXPERIMENTS,
    LOGGED_MODELS,
    MODEL_VERSIONS,
    REGISTERED_MODELS,
    RUNS,
    Family,
    Operator,
    OrderTerm,
    Term,
    parse_filter,
    parse_order,
)
from lineal.filter.mlflow.patterns import is_like

CASES = json.loads(Path(__file__).with_name("mlflow_cases.json").read_text(encoding="utf-8"))
SEARCHES = {
    "runs": RUNS,
    "experiments": EXPERIMENTS,
    "registered models": REGISTERED_MODELS,
    "model versions": MODEL_VERSIONS,
}
WORDS = {"metric": "metrics", "param": "params", "tag": "tags"}


def plain_filter(search: str, text: str) -> list[list[Any]] | None:
    try:
        terms = parse_filter(text, SEARCHES[search])
    except InvalidArgumentError:
        return None
    return [[each.family.value, each.key, each.operator.value, _plain(each.value)] for each in terms]


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def plain_order(search: str, text: str) -> list[list[Any]] | None:
    try:
        terms = parse_order([text], SEARCHES[search])
    except InvalidArgumentError:
        return None
    return [[each.family.value, each.key, each.ascending] for each in terms]


@pytest.mark.parametrize("search", SEARCHES)
def test_a_filter_means_what_the_reference_says(search: str) -> None:
    cases = [case for case in CASES["filters"] if case[0] == search]
    assert {text: plain_filter(search, text) for _, text, _ in cases} == {text: answer for _, text, answer in cases}
    assert any(answer for *_, answer in cases)


@pytest.mark.parametrize("search", SEARCHES)
def test_an_order_means_what_the_reference_says(search: str) -> None:
    cases = [case for case in CASES["orders"] if case[0] == search]
    assert {text: plain_order(search, text) for _, text, _ in cases} == {text: answer for _, text, answer in cases}
    assert any(answer for *_, answer in cases)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("metrics.loss < 0.5 OR metrics.loss > 2", "line 1, column 20, near OR"),
        ("metric.loss LIKE 'a'", "write one of !=, <, <=, =, >, >="),
        ("param.s.x = 'a'\n AND tag.y = 5", "line 2, column 6"),
        ("parms.x = 'a'", "did you mean params?"),
        ("stat = 'a'", "did you mean status?"),
        ("(status = 'a')", "a filter has no parentheses"),
        ("status = RUNNING", "a text in quotes"),
        ("run_id IN ()", "write texts in quotes: ('a', 'b')"),
        ("params.in = 'a'", "in back quotes"),
        (" ", "there are only blanks"),
    ],
)
def test_a_refused_filter_says_where_and_what_to_write(text: str, problem: str) -> None:
    with pytest.raises(InvalidArgumentError) as error:
        parse_filter(text, RUNS)
    assert error.value.message.startswith("filter, ") or error.value.message.startswith("filter:")
    assert problem in error.value.message
    assert error.value.parameter == "filter"


def test_an_order_names_each_key_once() -> None:
    with pytest.raises(InvalidArgumentError, match=r"order_by: 'start_time' and 'attr.Created DESC' are the same key"):
        parse_order(["start_time", "attr.Created DESC"], RUNS)
    twice = (OrderTerm(Family.ATTRIBUTE, "name"), OrderTerm(Family.ATTRIBUTE, "name", ascending=False))
    assert parse_order(["name", "name DESC"], EXPERIMENTS) == twice


def test_a_whole_number_that_no_integer_holds_is_a_decimal() -> None:
    (term,) = parse_filter("metrics.a > 99999999999999999999", RUNS)
    assert term.value == 1e20
    assert isinstance(term.value, float)
    assert parse_filter("metrics.a < 1e999", RUNS)[0].value == math.inf


def test_logged_models_have_lists_and_numbers_for_texts() -> None:
    assert parse_filter("params.`a b` IN ('x') AND attributes.name = 5 AND creation_time > 1", LOGGED_MODELS) == (
        Term(Family.PARAM, "a b", Operator.IN, ("x",)),
        Term(Family.ATTRIBUTE, "name", Operator.EQUAL, "5"),
        Term(Family.ATTRIBUTE, "creation_timestamp", Operator.GREATER, 1),
    )
    assert parse_order(["metrics.`a b` DESC"], LOGGED_MODELS) == (OrderTerm(Family.METRIC, "a b", ascending=False),)
    for text in ("tags.x IS NULL", "attribute.name = 'a'", "datasets.name = 'a'"):
        with pytest.raises(InvalidArgumentError):
            parse_filter(text, LOGGED_MODELS)


keys = st.text(max_size=12).filter(lambda key: "`" not in key and not (key[:1] in ("'", '"') and key[:1] == key[-1:]))
values = st.text(max_size=12).filter(lambda value: "'" not in value and not value.endswith("\\"))


@given(family=st.sampled_from(sorted(WORDS)[1:]), key=keys, value=values, other=values)
def test_quoted_keys_and_values_are_read_as_they_are(family: str, key: str, value: str, other: str) -> None:
    text = f"{WORDS[family]}.`{key}` = '{value}' AND tags.`{key}` LIKE '{other}'"
    assert parse_filter(text, RUNS) == (
        Term(Family(family), key, Operator.EQUAL, value),
        Term(Family.TAG, key, Operator.LIKE, other),
    )
    assert parse_order([f"{WORDS[family]}.`{key}` DESC"], RUNS) == (OrderTerm(Family(family), key, ascending=False),)


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_texts_of_a_list_are_read_as_python_writes_them(texts: list[str]) -> None:
    (term,) = parse_filter(f"run_id IN ({', '.join(map(repr, texts))})", RUNS)
    assert term.value == tuple(texts)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_it_is(number: float) -> None:
    (term,) = parse_filter(f"metrics.a = {repr(number).replace('e+', 'e')}", RUNS)
    assert term.value == number


@given(st.text(alphabet="aAbB\n.é", max_size=8), st.text(alphabet="aAbB\n.é%_", max_size=8), st.booleans())
def test_a_text_is_like_a_pattern_as_sqlite_says(text: str, pattern: str, folds: bool) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA case_sensitive_like = {not folds}")
        ((found,),) = connection.execute("SELECT ? LIKE ?", (text, pattern)).fetchall()
    assert is_like(text, pattern, folds=folds) == bool(found)


def test_a_pattern_with_many_gaps_takes_little_time() -> None:
    assert not is_like("a" * 5000, "%a" * 1000 + "%b%c")
    assert is_like("a" * 5000, "%_a" * 1000 + "%a")


@pytest.mark.parametrize("text", ["tags.x = '\ud800'", "tags.`\udfff` = 'a'", "run_id IN ('\\ud800')"])
def test_half_of_a_surrogate_pair_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgumentError, match="half of a surrogate pair"):
        parse_filter(text, RUNS)


@given(st.text(alphabet="ab.'\"`=<>()!, \\ANDINSULLIKE019-e\n", max_size=40))
def test_any_text_has_an_answer(text: str) -> None:
    for search, known in SEARCHES.items():
        answers = plain_filter(search, text), plain_order(search, text)
        assert all(answer is None or isinstance(answer, list) for answer in answers), known
