"""The two sides of a comparison: workers and servers, in processes of their own, ended when the comparison ends."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.limits import EMPTY

HERE = Path(__file__).resolve().parent
OFFICIAL_VARIABLE = "LINEAL_OFFICIAL_PYTHON"
OFFICIAL_PYTHON = HERE.parent / ".venv-official" / "bin" / "python"
LIBRARIES = ("official", "lineal")
_ANY_PORTS = ("--grpc-port", "0", "--http-port", "0")


def official_python() -> str:
    """Return the Python that has the official library."""
    python = os.environ.get(OFFICIAL_VARIABLE, str(OFFICIAL_PYTHON))
    if not Path(python).exists():
        raise SystemExit(f"no official library: run `make official`, or name its Python in {OFFICIAL_VARIABLE}")
    return python


class Talker:
    """A process that answers a line with a line, and ends when its input ends."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 programs of this folder
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.first_line = self.read()

    @property
    def process_id(self) -> int:
        """The id of the process."""
        return self._process.pid

    def read(self) -> str:
        """Return the next line of its output."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise SystemExit(f"a process of the benchmark ended with code {self._process.wait()}; see above")
        return line.strip()

    def write(self, line: str) -> None:
        """Send it a line."""
        print(line, file=self._process.stdin, flush=True)

    def close(self) -> None:
        """End it."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.terminate()
        self._process.wait(60)
        if self._process.stdout:
            self._process.stdout.close()


@dataclass(frozen=True)
class Worker:
    """A process with an open store that runs workloads.

    Attributes:
        library: whose store it is, for the table.
        talker: the process.
        server: the id of the server's process, 0 where the store is in the worker's own.
        relay: the proxy in front of the worker's database, if there is one.
    """

    library: str
    talker: Talker
    server: int = 0
    relay: Talker | None = None

    def start(self, workload: str) -> None:
        """Begin a run."""
        self.talker.write(workload)

    def seconds(self) -> tuple[float, float]:
        """Wait for the run to end; return how long it took, by the clock and of the processor."""
        clock, busy = self.talker.read().split()
        return float(clock), float(busy)

    def round_trips(self) -> int:
        """Return how many there were between the worker and its database, as far as they are counted."""
        if self.relay is None:
            return 0
        self.relay.write("")
        return int(self.relay.read())


@dataclass(frozen=True)
class Server:
    """A server, by its URL and the id of its process."""

    url: str
    process_id: int


def worker(stack: ExitStack, library: str, store: str | Server, size: int, *, client: str | None = None) -> Worker:
    """Start a worker; `client` is the library whose client it uses, the same as the store's unless it is a server."""
    client = client or library
    python = official_python() if client == "official" else sys.executable
    url, server_id = (store, 0) if isinstance(store, str) else (store.url, store.process_id)
    return Worker(library, _talker(stack, python, str(HERE / "worker.py"), client, url, str(size)), server_id)


def distant_worker(stack: ExitStack, library: str, url: str, size: int, *, round_trip: float) -> Worker:
    """Fill a database, and start a worker behind a proxy that is as far from it as a round trip in seconds says."""
    with ExitStack() as filling:
        worker(filling, library, url, size)
    relay = _talker(stack, sys.executable, str(HERE / "relay_process.py"), url, str(round_trip))
    return replace(worker(stack, library, relay.first_line, 0), relay=relay)


def server(stack: ExitStack, library: str, database: str, *flags: str) -> Server:
    """Start a gRPC server on a database."""
    if library == "official":
        return _started(stack, official_python(), str(HERE / "official_server.py"), database)
    if library == EMPTY:
        return _started(stack, sys.executable, str(HERE / "empty_server.py"))
    command = (sys.executable, "-u", "-m", "lineal", "serve", "--db", database, *_ANY_PORTS, *flags)
    talker = _talker(stack, *command)
    return Server("grpc://" + talker.read().split("//")[-1], talker.process_id)


def _started(stack: ExitStack, *command: str) -> Server:
    talker = _talker(stack, *command)
    return Server(f"grpc://127.0.0.1:{talker.first_line}", talker.process_id)


def _talker(stack: ExitStack, *command: str) -> Talker:
    talker = Talker(*command)
    stack.callback(talker.close)
    return talker
