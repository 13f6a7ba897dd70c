"""How far long work is: a program asks for reports, and the work makes them where it loops.

Without somebody who asks, a report costs next to nothing. What stays out: showing them (cli/terminal.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeAlias, TypeVar

Each = TypeVar("Each")
Reporter: TypeAlias = "Callable[[str, int, int | None], None]"
"""Takes the noun of what is worked on ("artifacts"), how many are done, and how many there are, if that is known."""

_STEP = 500
_REPORTER: ContextVar[Reporter | None] = ContextVar("lineal_progress", default=None)


@contextmanager
def reported_to(reporter: Reporter) -> Iterator[None]:
    """Give the reports of the work within the block to a function."""
    token = _REPORTER.set(reporter)
    try:
        yield
    finally:
        _REPORTER.reset(token)


def report(what: str, done: int, total: int | None = None) -> None:
    """Report how far work is."""
    reporter = _REPORTER.get()
    if reporter is not None:
        reporter(what, done, total)


def counted(what: str, things: Iterable[Each], total: int | None = None) -> Iterable[Each]:
    """Return the things, and report how many were taken, from time to time and at the end."""
    return _counted(what, things, total) if _REPORTER.get() is not None else things


def _counted(what: str, things: Iterable[Each], total: int | None) -> Iterator[Each]:
    done = 0
    for done, thing in enumerate(things, start=1):
        yield thing
        if done % _STEP == 0:
            report(what, done, total)
    report(what, done, total)
