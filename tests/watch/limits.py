"""The watcher's limit of memory in the shipped manifest, and how a test puts a command under it."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.services import REPOSITORY
from tests.watch.watching import eventually

CGROUPS = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
"""Where a group with a limit of memory can be made: version 1, version 2."""


def shipped_limit() -> int:
    """The limit of memory in the manifest of the watcher, in bytes."""
    manifest = yaml.safe_load((REPOSITORY / "deploy/base/watcher/deployment.yaml").read_text())
    limit = manifest["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"]
    assert limit.endswith("Mi")
    return int(limit.removesuffix("Mi")) << 20


@dataclass
class Limited:
    """A command with a limit of memory: that of a control group, or else only looked at.

    Attributes:
        group: the control group's folder, None where none can be made.
    """

    group: Path | None = None

    def command(self, words: list[str]) -> list[str]:
        if self.group is None:
            return words
        return ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"', str(self.group), *words]

    def kills(self) -> int:
        """How many processes were killed because they took more."""
        files = [self.group / name for name in ("memory.oom_control", "memory.events")] if self.group else []
        lines = [line.split() for file in files if file.is_file() for line in file.read_text().splitlines()]
        return sum(int(count) for name, count in lines if name == "oom_kill")

    def says(self) -> str:
        return "under a control group's limit" if self.group else "without a control group: the peak was looked at"


@contextmanager
def limited(limit: int) -> Iterator[Limited]:
    """Make a control group that kills what takes more; whoever may not gets none."""
    for parent, file in zip(CGROUPS, ("memory.limit_in_bytes", "memory.max"), strict=True):
        group = parent / f"lineal-test-{uuid.uuid4().hex[:8]}"
        try:
            group.mkdir()
            (group / file).write_text(str(limit))
        except OSError:
            with contextlib.suppress(OSError):
                group.rmdir()
            continue
        try:
            yield Limited(group)
        finally:
            eventually(lambda made=group: _removed(made))
        return
    yield Limited()


def _removed(group: Path) -> bool:
    with contextlib.suppress(OSError):
        group.rmdir()
    return not group.exists()


def peak_of(pid: int) -> int:
    """The most memory that a process had in use, in bytes."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) << 10
