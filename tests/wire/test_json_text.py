"""JSON that anybody may have written: deep, with odd characters, with long numbers."""

from __future__ import annotations

import json
import sys

import pytest

from lineal import json_text


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def depth_of(value: object) -> int:
    depth = 0
    while isinstance(value, dict):
        value, depth = value["a"], depth + 1
    return depth


@pytest.mark.parametrize("levels", [3, 400, 5_000, 100_000])
def test_what_is_nested_too_deeply_is_read_as_its_text(levels: int) -> None:
    read = json_text.loads(nested(levels))

    assert depth_of(read) == min(levels, json_text.DEEPEST)


def test_the_part_that_is_too_deep_stays_whole_as_a_text() -> None:
    text = '{"deep": [[{"x": "]}"}]], "label": "kept"}'

    assert json_text.loads(text, deepest=1) == {"deep": '[[{"x": "]}"}]]', "label": "kept"}
    assert json_text.is_deeper(text, 3)
    assert not json_text.is_deeper(text, 4)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "]" * 1000 + "[" * 1000, '{"a": ' * 1000, '"' + "[" * 1000, "[1" * 600]
)
def test_text_that_never_ends_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        json_text.loads(text)


def test_a_caller_deep_in_calls_of_its_own_still_reads() -> None:
    def further(left: int) -> object:
        return further(left - 1) if left else json_text.loads(nested(400))

    assert depth_of(further(sys.getrecursionlimit() - 250)) > 0


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (r'"caf\udce9.csv"', r"caf\udce9.csv"),
        (r'"\uD83E\uDDC1"', "🧁"),
        (r'"\uD83E\uD83E\uDDC1"', r"\uD83E🧁"),
        (r'"a\u0000b"', r"a\u0000b"),
        (r'"\\udce9 \n \u00e9"', "\\udce9 \n é"),
        (r'{"\ud800": 1}', {r"\ud800": 1}),
    ],
)
def test_what_a_database_cannot_hold_is_read_in_its_escaped_form(text: str, read: object) -> None:
    assert json_text.loads(text, escape=True) == read
    assert json.loads(json.dumps(read)) == read


def test_a_number_longer_than_python_reads_is_a_float() -> None:
    assert json_text.loads('{"few": 12, "many": ' + "9" * 5000 + "}") == {"few": 12, "many": float("inf")}
