"""Stored views: the state of the web UI that is too long for a link, kept under a short name.

All views together, and those of each caller, have a quota (`--max-views-mib`, `--max-views-mib-per-caller`). If it is
reached, the views that were not used for the longest time are removed. A view is used when it is stored again, and when
it is opened (recorded once a day). What stays out: who the caller is (service/access.py), and SQL
(store/upkeep/views.py).
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
from dataclasses import dataclass
from functools import partial
from itertools import accumulate

from lineal import errors
from lineal.deadlines import calling_until
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.store.engine.begin_deadline import BeginDeadline
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.schema import locks, on_demand
from lineal.store.tables import own_tables
from lineal.store.upkeep import views as view_rows
from lineal.store.upkeep.views import Use

LONGEST_VIEW = 100_000
FLAG = "--max-views-mib"
FLAG_PER_CALLER = "--max-views-mib-per-caller"
RENEWED_AFTER = 24 * 60 * 60 * 1000
"""How old the last use of a view is, in milliseconds, when opening the view is noted."""
_LONGEST_WAIT = 0.25  # seconds for which a read waits to note a use


@dataclass(frozen=True)
class View:
    """A stored view of the web UI: `id` is the short name of `content`, the same for the same content."""

    id: str
    content: str


@dataclass(frozen=True)
class StoredView:
    """A view that was just stored; `removed` is how many older views were removed to make room for it."""

    id: str
    content: str
    removed: int


class Views:
    """The stored views of one database. Safe for any number of threads and servers."""

    def __init__(self, service: MetadataService) -> None:
        self._service = service
        self._counts = on_demand.holds(service.database, own_tables.VIEW_USE)
        self._all_counted = False

    def put(self, content: str, caller: Caller) -> StoredView:
        """Store a view; the same content always gets the same name.

        Raises:
            ResourceExhaustedError: it is larger than a quota.
            PermissionDeniedError: the database is open for reading only.
        """
        if not self._counts or self._service.database.dialect.read_only:
            raise errors.PermissionDeniedError("the database is open for reading only; views cannot be stored")
        use = Use(_name_of(content), _hash_of(caller.name), len(content.encode()) + view_rows.OVERHEAD)
        self._require_quota(use.size)
        removed = self._service.write(lambda session, _: self._put(session, use, content), caller=caller)
        return StoredView(use.view_id, content, removed)

    def get(self, view_id: str, caller: Caller) -> View:
        """Return a stored view, and note that it is used.

        Raises:
            NotFoundError: none has this name.
        """
        content, is_due = self._service.read(lambda session, _: self._get(session, view_id), caller=caller)
        if content is None:
            raise errors.NotFoundError(self._missing(view_id))
        if is_due:
            self._renew(view_id)
        return View(view_id, content)

    def _quotas(self) -> tuple[tuple[str, int], tuple[str, int]]:
        """Return the flag and the bytes of the caller's quota, and of that of all."""
        limits = self._service.database.limits
        return (FLAG_PER_CALLER, limits.max_views_mib_per_caller << 20), (FLAG, limits.max_views_mib << 20)

    def _require_quota(self, size: int) -> None:
        for flag, quota in self._quotas():
            if size > quota:
                raise errors.ResourceExhaustedError(
                    f"the view takes {size} bytes, and {flag} is {quota >> 20}; send a shorter one, or start the "
                    f"server with a larger {flag}",
                    errors.Details(limit=flag),
                )

    def _put(self, session: Session, use: Use, content: str) -> int:
        """Store a view for a caller; return how many others were removed for it."""
        locks.take(session, locks.VIEWS)
        if not self._all_counted:
            self._all_counted = view_rows.count_uncounted(session)
        removed = 0
        if not view_rows.is_of(session, use.view_id, use.caller):
            (_, of_caller), (_, of_all) = self._quotas()
            removed = _make_room(session, use, of_caller, use.caller) + _make_room(session, use, of_all)
            view_rows.add_use(session, use, at=now())
        view_rows.add(session, use.view_id, content, now())
        _renew(session, use.view_id)
        return removed

    def _get(self, session: Session, view_id: str) -> tuple[str | None, bool]:
        """Return the content of a view, and whether it is time to note that it is used."""
        is_due = False
        if self._counts:
            used, latest = view_rows.last_use(session, view_id), view_rows.latest_use(session)
            is_due = used is None or used < max(now(), latest) - RENEWED_AFTER
        return view_rows.content(session, view_id), is_due

    def _renew(self, view_id: str) -> None:
        """Record that a view is used, if that is quickly possible: a read must not wait or fail for it."""
        if self._service.database.dialect.read_only:
            return
        deadline = BeginDeadline(_LONGEST_WAIT, attempts=1)
        with contextlib.suppress(errors.StatusError, Conflict), calling_until(deadline):
            self._service.write(partial(_note_use, view_id, deadline))

    def _missing(self, view_id: str) -> str:
        """Return the message about a view that does not exist."""
        limits = self._service.database.limits
        return (
            f"there is no stored view {view_id!r}: it may have been removed, since a server keeps "
            f"{limits.max_views_mib_per_caller} MiB of them for each caller ({FLAG_PER_CALLER}) and "
            f"{limits.max_views_mib} MiB in all ({FLAG}), and removes those that were not used for the longest "
            "time; or it belongs to another store"
        )


def _note_use(view_id: str, deadline: BeginDeadline, session: Session, _: KnownTypes) -> None:
    deadline.begin()
    if locks.try_take(session, locks.VIEWS):
        _renew(session, view_id)


def _renew(session: Session, view_id: str) -> None:
    """Record that a view is used, later than all others: if a clock was set, the time of day may say otherwise."""
    view_rows.renew(session, view_id, at=max(now(), view_rows.latest_use(session) + 1))


def _make_room(session: Session, wanted: Use, quota: int, caller: str | None = None) -> int:
    """Remove the oldest views of a caller, or of all, so that one more fits; return how many were removed.

    If a quota was reduced, each call removes only a part of the surplus.
    """
    excess = view_rows.size(session, caller) + wanted.size - quota
    if excess <= 0:
        return 0
    others = [use for use in view_rows.oldest(session, caller) if use.view_id != wanted.view_id]
    enough = sum(total < excess for total in accumulate(use.size for use in others)) + 1
    return view_rows.remove(session, others[:enough])


def _name_of(content: str) -> str:
    return base64.b32encode(hashlib.sha256(content.encode()).digest()[:10]).decode().lower()


def _hash_of(caller: str) -> str:
    """Return the stored form of a caller's name, from which nobody can read the name."""
    return hashlib.sha256(caller.encode()).hexdigest()[:32]
