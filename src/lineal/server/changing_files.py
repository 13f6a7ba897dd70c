"""Files that may be replaced while the server runs, such as mounted secrets.

What stays out: their content.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

_LOOK_SECONDS = 1.0
_State = tuple[tuple[int, int, int], ...]


class ChangingFiles:
    """Says whether files have changed since the last check; it looks at most once a second."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._state = self._look()
        self._looked = time.monotonic()

    def have_changed(self) -> bool:
        """Return whether a file has changed since the last time that this was true; a missing file has not."""
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return False
        self._looked = time.monotonic()
        state = self._look()
        if state is None or state == self._state:
            return False
        self._state = state
        return True

    def _look(self) -> _State | None:
        try:
            found = [path.stat() for path in self._paths]
        except OSError:
            return None
        return tuple((each.st_ino, each.st_mtime_ns, each.st_size) for each in found)
