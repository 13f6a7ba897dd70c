"""SIGTERM while executions are open: the states that are left, and how the process ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from lineal.client import connect
from lineal.wire import metadata_store as pb
from tests.parameters import rare
from tests.serving import running_server

pytestmark = pytest.mark.long

HEAD = """
import hashlib, os, signal, sys, threading, time
from lineal.sdk import *
from lineal.wire import metadata_store as pb
workspace = Workspace(Store(url=sys.argv[1]), "bakery")
def ready():
    print("ready", flush=True)
"""
WAYS_TO_BE_BUSY = {
    "computing": "ready()\nwhile True: pass",
    "catching": """
ready()
while True:
    try:
        time.sleep(60)
    except Exception:
        pass
""",
    "in C": "ready(); hashlib.pbkdf2_hmac('sha256', b'x', b'y', 10**9)",
    "writing": """
threading.Timer(0.3, ready).start()
for number in range(10**9):
    training.log_output(Model(f"file:///{number}", "loaves", version=str(number)))
""",
}


class Start(Protocol):
    """Starts a program on a store and waits until it is ready."""

    def __call__(self, program: str, *, url: str = ...) -> subprocess.Popen[str]: ...


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/metadata.db"


@pytest.fixture
def start(url: str) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def run(program: str, *, url: str = url) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HEAD + program, url]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def inside(block: str, what: str = 'Execution("train", workspace)') -> str:
    """Return a program that runs a block within an execution."""
    return f"with {what} as training:\n" + "".join(f"    {line}\n" for line in block.splitlines())


def terminate(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Send SIGTERM, and return the exit status and what was written to standard error."""
    process.send_signal(signal.SIGTERM)
    _, written = process.communicate(timeout=20)
    return process.returncode, written


def states(url: str) -> list[str]:
    return [pb.Execution.State.Name(found.last_known_state) for found in executions(url)]


def executions(url: str) -> list[pb.Execution]:
    store = connect(url)
    try:
        return sorted(store.get_executions(), key=lambda found: found.id)
    finally:
        store.close()


@pytest.mark.parametrize("way", ["computing", rare("catching"), "in C", "writing"])
def test_a_program_that_is_terminated_leaves_its_execution_canceled_and_dies_by_the_signal(
    way: str, start: Start, url: str
) -> None:
    assert terminate(start(inside(WAYS_TO_BE_BUSY[way]))) == (-signal.SIGTERM, "")
    [execution] = executions(url)
    assert execution.last_known_state == pb.Execution.CANCELED
    assert execution.custom_properties["failure_type"].string_value == "SIGTERM"


def test_executions_of_a_run_are_canceled_whether_they_were_entered_or_not(start: Start, url: str) -> None:
    block = 'Execution("judge", workspace, training)\nwith Execution("train", workspace, training):\n    '
    terminate(start(inside(block + "ready(); time.sleep(60)", 'Run(workspace, "nightly")')))
    assert states(url) == ["CANCELED", "CANCELED"]


@pytest.mark.slow
def test_executions_of_other_threads_are_canceled(start: Start, url: str) -> None:
    work = 'def work():\n    with Execution("judge", workspace):\n        ready(); time.sleep(60)\n'
    block = "threading.Thread(target=work, daemon=True).start(); time.sleep(60)"
    terminate(start(work + inside(block)))
    assert states(url) == ["CANCELED", "CANCELED"]


def test_a_handler_that_is_there_keeps_the_signal(start: Start, url: str) -> None:
    own = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
    assert terminate(start(own + inside("ready(); time.sleep(60)")))[0] == 7
    assert states(url) == ["FAILED"]


@pytest.mark.slow
def test_a_handler_that_comes_later_keeps_the_signal(start: Start, url: str) -> None:
    block = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nready(); time.sleep(60)"
    assert terminate(start(inside(block)))[0] == 0
    assert states(url) == ["COMPLETE"]


@pytest.mark.slow
def test_a_handler_that_calls_the_one_before_it_has_the_states_recorded(start: Start, url: str) -> None:
    block = "before = signal.getsignal(signal.SIGTERM)\nsignal.signal(signal.SIGTERM, lambda *them: before(*them))\n"
    assert terminate(start(inside(block + "ready(); time.sleep(60)")))[0] == -signal.SIGTERM
    assert states(url) == ["CANCELED"]


def test_a_signal_that_is_ignored_stays_ignored(start: Start, url: str) -> None:
    ignored = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    process = start(ignored + inside("ready(); time.sleep(1)"))
    assert terminate(process)[0] == 0
    assert states(url) == ["COMPLETE"]


def test_after_the_last_block_the_signal_is_as_it_was(start: Start, url: str) -> None:
    program = inside('with Execution("judge", workspace): pass')
    check = "assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL and signal.set_wakeup_fd(-1) == -1\n"
    assert terminate(start(program + check + "ready(); time.sleep(60)"))[0] == -signal.SIGTERM
    assert states(url) == ["COMPLETE", "COMPLETE"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_dies_by_the_signal_and_leaves_the_execution_of_its_parent(start: Start, url: str) -> None:
    block = """
child = os.fork()
if not child:
    time.sleep(60)
os.kill(child, signal.SIGTERM)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
assert training.workspace.store.get_executions()[0].last_known_state == pb.Execution.RUNNING
ready()
"""
    process = start("import warnings; warnings.simplefilter('ignore')\n" + inside(block))
    assert (process.communicate(timeout=20)[1], process.returncode) == ("", 0)
    assert states(url) == ["COMPLETE"]


@pytest.mark.slow
def test_a_program_dies_in_bounded_time_though_the_server_answers_nothing(tmp_path: Path, start: Start) -> None:
    short = "from lineal.sdk.executions import termination; termination.GRACE = 0.5\n"
    with running_server(f"sqlite:///{tmp_path}/served.db") as server:
        process = start(short + inside("ready(); time.sleep(60)"), url=f"grpc://{server.address}")
        server.process.kill()
        server.process.wait()
        with socket.create_server(("127.0.0.1", int(server.address.rpartition(":")[2]))):
            status, written = terminate(process)
    assert status == -signal.SIGTERM
    assert "the store did not take the states within 0.5 s" in written


def test_a_program_with_a_server_leaves_its_execution_canceled(tmp_path: Path, start: Start) -> None:
    with running_server(f"sqlite:///{tmp_path}/served.db") as server:
        served = f"grpc://{server.address}"
        assert terminate(start(inside("ready(); time.sleep(60)"), url=served))[0] == -signal.SIGTERM
        assert states(served) == ["CANCELED"]


@pytest.mark.parametrize("lacking", ["socket.socketpair", "threading.Thread.start"])
def test_a_program_that_can_have_no_more_files_or_threads_records_its_executions(lacking: str, url: str) -> None:
    refuse = "def refuse(*_, **__): raise {}('no more')\n".format("OSError" if "socket" in lacking else "RuntimeError")
    program = HEAD + "import socket\n" + refuse + f"{lacking} = refuse\n" + inside("pass")
    ran = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert states(url) == ["COMPLETE"]
