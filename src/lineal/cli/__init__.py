"""The command line: `lineal COMMAND`. Here: finding the command, running it, and turning errors into exit codes.

Each command is a module with `add(commands)`, which declares its flags, and a `run(args)`. Modules import what is heavy
only when they run, so that `lineal --help` answers at once. Exit codes: 0 done, 1 failed, 2 wrong usage, 130
interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from lineal import errors
from lineal.cli import (
    audit,
    backup,
    delete,
    doctor,
    get,
    lineage,
    ls,
    migrate,
    ml_metadata,
    restore,
    retain,
    serve,
    token,
    tutorial,
    version,
    watch,
)
from lineal.cli.arguments import Parser
from lineal.urls import redact_message

COMMANDS = (
    serve,
    tutorial,
    ls,
    get,
    lineage,
    migrate,
    backup,
    restore,
    doctor,
    delete,
    retain,
    audit,
    token,
    version,
    watch,
    ml_metadata,
)

_FAILED = 1
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; wrong usage exits at once with code 2.

    Args:
        arguments: the words after the program's name; None takes those of the process.
    """
    args = build_parser().parse_args(arguments)
    try:
        args.run(args)
        sys.stdout.flush()
    except errors.StatusError as error:
        return _fail(error.message)
    except BrokenPipeError:
        _drop_output()
        return _FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def build_parser() -> Parser:
    """Return the parser of all commands."""
    parser = Parser(prog="lineal", description="The record of descent for machine learning.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return parser


def run_and_exit() -> NoReturn:
    """Run the command of this process and end the process with its exit code."""
    sys.exit(main())


def _fail(message: str) -> int:
    print(f"lineal: {' '.join(redact_message(message).split())}", file=sys.stderr)
    return _FAILED


def _drop_output() -> None:
    """Point standard output to nowhere, so that the interpreter can flush it when it ends (`lineal ls | head`)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
