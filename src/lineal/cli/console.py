"""Standard output and standard error: encodings without a character, closed pipes, full disks.

What stays out: the printed texts (text.py and the commands).
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from lineal.cli.terminal import RED, coloured
from lineal.urls import redact_message

FAILED = 1


def prepare() -> None:
    """Let no character be an error: one that the console cannot show is written as an escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by the program that started this one; print would choose another stream
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 it stays open to the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def shows_every_character() -> bool:
    """Say whether standard output has a Unicode encoding."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


@contextmanager
def flushed() -> Iterator[None]:
    """Flush the output, also before an exit, so that an error of the output fails the command."""
    try:
        yield
    except SystemExit:
        sys.stdout.flush()
        raise
    sys.stdout.flush()


def fail(message: str) -> int:
    """Print the one line of a failure and return the exit code."""
    with suppress(OSError):
        start = coloured("lineal:", RED, sys.stderr)
        print(f"{start} {' '.join(redact_message(message).split())}", file=sys.stderr, flush=True)
    return FAILED


def drop_output() -> None:
    """Point standard output to nowhere, so that the interpreter can flush it when it ends (`lineal ls | head`)."""
    _drop(sys.stdout)


@contextmanager
def keeping_exit_code() -> Iterator[None]:
    """Drop what standard error does not take after a block: with it, the interpreter would end with 120."""
    try:
        yield
    finally:
        try:
            sys.stderr.flush()
        except OSError:
            _drop(sys.stderr)


def _drop(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
