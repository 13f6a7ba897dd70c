"""Runs programs and `lineal` commands without starting Python each time: a process that imported Lineal is forked.

A program of its own, for any Python that can import Lineal: `python forked.py SOCKET`. Each connection gets a process,
which answers its requests one after the other. The first byte comes with the caller's input and outputs, or without; in
the second case answers hold what was printed, both outputs as they came. A request is a line of JSON with `code` and
`name`, or with `words` of the command line, and with `folder` and `variables`. The answer has `code`, the exit code,
and `printed`.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import os
import select
import signal
import socket
import sys
import tempfile
import traceback
import types
from contextlib import suppress
from typing import Any

IMPORTED_BEFORE = (
    *("lineal.cli", "lineal.sdk", "lineal.catalogue", "kubeflow.metadata.metadata", "sqlalchemy"),
    *("pandas", "sklearn.linear_model", "sklearn.ensemble", "sklearn.datasets", "sklearn.model_selection"),
)
"""What most pages import; what a Python does not have is left out."""


def main(path: str) -> None:
    """Serve until the parent is gone."""
    for name in IMPORTED_BEFORE:
        with suppress(ImportError):
            __import__(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listening, sys.stdin], [], [])
            if sys.stdin in ready:  # closed: the tests ended, whatever way
                return
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                break
            connection.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection, connection.makefile("rw") as lines:
        _, given, _, _ = socket.recv_fds(connection, 1, 3)
        for target, number in enumerate(given or [os.open(os.devnull, os.O_RDONLY)]):
            os.dup2(number, target)
        _serve(lines, has_outputs=bool(given))


def _serve(lines: Any, *, has_outputs: bool) -> None:
    """Answer the requests of a connection; without outputs of the caller, answers hold what was printed."""
    names = _new_main()
    with tempfile.TemporaryFile() as output:
        if not has_outputs:
            _print_to(output.fileno())
        for line in lines:
            answer = _answer(json.loads(line), names, output.fileno())
            lines.write(json.dumps(answer) + "\n")
            lines.flush()


def _print_to(number: int) -> None:
    for target in (1, 2):
        os.dup2(number, target)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]


def _new_main() -> dict[str, Any]:
    """Return the names of a new module `__main__`."""
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    return module.__dict__


def _answer(request: dict[str, Any], names: dict[str, Any], output: int) -> dict[str, Any]:
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["variables"])
    start = os.lseek(output, 0, os.SEEK_END)
    try:
        if "words" in request:
            _command(request["words"])
        else:
            _program(request["code"], request["name"], names)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # the page says what the reader sees, a traceback too
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    length = os.lseek(output, 0, os.SEEK_END) - start
    return {"code": code, "printed": os.pread(output, length, start).decode(errors="replace")}


def _command(words: list[str]) -> None:
    from lineal.cli import main as run

    sys.argv = words
    sys.exit(run(words[1:]))


def _program(code: str, name: str, names: dict[str, Any]) -> None:
    """Run a block as a notebook does: `await` may stand outside of functions."""
    compiled = compile(code, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if compiled.co_flags & inspect.CO_COROUTINE:
        asyncio.run(types.FunctionType(compiled, names)())
    else:
        exec(compiled, names)


if __name__ == "__main__":
    main(sys.argv[1])
