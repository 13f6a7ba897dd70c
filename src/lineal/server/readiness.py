"""Whether the server can answer: the state of its database, checked from time to time.

What stays out: how the state is shown (`http_app.py`, the gRPC health service).
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from types import TracebackType

from lineal import errors
from lineal.service import MetadataService
from lineal.store.engine.dialects.base import MissingStoreError
from lineal.store.engine.dialects.sqlite_files import FileDisplacedError
from lineal.store.upkeep import free_space
from lineal.wire import service as rpc

INTERVAL = 2.0
PATIENCE = 15.0

_log = logging.getLogger(__name__)
_SILENT = "the database does not answer"
_GONE = "the database, or a table in it, is missing: restore a backup, then restart the server"
_FULL = "no space left for the database: make room on its disk"
_DISPLACED = "the database file was removed or replaced under the server: move it back, or restart the server"


class Readiness:
    """The last known state of the database, kept fresh by a thread of its own.

    A database that has not answered a check after some seconds counts as away, until it answers.

    Attributes:
        cautions: return what else users should know, or an empty text.
    """

    def __init__(self, service: MetadataService, *, interval: float = INTERVAL) -> None:
        self._service = service
        self._interval = interval
        self._listeners: list[Callable[[bool], None]] = []
        self._watchers: list[Callable[..., None]] = []
        self.cautions: list[Callable[[], str]] = []
        self._stopped = threading.Event()
        self._noting = threading.Lock()
        self._reason = "the database was not checked yet"
        self._thread = threading.Thread(target=self._watch, name="lineal-readiness", daemon=True)

    @property
    def ready(self) -> bool:
        """Whether the database answered the last check."""
        return not self.reason

    @property
    def reason(self) -> str:
        """Why the server cannot answer, "" if it can."""
        return "the server stops" if self._stopped.is_set() else self._reason

    @property
    def caution(self) -> str:
        """What users should know of how the database works and of what is not sent, or an empty text."""
        said = [self._service.database.dialect.caution(), *(each() for each in self.cautions)]
        return "; ".join(each for each in said if each)

    def on_change(self, listener: Callable[[bool], None]) -> None:
        """Call the listener with the new state after each change."""
        self._listeners.append(listener)

    def on_look(self, watcher: Callable[..., None]) -> None:
        """Call the watcher with the state (`ready=`) after each look."""
        self._watchers.append(watcher)

    def __enter__(self) -> Readiness:
        self.look()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._thread.join(timeout=self._interval)

    def look(self) -> bool:
        """Ask the database now, tell the listeners about a change, and return the state."""
        overdue = threading.Timer(PATIENCE, self._note, [_SILENT])
        overdue.daemon = True
        with contextlib.suppress(RuntimeError):  # the system gives no more threads; the database is asked all the same
            overdue.start()
        reason = self._trouble()
        overdue.cancel()
        self._note(reason)
        return not reason

    def _note(self, reason: str) -> None:
        with self._noting:
            before, self._reason = self._reason, reason
            ready = not reason
            if reason != before:
                _log.log(logging.INFO if ready else logging.WARNING, reason or "the database answers")
            if ready != (not before):
                for listener in self._listeners:
                    listener(ready)
            for watcher in self._watchers:
                watcher(ready=ready)

    def _trouble(self) -> str:
        """Ask the database; return why it cannot be used, "" if it can."""
        try:
            self._service.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=[0]))
        except FileDisplacedError:
            return _DISPLACED
        except MissingStoreError:
            return _GONE
        except errors.StatusError:
            return _SILENT
        except Exception:
            _log.exception("fault while checking the database")
            return _SILENT
        return _FULL if self._service.database.is_full and not free_space.has_room(self._service.database) else ""

    def _watch(self) -> None:
        while not self._stopped.wait(self._interval):
            try:
                self.look()
            except Exception:
                _log.exception("fault while checking the database")
