"""Allow only one migration of a database at a time.

SQLite has one writer, and PostgreSQL a lock that ends with the transaction (`begin_setup`). On MySQL changes of tables
end transactions, so a lock by name is held beside them. What stays out: other work on the database, which a person has
to stop.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from lineal import errors
from lineal.store.engine.session import Session

_WAIT_SECONDS = 60
_NAME = "CONCAT('lineal migration ', LEFT(SHA2(DATABASE(), 256), 32))"
_NOT_SUPPORTED = 1235  # MariaDB's error about locks by name in a cluster


@contextmanager
def alone(session: Session) -> Iterator[None]:
    """Hold back other migrations of the database.

    Raises:
        AbortedError: another one did not end in time.
    """
    session.dialect.begin_setup(session.script)
    locked = session.dialect.name == "mysql" and _lock(session)
    try:
        yield
    finally:
        if locked:
            with suppress(Exception):  # a lost connection has released it
                session.script(f"SELECT RELEASE_LOCK({_NAME})")


def _lock(session: Session) -> bool:
    """Take the lock by name; say whether there are such locks here."""
    try:
        taken = session.script(f"SELECT GET_LOCK({_NAME}, {_WAIT_SECONDS})")[0][0]
    except Exception as error:
        if error.args and error.args[0] == _NOT_SUPPORTED:
            return False
        raise
    if not taken:
        raise errors.AbortedError("another migration of the database is running; try again when it has ended")
    return True
