"""The small HTTP server of a watcher: `/healthz`, `/readyz` and `/metrics`.

What stays out: deciding what is healthy (`run.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

from lineal import errors

Answer = Callable[[], tuple[int, str]]


class HealthServer:
    """Answers GET and HEAD requests for a few paths, in threads of its own; a context manager."""

    def __init__(self, host: str, port: int, *, answers: dict[str, Answer]) -> None:
        """Take the port.

        Raises:
            UnavailableError: the address cannot be taken.

        """
        handler = type("_Bound", (_RequestHandler,), {"answers": answers})
        try:
            self._server = ThreadingHTTPServer((host, port), handler)
        except OSError as error:
            raise errors.UnavailableError(
                f"the address {host}:{port} for health and metrics cannot be taken ({error.strerror}); "
                "choose another with --http-host and --http-port"
            ) from None
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="lineal-health", daemon=True)

    @property
    def address(self) -> str:
        """The host and the port that were taken."""
        host, port = self._server.server_address[:2]
        return f"{host!s}:{port}"

    def __enter__(self) -> HealthServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _RequestHandler(BaseHTTPRequestHandler):
    answers: dict[str, Answer]
    timeout = 10

    def do_GET(self) -> None:
        self.wfile.write(self._begin())

    def do_HEAD(self) -> None:
        self._begin()

    def _begin(self) -> bytes:
        """Send status and headers; return the body."""
        answer = self.answers.get(self.path.partition("?")[0])
        status, text = answer() if answer else (404, "not found\n")
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return body

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Write no line for each probe."""
