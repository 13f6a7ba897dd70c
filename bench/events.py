"""Events of OpenLineage over HTTP, beside PutExecution calls with the same content over gRPC.

Eight clients at a time send to one server on a SQLite file, in turns: calls, events, calls, and so on. The table shows
the rates, their ratio, how many executions are missing afterwards, and the most memory that the server took. What both
record is in event_client.py.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench import processor
from bench.sides import HERE, Talker

CLIENTS = 8
KINDS = ("grpc", "http")
"""What is compared, in the order in which a server prints its addresses."""
_CLIENT = str(HERE / "event_client.py")
TARGET = 0.5
_SERVE = ("-u", "-m", "lineal", "serve", "--grpc-port", "0", "--http-port", "0", "--db")


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes:
        calls, events: how many a second, the medians.
        calls_cpu, events_cpu: the seconds of the server's processor for one.
        slowest: the seconds of the slowest event.
        sent, missing: how many calls and events were answered, and how many of these are not in the store.
        peak_mib: the most memory that the server took.
    """

    calls: float
    events: float
    calls_cpu: float
    events_cpu: float
    slowest: float
    sent: int
    missing: int
    peak_mib: float

    @property
    def ratio(self) -> float:
        """How fast events are, compared with calls."""
        return self.events / self.calls

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {"suite": "events", **asdict(self), "ratio": self.ratio}


@dataclass(frozen=True)
class _Turn:
    kind: str
    done: int
    rate: float
    cpu: float
    slowest: float


def measure(rounds: int, *, seconds: float, kinds: Sequence[str] = KINDS) -> Measured:
    """Send for some seconds a turn, in rounds of the kinds; the first round warms up, and its rates do not count."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        server = _talker(stack, *_SERVE, f"sqlite:///{folder}/store.db")
        addresses = {kind: server.read().rpartition("//")[2] for kind in KINDS}
        clients = {
            kind: [_talker(stack, _CLIENT, kind, addresses[kind], str(number)) for number in range(CLIENTS)]
            for kind in kinds
        }
        turns = [
            _turn(server, kind, clients[kind], seconds if number else min(seconds, 1.0))
            for number in range(rounds + 1)
            for kind in kinds
        ]
        sent = sum(turn.done for turn in turns)
        return _measured(turns[len(kinds) :], sent, sent - _stored(addresses["http"]), _peak_mib(server.process_id))


def _talker(stack: ExitStack, *arguments: str) -> Talker:
    talker = Talker(sys.executable, *arguments)
    stack.callback(talker.close)
    return talker


def _turn(server: Talker, kind: str, clients: list[Talker], seconds: float) -> _Turn:
    before = processor.seconds_of(server.process_id)
    for client in clients:
        client.write(str(seconds))
    found = [client.read().split() for client in clients]
    done = sum(int(number) for number, _ in found)
    cpu = processor.seconds_of(server.process_id) - before
    return _Turn(kind, done, done / seconds, cpu / max(done, 1), max(float(slowest) for _, slowest in found))


def _measured(turns: list[_Turn], sent: int, missing: int, peak_mib: float) -> Measured:
    calls, events = ([turn for turn in turns if turn.kind == kind] for kind in KINDS)
    return Measured(
        _median(turn.rate for turn in calls),
        _median(turn.rate for turn in events),
        _median(turn.cpu for turn in calls),
        _median(turn.cpu for turn in events),
        max(turn.slowest for turn in events),
        sent,
        missing,
        peak_mib,
    )


def _median(values: Iterable[float]) -> float:
    """Return the median, NaN if nothing was measured."""
    found = list(values)
    return statistics.median(found) if found else math.nan


def _stored(address: str) -> int:
    url = f"http://{address}/api/v1/totals"
    with urllib.request.urlopen(url, timeout=60) as answer:
        return int(json.load(answer)["executions"])


def _peak_mib(process_id: int) -> float:
    lines = Path(f"/proc/{process_id}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def print_table(found: Measured) -> None:
    """Print the rates, and what was promised."""
    print(f"\nevents of OpenLineage over HTTP, {CLIENTS} clients, SQLite")
    for name, rate, cpu in (
        ("PutExecution over gRPC", found.calls, found.calls_cpu),
        ("events over HTTP", found.events, found.events_cpu),
    ):
        print(f"{name:24}{rate:9,.0f} a second, {cpu * 1e6:9,.0f} µs of the server's CPU")
    verdict = "" if found.ratio >= TARGET else "  below"
    print(f"ratio {found.ratio:.2f}, promised {TARGET:g}{verdict}; the slowest event took {found.slowest:.2f} s")
    print(f"{found.missing} of {found.sent:,} missing; the server took {found.peak_mib:,.0f} MiB at most")
