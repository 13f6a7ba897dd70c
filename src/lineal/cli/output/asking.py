"""A confirmation before a change that is hard to take back, and the flag --yes for programs."""

from __future__ import annotations

import argparse
import sys

from lineal import errors
from lineal.cli.arguments import Parser

_YES = ("y", "yes")


def add_yes_flag(parser: Parser, help_text: str = "do it without asking") -> None:
    """Add the flag that answers yes in advance."""
    parser.add_argument("-y", "--yes", action="store_true", help=help_text)


def confirm(args: argparse.Namespace, question: str) -> None:
    """Ask the user on standard error, and return if the answer is yes or --yes was given.

    Args:
        args: the arguments, with the flag of `add_yes_flag`.
        question: what would happen, as a question: "Change 12 artifacts?".

    Raises:
        FailedPreconditionError: nobody can answer, because standard input is no terminal.
        CancelledError: the answer is not yes.
    """
    if args.yes:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise errors.FailedPreconditionError(
            f"{question} Nothing was changed: standard input is no terminal, so nobody can answer; add --yes"
        )
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in _YES:
        raise errors.CancelledError("nothing was changed, since the answer was not yes")
