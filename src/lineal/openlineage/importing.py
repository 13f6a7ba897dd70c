"""An import of files of events: each event is received as over HTTP, in a transaction of its own, and counted.

An event that is refused costs no other. What was received stays, so that an import that ends early is run again: what
is there already is known. What stays out: how files are read (event_files.py), and what an event becomes
(receiving.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from lineal import errors, progress
from lineal.config import OpenLineageSettings
from lineal.importing.report import Report
from lineal.openlineage import Receipt, Receiver, checks
from lineal.openlineage.event_files import STANDARD_INPUT, DamagedFileError, events_in
from lineal.openlineage.event_texts import LARGEST_EVENT
from lineal.openlineage.parsing import parsed
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.service.audit import note
from lineal.store.schema import on_demand

_Receive = Callable[[Any], Receipt]
_REFUSED = (
    errors.InvalidArgumentError,
    errors.AlreadyExistsError,
    errors.OutOfRangeError,
    errors.FailedPreconditionError,
    errors.NotFoundError,
    errors.ResourceExhaustedError,
)
"""Errors of one event, which leave the others alone."""
_LONGEST_REASON = 300
_MOST_REASONS = 200
_OTHER_REASONS = "further reasons; cure those above first, and run the command again"
_IGNORED = "events of a kind that is not stored"
_CHANGED = "parts of events"
_SUBJECTS = ("run", "job", "dataset")


def import_files(service: MetadataService, paths: Sequence[str], settings: OpenLineageSettings, *, who: str) -> Report:
    """Import the events of files.

    Args:
        service: the store.
        paths: the files, as `event_files.paths_of` returns them.
        settings: the rules for workspaces.
        who: the name in the audit log.

    Raises:
        StatusError: the store cannot be written; what is committed stays.
    """
    on_demand.prepare(service.database)
    caller = Caller(who, Role.ADMIN)
    done = _received(paths, Receiver(service, caller=lambda: caller, settings=settings).receive)
    new: Mapping[str, object] = {"source": shown_as(paths), **done.new}
    entry = partial(note, who=who, command="import", action="import", new=dict(new))
    service.write(lambda session, _: entry(session))
    return done


def check_files(paths: Sequence[str]) -> Report:
    """Return what an import into an empty store would do; nothing is stored."""

    def check(given: Any) -> Receipt:
        is_known = checks.read(given) is not None
        return Receipt(is_stored=is_known, is_new=is_known)

    return _received(paths, check)


def shown_as(paths: Sequence[str]) -> str:
    """Return what files are called in messages."""
    return "standard input" if list(paths) == [STANDARD_INPUT] else paths[0] if len(paths) == 1 else "the files"


def _received(paths: Sequence[str], receive: _Receive) -> Report:
    done = Report()
    for where, text in progress.counted("events", _texts(paths, done)):
        for event in _events_of(where, text, done):
            try:
                _count(receive(event), where, done)
            except _REFUSED as error:
                _fail(done, error.message, where)
    return done


def _count(receipt: Receipt, where: str, done: Report) -> None:
    if not receipt.is_stored:
        done.left_out.add(_IGNORED, where)
    elif receipt.is_new:
        done.new["events"] += 1
    else:
        done.known["events"] += 1
    for part in receipt.left_out:
        done.left_out.add(_CHANGED, f"{where} {part}")


def _texts(paths: Sequence[str], done: Report) -> Iterator[tuple[str, bytes]]:
    """Read what is in the place of events, with the file and the line of each."""
    for path in paths:
        shown = shown_as([path])
        try:
            yield from ((f"{shown}:{written.line}", written.text) for written in events_in(path))
        except DamagedFileError as error:
            _fail(done, f"the file cannot be read to its end: {error}", shown)


def _events_of(where: str, text: bytes, done: Report) -> list[Any]:
    """Return the events in a text: one, or those of a list as clients send it to `lineage/batch`."""
    try:
        if not text:
            raise errors.InvalidArgumentError(f"the event has more than {LARGEST_EVENT >> 20} MiB")
        given = parsed(text)
    except errors.InvalidArgumentError as error:
        _fail(done, error.message, where)
        return []
    if isinstance(given, dict) and "events" in given and not any(each in given for each in _SUBJECTS):
        given = given["events"]
    return given if isinstance(given, list) else [given]


def _fail(done: Report, reason: str, where: str) -> None:
    """Count a failure; of too many reasons, which strangers' texts can be part of, the rest is counted together."""
    reason = reason[:_LONGEST_REASON]
    known = done.failed.counts()
    if reason not in known and len(known) >= _MOST_REASONS:
        reason = _OTHER_REASONS
    done.failed.add(reason, where)
