"""Generated command lines: whatever the words are, a command ends with a code, and never with a stack trace."""

from __future__ import annotations

import argparse
import contextlib
import io
import random
from pathlib import Path

import pytest

from lineal.cli import main
from tests.cli.test_words import PARSERS

CODES = {0, 1, 2}
RUNNING = ("lineal serve", "lineal watch", "lineal docs", "lineal ml-metadata enable", "lineal ml-metadata disable")
"""Commands that do not end, open a browser or change the environment of the tests: they get a word that they refuse."""
_RUNNING_WORDS = [set(command.split()[1:]) for command in RUNNING]
ODD = [
    "",
    "-",
    "--",
    "=",
    "0",
    "-1",
    "1",
    "2",
    "99999999999999999999",
    "☃",
    "'",
    "a b",
    "\n",
    "x" * 300,
    "%",
    "caf\udce9",
]
PLAIN = ["first", "artifact:1", "model:1", "Model", "1d", "name", "-created", "metric.auc>0.9", "id,name", "label.team"]


def command_line(draw: random.Random, url: str) -> list[str]:
    """Return words for a command: some that it knows, some that it does not."""
    prog = draw.choice([*PARSERS])
    words = prog.split()[1:]
    parser = PARSERS[prog]
    for action in parser._actions:
        chance = 0.85 if not action.option_strings else 0.25
        if action.dest not in ("help", "db", "server") and draw.random() < chance:
            words += _words_of(action, draw)
    if draw.random() < 0.3:
        words.insert(draw.randint(0, len(words)), draw.choice(ODD + PLAIN))
    if "--db" in parser._option_string_actions and draw.random() < 0.9:
        words += ["--db", url]
    return [*words, *(["--no-such-flag"] if any(map(set(words).issuperset, _RUNNING_WORDS)) else [])]


def _words_of(action: argparse.Action, draw: random.Random) -> list[str]:
    known = list(getattr(action, "words", None) or action.choices or PLAIN)
    value = draw.choice(known if draw.random() < 0.7 else ODD + PLAIN)
    flag = [draw.choice(action.option_strings)] if action.option_strings else []
    return flag if flag and action.nargs == 0 else [*flag, value]


def ran(words: list[str]) -> object:
    """Run a command and return its code; what it prints must hold no stack trace."""
    bytes_printed = io.BytesIO()
    printed = io.TextIOWrapper(bytes_printed, encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            code: object = main(words)
        except SystemExit as end:
            code = end.code
    assert b"Traceback" not in bytes_printed.getvalue(), words
    return code


def check(seed: int, count: int, url: str) -> None:
    draw = random.Random(seed)
    for number in range(count):
        words = command_line(draw, url)
        try:
            code = ran(words)
        except Exception as error:
            raise AssertionError(f"line {number} of seed {seed}: {words}") from error
        assert code in CODES, words


def test_generated_command_lines_end_without_a_stack_trace(own_url: str) -> None:
    check(1, 40, own_url)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(1, 6))
def test_thousands_of_generated_command_lines_end_without_a_stack_trace(own_url: str, seed: int) -> None:
    check(seed, 300, own_url)


@pytest.fixture
def own_url(tmp_path: Path, store_url: str) -> str:
    """A copy of the store, which the commands may change."""
    path = tmp_path / "store.db"
    path.write_bytes(Path(store_url.removeprefix("sqlite:///")).read_bytes())
    return f"sqlite:///{path}"
