"""The thread that keeps the search index level while nobody searches, in small steps that let writers through.

What stays out: how the index follows (lineal.service.catalogue.index).
"""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from lineal import errors
from lineal.kinds import KINDS
from lineal.service.catalogue.index import SearchIndex

INTERVAL = 5.0
_BREATH = 0.02
_log = logging.getLogger(__name__)


class Indexing:
    """A thread that follows the nodes until it is left."""

    def __init__(self, index: SearchIndex, *, interval: float = INTERVAL) -> None:
        self._index = index
        self._interval = interval
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lineal-indexing", daemon=True)

    def __enter__(self) -> Indexing:
        if self._index.is_available:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._interval if self._step() else _BREATH):
            pass

    def _step(self) -> bool:
        """Index one batch of each kind; say whether all is done or cannot be done now."""
        try:
            return all([self._index.follow(kind, seconds=0) for kind in KINDS])  # noqa: C419 each kind gets its turn
        except errors.StatusError as error:
            _log.warning("the search index waits: %s", error.message)
        except Exception:
            _log.exception("fault while indexing")
        return True
