"""SIGTERM after `init`, and the end of the program: open steps end CANCELED, and nothing is changed for others."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.parameters import rare
from tests.sdk.test_termination import HEAD, Start, executions, start, states, terminate, url

__all__ = ["start", "url"]

BEGIN = """
import asyncio, concurrent.futures
init(sys.argv[1], "mill", capture=False)
@step
def work():
    ready(); time.sleep(60)
@step
async def wait():
    ready(); await asyncio.sleep(60)
@step
def numbers():
    yield 1
    ready(); time.sleep(60)
"""
WAYS = {
    "a thread": "threading.Thread(target=work).start(); threading.Event().wait()",
    "a pool": "with concurrent.futures.ThreadPoolExecutor() as pool: pool.submit(work).result()",
    "the main thread": "work()",
    "a coroutine": "asyncio.run(wait())",
    "a generator": "[*numbers()]",
    "a thread of asyncio": "asyncio.run(asyncio.to_thread(work))",
}


@pytest.mark.parametrize("way", [key if key == "a pool" else rare(key) for key in WAYS])
def test_a_step_is_canceled_with_the_reason(way: str, start: Start, url: str) -> None:
    status, written = terminate(start(BEGIN + WAYS[way]))
    assert (status, written) == (-signal.SIGTERM, "")
    [execution] = executions(url)
    assert states(url) == ["CANCELED"]
    assert execution.custom_properties["failure_type"].string_value == "SIGTERM"


@pytest.mark.long
def test_a_coroutine_is_canceled_without_init(start: Start, url: str) -> None:
    program = """
import asyncio
@step(workspace=workspace, capture=False)
async def wait():
    ready(); await asyncio.sleep(60)
asyncio.run(wait())
"""
    assert terminate(start(program)) == (-signal.SIGTERM, "")
    assert states(url) == ["CANCELED"]


@pytest.mark.slow
@pytest.mark.parametrize("handler", ["lambda *_: sys.exit(7)", "signal.SIG_IGN"])
def test_the_handler_of_another_keeps_the_signal(handler: str, start: Start, url: str) -> None:
    own = f"signal.signal(signal.SIGTERM, {handler})\n"
    process = start(own + BEGIN.replace("time.sleep(60)", "time.sleep(1)") + WAYS["the main thread"])
    status, _ = terminate(process)
    assert (status, states(url)) == ((7, ["FAILED"]) if "exit" in handler else (0, ["COMPLETE"]))


@pytest.mark.slow
def test_the_process_dies_by_the_signal_with_nothing_open(start: Start, url: str) -> None:
    assert terminate(start(BEGIN + "numbers(); ready(); time.sleep(60)")) == (-signal.SIGTERM, "")
    assert states(url) == []


@pytest.mark.slow
def test_the_signal_is_as_it_was_at_the_end_of_the_process(url: str) -> None:
    program = """
import atexit, signal, sys
atexit.register(lambda: print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, signal.set_wakeup_fd(-1)))
from lineal.sdk import init
from lineal.sdk.executions import termination
init(sys.argv[1], "mill", capture=False)
assert signal.getsignal(signal.SIGTERM) is termination._on_sigterm
"""
    ran = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr, ran.returncode) == ("True -1\n", "", 0)


LEFT_OPEN = {
    "a generator": "items = numbers(); next(items)",
    "a daemon thread": "threading.Thread(target=work, daemon=True).start(); time.sleep(1)",
    "a block": 'lineal.sdk.Execution("work", Workspace(Store(url=sys.argv[1]), "mill")).__enter__()',
}


@pytest.mark.parametrize("left", [key if key == "a generator" else rare(key) for key in LEFT_OPEN])
def test_what_is_open_at_the_end_of_the_program_is_canceled(left: str, url: str) -> None:
    program = HEAD + "import lineal.sdk\n" + BEGIN + LEFT_OPEN[left]
    ran = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=False)
    assert (ran.stderr, ran.returncode) == ("", 0)
    [execution] = executions(url)
    assert states(url) == ["CANCELED"]
    assert execution.custom_properties["failure_type"].string_value == "EndOfProgram"
