"""The official library's indexes on PostgreSQL, which hold whole texts, and their replacement.

Such an index refuses a text of more than 2.6 kB. Lineal's index holds only the start of the text, so any text fits. It
has the same name; otherwise the official library would create its own again. What stays out: other engines, where the
indexes of the official library accept any text.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex

from lineal.store.engine.session import Session
from lineal.store.schema.migrations.shape import FoundIndex, Shape
from lineal.store.schema.migrations.versions import indexed_columns
from lineal.store.tables.mlmd_tables import text_indexes


def whole_indexes(session: Session, shape: Shape) -> list[tuple[FoundIndex, sa.Index]]:
    """Return the indexes that hold whole texts, each with its replacement."""
    if not session.dialect.limits_indexed_texts:
        return []
    found = []
    for index in text_indexes():
        table = shape.get(index.table.name.lower()) if index.table is not None else None
        entries = table.indexes if table is not None else ()
        columns = indexed_columns(index)
        found += [(entry, index) for entry in entries if entry.columns == columns and not entry.unique]
    return found


def replace_whole_indexes(session: Session, shape: Shape) -> None:
    """Replace the indexes that hold whole texts with indexes that any text fits."""
    dialect = session.dialect.sql_dialect
    quote = dialect.identifier_preparer.quote_identifier
    found = whole_indexes(session, shape)
    for entry, _ in found:
        session.script(f"DROP INDEX {quote(entry.name)}")
    for index in dict.fromkeys(index for _, index in found):
        session.script(str(CreateIndex(index, if_not_exists=True).compile(dialect=dialect)))
