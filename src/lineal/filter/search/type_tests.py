"""Tests of the type of a node: by its whole name, by the end of it, and by the kind of a watched object.

What stays out: how types of watched objects are named (`lineal.type_names`).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lineal.filter.search.target import Target
from lineal.filter.search.tree import Comparison
from lineal.filter.search.value_tests import (
    Contains,
    Expression,
    ends_with,
    pattern,
    pattern_of,
    starts_with,
    text_test,
)
from lineal.type_names import WATCHED, starts_of_kind


def type_condition(body: Comparison, target: Target) -> Expression:
    """Build the test of a type: its whole name, and but for == also the part after the last slash or dot, or its kind.

    Types of watched objects are named by kind, group and version (`lineal.type_names`). So `type:Job` means the kind
    Job, in any case of its letters, and only if the store has none a part of a name.
    """
    table = target.tables["Type"].alias("type").c
    texts = [str(value) for value in body.values]
    if body.operator == ":":
        tests = [_type_contains(text, table, target) for text in texts]
    else:
        tests = [text_test(body)(table.name)]
    if body.operator == "=":
        tests += [ends_with(table.name, mark + text) for text in texts for mark in "/."]
        tests += [starts_with(table.name, start) for text in texts for start in starts_of_kind(text)]
    types = sa.select(table.id).where(table.type_kind == target.kind.type_kind, sa.or_(*tests))
    return target.unled(target.node.c.type_id).in_(types)


def _type_contains(text: str, table: Any, target: Target) -> Expression:
    other = target.tables["Type"].alias("other_type").c
    has_kind = sa.exists(
        sa.select(sa.literal_column("1")).where(other.type_kind == target.kind.type_kind, _is_kind(text, other.name))
    )
    is_watched = sa.or_(*[_begins(table.name, f"{WATCHED}%/v{digit}%") for digit in range(1, 10)])
    return sa.and_(
        Contains(table.name, pattern(text)),
        sa.or_(sa.not_(is_watched), _is_kind(text, table.name), sa.not_(has_kind)),
    )


def _is_kind(text: str, name: Expression) -> Expression:
    return sa.or_(*[_begins(name, f"{pattern_of(start)}%") for start in starts_of_kind(text)])


def _begins(name: Expression, like: str) -> Expression:
    return Contains(name, sa.bindparam(None, like, sa.Text()))
