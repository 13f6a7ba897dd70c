"""The server: gRPC and HTTP over one service. No rules and no SQL.

`serve` is public. The extra `server` installs what it needs beyond the hard dependencies.
"""

from __future__ import annotations

from collections.abc import Callable

from lineal import errors, pages
from lineal.config import ServerSettings

__all__ = ["serve"]


def serve(settings: ServerSettings, *, announce: Callable[[str], None] = print) -> None:
    """Serve a database until SIGTERM or SIGINT; call it from the main thread.

    Args:
        settings: what to serve, and where.
        announce: gets each line about what is served and when it stops.

    Raises:
        FailedPreconditionError: a package of the extra `server` is not installed.
        StatusError: the database cannot be opened or an address cannot be taken.
    """
    try:
        if settings.workers > 1:
            from lineal.server.supervisor import supervise as run
        else:
            from lineal.server.lifecycle import run
    except ModuleNotFoundError as error:
        raise errors.FailedPreconditionError(
            f"The server needs the package {error.name}; install it with: pip install 'lineal[server]'",
            errors.Details(page=pages.INSTALL.name),
        ) from None
    run(settings, announce=announce)
