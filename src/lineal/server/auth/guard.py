"""The guard of a server: whether callers must authenticate, and the caller of the current call.

What stays out: how gRPC and HTTP do it (grpc_guard.py, http_guard.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from lineal.security import AccessSettings
from lineal.server.auth.authenticator import Authenticator
from lineal.server.auth.current import current_caller
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller


@dataclass(frozen=True)
class Guard:
    """The guard of the gRPC and the HTTP server.

    Attributes:
        authenticator: recognises callers, or None without authentication.
    """

    authenticator: Authenticator | None = None

    def caller(self) -> Caller:
        """Return the caller of the current call.

        Raises:
            UnauthenticatedError: authentication is on, but this call was let in without it.
        """
        return UNNAMED if self.authenticator is None else current_caller()


OPEN = Guard()


def guard_of(service: MetadataService, settings: AccessSettings) -> Guard:
    """Return the guard for the settings.

    Raises:
        StatusError: what it needs is missing or wrong.
    """
    return Guard(Authenticator(service, settings)) if settings.auth else OPEN
