"""Remove nodes from the search index, with their facts about other nodes, and runs without nodes.

What stays out: the index itself (entries.py).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from lineal.kinds import CONTEXT, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.index.entries import indexed, settle_metrics
from lineal.store.tables.own_tables import ENTRY, FACT, RUN, UNINDEXED

_OF_KIND: sa.BindParameter[int] = sa.bindparam("kind")
_ENTRIES = Statement(sa.delete(ENTRY).where(ENTRY.c.kind == _OF_KIND, listed(ENTRY.c.node_id, "ids")))
_UNINDEXED = Statement(sa.delete(UNINDEXED).where(UNINDEXED.c.kind == _OF_KIND, listed(UNINDEXED.c.node_id, "ids")))
_FACTS_ABOUT = Statement(sa.delete(FACT).where(FACT.c.kind == _OF_KIND, listed(FACT.c.node_id, "ids")))
_OWN_FACTS = Statement(
    sa.delete(FACT).where(FACT.c.kind == _OF_KIND, listed(FACT.c.node_id, "ids"), FACT.c.source_id == FACT.c.node_id)
)
_FACTS_SAID = Statement(
    sa.delete(FACT).where(
        FACT.c.kind == _OF_KIND, FACT.c.node_id == sa.bindparam("node"), FACT.c.source_id == sa.bindparam("source")
    ),
    order=["kind", "node", "source"],
)
_RUNS_OF = Statement(
    sa.select(ENTRY.c.workspace, ENTRY.c.run)
    .where(ENTRY.c.kind == _OF_KIND, listed(ENTRY.c.node_id, "ids"), ENTRY.c.run.is_not(None))
    .distinct()
)
_RUNS_OF_CONTEXTS = Statement(sa.delete(RUN).where(listed(RUN.c.context_id, "ids")))
_IN_WORKSPACE = sa.func.coalesce(ENTRY.c.workspace, sa.literal_column("''")) == sa.bindparam("in_workspace")
_MEMBER = Statement(sa.select(ENTRY.c.node_id).where(ENTRY.c.run == sa.bindparam("run_name"), _IN_WORKSPACE).limit(1))
_NAMED_RUN = Statement(
    sa.delete(RUN).where(
        RUN.c.context_id == sa.literal_column("0"),
        RUN.c.workspace == sa.bindparam("in_workspace"),
        RUN.c.name == sa.bindparam("run_name"),
    )
)


def tables_of_index(session: Session) -> set[str]:
    """Return the names of the index's tables in the store; a store of an earlier version may not have all."""
    present = {name.lower() for name in session.dialect.table_names(session.script)}
    return present & {ENTRY.name, UNINDEXED.name}


def forget(
    session: Session, kind: Kind, ids: Sequence[int], *, tables: Collection[str], keeps_said_by_others: bool = False
) -> None:
    """Remove nodes from the index's tables in the store.

    Args:
        session: the transaction, which holds the lock of the index.
        kind: the kind of the nodes.
        ids: the nodes.
        tables: what `tables_of_index` returned.
        keeps_said_by_others: whether the nodes stay, so that metrics which others report on them stay as well.
    """
    if ENTRY.name not in tables:
        return
    runs: set[tuple[str, str]] = set()
    for piece in session.pieces(ids):
        values = {"kind": kind.type_kind, "ids": piece}
        runs |= {(workspace or "", run) for workspace, run in session.rows(_RUNS_OF, values)}
        known = indexed(session, kind, piece)
        session.change(_ENTRIES, values)
        if UNINDEXED.name in tables:
            session.change(_UNINDEXED, values)
        session.change(_OWN_FACTS if keeps_said_by_others else _FACTS_ABOUT, values)
        _take_back(session, kind, [(subject, node_id) for node_id, (_, subject) in known.items() if subject])
        if kind is CONTEXT:
            session.change(_RUNS_OF_CONTEXTS, {"ids": piece})
    for workspace, run in sorted(runs):
        _end_run(session, {"in_workspace": workspace, "run_name": run})


def _take_back(session: Session, kind: Kind, said: Sequence[tuple[int, int]]) -> None:
    """Delete facts of nodes about others; then the metrics of the latest remaining source count."""
    session.change_many(_FACTS_SAID, [(kind.type_kind, subject, source) for subject, source in said])
    settle_metrics(session, kind, sorted({subject for subject, _ in said}))


def _end_run(session: Session, run: dict[str, str]) -> None:
    """Delete a run without a context if no node names it any more."""
    if session.row(_MEMBER, run) is None:
        session.change(_NAMED_RUN, run)
