"""An HTTP server that does nothing: it repeats the answers of another server; prints its port.

    python empty_http_server.py http://127.0.0.1:8081

The first request for an address goes to the other server, and every further one gets the same answer from memory. So
what a client takes against it is the time of the client and of the network. It ends when its input ends.
"""

from __future__ import annotations

import asyncio
import sys
from urllib.request import Request, urlopen

_END = b"\r\n\r\n"


class Repeating(asyncio.Protocol):
    """A connection of a client that sends one request after the other."""

    answers: dict[tuple[str, str], bytes] = {}  # noqa: RUF012 shared by all connections
    origin = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer the requests that have arrived whole."""
        self._received += data
        while _END in self._received:
            head, _, rest = self._received.partition(_END)
            lines = head.decode("latin-1").split("\r\n")
            fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            length = int(fields.get("content-length", "0"))
            if len(rest) < length:
                return
            self._received = rest[length:]
            method, target, _ = lines[0].split(" ", 2)
            self._answer(method, target, rest[:length])

    def _answer(self, method: str, target: str, body: bytes) -> None:
        path = target.partition("?")[0]
        if (method, path) not in self.answers:
            self.answers[method, path] = _asked(self.origin + target, method, body)
        found = self.answers[method, path]
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(found)}\r\n\r\n"
        assert isinstance(self._transport, asyncio.Transport)  # noqa: S101 for the type checker
        self._transport.write(head.encode() + found)


def _asked(url: str, method: str, body: bytes) -> bytes:
    headers = {"Content-Type": "application/json"} if body else {}
    request = Request(url, data=body or None, headers=headers, method=method)  # noqa: S310 an address of this machine
    with urlopen(request) as response:  # noqa: S310
        found: bytes = response.read()
    return found


async def main() -> None:
    """Serve until the standard input ends."""
    Repeating.origin = sys.argv[1]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Repeating, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main())
