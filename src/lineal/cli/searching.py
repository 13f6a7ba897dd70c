"""A store to search: opened so that the search index may be kept, and with the index brought up to date.

`open_search` is what every command with `-q` uses, and `note_unknown` says which names in a search no record has. What
stays out: the search itself (client/search_calls.py).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from lineal import errors, progress
from lineal.cli.arguments import required_url, whoami
from lineal.cli.output import note, showing_progress
from lineal.cli.things import Things
from lineal.client.connection import settings_of_url
from lineal.client.lifecycle import LifecycleStore
from lineal.client.transport import LocalTransport
from lineal.config import DatabaseSettings, Use
from lineal.kinds import Kind
from lineal.nearest import UnknownName, no_record_has
from lineal.service.access import Caller, Role
from lineal.upkeep.opening import open_service
from lineal.urls import redact

_SECONDS_OF_A_SERVER = 10.0
_BEHIND = "note: the search index does not include everything yet, so that records written lately may be missing"


@contextmanager
def open_search(args: argparse.Namespace, kinds: Sequence[Kind]) -> Iterator[LifecycleStore]:
    """Open the chosen store, wait for the index of some kinds, and close the store at the end.

    A database is indexed to the end, however long that takes, unless it can only be read. A server gets ten seconds.
    The user sees a note if the index is not complete.

    Raises:
        UnimplementedError: the server does not search.
        StatusError: the store cannot be opened.
    """
    url = required_url(args)
    settings = settings_of_url(url)
    is_server = not isinstance(settings, DatabaseSettings)
    with LifecycleStore.from_url(url) if is_server else _opened(settings) as store:  # type: ignore[arg-type]
        _wait(store, kinds, _SECONDS_OF_A_SERVER if is_server else math.inf)
        yield store


def note_unknown(names: Iterable[UnknownName], wanted: Things, *, is_complete: bool = True) -> None:
    """Say which names in a search that found nothing no record has; nothing if the index does not include them all."""
    for name in names if is_complete else ():
        note(redact(no_record_has(name, wanted.one)))


def _opened(settings: DatabaseSettings) -> LifecycleStore:
    """Open a database so that the index may be written, or for reading alone if it cannot be written."""
    try:
        service = open_service(replace(settings, use=Use.CHANGE))
    except errors.StatusError:
        service = open_service(replace(settings, use=Use.READ))
    return LifecycleStore.from_transport(LocalTransport(service, caller=Caller(whoami(), Role.ADMIN)))


def _wait(store: LifecycleStore, kinds: Sequence[Kind], seconds: float) -> None:
    try:
        with showing_progress("Indexing"):
            are_complete = [
                store.wait_for_index(kind, seconds=seconds, tell=lambda waited: progress.report("seconds", int(waited)))
                for kind in kinds
            ]
    except errors.UnimplementedError as error:
        raise errors.UnimplementedError(
            "this server does not search, since it is not Lineal, or an earlier version; -q, --sort, metric columns "
            "and runs need a search, so leave them out, or use --db"
        ) from error
    if not all(are_complete):
        note(_BEHIND)
