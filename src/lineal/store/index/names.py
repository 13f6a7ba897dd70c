"""The names in the index that are like a text: the text itself first, then names that begin with it, then the rest.

Nodes of one name, type and workspace are the versions of one thing, and are one row. What stays out: searches by other
keys (search.py), and the versions themselves (versions.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from lineal.filter.search import Contains, pattern_of
from lineal.kinds import KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.tables.own_tables import ENTRY, LONGEST_TEXT

EXACT, PREFIX = 1, 2


class NameRow(NamedTuple):
    """Nodes of one name, type and workspace.

    Attributes:
        rank: 0 for the text itself, EXACT for the text in another case, PREFIX if the name begins with it, else more.
        number: how many nodes there are.
        newest: the greatest id, which is that of the node recorded last.
    """

    name: str
    rank: int
    number: int
    newest: int


def _ranked(kind: Kind) -> Statement:
    """Return the query of the names of a kind that are like a text: it reads the index of names alone."""
    name = ENTRY.c.name
    rank = sa.case(
        (name == sa.bindparam("exact", type_=sa.Text()), sa.literal_column("0")),
        (Contains(name, sa.bindparam("whole", type_=sa.Text())), sa.literal_column(str(EXACT))),
        (Contains(name, sa.bindparam("start", type_=sa.Text())), sa.literal_column(str(PREFIX))),
        else_=sa.literal_column("3"),
    ).label("name_rank")
    last = sa.func.max(ENTRY.c.node_id).label("last_id")
    query = sa.select(name, rank, last).where(
        ENTRY.c.kind == sa.literal_column(str(kind.type_kind)),
        Contains(name, sa.bindparam("part", type_=sa.Text())),
    )
    return Statement(query.group_by(name).order_by(sa.text("name_rank"), last.desc()).limit(sa.bindparam("most")))


def _grouped(kind: Kind) -> Statement:
    workspace = sa.func.coalesce(ENTRY.c.workspace, sa.literal_column("''"))
    query = sa.select(ENTRY.c.name, sa.func.count(), sa.func.max(ENTRY.c.node_id)).where(
        ENTRY.c.kind == sa.literal_column(str(kind.type_kind)), listed(ENTRY.c.name, "names")
    )
    return Statement(query.group_by(ENTRY.c.name, ENTRY.c.type_id, workspace))


_RANKED = {kind: _ranked(kind) for kind in KINDS}
_GROUPED = {kind: _grouped(kind) for kind in KINDS}


def names_like(session: Session, kind: Kind, text: str, *, limit: int) -> Sequence[NameRow]:
    """Return up to `limit` names that hold a text, whatever the case; within a rank, the one recorded last first."""
    start = pattern_of(text[:LONGEST_TEXT])
    values = {
        "exact": text[:LONGEST_TEXT],
        "whole": start,
        "start": f"{start}%",
        "part": f"%{start}%",
        "most": limit,
    }
    ranks = {name: rank for name, rank, _ in session.rows(_RANKED[kind], values)}
    if not ranks:
        return []
    rows = session.listed_rows(_GROUPED[kind], "names", list(ranks))
    found = [NameRow(name, ranks[name], number, newest) for name, number, newest in rows]
    return sorted(found, key=lambda row: (row.rank, -row.newest))[:limit]
