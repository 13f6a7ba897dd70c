"""Attacks beside honest clients: these are answered in time, and the server's memory stays small.

LINEAL_ATTACK_SECONDS says how long it lasts.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx
import pytest

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.server.attackers import KINDS, METHOD
from tests.services import REPOSITORY
from tests.serving import ServerProcess, running_server

SECONDS = float(os.environ.get("LINEAL_ATTACK_SECONDS", "60"))
HONEST_CLIENTS = 16
HONEST_SECONDS = 2.0
MOST_MIB = 400

pytestmark = [pytest.mark.slow, pytest.mark.timeout(int(2 * SECONDS) + 240)]
with_and_without_workers = pytest.mark.parametrize("flags", [(), ("--workers", "3")], ids=["one process", "workers"])


class Honest(threading.Thread):
    """A client that writes, reads, and asks over HTTP, and notes how long each answer took."""

    def __init__(self, server: ServerProcess, number: int, end: threading.Event) -> None:
        super().__init__(name=f"honest {number}")
        self._server, self._number, self._end = server, number, end
        self.seconds: list[float] = []
        self.failures: list[str] = []

    def run(self) -> None:
        """Ask until the end."""
        request = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name=f"T{self._number}"))
        with grpc.insecure_channel(self._server.address) as channel, httpx.Client(base_url=self._server.http) as http:
            while not self._end.wait(0.5):
                self._timed(
                    lambda: channel.unary_unary(METHOD("PutArtifactType"))(
                        request.SerializeToString(), timeout=30, wait_for_ready=True
                    )
                )
                self._timed(
                    lambda: channel.unary_unary(METHOD("GetArtifactTypes"))(b"", timeout=30, wait_for_ready=True)
                )
                for path in ("/healthz", "/api/v1/artifacts?limit=10"):
                    self._timed(lambda path=path: http.get(path, timeout=30).raise_for_status())  # type: ignore[misc]

    def _timed(self, ask: object) -> None:
        assert callable(ask)
        started = time.monotonic()
        try:
            ask()
        except (grpc.RpcError, httpx.HTTPError) as error:
            self.failures.append(repr(error)[:300])
        self.seconds.append(time.monotonic() - started)


@contextmanager
def attacked(server: ServerProcess, kinds: Sequence[str]) -> Iterator[None]:
    """Let attackers loose."""
    # Attackers have machines of their own; here they get what the server and its clients leave of the processor.
    command = ["nice", "-n", "19", sys.executable, "-m", "tests.server.attackers"]
    command += [server.address, server.http, str(SECONDS)]
    attackers = [subprocess.Popen([*command, kind], cwd=REPOSITORY) for kind in kinds]
    try:
        yield
        for attacker in attackers:
            assert attacker.wait(SECONDS + 60) == 0
    finally:
        for attacker in attackers:
            attacker.kill()
            attacker.wait()


def memory_mib(pid: int) -> float:
    """Return the memory of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return max([int(found[1]) / 1024, *map(memory_mib, map(int, children))])


@dataclass(frozen=True)
class Run:
    """What honest clients met: how long each answer took, what failed, and the most memory that a process had."""

    seconds: list[float]
    failures: list[str]
    peak_mib: float


def run(url: str, flags: tuple[str, ...], kinds: Sequence[str]) -> Run:
    """Serve a database under attacks, beside honest clients."""
    with running_server(url, *flags, under=("prlimit", "--nofile=1024")) as server:
        end = threading.Event()
        honest = [Honest(server, number, end) for number in range(HONEST_CLIENTS)]
        peak = 0.0
        for client in honest:
            client.start()
        with attacked(server, kinds):
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                peak = max(peak, memory_mib(server.process.pid))
                time.sleep(0.5)
            end.set()
        for client in honest:
            client.join()
    seconds = sorted(second for client in honest for second in client.seconds)
    failures = [failure for client in honest for failure in client.failures]
    print(*failures[:6], sep="\n")
    print(f"{kinds}: {len(seconds)} answers, longest {seconds[-1]:.2f} s, {len(failures)} failures, {peak:.0f} MiB")
    return Run(seconds, failures, peak)


@with_and_without_workers
def test_honest_clients_are_answered_in_time_under_attacks_on_the_door(
    database_url: str, flags: tuple[str, ...]
) -> None:
    found = run(database_url, flags, ("half_sent", "swelling", "idle"))
    assert found.failures == []
    assert (found.seconds[-1] <= HONEST_SECONDS, found.peak_mib <= MOST_MIB) == (True, True)


@with_and_without_workers
def test_memory_stays_small_under_every_attack(database_url: str, flags: tuple[str, ...]) -> None:
    found = run(database_url, flags, tuple(KINDS))
    assert found.failures == []
    assert found.peak_mib <= MOST_MIB
