"""The steps between schema versions: what each one brings, and which rows it removes on the way up or down.

Tables and columns follow from versions.py. This module has the texts for people, and the changes of rows beyond
copying. Rows are counted before any change, on the database at the start. What stays out: order, locks and versions
(migration.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from lineal.kinds import CONTEXT, KINDS
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.schema.migrations.shape import Shape, has_column
from lineal.store.schema.migrations.versions import TYPE_KIND
from lineal.store.tables.mlmd_tables import EVENT, EVENT_PATH, PROPERTY, TYPE, TYPE_PROPERTY, metadata
from lineal.store.tables.values import VALUE_COLUMNS

_FIRST_VALUES = ("int_value", "double_value", "string_value")
_ALL_VALUES = (*VALUE_COLUMNS, "byte_value")


@dataclass(frozen=True)
class RowChange:
    """Rows that a step removes, or whose values go with a column.

    Attributes:
        what: the rows, in words in which {rows:NOUN} is their number with its noun.
        count: how many there are.
        apply: removes them; None if they are dropped with a table or column.
    """

    what: str
    count: Callable[[Session, Shape], int]
    apply: Callable[[Session, Shape], None] | None = None


@dataclass(frozen=True)
class Step:
    """The difference between a version and the one before it.

    Attributes:
        version: the upper version.
        up: what the way up does.
        down: what the way down does.
        cleared_up: rows that are removed on the way up; none of them can be used.
        lost_down: what is lost on the way down.
    """

    version: int
    up: str
    down: str
    cleared_up: tuple[RowChange, ...] = ()
    lost_down: tuple[RowChange, ...] = ()


def _count(session: Session, table: sa.Table, *conditions: Any) -> int:
    statement = Statement(sa.select(sa.func.count()).select_from(table).where(*conditions))
    return int(session.rows(statement)[0][0])


def _filled(what: str, column: str, *tables: str) -> RowChange:
    """Return the loss of a column's values in some tables."""

    def count(session: Session, shape: Shape) -> int:
        present = [metadata.tables[name] for name in tables if has_column(shape, name, column)]
        return sum(_count(session, table, table.c[column].is_not(None)) for table in present)

    return RowChange(what, count)


def _states_and_times() -> RowChange:
    """Return the loss of states and times: every node has times, so their number is that of the nodes."""

    def count(session: Session, shape: Shape) -> int:
        present = [kind.table for kind in KINDS if has_column(shape, kind.table, "create_time_since_epoch")]
        return sum(_count(session, metadata.tables[name]) for name in present)

    return RowChange("the times and states of {rows:nodes}", count)


def _whole(what: str, *tables: str) -> RowChange:
    """Return the loss of all rows of some tables."""

    def count(session: Session, shape: Shape) -> int:
        return sum(_count(session, metadata.tables[name]) for name in tables if name.lower() in shape)

    return RowChange(what, count)


def _valueless(what: str, *, kept: tuple[str, ...], lost: tuple[str, ...] = ()) -> RowChange:
    """Return the removal of properties with no value in the columns `kept`; those with one in `lost` are counted.

    The official library refuses a whole node with a property without a value, so the property is removed as well.
    """

    def is_empty(shape: Shape, table: sa.Table) -> list[sa.ColumnElement[bool]]:
        return [table.c[name].is_(None) for name in kept if has_column(shape, table.name, name)]

    def is_lost(table: sa.Table) -> list[sa.ColumnElement[bool]]:
        return [sa.or_(*[table.c[name].is_not(None) for name in lost])] if lost else []

    def present(shape: Shape) -> list[sa.Table]:
        tables = [table for table in PROPERTY.values() if table.name.lower() in shape]
        return [table for table in tables if all(has_column(shape, table.name, name) for name in lost)]

    def count(session: Session, shape: Shape) -> int:
        return sum(_count(session, table, *is_empty(shape, table), *is_lost(table)) for table in present(shape))

    def apply(session: Session, shape: Shape) -> None:
        for table in present(shape):
            session.change(Statement(sa.delete(table).where(*is_empty(shape, table))), {})

    return RowChange(what, count, apply)


def _repeated_event_ids(session: Session) -> list[int]:
    """Return the ids of events whose artifact, execution and type a newer event repeats."""
    same = (EVENT.c.artifact_id, EVENT.c.execution_id, EVENT.c.type)
    newest = sa.func.max(EVENT.c.id).label("newest")
    repeated = sa.select(*same, newest).group_by(*same).having(sa.func.count() > 1).subquery()
    matching = [column == repeated.c[column.name] for column in same]
    found = sa.select(EVENT.c.id).where(*matching, EVENT.c.id < repeated.c.newest)
    return [id_ for (id_,) in session.rows(Statement(found))]


def _remove_events(session: Session, _: Shape) -> None:
    ids = _repeated_event_ids(session)
    for table, column in ((EVENT_PATH, EVENT_PATH.c.event_id), (EVENT, EVENT.c.id)):
        statement = Statement(sa.delete(table).where(listed(column, "ids")))
        for piece in session.pieces(ids):
            session.change(statement, {"ids": piece})


_REPEATED_EVENTS = RowChange(
    "{rows:events} that a newer event of the same artifact, execution and type repeats",
    lambda session, _: len(_repeated_event_ids(session)),
    _remove_events,
)

_IS_CONTEXT_TYPE = TYPE.c.type_kind == CONTEXT.type_kind


def _count_context_types(session: Session, shape: Shape) -> int:
    return _count(session, TYPE, _IS_CONTEXT_TYPE) if has_column(shape, TYPE.name, TYPE_KIND) else 0


def _remove_context_types(session: Session, shape: Shape) -> None:
    """Remove the types with their properties; otherwise a later type with the same id would get the properties."""
    if has_column(shape, TYPE.name, TYPE_KIND):
        ids = sa.select(TYPE.c.id).where(_IS_CONTEXT_TYPE)
        session.change(Statement(sa.delete(TYPE_PROPERTY).where(TYPE_PROPERTY.c.type_id.in_(ids))), {})
        session.change(Statement(sa.delete(TYPE).where(_IS_CONTEXT_TYPE)), {})


STEPS = (
    Step(1, "adds a table with the schema version", "drops the table with the schema version"),
    Step(
        2,
        "allows types for contexts, too",
        "keeps only types of artifacts and executions",
        lost_down=(RowChange("{rows:types} of contexts", _count_context_types, _remove_context_types),),
    ),
    Step(
        3,
        "adds contexts and their properties",
        "drops contexts and their properties",
        lost_down=(_whole("{rows:contexts}", "Context"),),
    ),
    Step(
        4,
        "adds attributions and associations",
        "drops attributions and associations",
        lost_down=(_whole("{rows:memberships} of nodes in contexts", "Attribution", "Association"),),
    ),
    Step(
        5,
        "adds names and states of artifacts and executions, and times of all nodes (0 for existing nodes)",
        "drops names and states of artifacts and executions, and times of all nodes",
        lost_down=(
            _filled("the names of {rows:nodes}", "name", "Artifact", "Execution"),
            _states_and_times(),
        ),
    ),
    Step(
        6,
        "adds versions, descriptions and base types of types, parent contexts, and indexes for uris and times",
        "drops versions, descriptions and base types of types, parent contexts, and indexes for uris and times",
        lost_down=(
            _filled(
                "the versions of {rows:types}; types that differ only in their version become equal", "version", "Type"
            ),
            _filled("the descriptions of {rows:types}", "description", "Type"),
            _whole("the base types of {rows:types}", "ParentType"),
            _whole("{rows:parents} of contexts", "ParentContext"),
        ),
    ),
    Step(
        7,
        "adds a column for bytes to properties, and an index for the paths of events",
        "drops the column for bytes of properties, and the index for the paths of events",
        lost_down=(_valueless("{rows:properties} with bytes", kept=_FIRST_VALUES, lost=("byte_value",)),),
    ),
    Step(
        8,
        "keeps each event only once, and adds indexes for the values of properties",
        "allows repeated events, and drops the indexes for the values of properties",
        cleared_up=(_REPEATED_EVENTS,),
    ),
    Step(
        9,
        "adds external ids",
        "drops external ids",
        lost_down=(_filled("{rows:external ids}", "external_id", "Artifact", "Execution", "Context", "Type"),),
    ),
    Step(
        10,
        "adds columns for protos and booleans to properties",
        "drops the columns for protos and booleans of properties",
        cleared_up=(_valueless("{rows:properties} whose values an earlier downgrade has dropped", kept=_ALL_VALUES),),
        lost_down=(
            _valueless(
                "{rows:properties} of type proto or boolean",
                kept=(*_FIRST_VALUES, "byte_value"),
                lost=("proto_value", "bool_value"),
            ),
        ),
    ),
)
