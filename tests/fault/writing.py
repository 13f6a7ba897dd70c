"""Writers that write whatever happens, the faults' rhythm, and what must be true of a store at the end.

What stays out: the faults (faults.py), and which of them meet which engine (test_fault_run.py).
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import grpc

from lineal.config import DatabaseSettings
from lineal.upkeep import doctor
from tests.crowd import Crowd
from tests.engines import run_sql
from tests.fault.test_sigkill import TORN_EVENTS, TORN_NODES, Ledger, Types, put_types, write_request
from tests.serving import Caller, ServerProcess, running_server

SECONDS = float(os.environ.get("LINEAL_FAULT_SECONDS", "8"))
WRITERS = 4
PROPERTIES = 5
RECOVERY = 120  # MySQL looks once a minute whether a full disk has space again
STANDSTILL = 5
ALLOWED = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}
Fault = Callable[[random.Random], None]


class Writers(Crowd):
    """Threads that write until they are stopped, and note what was promised to them and what was not."""

    def __init__(self, address: str, types: Types) -> None:
        self.ledger = Ledger()
        self.refused: Counter[grpc.StatusCode] = Counter()
        self.unexpected: list[str] = []
        self._address, self._types = address, types
        super().__init__([partial(self._write, number) for number in range(WRITERS)])

    def _write(self, writer: int) -> None:
        number = 0
        while not self.is_over:
            with Caller(self._address) as caller, suppress(grpc.RpcError):
                while not self.is_over:
                    number += 1
                    self._put(caller, f"{writer}.{number}")

    def _put(self, caller: Caller, name: str) -> None:
        try:
            caller.call("PutExecution", write_request(self._types, name), timeout=60)
        except grpc.RpcError as error:
            self.refused[error.code()] += 1
            if error.code() not in ALLOWED:
                self.unexpected.append(f"{error.code().name}: {error.details()}")
            time.sleep(0.05)
            raise
        self.ledger.acknowledge(name)

    def wait_for_progress(self) -> None:
        """Wait until something more is acknowledged to every writer's worth."""
        before = len(self.ledger.names)
        until(lambda: len(self.ledger.names) > before + WRITERS, "nothing was acknowledged any more")

    def wait_until_stopped(self) -> None:
        """Wait until more is refused, to every writer's worth, or nothing is acknowledged for a while."""
        refused, written, last = self.refused.total(), len(self.ledger.names), time.monotonic()
        while self.refused.total() <= refused + WRITERS and time.monotonic() < last + STANDSTILL:
            if len(self.ledger.names) > written:
                written, last = len(self.ledger.names), time.monotonic()
            time.sleep(0.05)


def until(true: Callable[[], object], otherwise: str) -> None:
    """Wait until something is true, as long as a recovery may take."""
    end = time.monotonic() + RECOVERY
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)


def inflict(writers: Writers, fault: Fault, *, pause: float) -> None:
    """Inflict a fault again and again for the time of the run; after each, the writers must get on."""
    chance, rounds, longest = random.Random(7), 0, 0.0
    writers.wait_for_progress()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        fault(chance)
        struck = time.monotonic()
        writers.wait_for_progress()
        rounds, longest = rounds + 1, max(longest, time.monotonic() - struck)
        time.sleep(chance.uniform(0, pause))
    refused = {code.name: number for code, number in writers.refused.items()}
    written = len(writers.ledger.names)
    print(
        f"{rounds} faults in {SECONDS:g} s: {written} writes acknowledged, {refused} not; longest pause {longest:.1f} s"
    )


def check(url: str, writers: Writers) -> None:
    """Nothing acknowledged is lost, nothing is torn, and no error was of a kind that clients cannot understand."""
    stored = {row[0] for row in run_sql(url, "SELECT name FROM Execution")}
    assert set(writers.ledger.names) - stored == set()
    artifacts = TORN_NODES.format(node="Artifact", properties=PROPERTIES, events=1, relation="Attribution")
    executions = TORN_NODES.format(node="Execution", properties=PROPERTIES, events=2, relation="Association")
    assert [row for sql in (artifacts, executions, TORN_EVENTS) for row in run_sql(url, sql)] == []
    assert writers.unexpected == []
    assert doctor.examine(DatabaseSettings(url)) == []


@contextmanager
def served(url: str, *flags: str) -> Iterator[tuple[ServerProcess, Writers]]:
    """Serve a database and let writers begin."""
    with running_server(url, *flags) as server:
        with Caller(server.address) as caller:
            types = put_types(caller)
        yield server, Writers(server.address, types)
