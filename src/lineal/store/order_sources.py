"""Where the values of a key lie that a listing is ordered by: queries of (node_id, value), numbers first, then texts.

What stays out: pages (search.py).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lineal.kinds import Kind
from lineal.store.own_tables import ENTRY, FACT, Family
from lineal.store.tables import PROPERTY

_FAMILIES = {"label": Family.LABEL, "metric": Family.METRIC, "prop": Family.META}
ENTRY_FIELDS = ("name", "version", "workspace", "run")


def ordered_values(kind: Kind, field: str, name: str) -> list[sa.Subquery]:
    """Return the queries of a key's values: one of numbers, one of texts, as far as the key can have them."""
    if field in ENTRY_FIELDS:
        return [_entries(kind, field)]
    if field == "label":
        return [_facts(kind, field, name, FACT.c.text).subquery("texts")]
    found = [_union(kind, field, name, ("int_value", "double_value"), FACT.c.number, "numbers")]
    if field != "metric":
        found.append(_union(kind, field, name, ("string_value",), FACT.c.text, "texts"))
    return found


def _entries(kind: Kind, field: str) -> sa.Subquery:
    column = ENTRY.c[field]
    query = sa.select(ENTRY.c.node_id, column.label("value"))
    return query.where(ENTRY.c.kind == kind.type_kind, column.is_not(None)).subquery("entries")


def _union(
    kind: Kind, field: str, name: str, columns: tuple[str, ...], fact: sa.ColumnElement[Any], alias: str
) -> sa.Subquery:
    """Return a query of the one value of each node; where several places name one, of the greatest."""
    arms = [_facts(kind, field, name, fact), *_properties(kind, name, columns)]
    union = sa.union_all(*arms).subquery(f"all_{alias}")
    query = sa.select(union.c.node_id, sa.func.max(union.c.value).label("value"))
    return query.group_by(union.c.node_id).subquery(alias)


def _facts(kind: Kind, field: str, name: str, column: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(FACT.c.node_id, column.label("value")).where(
        FACT.c.kind == kind.type_kind,
        FACT.c.family == int(_FAMILIES[field]),
        FACT.c.name == sa.bindparam(None, name, sa.Text()),
        column.is_not(None),
    )


def _properties(kind: Kind, name: str, columns: tuple[str, ...]) -> list[sa.Select[Any]]:
    row = PROPERTY[kind].c
    return [
        sa.select(row[kind.id_column].label("node_id"), row[column].label("value")).where(
            row.name == sa.bindparam(None, name, sa.Text()),
            row.is_custom_property == sa.literal(custom),
            row[column].is_not(None),
        )
        for column in columns
        for custom in (False, True)
    ]
