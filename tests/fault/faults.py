"""What happens to servers, databases, disks and clocks: each thing that can be harmed, and how.

What stays out: who writes meanwhile (writing.py).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from tests import services
from tests.engines import Server, mariadb, mysql, postgresql
from tests.fault.writing import RECOVERY

_NEVER_CARELESS = ("--innodb-flush-log-at-trx-commit=1", "--innodb-doublewrite=1", "--sync-binlog=1")
_LARGEST_STEP = 2 * 86_400
_CLOCK_SOURCE = Path(__file__).with_name("stepped_clock.c")
_ROOMY = "4g"
_SYS_ADMIN = 21


@contextmanager
def durable(name: str, *, parent: Path | None = None) -> Iterator[Server]:
    """Run a database server that keeps its promises when it is killed, unlike those of other tests."""
    start = {
        "mariadb": lambda: mariadb(*_NEVER_CARELESS, parent=parent),
        "mysql": lambda: mysql(*_NEVER_CARELESS, parent=parent),
        "postgresql": lambda: postgresql("fsync=on", parent=parent),
    }
    with start[name]() as server:
        yield server


class Database:
    """A database server that ends and is started again, on its files and its port, as a service manager would."""

    def __init__(self, server: Server, stack: ExitStack) -> None:
        self._server = server
        self._process = server.process
        stack.callback(self._stop)

    def kill_and_start(self, _: random.Random) -> None:
        """Kill it at once, with all of its processes, and start it again."""
        pids = self._server.folder / "data" / "postmaster.pid"
        if pids.exists():  # of PostgreSQL; the process that we started only runs it as another user
            os.kill(int(pids.read_text().splitlines()[0]), signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        self.start_if_down()

    def start_if_down(self) -> None:
        """Start it unless it runs."""
        end = time.monotonic() + RECOVERY
        while self._process.poll() is not None and time.monotonic() < end:
            self._process = subprocess.Popen(
                self._server.process.args, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
            )
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1.5)  # PostgreSQL refuses to start while processes of the last one are left

    @contextmanager
    def kept_up(self) -> Iterator[None]:
        """Start it whenever it has ended by itself; MariaDB does so when a disk is full while it rolls back."""
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(0.2):
                self.start_if_down()

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            is_over.set()
            watcher.join()

    def _stop(self) -> None:
        """Stop the last one that was started."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(30)
        self._process.kill()


class Disk:
    """A small file system in memory, whose free space can be taken away and given back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Let it have not one free block."""
        status = os.statvfs(self.folder)
        self._resize(str((status.f_blocks - status.f_bfree) * status.f_frsize))

    def empty(self) -> None:
        """Let it have as much space as at the beginning."""
        self._resize(_ROOMY)

    def _resize(self, size: str) -> None:
        """Change the size; what is written in that moment may be more than fits, so try again."""
        command = ["mount", "-o", f"remount,size={size}", str(self.folder)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            self._resize(size) if size == _ROOMY else self.fill()


@contextmanager
def disk(folder: Path, *, size: str = _ROOMY) -> Iterator[Disk]:
    """Mount a disk on a folder; skip the test where that is not allowed, and fail where it is and does not work."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        what = f"the right to mount a file system ({done.stderr.strip()})"
        cure = "run the tests as root, in a container with the capability SYS_ADMIN"
        if not _may_mount():
            pytest.skip(f"{what} is missing: {cure}")
        services.missing(what, install=cure)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _may_mount() -> bool:
    """Say whether this process has the capability SYS_ADMIN, which root lacks in most containers."""
    status = Path("/proc/self/status").read_text().splitlines()
    effective = next((int(line.split()[1], 16) for line in status if line.startswith("CapEff:")), 0)
    return bool(effective & 1 << _SYS_ADMIN)


class Clock:
    """The time of day as the processes see it that are started with a library of the tests (stepped_clock.c)."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.write_bytes(bytes(8))
        file.chmod(0o644)

    def step_somewhere(self, chance: random.Random) -> None:
        """Set the clock up to two days from the true time, forward or back; all see it at once."""
        self.step_to(chance.randint(-_LARGEST_STEP, _LARGEST_STEP))

    def step_to(self, seconds: int) -> None:
        """Set the clock so many seconds from the true time; all see it at once."""
        with self._file.open("r+b", buffering=0) as written:
            written.write(seconds.to_bytes(8, sys.byteorder, signed=True))


@contextmanager
def stepping_clock(folder: Path, environment: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Let processes that are started inside the `with` see a clock that can be set."""
    library = folder / "stepped_clock.so"
    compiler = services.require_program("cc", package="gcc libc6-dev")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, _CLOCK_SOURCE, "-ldl"], check=True)
    clock = Clock(folder / "clock")
    with environment.context() as patch:
        patch.setenv("LINEAL_TEST_CLOCK", str(folder / "clock"))
        patch.setenv("LD_PRELOAD", str(library))
        yield clock
