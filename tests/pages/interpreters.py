"""Processes that run the programs and commands of pages: `forked.py`, once for each Python."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.services import REPOSITORY

PROGRAM = Path(__file__).with_name("forked.py")
OWN = Path(sys.executable)
STOP_SECONDS = 30
ANSWER_SECONDS = 100


@dataclass(frozen=True)
class Done:
    """What became of a program or a command."""

    code: int
    printed: str


class Session:
    """A process whose programs share their names, as the cells of a notebook do."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._socket.settimeout(ANSWER_SECONDS)
        self._socket.sendall(b"S")
        self._lines = self._socket.makefile("rw")

    def ask(self, folder: Path, variables: Mapping[str, str], **request: Any) -> Done:
        """Run a program (`code`, `name`) or a command (`words`) in a folder and return what became of it."""
        self._lines.write(json.dumps({"folder": str(folder), "variables": dict(variables), **request}) + "\n")
        self._lines.flush()
        try:
            answer = self._lines.readline()
        except TimeoutError:
            return Done(-1, f"no end within {ANSWER_SECONDS} s; what stays running has the mark `run: server`\n")
        return Done(**json.loads(answer)) if answer else Done(-1, "the process ended\n")

    def close(self) -> None:
        """End the process."""
        self._lines.close()
        self._socket.close()


class Interpreters:
    """The processes to fork, by their Python, started when they are first needed."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._paths: dict[Path, str] = {}

    def session(self, python: Path = OWN) -> Session:
        """Return a new process of a Python."""
        return Session(self.path(python))

    def path(self, python: Path = OWN) -> str:
        """Return the path of the socket at which new processes of a Python begin."""
        if python not in self._paths:
            self._paths[python] = self._stack.enter_context(_running(python))
        return self._paths[python]


def variables_of(python: Path) -> dict[str, str]:
    """Return the variables with which a Python imports this repository's Lineal; the own one has it installed."""
    return {} if python == OWN else {"PYTHONPATH": f"{REPOSITORY / 'src'}"}


@contextmanager
def _running(python: Path) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="lineal-pages-") as folder:
        path = f"{folder}/socket"
        variables = {**os.environ, **variables_of(python)}
        command = [str(python), str(PROGRAM), path]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables, text=True, start_new_session=True
        ) as process:
            assert process.stdout is not None
            try:
                assert process.stdout.readline() == "ready\n", f"{python} cannot run the programs of pages"
                yield path
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(STOP_SECONDS)
