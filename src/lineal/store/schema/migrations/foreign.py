"""Recognise tables of another program before anything is written.

Kubeflow Model Registry, for one, has tables of the same names: on PostgreSQL they are spelled with capitals, and on
SQLite their ids may be given twice. What stays out: stores of ML Metadata of which a part is missing (state.py).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from lineal import errors, pages
from lineal.store.engine.session import Session
from lineal.store.schema.migrations.versions import TYPE_KIND, column_since, table_since
from lineal.store.tables.mlmd_tables import metadata

_KNOWN = {name.lower(): name for name in metadata.tables}


def refuse_foreign(session: Session) -> None:
    """Refuse a database whose tables have the names of ML Metadata's but belong to another program.

    Raises:
        FailedPreconditionError: they are; the message names the first table that is not as it should be.
    """
    names = [name for name in session.dialect.table_names(session.script) if name.lower() in _KNOWN]
    if not names:
        return
    reason = session.dialect.foreign_table(session.script, names) or next(_foreign_columns(session, names), None)
    if reason:
        raise errors.FailedPreconditionError(
            f"{session.dialect.place()} holds tables of another program, such as Kubeflow Model Registry, under the "
            f"names of ML Metadata's: {reason}. Nothing was written; give Lineal a database (or schema) of its own",
            errors.Details(page=pages.DATABASES.name),
        )


def _foreign_columns(session: Session, names: list[str]) -> Iterator[str]:
    columns = session.dialect.column_names(session.script)
    for name in names:
        lacking = sorted(_lasting_columns()[_KNOWN[name.lower()]] - columns.get(name.lower(), set()))
        if lacking:
            yield f"the table {name} lacks the column {lacking[0]}, which it has in every schema version"


@functools.cache
def _lasting_columns() -> Mapping[str, set[str]]:
    """Return, by table, the columns that it has in every version that has the table."""
    return {
        name: {each.name for each in table.columns if column_since(table, each.name) <= table_since(name)} - {TYPE_KIND}
        for name, table in metadata.tables.items()
    }
