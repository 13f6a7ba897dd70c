"""The HTTP server: an ASGI application on a port, served by uvicorn in a thread, with TLS if it is configured.

What stays out: the routes (`http_app.py`).
"""

from __future__ import annotations

import ssl
import threading
import time

import uvicorn
from fastapi import FastAPI

from lineal.security import LimitSettings, TlsSettings
from lineal.server import addresses
from lineal.server.http_connections import HEADER_SECONDS, MAX_HEAD_BYTES, Connection, Crowd
from lineal.server.open_files import connections_for_each
from lineal.server.tls import ReloadingContext

PORT_FLAG = "--http-port"
_STOP_SECONDS = 5
_DOORS = 2
_ACCEPTED_AT_ONCE = 128  # before the surplus is closed; more could take the files that other connections need


class HttpDoor:
    """An HTTP server over an application; it listens from the start and answers after `start`."""

    def __init__(
        self,
        app: FastAPI,
        *,
        host: str,
        port: int,
        tls: TlsSettings = TlsSettings(),  # noqa: B008 frozen
        limits: LimitSettings = LimitSettings(),  # noqa: B008 frozen
        shared: bool = False,
    ) -> None:
        """Listen on a port, which other processes may listen on as well if it is shared."""
        context = ReloadingContext.of(tls) if tls.is_on else None
        self._listener = addresses.listen(host, port, flag=PORT_FLAG, shared=shared)
        self.address = addresses.join(host, self._listener.getsockname()[1])
        self._server = uvicorn.Server(_Config(app, context, limits))
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), name="lineal-http")

    def start(self) -> None:
        """Answer requests; returns once the first one would be answered."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def leave(self) -> None:
        """Take no new connections; those that are open end after their next answer, which says so, or unused."""
        self._server.config.encoded_headers.append((b"connection", b"close"))
        for listening in self._server.servers:
            listening.get_loop().call_soon_threadsafe(listening.close)

    def stop(self) -> None:
        """Take no new requests, finish the accepted ones and free the port."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._listener.close()


class _Config(uvicorn.Config):
    """uvicorn's settings, with a TLS context that follows its files."""

    def __init__(self, app: FastAPI, context: ssl.SSLContext | None, limits: LimitSettings) -> None:
        self._context = context
        super().__init__(
            app,
            http=type(
                "DoorConnection", (Connection,), {"crowd": Crowd(connections_for_each(_DOORS, limits.max_connections))}
            ),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            proxy_headers=False,  # the peer's address decides whether its header with a user's name is trusted
            # Many clients keep a connection for five seconds, like uvicorn. If both close it at the same moment, a
            # request is lost.
            timeout_keep_alive=int(HEADER_SECONDS),
            timeout_graceful_shutdown=_STOP_SECONDS,
            backlog=_ACCEPTED_AT_ONCE,
        )

    def load(self) -> None:
        """Load, and put the context in place."""
        super().load()
        self.ssl = self._context
