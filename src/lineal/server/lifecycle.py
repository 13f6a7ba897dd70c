"""The life of a server: open the database, start gRPC and HTTP, wait for the signal, close in the opposite order.

What stays out: what is served (`grpc_door.py`, `http_app.py`).
"""

from __future__ import annotations

import gc
import logging
import signal
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from types import FrameType

from fastapi import FastAPI

from lineal import errors
from lineal.catalogue import Catalogue
from lineal.catalogue.search_calls import serve_searches
from lineal.config import ServerSettings
from lineal.server.addresses import shown
from lineal.server.auth.guard import guard_of
from lineal.server.connection_route import note_ports
from lineal.server.grpc_door import CONNECTION_SECONDS, GrpcDoor
from lineal.server.http_app import create_app
from lineal.server.http_door import HttpDoor
from lineal.server.indexing import Indexing
from lineal.server.observing import metrics, tracing
from lineal.server.observing.database import note_state, observe
from lineal.server.observing.deferred import counting
from lineal.server.open_files import allow_many
from lineal.server.openlineage.destinations import destination_of
from lineal.server.openlineage.outbox import Outbox, switch_on
from lineal.server.readiness import Readiness
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.signals import SignalEvent
from lineal.store.engine.database import Database
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc

LEAVE_SECONDS = 1.1 * CONNECTION_SECONDS + 2
_log = logging.getLogger(__name__)


def _say_nothing(line: str) -> None:
    """Drop a line."""


class StopSignal:
    """Counts the signals to stop: the first asks for a clean stop, the second for a quick one.

    SIGHUP asks a worker that is renewed to leave: to move its clients to other workers before it stops.
    """

    def __init__(self) -> None:
        self._heard = SignalEvent()
        self._stopped = SignalEvent()
        self._count = 0

    def listen(self, *, is_worker: bool) -> None:
        """Take SIGTERM and SIGINT, and SIGHUP as one of several workers; only the main thread may do this."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        if is_worker:
            signal.signal(signal.SIGHUP, self._on_leave)

    def wait(self) -> bool:
        """Return after the first signal; say whether there is time to leave."""
        self._heard.wait()
        return not self._stopped.is_set()

    def wait_for_stop(self, seconds: float) -> None:
        """Return after the first signal to stop, or after some seconds."""
        self._stopped.wait(seconds)

    def hurry(self) -> bool:
        """Tell whether a second signal came."""
        return self._count > 1

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        self._stopped.set()
        self._heard.set()

    def _on_leave(self, number: int, frame: FrameType | None) -> None:
        self._heard.set()


def run(
    settings: ServerSettings,
    *,
    announce: Callable[[str], None] = _say_nothing,
    on_serving: Callable[[str], None] = _say_nothing,
    slot: int = 0,
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was accepted and close the database.

    Args:
        settings: what to serve, and where.
        announce: gets each line about what is served and when it stops.
        on_serving: called once it serves, with what users should know of how the database works, or "".
        slot: which of several workers this is; the first keeps the search index, the others compare it.

    Raises:
        StatusError: the database cannot be opened or an address cannot be taken.
    """
    allow_many()
    stop = StopSignal()
    stop.listen(is_worker=settings.workers > 1)
    with ExitStack() as closing:
        grpc_door, http_door, caution = _start(settings, closing, stop, slot=slot)
        gc.freeze()  # imported objects live to the end, so the garbage collector need not check them again
        http = http_door.address if http_door else ""
        for line in shown(settings, grpc_door.address, http, caution=caution):
            announce(line)
        on_serving(caution)
        if slot == 0 and settings.database.audit:
            _log.info("every write is recorded in the audit log (--audit)")
        if stop.wait():
            _leave(grpc_door, http_door, stop)
        announce("Stopping: finishing the accepted requests")
    announce("Stopped")


def _start(
    settings: ServerSettings, closing: ExitStack, stop: StopSignal, *, slot: int
) -> tuple[GrpcDoor, HttpDoor | None, str]:
    """Open the database and start gRPC and HTTP; return both, and what users should know about the database."""
    service = _open(settings, closing, slot=slot)
    readiness = Readiness(service)
    readiness.on_look(partial(note_state, service.database))
    guard = guard_of(service, settings.access)
    catalogue = Catalogue(service, caller=guard.caller)
    serve_searches(service, catalogue.index)
    app = http_door = None
    if settings.http_port is not None:
        app = create_app(readiness, service, catalogue, settings, guard)
        http_door = _http_door(app, settings, closing)
    grpc_door = GrpcDoor(service, settings, guard)
    if app and http_door:
        note_ports(app, grpc_door.address, http_door.address)
    closing.callback(grpc_door.stop, settings.stop_grace, hurry=stop.hurry)
    readiness.on_change(grpc_door.show_ready)
    closing.enter_context(readiness)
    if slot == 0:
        readiness.cautions.append(closing.enter_context(_outbox(service, settings)).caution)
    if http_door:  # searches come over HTTP alone
        closing.enter_context(Indexing(catalogue.index, compares_only=slot > 0))
    grpc_door.start()
    if http_door:
        http_door.start()
    return grpc_door, http_door, readiness.caution


def _open(settings: ServerSettings, closing: ExitStack, *, slot: int) -> MetadataService:
    """Open the database, within the limits, and register the types for the start."""
    service = closing.enter_context(open_service(settings.database))
    _observe(service.database, settings, closing)
    service.database.limits = settings.limits
    if settings.sending.to:
        switch_on(service)  # in each worker, so that none of them writes before it knows
    if slot == 0:
        _put_types(service, settings.types_at_start)
    return service


def _outbox(service: MetadataService, settings: ServerSettings) -> Outbox:
    """Return what sends OpenLineage, or counts what others are to send."""
    if not settings.sending.to:
        return Outbox(service, None)
    return Outbox(service, destination_of(settings.sending))


def _put_types(service: MetadataService, request: bytes) -> None:
    """Register the types for the start; existing types get the properties that they lack."""
    if not request:
        return
    try:
        service.call("PutTypes", rpc.PutTypesRequest.FromString(request), caller=Caller("server", Role.ADMIN))
    except errors.StatusError as error:
        raise errors.FailedPreconditionError(f"the types for the start cannot be registered: {error.message}") from None


def _leave(grpc_door: GrpcDoor, http_door: HttpDoor | None, stop: StopSignal) -> None:
    """Move the clients of this worker to others, without a failed request."""
    grpc_door.leave()
    if http_door:
        http_door.leave()
    stop.wait_for_stop(LEAVE_SECONDS)


def _http_door(app: FastAPI, settings: ServerSettings, closing: ExitStack) -> HttpDoor:
    shared = settings.workers > 1
    door = HttpDoor(
        app, host=settings.host, port=settings.http_port or 0, tls=settings.tls, limits=settings.limits, shared=shared
    )
    closing.callback(door.stop)
    return door


def _observe(database: Database, settings: ServerSettings, closing: ExitStack) -> None:
    """Count, and trace if asked to, what the database does."""
    metrics.begin()
    closing.enter_context(counting())
    observe(database)
    if settings.traces:
        closing.callback(tracing.begin(database))
