"""Examine a store for faults that no correct writer leaves behind, and repair those that need no loss.

The examination comes first and changes nothing. The repair is one transaction, followed by another examination. What
stays out: the queries (store/upkeep/checks.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from lineal import errors, progress
from lineal.config import DatabaseSettings, Use
from lineal.counting import amount
from lineal.kinds import KINDS, Kind
from lineal.service.audit import note
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.index import comparison as index_comparison
from lineal.store.index import entries as index_rows
from lineal.store.index import marks as index_marks
from lineal.store.index import removal as index_removal
from lineal.store.index import unindexed as unindexed_rows
from lineal.store.own_rows import facets as facet_rows
from lineal.store.schema import locks, on_demand, preparation
from lineal.store.schema.definitions import table_names
from lineal.store.schema.migrations.state import recognise
from lineal.store.tables import own_tables
from lineal.store.tables.mlmd_tables import SCHEMA_VERSION, metadata
from lineal.store.upkeep import checks
from lineal.store.upkeep.missing_entries import last_restore, missing_entries
from lineal.upkeep import outbox
from lineal.upkeep.migration import on_existing

Mend = Callable[[Session], None]
_MOST_ROUNDS = 3
_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """Something that is wrong.

    Attributes:
        problem: what is wrong, and how often.
        cure: what the repair does, or what a person has to do.
        mend: the repair; None if a person has to do it.
    """

    problem: str
    cure: str
    mend: Mend | None = field(default=None, compare=False, repr=False)

    @property
    def can_be_mended(self) -> bool:
        """Whether `--fix` repairs it."""
        return self.mend is not None


def examine(settings: DatabaseSettings) -> list[Finding]:
    """Return the faults of a store; nothing is changed.

    Raises:
        StatusError: the database cannot be opened.
    """
    return on_existing(settings, _examine, use=Use.READ)


def caution(settings: DatabaseSettings) -> str:
    """Return what users should know of how a database works and of what it sends, though nothing is wrong, or "".

    Raises:
        StatusError: the database cannot be opened.
    """

    def work(database: Database) -> str:
        database.read(recognise)
        log = database.read(_perhaps_missing)
        said = [database.dialect.caution(), outbox.caution(outbox.state(database)), log and f"{log}: {_MAY_BE_GONE}"]
        return "; ".join(each for each in said if each)

    return on_existing(settings, work, use=Use.READ)


def mend(settings: DatabaseSettings, *, who: str = "") -> list[Finding]:
    """Repair what can be repaired, all of it or nothing; return the rest. Nobody else should use the store meanwhile.

    Args:
        settings: the store.
        who: the name in the audit log for each repair; "" for no entries.

    Raises:
        StatusError: the database cannot be opened, or not be written.
    """

    def work(database: Database) -> list[Finding]:
        if not database.read(lambda session: list(_damage(session))):
            noted = bool(who) and on_demand.prepare(database)
            database.write(lambda session: _mend(session, who if noted else ""))
        left = _examine(database)
        if not any(finding.problem.startswith(_VERSION) for finding in left):
            preparation.prepare(database)
        return left

    return on_existing(settings, work)


def _mend(session: Session, who: str) -> None:
    """Repair until nothing is left to repair: a deletion may leave other orphans."""
    locks.take(session, locks.INDEX)
    for _ in range(_MOST_ROUNDS):
        for finding in list(_findings(session)):
            if finding.mend:
                finding.mend(session)
                if who:
                    old, new = {"problem": finding.problem}, {"cure": finding.cure}
                    note(session, who=who, command="doctor", action="mend", old=old, new=new)


def _examine(database: Database) -> list[Finding]:
    damaged = database.read(lambda session: list(_damage(session)))
    return damaged or database.read(lambda session: list(_findings(session)))


def _damage(session: Session) -> Iterator[Finding]:
    """Yield faults that make further checks useless: a damaged file, and missing tables."""
    for fault in session.dialect.faults(session.script, _present(session)):
        yield Finding(f"the database is damaged: {fault}", "restore it from a backup")
    state = recognise(session)
    if state.is_empty:
        yield Finding("the database holds no metadata store", "give another database")
    elif state.missing(SCHEMA_VERSION) not in ([], ["MLMDEnv"]):
        yield Finding(_sentence(state.version), "run `lineal migrate`, or restore the database from a backup")


def _present(session: Session) -> list[str]:
    names = {name.lower() for name in session.dialect.table_names(session.script)}
    return [name for name in metadata.tables if name.lower() in names]


def _sentence(raises: Callable[[], object]) -> str:
    """Return the sentence of the error that a function raises."""
    try:
        return f"the tables are those of schema version {raises()}"
    except errors.StatusError as error:
        return error.message


def _findings(session: Session) -> Iterator[Finding]:
    checked = (_version, _bad_rows, _unreadable_facets, _duplicate_types, _cycles, _unindexed, _behind, _log)
    for number, check in enumerate(checked, start=1):
        progress.report("checks", number, len(checked))
        yield from check(session)


_MAY_BE_GONE = "deleted, or never written because a transaction was rolled back; an older archive tells which"


def _perhaps_missing(session: Session) -> str:
    """Return which entries the audit log lacks where not only a deletion leaves an id out, "" for none.

    That is a server's database, and what was restored: it may come from one.
    """
    if own_tables.AUDIT.name not in table_names(session):
        return ""
    until = None if session.dialect.leaves_ids_out else last_restore(session)
    found = missing_entries(session, until=until)
    return str(found) if found.total else ""


def _log(session: Session) -> Iterator[Finding]:
    """Yield what the audit log lacks, where only a deletion leaves an id out."""
    if session.dialect.leaves_ids_out or own_tables.AUDIT.name not in table_names(session):
        return
    found = missing_entries(session, after=last_restore(session))
    if found.total:
        yield Finding(str(found), "an older archive has them" if found.total > 1 else "an older archive has it")


_VERSION = "MLMDEnv must hold"


def _version(session: Session) -> Iterator[Finding]:
    """Yield what is wrong with MLMDEnv; the tables are complete when this is asked."""
    held = recognise(session).rows
    if held == (SCHEMA_VERSION,):
        return
    said = ", ".join(map(str, held or ())) or "nothing"
    problem = f"{_VERSION} the schema version {SCHEMA_VERSION} alone, and holds {said}"
    if held is None or (held and SCHEMA_VERSION not in held):
        yield Finding(problem, "run `lineal migrate`")
    else:
        cure = f"leave {SCHEMA_VERSION}, of which the tables are"
        yield Finding(problem, cure, lambda session: checks.set_version(session, SCHEMA_VERSION))


def _bad_rows(session: Session) -> Iterator[Finding]:
    tables = {name.lower() for name in session.dialect.table_names(session.script)}
    for bad in checks.BAD_ROWS:
        if bad.table.name.lower() in tables and (count := bad.count(session)):
            yield Finding(amount(count, bad.what), "delete it" if count == 1 else "delete them", bad.delete)
    for bad in checks.NODES_WITHOUT_TYPE:
        if count := bad.count(session):
            yield Finding(amount(count, bad.what), "restore the types from a backup, or delete the nodes")


def _unreadable_facets(session: Session) -> Iterator[Finding]:
    if not facet_rows.are_present(session):
        return
    for unreadable in checks.UNREADABLE_FACETS:
        if keys := unreadable.find(session):
            shown = "; ".join(" ".join(map(str, key)) for key in keys[:_SHOWN])
            problem = f"{amount(len(keys), unreadable.what)}: {shown}"
            yield Finding(problem, "delete what nobody can read", partial(unreadable.delete, keys=keys))


def _duplicate_types(session: Session) -> Iterator[Finding]:
    for (number, name, version), ids in checks.duplicate_types(session).items():
        kind = next(kind for kind in KINDS if kind.type_kind == number)
        named = f"{name!r} of version {version!r}" if version else f"{name!r}"
        problem = f"{len(ids)} {kind.name} types are called {named}: {', '.join(map(str, ids))}"
        if obstacle := checks.obstacle_to_merging(session, kind, ids):
            yield Finding(problem, f"rename some, because they cannot be merged: {obstacle}")
        else:
            cure = f"let {ids[0]} take the nodes and properties of the others, and delete them"
            yield Finding(problem, cure, _merge(kind, ids))


def _merge(kind: Kind, ids: list[int]) -> Mend:
    def merge(session: Session) -> None:
        checks.merge_types(session, kind, ids)
        if own_tables.ENTRY.name in index_removal.tables_of_index(session):
            checks.merge_types_of_entries(session, kind, ids)

    return merge


def _cycles(session: Session) -> Iterator[Finding]:
    """Yield a finding if a context contains itself, directly or not."""
    parents: dict[int, set[int]] = {}
    for child, parent in checks.parent_pairs(session):
        parents.setdefault(child, set()).add(parent)
    while ends := [child for child, above in parents.items() if not above & parents.keys()]:
        for child in ends:
            del parents[child]
    if parents:
        which = ", ".join(map(str, sorted(parents)[:5]))
        yield Finding(f"contexts contain themselves: {which}", "delete a row of ParentContext that closes the cycle")


def _unindexed(session: Session) -> Iterator[Finding]:
    """Yield for each kind the nodes that the search index has set aside, if the store has that table."""
    if unindexed_rows.TABLE not in {name.lower() for name in session.dialect.table_names(session.script)}:
        return
    for kind in KINDS:
        total, first = unindexed_rows.first(session, kind, limit=_SHOWN)
        if total:
            which = "; ".join(f"{node_id} ({reason})" for node_id, reason in first)
            more = f"; and {total - len(first)} more" if total > len(first) else ""
            yield Finding(
                f"{amount(total, kind.plural)} cannot be found by labels, metrics and words: {which}{more}",
                "let the search index try again with the next search; what fails again is listed here again",
                _try_again(kind),
            )


def _try_again(kind: Kind) -> Mend:
    return lambda session: unindexed_rows.try_again(session, kind)


def _behind(session: Session) -> Iterator[Finding]:
    """Yield nodes that the search index has missed.

    Nodes that the next search will index are no fault: those after the index's progress, and those with a mark.
    """
    if not table_names(session) >= {own_tables.ENTRY.name, own_tables.PROGRESS.name, index_marks.TABLE}:
        return
    cure = "let the search index look at all of them with the next search"
    for kind in KINDS:
        place = index_rows.progress(session, kind)
        if place and (count := index_comparison.count_behind(session, kind, place)):
            are, they = ("are", "they are") if count > 1 else ("is", "it is")
            problem = f"{amount(count, kind.plural)} {are} not in the search index as {they}"
            yield Finding(problem, cure, _index_again(kind))


def _index_again(kind: Kind) -> Mend:
    return lambda session: index_rows.start_again(session, kind)
