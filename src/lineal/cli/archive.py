"""`lineal archive`: archive records, so that the lists of the SDK leave them out, or take them back."""

from __future__ import annotations

import argparse

from lineal.cli import changing
from lineal.cli.arguments import Commands, add_store_flags
from lineal.cli.output import add_output_flags


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("archive", help="archive records, or take them back", description=__doc__)
    parser.set_defaults(run=run)
    changing.add_node_arguments(parser)
    parser.add_argument("--restore", action="store_true", help="take the records back from the archive")
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Archive the records and say how many."""
    if args.restore:
        changing.change(args, {"archived": False}, verb="restore", done="restored")
    else:
        changing.change(args, {"archived": True}, verb="archive", done="archived")
