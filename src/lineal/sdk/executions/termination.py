"""SIGTERM, or the end of the program, while executions are open: they end CANCELED.

The SDK handles the signal only if nobody else does, from the first open block to the last, or, after `metadata.init`,
until the process ends. It never works in the main thread, because that thread may hold a lock of the store or be in a
call that takes hours. Another thread writes what is held back, such as the last points of a curve, then the states, all
of it within `GRACE` seconds, and ends the process by the signal as usual. A program also ends with blocks open: those
of daemon threads, generators that nobody closed, and what was entered without `with`. What stays out: what is recorded
(execution.py).
"""

from __future__ import annotations

import atexit
import ctypes
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from lineal.sdk.executions import endings

GRACE = 5.0
"""Seconds that the store has to take the states, and before them what is held back."""
GRACE_OF_WRITES = 2.0
"""Seconds of these that are for what is held back."""
_ASKED, _STOP = b"\xfe", b"\xff"
"""Said to the thread; no signal has such a number."""
_SIGNALLED = bytes([signal.SIGTERM])
_STATUS_OF_SIGTERM = 128 + signal.SIGTERM

_LOG = logging.getLogger(__name__)
Cancel = Callable[[endings.Ending], None]
"""Records how a block ended."""
Write = Callable[[float], None]
"""Writes what is held back; called with the seconds for which it may wait for a write that is under way."""


class _Block(NamedTuple):
    """What is to be done if the process ends while a block is open."""

    cancel: Cancel | None
    write: Write | None


class _Watch:
    """Waits for SIGTERM in a thread of its own.

    Python's own handler of a signal waits until the main thread is back from C code; the number of a signal is written
    to the socket at once.
    """

    def __init__(self) -> None:
        self.receiver, self.sender = socket.socketpair()
        self.sender.setblocking(False)
        try:
            threading.Thread(target=self._wait, name="lineal SIGTERM", daemon=True).start()
        except RuntimeError:
            self.close()
            raise

    def ask(self) -> None:
        """End the process; safe inside a signal handler."""
        self._say(_ASKED)

    def stop(self) -> None:
        """End the thread."""
        self._say(_STOP)

    def close(self) -> None:
        """Close the sockets."""
        self.receiver.close()
        self.sender.close()

    def _say(self, word: bytes) -> None:
        with suppress(OSError):
            self.sender.send(word)

    def _wait(self) -> None:
        while (word := self.receiver.recv(1)) not in (_STOP, b""):
            if word == _ASKED or (word == _SIGNALLED and signal.getsignal(signal.SIGTERM) is _on_sigterm):
                _end_process()
        self.close()


_changing = threading.Lock()
_open: dict[int, _Block] = {}
_watch: _Watch | None = None
_stays = False
_forking = threading.local()


def opened(block: object, cancel: Cancel | None = None, *, write: Write | None = None) -> None:
    """Record that a block was entered, and handle the signal if possible.

    Args:
        block: the run, the execution or the training.
        cancel: records that the block ended because the process ends; called in another thread.
        write: writes what the block holds back; called in another thread after SIGTERM, before any block is cancelled.

    """
    with _changing:
        _open[id(block)] = _Block(cancel, write)
        if _watch is None and _is_ours_to_take():
            _take()


def closed(block: object) -> None:
    """Record that a block was left; after the last one, the old handler is restored."""
    with _changing:
        _open.pop(id(block), None)
        if not _open and not _stays:
            _give_back()


def stay() -> None:
    """Handle the signal from now on until the process ends, with blocks open or without, so that threads may open them.

    Nothing changes outside of the main thread, and where somebody else handles the signal.
    """
    global _stays
    with _changing:
        if _watch is None and _is_ours_to_take():
            _take()
        _stays = _watch is not None


def _is_ours_to_take() -> bool:
    """Tell whether this is the main thread, of an operating system with signals, and the signal has no handler."""
    return (
        threading.current_thread() is threading.main_thread()
        and hasattr(signal, "pthread_sigmask")
        and signal.getsignal(signal.SIGTERM) in (signal.SIG_DFL, _on_sigterm)
    )


def _take() -> None:
    global _watch
    try:
        watch = _Watch()
    except (OSError, RuntimeError) as error:  # no more files or threads: no reason to stop the caller's work
        _LOG.info("SIGTERM will leave executions RUNNING: %s", error)
        return
    try:
        signal.signal(signal.SIGTERM, _on_sigterm)
    except ValueError:  # a subinterpreter has no signals
        watch.stop()
        return
    _watch = watch
    _set_wakeup(watch.sender.fileno(), instead_of=-1)


def _give_back() -> None:
    """Stop watching. Only the main thread can: after any other the process still dies by the signal, a little later."""
    global _watch
    if _watch is None or threading.current_thread() is not threading.main_thread():
        return
    watch, _watch = _watch, None
    _set_wakeup(-1, instead_of=watch.sender.fileno())
    _restore()
    watch.stop()


def _set_wakeup(fd: int, *, instead_of: int) -> None:
    """Have numbers of signals written to a socket, unless somebody else has them."""
    before = signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
    if before not in (fd, instead_of):
        signal.set_wakeup_fd(before)


def _restore() -> None:
    """Remove our handler, and no other."""
    if signal.getsignal(signal.SIGTERM) is _on_sigterm:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _on_sigterm(_number: int, _frame: object) -> None:
    """Leave the work to the thread; with nothing open, as when others restore this handler later, end at once."""
    if _watch is None:
        _die()
    else:
        _watch.ask()


def _end_process() -> None:
    started = time.monotonic()
    try:
        _within(min(GRACE_OF_WRITES, GRACE / 2), _write_all)
        left = GRACE - (time.monotonic() - started)
        if not _within(left, lambda: _cancel_all(endings.terminated())):
            _within(1.0, lambda: _LOG.warning("SIGTERM: the store did not take the states within %g s", GRACE))
    finally:  # also where no thread can be had
        _die()


def _write_all() -> None:
    for block in [*_open.values()]:
        if block.write is not None:
            with suppress(Exception):  # the states are still to be recorded
                block.write(GRACE_OF_WRITES)


def _cancel_all(how: endings.Ending) -> None:
    for block in [*_open.values()]:
        if block.cancel is not None:
            block.cancel(how)


def _at_exit() -> None:
    """End what the program left open; after this, nothing can be written."""
    if _open:
        try:
            _within(GRACE, lambda: _cancel_all(endings.left_open()))
        except RuntimeError:  # Python 3.12 starts no thread at this point
            _cancel_all(endings.left_open())
    _give_back()


def _within(seconds: float, work: Callable[[], None]) -> bool:
    """Run work in a thread and tell whether it ended in time."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    return not thread.is_alive()


def _die() -> None:
    """End the process as SIGTERM does without a handler; only the first process of a container outlives that."""
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        ctypes.pythonapi.PyOS_setsig(signal.SIGTERM, None)  # signal.signal is for the main thread alone
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(1.0)
    os._exit(_STATUS_OF_SIGTERM)


def _before_fork() -> None:
    """Block the signal, so that a child neither gets it for its parent nor loses it."""
    if _watch is not None:
        _forking.mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _after_fork() -> None:
    mask = _forking.__dict__.pop("mask", None)
    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _after_fork_in_child() -> None:
    """Forget the blocks, which are the parent's; nobody handles the signal then."""
    global _changing, _watch, _stays
    _changing = threading.Lock()
    _stays = False
    _open.clear()
    watch, _watch = _watch, None
    if watch is not None:
        _set_wakeup(-1, instead_of=watch.sender.fileno())
        watch.close()
    _restore()
    _after_fork()


atexit.register(_at_exit)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)
