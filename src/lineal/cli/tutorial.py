"""`lineal tutorial`: run the steps of the tutorial and print what they stored."""

from __future__ import annotations

import argparse

from lineal.cli.arguments import Commands, add_store_flags, chosen_url

_IN_MEMORY = "sqlite://"


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("tutorial", help="run the tutorial and print what it stored", description=__doc__)
    parser.set_defaults(run=run)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Run the tutorial in the chosen store, or in one in memory."""
    from lineal.sdk.tutorial import run as run_tutorial

    run_tutorial(chosen_url(args) or _IN_MEMORY, write=print)
