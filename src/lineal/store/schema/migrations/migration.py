"""Plan a migration, and carry it out.

A plan says what will happen and how many rows it concerns. The migration plans again inside the transaction, so nothing
can change in between. On SQLite and PostgreSQL the whole migration is one transaction. MySQL commits at every change of
a table: there a row in `lineal_migration` says what was begun, and the next `migrate` finishes it. What stays out: what
each step does (steps.py, reshape.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from lineal import errors, progress
from lineal.counting import Amount
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion
from lineal.store.schema.migrations.alone import alone
from lineal.store.schema.migrations.reshape import changes_are_transactional, reshape
from lineal.store.schema.migrations.shape import read_shape
from lineal.store.schema.migrations.state import UNFINISHED, State, recognise
from lineal.store.schema.migrations.steps import STEPS, RowChange, Step
from lineal.store.schema.migrations.text_indexes import replace_whole_indexes, whole_indexes
from lineal.store.tables.mlmd_tables import ENVIRONMENT, SCHEMA_VERSION

# Tables of Lineal that opening a store makes again. The search index would speak of the nodes as they were before, and
# the locks are those of a store of the current version.
_RENEWED_TABLES = (
    "lineal_entry",
    "lineal_fact",
    "lineal_unindexed",
    "lineal_index_mark",
    "lineal_progress",
    "lineal_run",
    "lineal_lock",
)

_VERSIONS = Statement(sa.select(ENVIRONMENT.c.schema_version))
_SET_VERSION = Statement(sa.update(ENVIRONMENT).values(schema_version=sa.bindparam("version")))
_ADD_VERSION = insertion(ENVIRONMENT, ["schema_version"])
_CLEAR_UNFINISHED = Statement(sa.delete(UNFINISHED))
_ADD_UNFINISHED = insertion(UNFINISHED, ["from_version", "to_version"])


@dataclass(frozen=True)
class Effect:
    """Rows that a step removes, or whose values it drops: their number, and a text with the number."""

    rows: int
    what: str


@dataclass(frozen=True)
class PlannedStep:
    """One step of a plan: from one version to the next, what it does in words, and the rows concerned."""

    start: int
    end: int
    does: str
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class Plan:
    """The plan of a migration.

    Attributes:
        start: the schema version of the database.
        end: the version that is asked for.
        first: what has to be done before the steps, in words, or "".
        steps: the steps in their order.
        indexes: how many indexes that hold texts whole are replaced, so that any text fits (text_indexes.py).
        creates: whether the database is empty and gets its tables, which is left to preparation.py.
    """

    start: int
    end: int
    first: str
    steps: tuple[PlannedStep, ...]
    indexes: int = 0
    creates: bool = False

    @property
    def losses(self) -> tuple[Effect, ...]:
        """What is lost for good, if the plan leads to an older version."""
        if self.end >= self.start:
            return ()
        return tuple(effect for step in self.steps for effect in step.effects)

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.steps or self.first or self.indexes)


def plan(database: Database, target: int) -> Plan:
    """Say what migrating to a schema version would do.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: the database is empty and the version an older one, or a person must see to it first.
    """
    _check_target(target)
    return database.read(lambda session: _plan(session, recognise(session), target))


def plan_of_empty(target: int) -> Plan:
    """Say what migrating an empty database to a schema version would do: it gets the tables of the newest version.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: the version is an older one.
    """
    _check_target(target)
    if target != SCHEMA_VERSION:
        raise errors.FailedPreconditionError(
            f"the database has no tables of ML Metadata, and new ones are made in schema version {SCHEMA_VERSION} "
            f"only; run `lineal migrate` without --to first, then with --to {target}"
        )
    first = f"create the tables of schema version {SCHEMA_VERSION}, since the database is empty"
    return Plan(target, target, first, (), creates=True)


def migrate(database: Database, target: int, *, accept_loss: bool) -> Plan:
    """Migrate a database to a schema version; return what was done. An empty one stays empty.

    Raises:
        InvalidArgumentError: there is no such version.
        FailedPreconditionError: as for `plan`, or data would be lost and `accept_loss` is False; nothing was changed.
    """
    _check_target(target)

    def work(session: Session) -> Plan:
        with alone(session):
            done = _migrate(session, database, recognise(session), target, accept_loss=accept_loss)
            if done.indexes:
                replace_whole_indexes(session, read_shape(session))
            return done

    return database.write(work)


def upgrade(database: Database) -> None:
    """Upgrade an older database to the current version; an empty one stays empty.

    Raises:
        FailedPreconditionError: a person must see to the database first.
    """

    def work(session: Session) -> None:
        with alone(session):
            state = recognise(session)
            if not state.is_empty:
                _migrate(session, database, state, SCHEMA_VERSION, accept_loss=False)

    database.write(work)


def _check_target(target: int) -> None:
    if not 0 <= target <= SCHEMA_VERSION:
        raise errors.InvalidArgumentError(
            f"there is no way to schema version {target}; this Lineal knows the versions 0 to {SCHEMA_VERSION}"
        )


def _plan(session: Session, state: State, target: int) -> Plan:
    if state.is_empty:
        return plan_of_empty(target)
    start, first = _start(state)
    indexes = len(whole_indexes(session, state.shape)) if target == SCHEMA_VERSION else 0
    if start == target:
        return Plan(start, target, first, (), indexes)
    upwards = start < target
    steps = [_planned(session, state, step, upwards=upwards) for step in _steps(start, target)]
    return Plan(start, target, first, tuple(steps), indexes)


def _start(state: State) -> tuple[int, str]:
    """Return the version from which the steps begin, and what has to be done before."""
    if state.unfinished:
        begun, version = state.unfinished
        return version, f"finish the interrupted migration from version {begun} to {version}"
    if state.lacks_only_the_version:
        return SCHEMA_VERSION, f"write the missing schema version {SCHEMA_VERSION} into {ENVIRONMENT.name}"
    return state.version(), ""


def _steps(start: int, end: int) -> Iterable[Step]:
    """Return the steps between two versions in the order in which they are taken."""
    between = STEPS[min(start, end) : max(start, end)]
    return between if start < end else reversed(between)


def _changes(step: Step, *, upwards: bool) -> tuple[RowChange, ...]:
    return step.cleared_up if upwards else step.lost_down


def _planned(session: Session, state: State, step: Step, *, upwards: bool) -> PlannedStep:
    lower, upper = step.version - 1, step.version
    start, end = (lower, upper) if upwards else (upper, lower)
    counted = [(change, change.count(session, state.shape)) for change in _changes(step, upwards=upwards)]
    effects = [Effect(rows, change.what.format(rows=Amount(rows))) for change, rows in counted if rows]
    return PlannedStep(start, end, step.up if upwards else step.down, tuple(effects))


def _migrate(session: Session, database: Database, state: State, target: int, *, accept_loss: bool) -> Plan:
    planned = _plan(session, state, target)
    if planned.losses and not accept_loss:
        raise errors.FailedPreconditionError(_refusal(planned))
    if planned.creates:
        return planned
    if state.unfinished:
        _travel(session, database, *state.unfinished)
    elif planned.first:
        _travel(session, database, planned.start, planned.start)
    if planned.steps:
        _travel(session, database, planned.start, target)
    return planned


def _refusal(planned: Plan) -> str:
    losses = ", ".join(effect.what for effect in planned.losses)
    return (
        f"going from schema version {planned.start} to {planned.end} loses data: {losses}; nothing was changed. "
        "Back up the database, then say that the loss is accepted (lineal migrate --yes)"
    )


def _travel(session: Session, database: Database, start: int, end: int) -> None:
    """Change rows, then tables, then the version; everything looks at what is there, so that it can be repeated."""
    safe = changes_are_transactional(session)
    if not safe:
        _note_unfinished(session, database, start, end)
    _drop(session, _RENEWED_TABLES)
    shape = read_shape(session)
    steps = list(_steps(start, end))
    for number, step in enumerate(steps, start=1):
        progress.report("steps", number, len(steps))
        for change in _changes(step, upwards=start < end):
            if change.apply is not None:
                change.apply(session, shape)
    reshape(session, database, shape, start, end)
    _write_version(session, end)
    if not safe:
        _drop(session, [UNFINISHED.name])


def _note_unfinished(session: Session, database: Database, start: int, end: int) -> None:
    if UNFINISHED.name not in session.dialect.table_names(session.script):
        session.script(str(CreateTable(UNFINISHED).compile(dialect=database.engine_dialect)))
    session.change(_CLEAR_UNFINISHED, {})
    session.change_many(_ADD_UNFINISHED, [(start, end)])


def _write_version(session: Session, version: int) -> None:
    """Write the version; the oldest one has no place for it."""
    if version == 0:
        return
    if session.rows(_VERSIONS):
        session.change(_SET_VERSION, {"version": version})
    else:
        session.change_many(_ADD_VERSION, [(version,)])


def _drop(session: Session, names: Iterable[str]) -> None:
    present = set(session.dialect.table_names(session.script))
    for name in names:
        if name in present:
            session.script(f"DROP TABLE {name}")
