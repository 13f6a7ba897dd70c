"""The thread that keeps the search index up to date while nobody searches, in small steps that let writers through.

Python runs one thread at a time. So while the server has calls to answer, the thread rests longer than it works. A
search does not wait for it, but indexes what is missing itself. What stays out: how the index follows
(lineal.catalogue.index).
"""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType

from lineal import errors
from lineal.catalogue.index import SearchIndex
from lineal.kinds import KINDS

INTERVAL = 5.0
_BREATH = 0.02
_RESTS = 4.0  # so many times as long as a step, where others have work
_BUSY = 0.1  # of the time
_log = logging.getLogger(__name__)


class Indexing:
    """A thread that follows the nodes until it is left."""

    def __init__(self, index: SearchIndex, *, interval: float = INTERVAL, compares_only: bool = False) -> None:
        """Take the index. One of several workers indexes; the others only compare it with the records."""
        self._index = index
        self._do = index.compare if compares_only else index.step
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
        pause = _BREATH
        while not self._stopped.wait(pause):
            began, others = time.monotonic(), _work_of_others()
            is_level = self._step()
            took = time.monotonic() - began
            is_busy = _work_of_others() - others > _BUSY * took
            pause = self._interval if is_level else max(_BREATH, _RESTS * took * is_busy)

    def _step(self) -> bool:
        """Index one batch of each kind, or compare a part; say whether all is done or cannot be done now."""
        try:
            return all([self._do(kind) for kind in KINDS])  # noqa: C419 each kind gets its turn
        except errors.StatusError as error:
            _log.warning("the search index waits: %s", error.message)
        except Exception:
            _log.exception("fault while indexing")
        return True


def _work_of_others() -> float:
    """Return the processor's time of this process without that of this thread, in seconds."""
    return time.process_time() - time.thread_time()
