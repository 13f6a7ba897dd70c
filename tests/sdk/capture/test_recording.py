"""What executions take of their environment: switches, times, forks, and what could not be known."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from lineal.sdk import capture
from lineal.sdk.capture import facts, recording, switches
from lineal.sdk.capture.found import Found
from tests.services import REPOSITORY

PLAIN = {"env.command", "env.python", "env.host", "env.user"}


def plain(taken: dict[str, Any]) -> dict[str, Any]:
    """The values of properties."""
    return {name: getattr(value, value.WhichOneof("value")) for name, value in taken.items()}


def slow(monkeypatch: pytest.MonkeyPatch, until: threading.Event) -> None:
    """Let the last part take until an event."""
    finders = {**facts._FINDERS, "git": lambda: Found({"git.branch": "late"}) if until.wait(10) else Found()}
    monkeypatch.setattr(facts, "_FINDERS", finders)


def test_everything_is_taken_by_the_end_of_the_first_execution() -> None:
    taken = capture.begin(None)
    found = plain({**taken.at_start(), **taken.at_end()})
    assert PLAIN | {"env.image", "env.peak_mib", "__environment__"} <= set(found)
    environment = json.loads(found["__environment__"])
    assert environment["packages"]["pytest"] == pytest.__version__
    assert "Linux" in environment["platform"] or environment["platform"]
    assert "missing" not in environment


def test_the_second_execution_takes_it_at_its_start_and_only_what_changed_at_its_end() -> None:
    capture.begin(None).at_end()
    taken = capture.begin(None)
    assert set(taken.at_start()) >= {*PLAIN, "__environment__"}
    assert set(taken.at_end()) == {"env.peak_mib"}


def test_packages_that_are_imported_while_it_runs_are_taken_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    capture.begin(None).at_end()
    taken = capture.begin({"packages"})
    before = json.loads(plain(taken.at_start())["__environment__"])
    module = type(sys)("imported_late")
    module.__version__ = "4.2"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "imported_late", module)
    after = json.loads(plain(taken.at_end())["__environment__"])
    assert after["packages"].pop("imported_late") == "4.2"
    assert after == before


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (False, set()),
        (set(), set()),
        ({"host", "memory"}, {"env.host", "env.peak_mib"}),
        ({"-git", "-packages", "-python", "-image", "-memory", "-command"}, {"env.host", "env.user"}),
        ("user", {"env.user"}),
    ],
)
def test_each_part_can_be_turned_off(choice: Any, names: set[str]) -> None:
    assert set(capture.begin(choice).at_end()) == names


def test_what_is_turned_off_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    finders = {part: lambda part=part: looked.append(part) or Found() for part in facts._FINDERS}  # type: ignore[func-returns-value]
    monkeypatch.setattr(facts, "_FINDERS", finders)
    capture.begin({"host"}).at_end()
    assert looked == ["host"]
    capture.begin({"host", "user"}).at_end()
    assert looked == ["host", "user"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("off", set()),
        ("OFF", set()),
        ("", set(switches.PARTS)),
        ("on", set(switches.PARTS)),
        ("host, user", {"host", "user"}),
        ("-user,-host", set(switches.PARTS) - {"user", "host"}),
        ("usr", set()),
    ],
)
def test_the_environment_says_what_is_captured(monkeypatch: pytest.MonkeyPatch, text: str, parts: set[str]) -> None:
    monkeypatch.setenv("LINEAL_CAPTURE", text)
    assert capture.begin(None).parts == parts
    assert capture.begin({"git"}).parts == {"git"}


def test_a_setting_that_cannot_be_read_captures_nothing_and_warns_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("LINEAL_CAPTURE", "-usr")
    for _ in range(2):
        assert capture.begin(None).at_end() == {}
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "the nearest is 'user'" in caplog.text


def test_what_the_process_chooses_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_CAPTURE", "off")
    capture.choose({"host"})
    assert capture.begin(None).parts == {"host"}
    capture.choose(None)
    assert capture.begin(None).parts == set()
    with pytest.raises(ValueError, match="'hots' is nothing that is captured; the nearest is 'host'"):
        capture.choose({"hots"})


@pytest.mark.flaky(reruns=2)
def test_an_end_waits_a_little_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("4f2a" * 10)
    monkeypatch.chdir(tmp_path)
    until = threading.Event()
    slow(monkeypatch, until)
    monkeypatch.setattr(recording, "PATIENCE", 0.05)
    began = time.monotonic()
    first = plain(capture.begin(None).at_end())
    assert time.monotonic() - began < 5
    assert set(first) >= PLAIN
    missing = json.loads(first["__environment__"])["missing"]
    assert missing == {"git": "it is not known whether files differ: not known within 0.05 s"}
    assert "git.dirty" not in first
    assert first["git.commit"] == "4f2a" * 10
    until.set()
    monkeypatch.setattr(recording, "PATIENCE", 5.0)
    assert plain(capture.begin(None).at_end())["git.branch"] == "late"


def test_an_error_is_a_reason_and_nothing_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_FINDERS", {**facts._FINDERS, "host": lambda: 1 / 0})
    monkeypatch.setattr(recording, "PATIENCE", 30.0)
    found = plain(capture.begin(None).at_end())
    assert "env.host" not in found
    assert json.loads(found["__environment__"])["missing"] == {"host": "ZeroDivisionError: division by zero"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_child_of_a_fork_finds_out_what_a_thread_of_its_parent_was_about_to(monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        "import os, time\n"
        "from lineal.sdk import capture\n"
        "from lineal.sdk.capture import facts\n"
        "from lineal.sdk.capture.found import Found\n"
        "parent = os.getpid()\n"
        "find = lambda: time.sleep(60) if os.getpid() == parent else Found({'git.branch': 'child'})\n"
        "facts._FINDERS = {**facts._FINDERS, 'git': find}\n"
        "capture.begin({'host'}).at_end()\n"
        "capture.begin({'git'})\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    taken = capture.begin({'git', 'host'})\n"
        "    start, end = taken.at_start(), taken.at_end()\n"
        "    print(sorted(start), sorted({**start, **end}), flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=REPOSITORY, timeout=60)
    assert done.stdout.strip().endswith("['env.host', 'git.branch']"), done.stderr
    assert done.stdout.startswith("['env.host'")


def test_importing_the_sdk_captures_nothing() -> None:
    program = "import threading, lineal.sdk, lineal.sdk.capture as c; print(c.facts._asked, threading.active_count())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[] 1", done.stderr
