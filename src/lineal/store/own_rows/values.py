"""Single values of the whole store, by name: its id, and what is to be sent where."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion
from lineal.store.tables.own_tables import VALUE

STORE_ID = "store id"
_NAME: sa.BindParameter[str] = sa.bindparam("of_name")
READ = Statement(sa.select(VALUE.c.value).where(VALUE.c.name == _NAME))
_INSERT = insertion(VALUE, ["name", "value"], keep_existing="name")
_UPDATE = Statement(
    sa.update(VALUE).values(value=sa.bindparam("new_value")).where(VALUE.c.name == _NAME),
    order=["new_value", "of_name"],
)
_DELETE = Statement(sa.delete(VALUE).where(VALUE.c.name == _NAME))


def value_of(session: Session, name: str) -> str | None:
    """Return a value, None if the store does not have it."""
    row = session.unscoped.row(READ, {"of_name": name})
    return None if row is None else str(row[0])


def put(session: Session, name: str, value: str) -> None:
    """Write a value, in place of the one of the same name."""
    session.change_many(_INSERT, [(name, value)])
    session.change_many(_UPDATE, [(value, name)])


def remove(session: Session, name: str) -> None:
    """Delete a value, if the store has it."""
    session.change(_DELETE, {"of_name": name})


def store_id(session: Session) -> str:
    """Return the id of the store, a UUID that is made when it is first asked for; the transaction must write."""
    found = value_of(session, STORE_ID)
    if found is None:  # an insertion would lock the row for all others until this transaction ends
        session.change_many(_INSERT, [(STORE_ID, str(uuid.uuid4()))])
        found = value_of(session, STORE_ID)  # another transaction may have been faster
    return found or ""
