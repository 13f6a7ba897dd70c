"""The order of an import: runs with all that belongs to them, then artifacts that no task is linked to.

Each batch of runs is one transaction. An import that ends early has stored whole batches, and is run again. What would
be imported is counted by the same transactions, undone. What stays out: how a run is stored (runs.py).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from lineal import errors, progress
from lineal.importing.report import Report
from lineal.kfp import runs
from lineal.kfp_sources import Source, WholeRun
from lineal.service import MetadataService
from lineal.service.audit import note
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.schema import on_demand

Item = TypeVar("Item")
Put = Callable[[Session, KnownTypes, Sequence[Item], runs.Made], Report]
_REFUSED = (
    errors.InvalidArgumentError,
    errors.AlreadyExistsError,
    errors.OutOfRangeError,
    errors.FailedPreconditionError,
    errors.NotFoundError,
)
"""Errors of one record, which leave the others of its batch alone."""
_LONGEST_REASON = 300


def import_source(service: MetadataService, source: Source, *, who: str = "") -> Report:
    """Import what a source holds; what is there already stays, and gets what it lacks.

    Args:
        service: the store.
        source: what is imported.
        who: the name in the audit log; "" for no entry.

    Raises:
        StatusError: the source cannot be read, or the store cannot be written; what is committed stays.
    """
    on_demand.prepare(service.database)
    done = _Import(service).run(source)
    if who:
        new: Mapping[str, object] = {"source": source.shown, **done.new}
        entry = partial(note, who=who, command="import", action="import", new=dict(new))
        service.write(lambda session, _: entry(session))
    return done


def preview(service: MetadataService, source: Source) -> Report:
    """Return what an import would do; nothing is changed.

    Raises:
        StatusError: the source cannot be read, or the store cannot be written.
    """
    return _Preview(service).run(source)


class _Import:
    """One import."""

    def __init__(self, service: MetadataService) -> None:
        self._service = service
        self._done = Report()

    def run(self, source: Source) -> Report:
        """Import everything."""
        done, total, count = self._done, source.count_runs(), 0
        for batch in source.run_batches():
            self._put_together(batch, _put_runs, lambda each: f"run {each.run.run_id}")
            count += len(batch)
            progress.report("runs", count, total)
        for artifacts in source.loose_artifacts():
            self._put_together(artifacts, _put_artifacts, lambda each: f"artifact {each.artifact_id}")
        for called, number in source.left_behind().items():
            done.left_out.add(called, count=number)
        done.left_out.merge(source.findings)
        return done

    def _put_together(self, batch: Sequence[Item], put: Put[Item], called: Callable[[Item], str]) -> None:
        """Put a batch in one transaction; if something of it is refused, put the others without it."""
        try:
            stored = self._put(batch, put)
        except _REFUSED as error:
            if len(batch) == 1:
                self._done.failed.add(error.message[:_LONGEST_REASON], called(batch[0]))
                return
            for each in batch:
                self._put_together([each], put, called)
            return
        self._done.merge(stored)

    def _put(self, batch: Sequence[Item], put: Put[Item]) -> Report:
        return self._service.write(lambda session, types: put(session, types, batch, runs.Made()))


class _UndoneError(Exception):
    """Ends a transaction that would have done something."""


class _Preview(_Import):
    """An import whose transactions are undone. What two batches would both make is counted once."""

    def __init__(self, service: MetadataService) -> None:
        super().__init__(service)
        self._made: set[str] = set()

    def _put(self, batch: Sequence[Item], put: Put[Item]) -> Report:
        found, made = Report(), runs.Made()

        def look(session: Session, types: KnownTypes) -> None:
            nonlocal found, made
            made = runs.Made(self._made)
            found = put(session, types, batch, made)
            raise _UndoneError

        with contextlib.suppress(_UndoneError):
            self._service.write(look)
        self._made |= made.now
        return found


def _put_runs(session: Session, types: KnownTypes, batch: Sequence[WholeRun], made: runs.Made) -> Report:
    done = Report()
    for each in batch:
        done.merge(runs.put(session, types, each, made))
    return done


_put_artifacts = runs.put_artifacts
