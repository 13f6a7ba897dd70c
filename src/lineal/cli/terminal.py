"""The terminal: whether there is one, how wide it is, colours, notes and progress.

Colours and progress are for people, so they go to a terminal alone. NO_COLOR and TERM=dumb turn colours off, and
TERM=dumb turns progress off as well. What stays out: what is printed.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from lineal import progress

BOLD = "1"
RED = "31"
GREEN = "32"
YELLOW = "33"
_PAUSE = 0.2
_FIRST = 0.5
_DUMB = "dumb"


def is_terminal(stream: Any) -> bool:
    """Say whether a stream is a terminal that can move its cursor."""
    try:
        return bool(stream.isatty()) and os.environ.get("TERM") != _DUMB
    except (AttributeError, ValueError, OSError):
        return False


def has_colours(stream: Any) -> bool:
    """Say whether a stream shows colours (https://no-color.org)."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def coloured(text: str, colour: str, stream: Any = None) -> str:
    """Return a text in a colour, if the stream (standard output) shows colours."""
    return f"\x1b[{colour}m{text}\x1b[0m" if text and has_colours(stream or sys.stdout) else text


def width() -> int | None:
    """Return how many columns standard output has; None if it is not a terminal."""
    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else None


def note(text: str) -> None:
    """Print a line for the user on standard error, where it is not in the way of records."""
    with suppress(OSError):
        sys.stdout.flush()
        print(coloured(text, YELLOW, sys.stderr), file=sys.stderr, flush=True)


@contextmanager
def showing_progress(title: str) -> Iterator[None]:
    """Show on standard error how far the work within the block is, if that is a terminal; elsewhere show nothing.

    Args:
        title: what the command does, such as "Restoring".
    """
    if not is_terminal(sys.stderr):
        yield
        return
    line = _Line(title)
    try:
        with progress.reported_to(line.show):
            yield
    finally:
        line.clear()


class _Line:
    """The last line of the terminal, written again for each report, but not more often than people can read it."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._next = time.monotonic() + _FIRST  # short work shows nothing
        self._shown = 0

    def show(self, what: str, done: int, total: int | None) -> None:
        """Show a report."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _PAUSE
        of, share = (f" of {total:,}", f" ({done * 100 // total} %)") if total else ("", "")
        self._write(f"{self._title}: {done:,}{of} {what}{share}")

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            self._write("")
            with suppress(OSError):
                sys.stderr.write("\r")

    def _write(self, text: str) -> None:
        text = text[: shutil.get_terminal_size().columns - 1]
        blank = " " * max(0, self._shown - len(text))
        with suppress(OSError):
            sys.stderr.write(f"\r{text}{blank}")
            sys.stderr.flush()
        self._shown = len(text)
