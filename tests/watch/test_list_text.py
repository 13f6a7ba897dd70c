"""Lists that come in pieces: the items are cut out whole, wherever the pieces end."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal.watch.cluster.list_text import ListText

ODD = 'x"]}\\,{[ "items":[ é\u2028'
LISTS: list[dict[str, Any]] = [
    {
        "kind": "PodList",
        "metadata": {"resourceVersion": "7", "continue": "t"},
        "items": [{"a": 1}, {"a": [{"b": ODD}]}],
    },
    {"apiVersion": "v1", "items": [{"items": [{"c": ODD}], ODD: ""}, {}], "metadata": {"items": [1]}},
    {"metadata": {"x": {"items": [{"no": "item"}]}, "y": ODD}, "items": []},
    {"items": [], "metadata": {}},
]


def cut(text: bytes, size: int) -> tuple[list[Any], dict[str, Any]]:
    """The items and the rest of a list that comes in pieces of a size."""
    listed = ListText(text[start : start + size] for start in range(0, len(text), size))
    items = [json.loads(item) for item in listed.items()]
    assert listed.size == len(text)
    return items, listed.rest()


@pytest.mark.parametrize("form", [{}, {"separators": (",", ":")}, {"indent": 2}, {"ensure_ascii": False}])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1 << 16])
@pytest.mark.parametrize("listed", LISTS)
def test_items_are_cut_out_whole(listed: dict[str, Any], size: int, form: dict[str, Any]) -> None:
    assert cut(json.dumps(listed, **form).encode(), size) == (listed["items"], listed | {"items": []})


def test_a_list_without_items_has_none() -> None:
    assert cut(b'{"metadata":{},"items":null}', 5) == ([], {"metadata": {}, "items": None})


@pytest.mark.parametrize("end", [1, 20, 30, 60])
def test_a_list_that_ends_early_is_an_error(end: int) -> None:
    text = json.dumps({"items": [{"name": "a"}, {"name": "b"}], "metadata": {"resourceVersion": "7"}}).encode()

    with pytest.raises(ValueError, match="ends early"):
        cut(text[:end], 1 << 16)


def test_no_more_than_an_item_is_kept() -> None:
    item = b'{"text":"' + b"x" * 10_000 + b'"}'
    pieces = (piece for _ in range(100) for piece in (item, b","))
    listed = ListText(piece for part in ([b'{"items":['], pieces) for piece in part)
    items = listed.items()

    for _ in range(50):
        next(items)
        assert len(listed._text) + len(listed._around) < 2 * len(item)
