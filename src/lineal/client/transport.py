"""Transports, and the local ones: a call is a function call, nothing is serialised, nothing listens.

What stays out: the way over gRPC (grpc_transport.py), so that embedded use imports no grpc; retries (calls.py); the
rules (`lineal.service`), which are imported when a database is opened and not before.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from google.protobuf.message import Message

from lineal import errors, urls
from lineal.client.connection import portable
from lineal.client.local_searches import with_searches
from lineal.config import DatabaseSettings
from lineal.forking import watch_forks

if TYPE_CHECKING:
    from lineal.service import MetadataService
    from lineal.service.access import Caller


class Transport(Protocol):
    """Carries one request and brings the response."""

    def call(self, method: str, request: Message) -> Message:
        """Send `request` to the RPC called `method` ("PutArtifacts").

        Raises:
            StatusError: the call failed; the class says how.

        """
        ...

    def close(self) -> None:
        """Give back connections and threads; may be called twice."""
        ...


class LocalTransport:
    """Calls a service that is open already, and closes it."""

    place = "a service of this process"

    def __init__(self, service: MetadataService, *, caller: Caller | None = None) -> None:
        """Take a service, and the caller for its calls; None for an unnamed one."""
        self._service = with_searches(service)
        self._call = partial(service.call, caller=caller) if caller else service.call

    def call(self, method: str, request: Message) -> Message:
        """Return the service's answer; the request is not changed."""
        return self._call(method, request)

    def __reduce__(self) -> tuple[Any, ...]:
        raise errors.FailedPreconditionError(
            "this store calls a service of this process, which cannot be pickled; open a store by its URL in each "
            "process"
        )

    def close(self) -> None:
        """Close the service."""
        self._service.close()


def _reopened(made: type[DatabaseTransport], settings: DatabaseSettings, closed: bool) -> DatabaseTransport:
    transport = made(settings)
    if closed:
        transport.close()
    return transport


class DatabaseTransport:
    """Opens a database by `open`, at the latest at the first call, and calls its service."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._settings = settings
        self._pickled = portable(settings)
        self._lock = threading.Lock()
        self._service: MetadataService | None = None
        self._closed = False
        watch_forks(self)

    @property
    def place(self) -> str:
        """The URL of the database without its secrets."""
        return urls.redact_url(self._settings.url)

    @property
    def url(self) -> str:
        """The URL of the database, which may hold a password."""
        return self._settings.url

    def before_fork(self) -> None:
        """Do nothing: the database gets ready by itself."""

    def after_fork_in_child(self) -> None:
        """Replace the lock, which a thread of the parent may have held while it opened the database."""
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the URL: the other side opens the database at its first call.

        Raises:
            FailedPreconditionError: the database lies in the memory of this process.
        """
        if self._pickled is None:
            raise errors.FailedPreconditionError(
                "a store in memory (sqlite://) cannot be pickled: it lives in the process that opened it. Use a file "
                "(sqlite:///metadata.db) or a server, which other processes can open"
            )
        return _reopened, (type(self), self._pickled, self._closed)

    def open(self) -> MetadataService:
        """Return the service of the database, opened once.

        Raises:
            StatusError: the database cannot be opened, or the transport is closed.

        """
        with self._lock:
            if self._closed:
                raise errors.FailedPreconditionError("this metadata store is closed; make a new one")
            if self._service is None:
                from lineal.upkeep.opening import open_service

                self._service = with_searches(open_service(self._settings))
            return self._service

    def call(self, method: str, request: Message) -> Message:
        """Return the service's answer; the request is not changed."""
        return (self._service or self.open()).call(method, request)

    def close(self) -> None:
        """Close the service, if it was opened; later calls are errors."""
        with self._lock:
            service, self._service, self._closed = self._service, None, True
        if service is not None:
            service.close()
