"""What is for people goes to a terminal alone: colours, cut tables, progress, questions."""

from __future__ import annotations

import io
import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lineal import errors, progress
from lineal.cli import terminal
from lineal.cli.output import confirm
from lineal.cli.terminal import showing_progress
from lineal.cli.text import table


class Terminal(io.StringIO):
    """Output that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put standard output and standard error on one terminal of 40 columns."""
    shown = Terminal()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, shown)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return shown


ROWS = [("a" * 100, "b" * 30, 1)]


def test_a_table_fits_into_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    on_terminal(monkeypatch)
    header, row = table(("NAME", "URI", "ID"), ROWS)
    assert header.startswith("\x1b[1mNAME")
    assert len(row) <= 40
    assert "…" in row


def test_states_have_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    on_terminal(monkeypatch)
    _, failed, other = table(("STATE", "ID"), [("FAILED", 1), ("UNKNOWN", 2)])
    assert (failed, other) == ("\x1b[31mFAILED \x1b[0m  1", "UNKNOWN  2")


def test_a_table_elsewhere_is_whole_and_without_colours() -> None:
    header, row = table(("NAME", "URI", "ID"), ROWS)
    assert header.split() == ["NAME", "URI", "ID"]
    assert row.split() == ["a" * 100, "b" * 30, "1"]


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_colours_can_be_turned_off(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    on_terminal(monkeypatch)
    monkeypatch.setenv(name, value)
    assert table(("NAME",), [("a",)]) == ["NAME", "a"]


def work() -> None:
    for _ in progress.counted("artifacts", range(2000), 2000):
        pass


def test_progress_is_shown_on_a_terminal_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = on_terminal(monkeypatch)
    monkeypatch.setattr(terminal, "_FIRST", -1.0)
    with showing_progress("Restoring"):
        work()
    assert screen.getvalue().startswith("\rRestoring: 500 of 2,000 artifacts (25 %")
    assert screen.getvalue().rpartition("\r")[2] == ""


def test_short_work_shows_no_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = on_terminal(monkeypatch)
    with showing_progress("Restoring"):
        work()
    assert screen.getvalue() == ""


def test_progress_is_shown_nowhere_else(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(terminal, "_FIRST", -1.0)
    with showing_progress("Restoring"):
        work()
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("answer", ["y\n", "YES\n"])
def test_a_question_is_answered_with_yes(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    screen = on_terminal(monkeypatch)
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    confirm(SimpleNamespace(yes=False), "Change 12 artifacts?")  # type: ignore[arg-type]
    assert screen.getvalue() == "Change 12 artifacts? [y/N] "


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "maybe\n"])
def test_any_other_answer_changes_nothing(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    on_terminal(monkeypatch)
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    with pytest.raises(errors.CancelledError, match="nothing was changed"):
        confirm(SimpleNamespace(yes=False), "Change 12 artifacts?")  # type: ignore[arg-type]


def test_a_question_that_nobody_can_answer_names_the_flag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(errors.FailedPreconditionError, match="add --yes"):
        confirm(SimpleNamespace(yes=False), "Change 12 artifacts?")  # type: ignore[arg-type]
    confirm(SimpleNamespace(yes=True), "Change 12 artifacts?")  # type: ignore[arg-type]


def test_a_command_on_a_real_terminal_has_a_bold_header(store_url: str, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "lineal", "ls", "artifacts", "--db", store_url]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    environment.pop("NO_COLOR", None)
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = read_all(ours)
    assert process.returncode == 0
    assert shown.startswith(b"\x1b[1mID")


def read_all(descriptor: int) -> bytes:
    """Read until the other side is closed."""
    found = b""
    while select.select([descriptor], [], [], 60)[0]:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:
            break
        found += piece
    os.close(descriptor)
    return found
