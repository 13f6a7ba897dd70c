"""The HTTP door: an ASGI application on a port, served by uvicorn in a thread.

What stays out: the routes (`http_app.py`).
"""

from __future__ import annotations

import threading
import time

import uvicorn
from fastapi import FastAPI

from lineal.server import addresses

PORT_FLAG = "--http-port"
_STOP_SECONDS = 5


class HttpDoor:
    """An HTTP server over an application; it listens from the start and answers after `start`."""

    def __init__(self, app: FastAPI, *, host: str, port: int) -> None:
        self._listener = addresses.listen(host, port, flag=PORT_FLAG)
        self.address = addresses.join(host, self._listener.getsockname()[1])
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), name="lineal-http")

    def start(self) -> None:
        """Answer requests; returns once the first one would be answered."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)

    def stop(self) -> None:
        """Take no new requests, finish the accepted ones and free the port."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._listener.close()
