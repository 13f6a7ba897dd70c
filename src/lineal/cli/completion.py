"""`lineal completion`: print the script with which a shell completes the commands and flags of `lineal`.

Put the result where your shell reads it, for example in ~/.bashrc: source <(lineal completion bash)
"""

from __future__ import annotations

import argparse

from lineal.cli.arguments import Commands
from lineal.cli.completing.scripts import SCRIPTS


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("completion", help="print a completion script for a shell", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("shell", choices=tuple(SCRIPTS), help="the shell")


def run(args: argparse.Namespace) -> None:
    """Print the script of a shell."""
    print(SCRIPTS[args.shell], end="")
