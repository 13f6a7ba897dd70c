"""Recognise what a database is: empty, a store of some version, or something that needs a person.

What stays out: looking (shape.py) and changing (migration.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from lineal import errors, pages
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.store.schema.migrations.foreign import refuse_foreign
from lineal.store.schema.migrations.shape import Shape, has_column, read_shape
from lineal.store.schema.migrations.versions import UNIQUE_EVENTS_SINCE, tables_at
from lineal.store.tables.mlmd_tables import ENVIRONMENT, EVENT, SCHEMA_VERSION

# Where changes of tables cannot be undone, this table says which migration was begun and not finished.
UNFINISHED = sa.Table(
    "lineal_migration",
    sa.MetaData(),
    sa.Column("from_version", sa.Integer, nullable=False),
    sa.Column("to_version", sa.Integer, nullable=False),
)
_VERSIONS = Statement(sa.select(ENVIRONMENT.c.schema_version).order_by(ENVIRONMENT.c.schema_version))
_UNFINISHED = Statement(sa.select(UNFINISHED.c.from_version, UNFINISHED.c.to_version))


@dataclass(frozen=True)
class State:
    """The state of a database.

    Attributes:
        shape: its tables of ML Metadata.
        rows: the schema versions that MLMDEnv names, or None without that table.
        unfinished: the versions (from, to) of a migration that was interrupted.
    """

    shape: Shape
    rows: tuple[int, ...] | None
    unfinished: tuple[int, int] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is no table of ML Metadata."""
        return not self.shape

    @property
    def lacks_only_the_version(self) -> bool:
        """Whether everything is as in the current version, except the row with the version (and perhaps its table)."""
        return not self.rows and not self.unfinished and self.missing(SCHEMA_VERSION) in ([], [ENVIRONMENT.name])

    def missing(self, version: int) -> list[str]:
        """Return the tables, and columns as Table.column, that a version has and this database lacks."""
        lacking: list[str] = []
        for name, table in tables_at(version).items():
            if name.lower() not in self.shape:
                lacking.append(name)
                continue
            columns = [column.name for column in table.columns if not has_column(self.shape, name, column.name)]
            lacking += [f"{name}.{column}" for column in columns]
        return lacking

    def version(self) -> int:
        """Return the schema version of a database that is not empty.

        Raises:
            FailedPreconditionError: it has none that is known, lacks tables, or a migration of it is unfinished.
        """
        if self.unfinished:
            start, end = self.unfinished
            raise errors.FailedPreconditionError(
                f"a migration from schema version {start} to {end} is unfinished; unless it is still running, run "
                "`lineal migrate` to finish it",
                errors.Details(page=pages.MIGRATIONS.name),
            )
        version = 0 if self._is_version_0 else self._named_version()
        if version > SCHEMA_VERSION:
            raise errors.FailedPreconditionError(
                f"the database has schema version {version}, and this Lineal works on version {SCHEMA_VERSION}; "
                "use a newer version of Lineal",
                errors.Details(page=pages.MIGRATIONS.name),
            )
        self._require(version)
        return version

    @property
    def _is_version_0(self) -> bool:
        """Whether this is the oldest version, which has no table with its number."""
        return self.rows is None and not self.missing(0)

    def _named_version(self) -> int:
        """Return the version in MLMDEnv."""
        if self.rows is not None and len(self.rows) == 1 and self.rows[0] >= 0:
            return self.rows[0]
        if self.lacks_only_the_version:
            raise errors.FailedPreconditionError(
                f"MLMDEnv holds no schema version, and the tables are those of version {SCHEMA_VERSION}; "
                "run `lineal migrate`, which writes it",
                errors.Details(page=pages.MIGRATIONS.name),
            )
        if self.rows is None:
            self._require(SCHEMA_VERSION)
        held = ", ".join(map(str, self.rows or ())) or "none"
        raise errors.FailedPreconditionError(
            f"MLMDEnv must hold one schema version and holds {held}; {self._cure_of_rows()}",
            errors.Details(page=pages.MIGRATIONS.name),
        )

    def _require(self, version: int) -> None:
        """Refuse a database without all tables and columns of a version."""
        lacking = self.missing(version)
        if lacking:
            raise errors.FailedPreconditionError(
                f"the database has some tables of ML Metadata and lacks {', '.join(lacking)}; "
                "restore it from a backup, or give an empty database",
                errors.Details(page=pages.MIGRATIONS.name),
            )

    def _cure_of_rows(self) -> str:
        fitting = [version for version in range(SCHEMA_VERSION + 1) if not self.missing(version)]
        if not fitting:
            return "restore the database from a backup"
        likely = fitting[-1]
        if likely == UNIQUE_EVENTS_SINCE and not self._has_unique_events:
            likely -= 1  # nothing else tells the two apart
        return f"its tables are those of version {likely}: after a backup, keep only that one row in MLMDEnv"

    @property
    def _has_unique_events(self) -> bool:
        return any(index.unique for index in self.shape[EVENT.name.lower()].indexes)


def recognise(session: Session) -> State:
    """Read the state of a database.

    Raises:
        FailedPreconditionError: its tables are another program's.
    """
    refuse_foreign(session)
    shape = read_shape(session)
    rows = None
    if ENVIRONMENT.name.lower() in shape:
        rows = tuple(version for (version,) in session.rows(_VERSIONS))
    unfinished = session.row(_UNFINISHED, {}) if is_unfinished(session) else None
    return State(shape, rows, (unfinished[0], unfinished[1]) if unfinished else None)


def is_unfinished(session: Session) -> bool:
    """Say whether a migration was begun and not finished."""
    return UNFINISHED.name in session.dialect.table_names(session.script)
