"""Several processes that serve on the same ports: started, watched, and replaced when they die or must be renewed.

The supervisor holds the ports without listening. The workers listen on them with SO_REUSEPORT, and the kernel
distributes connections among them. The supervisor serves nothing itself, so little can fail in it. What stays out: a
worker's own life (worker.py, lifecycle.py).
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lineal import errors
from lineal.config import ServerSettings
from lineal.counting import amount
from lineal.server import addresses
from lineal.signals import SignalEvent

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
START_SECONDS = 60.0
_GRACE_BEYOND = 10.0
_LOOK_SECONDS = 0.1
_YOUNG_SECONDS = 5.0
_LONGEST_PAUSE = 30.0
_log = logging.getLogger(__name__)


class Worker:
    """A process that serves; its standard input ends when the supervisor does, which ends the process too."""

    def __init__(self, settings: ServerSettings, slot: int) -> None:
        self.slot = slot
        self.caution = ""
        self.started = time.monotonic()
        self._ready = threading.Event()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "lineal.server.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the supervisor alone
        )
        self.pid = self._process.pid
        assert self._process.stdin is not None  # noqa: S101 it is a pipe
        pickle.dump((settings, slot), self._process.stdin)
        self._process.stdin.flush()
        threading.Thread(target=self._listen, name=f"lineal-worker-{slot}", daemon=True).start()

    def _listen(self) -> None:
        """Take the line that says that it serves."""
        assert self._process.stdout is not None  # noqa: S101 it is a pipe
        if line := self._process.stdout.readline():
            self.caution = json.loads(line)
            self._ready.set()

    @property
    def is_ready(self) -> bool:
        """Whether it serves."""
        return self._ready.is_set()

    @property
    def code(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.poll()

    def leave(self) -> None:
        """Ask it to move its clients to other workers, and then to stop."""
        if self.code is None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """Ask it to finish what it has accepted; asked a second time, it hurries."""
        if self.code is None:
            self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()


class Supervisor:
    """The workers of a server, by slot."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._workers: dict[int, Worker] = {}
        self._leaving: list[Worker] = []
        self._pauses: dict[int, tuple[float, float]] = {}  # by slot: not to be started before, length of the pause
        self._signals = 0
        self._renew = False
        self._wake = SignalEvent()

    def listen(self) -> None:
        """Take SIGTERM, SIGINT and SIGHUP; only the main thread may do this."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: Any) -> None:
        if number == signal.SIGHUP:
            self._renew = True
        else:
            self._signals += 1
        self._wake.set()

    def start(self) -> None:
        """Start all workers, the first alone, since it may have to create the store; a signal to stop ends it early.

        Raises:
            UnavailableError: one ended before it served, or took too long.
        """
        for slot in range(self._settings.workers):
            self._workers[slot] = Worker(self._settings, slot)
            if slot not in (0, self._settings.workers - 1) or self._await(list(self._workers.values())):
                continue
            if self._signals:
                return
            raise errors.UnavailableError("a worker ended before it served; its reason is the line above this one")

    @property
    def caution(self) -> str:
        """What users should know of how the database works, as the first worker tells once it serves, or ""."""
        return self._workers[0].caution if 0 in self._workers else ""

    def run(self) -> None:
        """Watch the workers until a signal asks to stop."""
        while not self._signals:
            if self._renew and not self._leaving:  # so that there are never more than twice as many
                self._renew = False
                self._renew_all()
            self._replace_dead()
            self._rest()

    def stop(self) -> None:
        """Stop all workers and return when none is left."""
        everyone = [*self._workers.values(), *self._leaving]
        heard = self._signals
        for worker in everyone:
            worker.stop()
        end = time.monotonic() + self._settings.stop_grace + _GRACE_BEYOND
        while any(worker.code is None for worker in everyone) and time.monotonic() < end:
            if self._signals > heard:
                heard = self._signals
                for worker in everyone:
                    worker.stop()
            self._rest()
        for worker in everyone:
            worker.kill()

    def _rest(self) -> None:
        self._wake.wait(_LOOK_SECONDS)
        self._wake.clear()

    def _await(self, workers: list[Worker]) -> bool:
        """Wait until the workers serve; say whether they do, or one ended or took too long."""
        end = time.monotonic() + START_SECONDS
        while not all(worker.is_ready for worker in workers):
            if any(worker.code is not None for worker in workers) or time.monotonic() > end or self._signals:
                return False
            self._rest()
        return True

    def _replace_dead(self) -> None:
        self._leaving = [worker for worker in self._leaving if worker.code is None or self._forget(worker)]
        for worker in list(self._workers.values()):
            if worker.code is not None:
                self._forget(worker)
                self._note_death(worker)
        for slot, (earliest, _) in list(self._pauses.items()):
            if slot not in self._workers and time.monotonic() >= earliest:
                self._start_again(slot)

    def _start_again(self, slot: int) -> None:
        """Start a worker, or try later if the system has no room for a process now."""
        try:
            self._workers[slot] = Worker(self._settings, slot)
        except (OSError, RuntimeError) as error:
            pause = min(_LONGEST_PAUSE, max(0.5, 2 * self._pauses[slot][1]))
            self._pauses[slot] = (time.monotonic() + pause, pause)
            _log.error("worker %s cannot be started: %s; the next try is in %g s", slot, error, pause)

    def _note_death(self, worker: Worker) -> None:
        """Let a new worker take the slot, at once unless the last one died young."""
        del self._workers[worker.slot]
        _, last = self._pauses.get(worker.slot, (0.0, 0.0))
        young = time.monotonic() - worker.started < _YOUNG_SECONDS
        pause = min(_LONGEST_PAUSE, max(0.5, 2 * last)) if young else 0.0
        self._pauses[worker.slot] = (time.monotonic() + pause, pause)
        _count_restart()
        after = f" in {pause:g} s" if pause else ""
        _log.warning("worker %s ended with code %s; another one starts%s", worker.slot, worker.code, after)

    def _forget(self, worker: Worker) -> bool:
        """Remove a dead worker from the gauges; its counters stay."""
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
        return False

    def _renew_all(self) -> None:
        """Replace one worker after the other: the new one serves before the old one takes no more clients."""
        for slot, old in list(self._workers.items()):
            try:
                new = Worker(self._settings, slot)
            except (OSError, RuntimeError) as error:
                _log.error("no new worker %s can be started: %s; the old ones stay", slot, error)
                return
            if not self._await([new]):
                new.kill()
                if not self._signals:
                    _log.error("the new worker %s does not serve; the old ones stay", slot)
                return
            self._workers[slot] = new
            old.leave()
            self._leaving.append(old)
        _log.info("all workers were renewed")


def _count_restart() -> None:
    from lineal.server.observing.restarts import WORKER_RESTARTS

    WORKER_RESTARTS.inc()


def supervise(settings: ServerSettings, *, announce: Callable[[str], None]) -> None:
    """Serve with several workers until SIGTERM or SIGINT.

    Raises:
        StatusError: an address cannot be taken, or the workers do not start.
    """
    with _held_ports(settings) as placed, tempfile.TemporaryDirectory(prefix="lineal-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder  # before the metrics are imported, here and in the workers
        supervisor = Supervisor(placed)
        supervisor.listen()
        try:
            supervisor.start()
            ports = (placed.grpc_port, placed.http_port)
            places = ["" if port is None else addresses.join(placed.host, port) for port in ports]
            for line in addresses.shown(placed, *places, caution=supervisor.caution):
                announce(line)
            announce(f"  {amount(placed.workers, 'workers')}")
            supervisor.run()
            announce("Stopping: finishing the accepted requests")
        finally:
            supervisor.stop()
    announce("Stopped")


@contextmanager
def _held_ports(settings: ServerSettings) -> Iterator[ServerSettings]:
    """Hold the ports without listening, so that nobody else takes them; lend the settings with their numbers."""
    held = []
    try:
        placed: dict[str, Any] = {}
        for name in ("grpc_port", "http_port"):
            if (port := getattr(settings, name)) is None:
                continue
            flag = f"--{name.replace('_', '-')}"
            addresses.require_free(settings.host, port, flag=flag)
            held.append(addresses.hold(settings.host, port, flag=flag))
            placed[name] = held[-1].getsockname()[1]
        yield dataclasses.replace(settings, **placed)
    finally:
        for holder in held:
            holder.close()
