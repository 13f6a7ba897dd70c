"""`lineal undo`: undo a change of a record, given the id of its entry in the audit log."""

from __future__ import annotations

import argparse

from lineal.cli.arguments import Commands, add_store_flags, node_id
from lineal.cli.output import add_output_flags, print_record


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("undo", help="undo a change that the audit log holds", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("entry", metavar="ENTRY", type=node_id, help="the id of the entry, as lineal audit prints it")
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Undo the change and say of which node it was."""
    from lineal.cli.records import whole_record
    from lineal.cli.store import open_lifecycle_store
    from lineal.kinds import KINDS

    with open_lifecycle_store(args) as store:
        response = store.undo_change(args.entry)
    [(kind, node)] = [(kind, node) for kind in KINDS for node in getattr(response, kind.plural)]
    print_record(args, whole_record(kind, node), [f"{kind.name} {node.id} is as it was before the entry {args.entry}"])
