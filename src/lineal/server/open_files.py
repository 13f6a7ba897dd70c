"""How many files and connections this process may have open: as many as the system allows it."""

from __future__ import annotations

import contextlib

_ENOUGH = 65_536


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
