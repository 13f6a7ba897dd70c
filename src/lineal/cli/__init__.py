"""The command line: `lineal COMMAND`. Here: finding the command, running it, and turning errors into exit codes.

Each command is a module with `add(commands)`, which declares its flags, and a `run(args)`. Slow imports are inside
`run`, so `lineal --help` answers at once. Exit codes: 0 done, 1 failed, refused or partly done, 2 wrong usage, 130
interrupted (docs/reference/cli.md).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

import lineal
from lineal import errors, pages
from lineal.cli import (
    archive,
    audit,
    backup,
    compare,
    completion,
    console,
    delete,
    docs,
    doctor,
    export,
    get,
    health,
    help,  # noqa: A004 the command's name
    history,
    import_records,
    lineage,
    ls,
    metrics,
    migrate,
    ml_metadata,
    outbox,
    promote,
    restore,
    retain,
    serve,
    set,  # noqa: A004 the command's name
    token,
    tutorial,
    undo,
    version,
    watch,
)
from lineal.cli.arguments import Parser

COMMANDS = (
    serve,
    tutorial,
    ls,
    get,
    lineage,
    compare,
    metrics,
    set,
    promote,
    archive,
    undo,
    migrate,
    backup,
    restore,
    import_records,
    export,
    outbox,
    doctor,
    delete,
    retain,
    history,
    audit,
    token,
    version,
    watch,
    health,
    ml_metadata,
    completion,
    docs,
    help,
)

_PAGES = {
    "audit": pages.AUDIT,
    "backup": pages.BACKUP,
    "completion": pages.COMPLETION,
    "delete": pages.RETENTION,
    "doctor": pages.DOCTOR,
    "health": pages.HEALTH,
    "history": pages.AUDIT,
    "import": pages.CLI,
    "ls": pages.SEARCHING,
    "migrate": pages.MIGRATIONS,
    "ml-metadata": pages.REPLACING,
    "outbox": pages.SENDING_OPENLINEAGE,
    "restore": pages.BACKUP,
    "retain": pages.RETENTION,
    "serve": pages.SERVER,
    "token": pages.TOKENS,
    "tutorial": pages.QUICKSTART,
    "watch": pages.WATCHERS,
}
"""The page that the help of a command names; that of the others names the page about all commands."""
_COMPLETE = "__complete"
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; wrong usage exits at once with code 2.

    Args:
        arguments: the words after the program's name; None takes those of the process.
    """
    console.prepare()
    with console.keeping_exit_code():
        return _exit_code(list(sys.argv[1:] if arguments is None else arguments))


def _exit_code(arguments: list[str]) -> int:
    try:
        with console.flushed():
            _run(arguments)
    except errors.StatusError as error:
        return console.fail(str(error))
    except BrokenPipeError:
        console.drop_output()
        return console.FAILED
    except OSError as error:
        console.drop_output()
        place = error.filename or "standard output"
        return console.fail(f"cannot use {place}: {error.strerror or type(error).__name__}")
    except KeyboardInterrupt:
        return _INTERRUPTED
    return 0


def _run(arguments: list[str]) -> None:
    parser = build_parser()
    if arguments[:1] == [_COMPLETE]:  # asked by the scripts of `lineal completion`
        from lineal.cli.completing.words import lines

        print("".join(f"{line}\n" for line in lines(parser, arguments[1:])), end="")
        return
    args = parser.parse_args(arguments)
    args.run(args)


def build_parser() -> Parser:
    """Return the parser of all commands."""
    parser = Parser(
        prog="lineal",
        description="The record of lineage for machine learning.",
        epilog="The documentation: lineal docs",
    )
    parser.add_argument("--version", "-V", action="version", version=f"lineal {lineal.__version__}")
    parser.help_without_words()
    parser.set_defaults(all_commands=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    for name, each in commands.choices.items():
        each.epilog = _PAGES.get(name, pages.CLI).see
    return parser


def run_and_exit() -> NoReturn:
    """Run the command of this process and end the process with its exit code."""
    sys.exit(main())
