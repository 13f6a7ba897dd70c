"""Calls of the store beside the event loop of asyncio, which goes on meanwhile.

One thread of the process makes them, in the order in which they come, so that the steps that tasks begin have their ids
in that order. It is not of asyncio's own pool, which a program may have filled with work that takes hours. What stays
out: what is called (async_call.py).
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from lineal.sdk import typos
from lineal.sdk.executions import current

if TYPE_CHECKING:  # they are slow to import, and most programs have no event loop
    from concurrent.futures import Future, ThreadPoolExecutor

_T = TypeVar("_T")


@dataclass(frozen=True)
class Outcome(Generic[_T]):
    """What became of a call.

    Attributes:
        results: what it returned, as the only entry; none if it raised.
        error: what it raised, None for nothing.
        stop: what asked the task to end meanwhile: CancelledError, or GeneratorExit for a coroutine that was closed.

    """

    results: list[_T]
    error: BaseException | None
    stop: BaseException | None = None


def is_possible() -> bool:
    """Tell whether a task of asyncio runs here; what trio or others run calls the store itself."""
    if getattr(_here, "is_worker", False):
        return False
    asyncio = sys.modules.get("asyncio")
    try:
        return asyncio is not None and asyncio.current_task() is not None
    except RuntimeError:
        return False


async def finished(call: Callable[[], _T]) -> Outcome[_T]:
    """Make a call in the thread, and wait until it has ended, whatever happens to the task meanwhile.

    The call has the context of the task, and the execution that it leaves as the current one is that of the task.
    """
    context = copy_context()
    context.run(typos.place.set, typos.place.get() or typos.caller())
    done = _begun(lambda: context.run(_outcome, call))
    stop = await _stopped_while_waiting(done)
    current.put(context.run(current.get))
    return replace(done.result(), stop=stop)


async def run(call: Callable[[], _T]) -> _T:
    """Return what a call returns that the thread makes.

    Raises:
        CancelledError: the task was cancelled meanwhile; the call has ended all the same.

    """
    outcome = await finished(call)
    for error in (outcome.stop, outcome.error):
        if error is not None:
            raise error
    return outcome.results[0]


async def _stopped_while_waiting(done: Future[Outcome[_T]]) -> BaseException | None:
    """Wait for a call; return what asked the task to end meanwhile."""
    import asyncio  # slow to import, as is the next
    from concurrent.futures import wait

    stop: BaseException | None = None
    waiter = asyncio.wrap_future(done)
    while not waiter.done():
        try:
            await asyncio.wait([waiter])
        except asyncio.CancelledError as error:
            stop = stop or error
        except GeneratorExit as error:  # a coroutine that is closed may not wait in the loop any more
            wait([done])
            return error
    return stop


def _outcome(call: Callable[[], _T]) -> Outcome[_T]:
    try:
        return Outcome([call()], None)
    except BaseException as error:
        return Outcome([], error)


# ---- the thread

_here = threading.local()


@functools.cache
def _worker() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(1, "lineal steps", initializer=_mark_worker)


def _mark_worker() -> None:
    _here.is_worker = True


def _begun(work: Callable[[], _T]) -> Future[_T]:
    """Have work done, once: an executor that can have no thread raises, but does the work when it gets one later."""
    from concurrent.futures import Future

    done: Future[_T] = Future()
    turn = threading.Lock()

    def once() -> None:
        if turn.acquire(blocking=False):
            done.set_result(work())

    try:
        _worker().submit(once)
    except RuntimeError:  # the program ends, and no thread can be had
        once()
    return done


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_worker.cache_clear)
