"""A signal to stop is heard at whatever moment it comes: at each step of the main thread that waits for it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from lineal.signals import SignalEvent
from tests.parameters import rare

pytestmark = pytest.mark.long

# Each round sends the signal at the next step of `wait`, until a round has no such step. A round that is not over in
# time never is: its process ends with a traceback.
PROGRAM = """
import faulthandler, os, signal, sys, threading
from types import SimpleNamespace

def interrupted_at(number, run):
    steps = 0

    def trace(frame, kind, _):
        nonlocal steps
        steps += kind == "line"
        if kind == "line" and steps == number:
            os.kill(os.getpid(), signal.SIGTERM)
        return trace

    def traced(wait):
        late = threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGTERM])
        late.start()
        sys.settrace(trace)
        wait()
        sys.settrace(None)
        late.cancel()

    run(traced)
    return steps >= number

def server(traced):
    from lineal.server.lifecycle import StopSignal
    stop = StopSignal()
    stop.listen(is_worker=True)
    traced(stop.wait)

def supervisor(traced):
    from lineal.server.supervisor import Supervisor
    workers = Supervisor(SimpleNamespace(workers=0))
    workers.listen()
    traced(workers.run)

def watcher(traced):
    from lineal.watch import run
    run.Cluster = run.open_store = lambda *_: open(os.devnull)

    class Watcher:
        def __init__(self, settings, cluster, store, stopped):
            self.run = lambda: traced(stopped.wait)

    run.Watcher = Watcher
    run.run(SimpleNamespace(kubeconfig="", store_url=""))

def tell_another_thread(wait):
    thread = threading.Timer(0.3, lambda: signal.pthread_kill(thread.ident, signal.SIGTERM))
    thread.start()
    wait()

faulthandler.dump_traceback_later(20, exit=True)
if sys.argv[2:]:
    globals()[sys.argv[1]](tell_another_thread)
    sys.exit()
number = 1
while interrupted_at(number, globals()[sys.argv[1]]):
    number += 1
print(number)
"""


each_process = pytest.mark.parametrize("what", ["server", rare("supervisor"), rare("watcher")])


@each_process
def test_a_signal_is_heard_at_each_step_of_the_wait_for_it(what: str) -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM, what], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 3


@each_process
def test_a_signal_to_another_thread_is_heard(what: str) -> None:
    command = [sys.executable, "-c", PROGRAM, what, "another thread"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr


def test_an_event_wakes_every_thread_that_waits() -> None:
    event = SignalEvent()
    threads = [threading.Thread(target=event.wait, args=[30]) for _ in range(3)]
    for thread in threads:
        thread.start()
    event.set()
    for thread in threads:
        thread.join(5)
    assert not [thread for thread in threads if thread.is_alive()]


def test_an_event_that_was_taken_back_is_waited_for_again() -> None:
    event = SignalEvent()
    event.set()
    assert event.wait(0)
    event.clear()
    began = time.monotonic()
    assert not event.wait(0.05)
    assert time.monotonic() - began >= 0.05
    assert not event.is_set()
