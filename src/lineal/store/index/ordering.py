"""The values that a listing is ordered by: queries of (node_id, value), numbers first, then texts.

What stays out: pages (search.py).
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lineal.filter.dialects import IsNan
from lineal.filter.search import among
from lineal.kinds import Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.tables.mlmd_tables import PROPERTY
from lineal.store.tables.own_tables import ENTRY, FACT, RAN_FACT, Family

_REPORTED = (Family.METRIC, Family.EARLIER_METRIC)
_FAMILIES = {
    "label": (Family.LABEL,),
    "metric": (Family.METRIC,),
    "least": _REPORTED,
    "greatest": _REPORTED,
    "prop": (Family.META,),
    "ran": (Family.RAN,),
}
METRIC_FAMILIES = ("metric", "least", "greatest")
"""A metric as it was reported last, and the least and the greatest of all that was reported."""
ENTRY_FIELDS = ("name", "version", "workspace", "run")


def ordered_values(session: Session, kind: Kind, field: str, name: str) -> list[sa.Subquery]:
    """Return the queries of a key's values: one of numbers, one of texts, as far as there are any."""
    if field in ENTRY_FIELDS:
        return [_entries(kind, field)]
    if field == "ran":
        return [_facts(kind, field, RAN_FACT, FACT.c.number).subquery(field)]
    numbers = [_facts(kind, field, name, FACT.c.number)]
    texts = [_facts(kind, field, name, FACT.c.text).where(FACT.c.number.is_(None))]
    if field != "label":
        numbers += _properties(kind, name, ("int_value", "double_value"))
        texts += _properties(kind, name, ("string_value",))
    wanted = {"numbers": [] if field == "label" else numbers, "texts": [] if field in METRIC_FAMILIES else texts}
    filled = {alias: [arm for arm in arms if session.rows(Statement(arm.limit(1)))] for alias, arms in wanted.items()}
    return [_united(arms, alias, field) for alias, arms in filled.items() if arms]


def _entries(kind: Kind, field: str) -> sa.Subquery:
    column = ENTRY.c[field]
    query = sa.select(ENTRY.c.node_id, column.label("value"))
    return query.where(ENTRY.c.kind == kind.type_kind, column.is_not(None)).subquery("entries")


def _united(arms: list[sa.Select[Any]], alias: str, field: str) -> sa.Subquery:
    """Return a query of one value for each node; if several places have one, the greatest or least.

    A single place has one value for each node, in the order of an index, which a union would lose; but of metrics it
    has all that were reported.
    """
    if len(arms) == 1 and field not in ("least", "greatest"):
        return arms[0].subquery(alias)
    union = sa.union_all(*arms).subquery(f"all_{alias}")
    chosen = sa.func.min if field == "least" else sa.func.max
    query = sa.select(union.c.node_id, chosen(union.c.value).label("value"))
    return query.group_by(union.c.node_id).subquery(alias)


def _facts(kind: Kind, field: str, name: str, column: sa.ColumnElement[Any]) -> sa.Select[Any]:
    return sa.select(FACT.c.node_id, column.label("value")).where(
        FACT.c.kind == kind.type_kind,
        among(FACT.c.family, _FAMILIES[field]),
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
            *([sa.not_(IsNan(row.double_value, row.proto_value))] if column == "double_value" else []),
        )
        for column in columns
        for custom in (False, True)
    ]
