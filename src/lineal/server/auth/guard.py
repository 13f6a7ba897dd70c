"""The guard of a server: whether callers are asked who they are, and who makes the present call.

What stays out: how each door asks (grpc_guard.py, http_guard.py).
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
    """The guard of the doors.

    Attributes:
        authenticator: what knows callers, or None where nobody is asked.
    """

    authenticator: Authenticator | None = None

    def caller(self) -> Caller:
        """Return who makes the present call.

        Raises:
            UnauthenticatedError: callers are asked, and a door let this one pass unasked.
        """
        return UNNAMED if self.authenticator is None else current_caller()


OPEN = Guard()


def guard_of(service: MetadataService, settings: AccessSettings) -> Guard:
    """Return the guard that the settings want.

    Raises:
        StatusError: what it needs is missing or wrong.
    """
    return Guard(Authenticator(service, settings)) if settings.auth else OPEN
