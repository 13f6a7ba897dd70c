"""`lineal promote`: give an alias to a version, and take it from the version of the same name that has it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lineal import errors
from lineal.cli import things
from lineal.cli.arguments import Commands, add_store_flags
from lineal.cli.logged import told_of_deletions
from lineal.cli.node_words import RECORD_HELP, node_word
from lineal.cli.output import add_output_flags, print_record
from lineal.cli.text import plain

if TYPE_CHECKING:
    from lineal.client.store import MetadataStore
    from lineal.wire import metadata_store as pb

_ARTIFACTS = tuple(each for each in things.SINGLE if each.kind == "artifact")


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("promote", help="give an alias to a version", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("version", metavar="ARTIFACT", type=_artifact, help=f"the version: {RECORD_HELP}")
    parser.add_argument("alias", metavar="ALIAS", help="the alias, such as production")
    parser.add_argument("--remove", action="store_true", help="take the alias from the version")
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Move the alias and say where it was."""
    from lineal.cli.named_nodes import require_types
    from lineal.cli.store import open_lifecycle_store

    named, args.version = args.version, args.version[1]
    with told_of_deletions(args, [(named[0].kind, named[1])]), open_lifecycle_store(args) as store:
        require_types(store, [named])
        names = _names(store, [args.version])
        if args.remove:
            store.delete_alias(args.version, args.alias)
            previous = args.version
        else:
            previous = store.put_alias(args.version, args.alias)
        names |= _names(store, [previous] if previous and previous != args.version else [])
    holder = None if args.remove else args.version
    record = {"alias": args.alias, "artifact_id": holder, "previous_artifact_id": previous}
    print_record(args, record, [_sentence(args, previous, names)])


def _names(store: MetadataStore, ids: list[int]) -> dict[int, str]:
    """Return what people call artifacts, by id; none if they cannot be read, since the alias may have moved already."""
    from lineal.cli.named_nodes import nodes_of

    try:
        return {each.id: _name(each) for each in nodes_of(store, "artifact", ids)} if ids else {}
    except errors.StatusError:
        return {}


def _sentence(args: argparse.Namespace, previous: int | None, names: Mapping[int, str]) -> str:
    name = names.get(args.version, f"artifact {args.version}")
    if args.remove:
        return f"{name} does not have the alias {args.alias} any more"
    if previous == args.version:
        return f"{name} has the alias {args.alias}, as before"
    before = f", which {names.get(previous, f'artifact {previous}')} had" if previous is not None else ""
    return f"{name} has the alias {args.alias} now{before}"


def _name(artifact: pb.Artifact) -> str:
    """Return what people call it, such as model wine 2 (id 7); without a name it is its kind and id."""
    from lineal.catalogue.reading import Record

    read = Record(artifact)
    if not read.name:
        return f"artifact {artifact.id}"
    what = next(
        (each for each in _ARTIFACTS if not each.is_whole_kind and each.have_type(artifact.type)), _ARTIFACTS[0]
    )
    return plain(" ".join(filter(None, (what.one, read.name, read.version, f"(id {artifact.id})"))))


def _artifact(word: str) -> tuple[things.Things, int]:
    return node_word(word, _ARTIFACTS, default=things.ARTIFACTS)
