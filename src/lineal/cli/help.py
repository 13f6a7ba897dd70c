"""`lineal help`: print the help of a command."""

from __future__ import annotations

import argparse

from lineal.cli import mistakes
from lineal.cli.arguments import Commands, Parser


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("help", help="print the help of a command", description=__doc__)
    parser.set_defaults(run=run)
    shown = "the command, and its action if it has some: ls, or token create"
    parser.add_argument("words", nargs="*", metavar="COMMAND", help=shown)


def run(args: argparse.Namespace) -> None:
    """Print the help of the command that the words name, or of all."""
    found: Parser = args.all_commands
    for word in args.words:
        known = commands_of(found)
        if word not in known:
            guess = mistakes.meant(word, known) or (f"; choose from {', '.join(known)}" if known else "")
            args.usage_error(f"{found.prog} has no command {mistakes.quoted(word)}{guess}")
        found = known[word]
    found.print_help()


def commands_of(parser: argparse.ArgumentParser) -> dict[str, Parser]:
    """Return the parsers of a parser's commands, by name; none if it has no commands."""
    actions = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(next((action.choices for action in actions), {}))
