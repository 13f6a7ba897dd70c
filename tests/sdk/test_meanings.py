"""What values mean, in cases that the web UI is held to as well (ui/tests/meanings.test.ts): meaning_cases.json.

In `same`, all values of a list mean the same; in `different`, no two of them. In `rows`, null is a missing value.
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from lineal.sdk import differences

CASES = json.loads(Path(__file__).with_name("meaning_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("values", CASES["same"], ids=str)
def test_values_mean_the_same_however_they_are_written(values: list[Any]) -> None:
    for one in values:
        assert differences.meaning(one) == differences.meaning(values[0]), one


@pytest.mark.parametrize("values", CASES["different"], ids=str)
def test_other_values_mean_something_else(values: list[Any]) -> None:
    for one, other in itertools.combinations(values, 2):
        assert differences.meaning(one) != differences.meaning(other), (one, other)


@pytest.mark.parametrize("case", CASES["rows"], ids=str)
def test_a_row_differs_as_its_values_are_written_or_by_what_they_mean_if_only_some_are_texts(
    case: dict[str, Any],
) -> None:
    columns = [{} if each is None else {"x": each} for each in case["values"]]
    assert bool(differences.rows(columns, same=False)) is case["differ"]


@pytest.mark.parametrize("case", CASES["flat"], ids=str)
def test_an_object_has_a_field_for_each_value_within_it_and_one_if_it_is_empty(case: dict[str, Any]) -> None:
    assert dict(differences.flat("x", case["value"])) == case["fields"]


@pytest.mark.parametrize("text", ["[" * 5_000 + "]" * 5_000, "[" * 10_001, "9" * 10_000])
def test_a_long_text_means_itself(text: str) -> None:
    assert text in differences.meaning(text)
