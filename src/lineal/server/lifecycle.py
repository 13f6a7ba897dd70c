"""The life of a server: open the database, open the doors, wait for the signal, close in the opposite order.

What stays out: what is served (`grpc_door.py`, `http_app.py`).
"""

from __future__ import annotations

import gc
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from lineal.config import ServerSettings, redact
from lineal.server.auth.guard import guard_of
from lineal.server.grpc_door import GrpcDoor
from lineal.server.http_app import create_app
from lineal.server.http_door import HttpDoor
from lineal.server.indexing import Indexing
from lineal.server.readiness import Readiness
from lineal.service import open_service
from lineal.service.catalogue import Catalogue

_log = logging.getLogger(__name__)


class StopSignal:
    """Counts the signals to stop: the first asks for a clean stop, the second for a quick one."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._count = 0

    def listen(self) -> None:
        """Take SIGTERM and SIGINT; only the main thread may do this."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def wait(self) -> None:
        """Return after the first signal."""
        self._asked.wait()

    def hurry(self) -> bool:
        """Tell whether a second signal came."""
        return self._count > 1

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        self._asked.set()


def run(settings: ServerSettings, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish what was accepted and close the database.

    Raises:
        StatusError: the database cannot be opened or an address cannot be taken.
    """
    stop = StopSignal()
    stop.listen()
    with ExitStack() as closing:
        service = closing.enter_context(open_service(settings.database))
        readiness = Readiness(service)
        guard = guard_of(service, settings.access)
        catalogue = Catalogue(service, caller=guard.caller)
        app = create_app(readiness, service, catalogue, settings, guard)
        http_door = HttpDoor(app, host=settings.host, port=settings.http_port, tls=settings.tls)
        closing.callback(http_door.stop)
        grpc_door = GrpcDoor(service, settings, guard)
        closing.callback(grpc_door.stop, settings.stop_grace, hurry=stop.hurry)
        readiness.on_change(grpc_door.show_ready)
        closing.enter_context(readiness)
        closing.enter_context(Indexing(catalogue.index))
        grpc_door.start()
        http_door.start()
        gc.freeze()  # what was imported lives to the end: no collection has to look at it again
        _announce(settings, grpc_door, http_door, announce)
        stop.wait()
        announce("Stopping: finishing the accepted requests")
    announce("Stopped")


def _announce(
    settings: ServerSettings, grpc_door: GrpcDoor, http_door: HttpDoor, announce: Callable[[str], None]
) -> None:
    announce(f"Lineal serves {redact(settings.database.url)}")
    secure = "s" if settings.tls.is_on else ""
    announce(f"  gRPC  grpc{secure}://{grpc_door.address}")
    announce(f"  HTTP  http{secure}://{http_door.address}")
