"""How many files and connections this process may have open, and how many of them are for clients."""

from __future__ import annotations

import contextlib
import sys

_ENOUGH = 65_536
_RESERVE = 128
"""Files and connections for all but the clients: the database, modules, logs and health."""


def allow_many() -> None:
    """Raise the limit of open files to what the system allows, where there is such a limit."""
    try:
        import resource
    except ImportError:  # Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(_ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def connections_for_each(doors: int, asked: int) -> int:
    """Return how many connections each of several servers may keep open, within what the system allows."""
    try:
        import resource
    except ImportError:  # Windows
        return asked
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    allowed = sys.maxsize if limit == resource.RLIM_INFINITY else limit
    return max(16, min(asked, (allowed - _RESERVE) // doors))
