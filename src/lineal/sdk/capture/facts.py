"""What is found out once for a process, in a daemon thread that starts with the first question.

A child of a fork has what its parent knew, and finds out the rest itself. What stays out: which parts an execution
takes (recording.py).
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from lineal.sdk.capture import git, process
from lineal.sdk.capture.found import Found
from lineal.sdk.capture.packages import Packages

packages = Packages()
_FINDERS: Mapping[str, Callable[[], Found]] = {
    "command": process.command,
    "python": process.python,
    "host": process.host,
    "user": process.user,
    "image": process.image,
    "packages": packages.find,
    "git": git.read,
}
"""What takes longest is last."""


@dataclass
class _Asked:
    """Parts that one thread finds out; `found` has them one after the other."""

    parts: tuple[str, ...]
    found: dict[str, Found] = field(default_factory=dict)
    is_done: threading.Event = field(default_factory=threading.Event)

    def find(self) -> None:
        try:
            for part in self.parts:
                self.found[part] = attempt(_FINDERS[part])
        finally:
            self.is_done.set()


_asking = threading.Lock()
_asked: list[_Asked] = []


def attempt(find: Callable[[], Found]) -> Found:
    """Return what is found, or the error as the reason why nothing is."""
    try:
        return find()
    except Exception as error:
        return Found(missing=f"{type(error).__name__}: {error}"[:200])


def ask(parts: Iterable[str]) -> None:
    """Let parts be found out that nobody has asked for yet; it does not wait."""
    with _asking:
        known = {part for each in _asked for part in each.parts}
        wanted = tuple(part for part in _FINDERS if part in parts and part not in known)
        if not wanted:
            return
        asked = _Asked(wanted)
        _asked.append(asked)
    try:
        threading.Thread(target=asked.find, name="lineal capture", daemon=True).start()
    except RuntimeError as error:  # no more threads, or the interpreter is ending
        asked.found.update(dict.fromkeys(wanted, Found(missing=str(error))))
        asked.is_done.set()


def known(parts: Collection[str], *, seconds: float = 0.0) -> dict[str, Found]:
    """Return what is known by now of parts that were asked for.

    Args:
        parts: the parts.
        seconds: how long to wait for those that are still being found out.

    """
    end = time.monotonic() + seconds
    found: dict[str, Found] = {}
    for each in [*_asked]:
        if seconds and not each.is_done.is_set() and not set(parts).isdisjoint(each.parts):
            each.is_done.wait(max(0.0, end - time.monotonic()))
        found |= {part: each.found[part] for part in each.parts if part in parts and part in each.found}
    return found


def _after_fork_in_child() -> None:
    """Ask again for what a thread of the parent was about to find out."""
    global _asking
    _asking = threading.Lock()
    _asked[:] = [each for each in _asked if each.is_done.is_set()]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
