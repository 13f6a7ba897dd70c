"""Completion: which words can follow, and what bash, zsh and fish do with the scripts."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lineal.cli import build_parser, main
from lineal.cli.completing.scripts import SCRIPTS
from lineal.cli.completing.words import FILES, lines
from lineal.cli.help import commands_of
from tests.cli.test_words import PARSERS
from tests.services import require_program

ROOT = build_parser()


def following(*words: str) -> list[str]:
    """The words that can stand in place of the last one."""
    return [line.partition("\t")[0] for line in lines(ROOT, words)]


@pytest.mark.parametrize("prog", list(PARSERS))
def test_every_command_completes_its_flags(prog: str) -> None:
    flags = {flag for flag in PARSERS[prog]._option_string_actions if flag.startswith("--")}
    assert set(following(*prog.split()[1:], "--")) == flags


@pytest.mark.parametrize("prog", list(PARSERS))
def test_every_choice_of_a_flag_is_completed(prog: str) -> None:
    for action in PARSERS[prog]._actions:
        if action.option_strings and action.choices:
            flag = action.option_strings[-1]
            assert following(*prog.split()[1:], flag, "") == list(action.choices)
            assert following(*prog.split()[1:], f"{flag}=") == [f"{flag}={each}" for each in action.choices]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["l"], ["ls", "lineage"]),
        (["token", ""], ["create", "list", "revoke"]),
        (["ls", "mod"], ["models", "model"]),
        (["ls", "models", "-o", "c"], ["csv"]),
        (["ls", "-q", "x", "works"], ["workspaces", "workspace"]),
        (["get", "dat"], ["datasets", "dataset"]),
        (["ls", "models", "--li"], ["--limit"]),
        (["ls", "models", "--limit=5", "--co"], ["--columns"]),
        (["docs", "object"], ["object-stores"]),
        (["restore", ""], [FILES]),
        (["backup", "a.zip", "--sign-key", ""], [FILES]),
        (["watch", "--kubeconfig=~/"], [FILES]),
        (["ls", "--", "--"], []),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["nothing", "--x", "y", ""], []),
        (["ls", "--db", ""], []),
    ],
    ids=lambda value: " ".join(value),
)
def test_words_that_can_follow(words: list[str], found: list[str]) -> None:
    assert sorted(following(*words)) == sorted(found)


def test_help_completes_commands_and_their_actions() -> None:
    assert set(following("help", "")) == set(commands_of(ROOT))
    assert following("help", "token", "re") == ["revoke"]


def test_each_word_has_its_meaning() -> None:
    [line] = lines(ROOT, ["versio"])
    assert line == "version\tprint what is installed"


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_script_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "lineal __complete" not in capsys.readouterr().out.partition("\n")[0]


def test_the_program_answers_the_scripts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["__complete", "tok"]) == 0
    assert capsys.readouterr().out == "token\tcreate, list and revoke access tokens\n"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder with the command `lineal`."""
    path = tmp_path / "bin" / "lineal"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m lineal "$@"\n')
    path.chmod(0o755)
    return path.parent


def completed(shell: list[str], script: str, program: Path) -> list[str]:
    """Run a script of a shell and return the lines that it prints."""
    environment = {**os.environ, "PATH": f"{program}:{os.environ['PATH']}", "HOME": str(program)}
    done = subprocess.run(
        [*shell, script], capture_output=True, text=True, env=environment, timeout=100, check=False, cwd=program
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def in_bash(program: Path, *typed: list[str]) -> list[list[str]]:
    """What bash has after TAB for each list of words; words are split at = and : as bash splits them."""
    calls = "\n".join(
        f"COMP_WORDS=({shlex.join(words)}); COMP_CWORD={len(words) - 1}; _lineal 2>/dev/null; "
        'printf "%s " "${COMPREPLY[@]}"; echo'
        for words in typed
    )
    found = completed(["bash", "--norc", "-c"], f"{SCRIPTS['bash']}\n{calls}", program)
    return [line.split() for line in found]


def test_bash_completes_commands_flags_values_and_files(program: Path) -> None:
    (program / "monday.zip").touch()
    assert in_bash(
        program,
        ["lineal", "tok"],
        ["lineal", "ls", "models", "--out"],
        ["lineal", "ls", "--output", "=", "js"],
        ["lineal", "restore", "mon"],
    ) == [["token"], ["--output"], ["json"], ["monday.zip"]]


@pytest.mark.slow
def test_every_command_completes_in_bash(program: Path) -> None:
    typed = [[*prog.split(), "--he"] for prog in PARSERS]
    named = [[*prog.split()[:-1], prog.split()[-1][:-1]] for prog in PARSERS if prog != "lineal"]
    found = in_bash(program, *typed, *named)
    assert found[: len(typed)] == [["--help"]] * len(typed)
    assert all(prog.split()[-1] in each for prog, each in zip(list(PARSERS)[1:], found[len(typed) :], strict=True))


@pytest.mark.slow
def test_fish_completes(program: Path) -> None:
    fish = str(require_program("fish", package="fish"))
    script = f"{SCRIPTS['fish']}\ncomplete -C 'lineal tok'\ncomplete -C 'lineal ls models --output=js'"
    assert completed([fish, "--no-config", "-c"], script, program) == [
        "token\tcreate, list and revoke access tokens",
        "--output=json",
    ]


@pytest.mark.slow
def test_zsh_completes(program: Path) -> None:
    zsh = str(require_program("zsh", package="zsh"))
    called = "compadd() { shift 4; print -r -- ${plain}; }; compdef() { }; words=(lineal ls models --ou); CURRENT=4\n"
    script = f"{called}{SCRIPTS['zsh']}\n_lineal"
    assert completed([zsh, "-f", "-c"], script, program) == ["--output"]


def test_the_parsers_of_all_commands_are_seen() -> None:
    assert isinstance(ROOT, argparse.ArgumentParser)
    assert len(PARSERS) > len(commands_of(ROOT)) + 5
