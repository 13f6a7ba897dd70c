"""`lineal promote`: give an alias to a version, and take it from the version of the same name that has it."""

from __future__ import annotations

import argparse

from lineal.cli import things
from lineal.cli.arguments import Commands, add_store_flags
from lineal.cli.node_words import node_word
from lineal.cli.output import add_output_flags, print_record

_ARTIFACTS = tuple(each for each in things.SINGLE if each.kind == "artifact")


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("promote", help="give an alias to a version", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("version", metavar="ARTIFACT", type=_artifact, help="the version: its id, or model:7")
    parser.add_argument("alias", metavar="ALIAS", help="the alias, such as production")
    parser.add_argument("--remove", action="store_true", help="take the alias from the version")
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Move the alias and say where it was."""
    from lineal.cli.named_nodes import require_types
    from lineal.cli.store import open_lifecycle_store

    named, args.version = args.version, args.version[1]
    with open_lifecycle_store(args) as store:
        require_types(store, [named])
        if args.remove:
            store.delete_alias(args.version, args.alias)
            previous = args.version
        else:
            previous = store.put_alias(args.version, args.alias)
    holder = None if args.remove else args.version
    record = {"alias": args.alias, "artifact_id": holder, "previous_artifact_id": previous}
    print_record(args, record, [_sentence(args, previous)])


def _sentence(args: argparse.Namespace, previous: int | None) -> str:
    if args.remove:
        return f"artifact {args.version} does not have the alias {args.alias} any more"
    if previous == args.version:
        return f"artifact {args.version} has the alias {args.alias}, as before"
    before = f", which artifact {previous} had" if previous is not None else ""
    return f"artifact {args.version} has the alias {args.alias} now{before}"


def _artifact(word: str) -> tuple[things.Things, int]:
    return node_word(word, _ARTIFACTS, default=things.ARTIFACTS)
