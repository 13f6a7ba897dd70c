"""Texts as nobody expects them: surrogates, NUL, controls, both directions, long ones, JSON in JSON, deep JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

LONG = 10_000
_CHARACTERS = (
    "\ud800\udbff\udc00\udfff\udce9",
    "\0",
    "".join(map(chr, range(1, 32))) + "\x7f\x80\x9f",
    "\u202a\u202e\u2066\u2069\u200f\u061c\u05d0\u0627",
    "\u2028\u2029\ufeff\ufffe\uffff\U0010ffff",
    "é\u0301🧁漢 \u00a0\u3000",
    "'\"`\\%_;:,=()[]{}<>&?#*-/",
    "abc  ",
)


def nested(levels: int) -> str:
    """JSON of objects in objects."""
    return '{"a":' * levels + "1" + "}" * levels


def odd_texts(number: int) -> list[str]:
    """So many texts of every sort in turn, always the same ones."""
    some = random.Random(20261128)
    return [_SORTS[index % len(_SORTS)](some) for index in range(number)]


def _of(some: random.Random, length: int) -> str:
    return "".join(some.choice(some.choice(_CHARACTERS)) for _ in range(length))


def _of_one_sort(some: random.Random) -> str:
    characters = some.choice(_CHARACTERS)
    return "".join(some.choice(characters) for _ in range(some.randint(0, 20)))


def _json(some: random.Random) -> str:
    inner: object = _of(some, 20)
    for _ in range(some.randint(1, 5)):
        text = json.dumps(inner, ensure_ascii=some.random() < 0.5)
        inner = some.choice([text, {text[:50]: inner}, [inner, float("nan"), 10**400]])
    return json.dumps(inner)


def _escapes(some: random.Random) -> str:
    return json.dumps({"labels": {_of(some, 5): _of(some, 5)}, "values": {_of(some, 5): some.random()}})


_SORTS: tuple[Callable[[random.Random], str], ...] = (
    lambda some: _of(some, some.randint(1, 40)),
    lambda some: "\ud800" * some.randint(1, 5) + "x",
    _of_one_sort,
    _escapes,
    _json,
    lambda some: _of(some, some.choice([254, 255, 256, 2_000])),
    lambda some: some.choice(["x", "é", "\\", "漢"]) * LONG,
    lambda some: nested(some.choice([199, 200, 255, 499, 1_000, 5_000])),
    lambda some: "[" * some.randint(1, 1_000),
    lambda some: "\0" * some.randint(1, 3) + "nul",
)
