"""`lineal delete`: delete artifacts, executions and contexts that no other record needs.

Other commands take a number alone as an artifact; this one does not, because what it deletes is gone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from lineal import conventions, errors
from lineal.cli import things
from lineal.cli.arguments import Commands, add_store_flags
from lineal.cli.node_words import node_word
from lineal.cli.output import add_output_flags, print_record

if TYPE_CHECKING:
    from lineal.client.store import MetadataStore
    from lineal.wire import lifecycle

_RECORD_HELP = "a record, such as model:7; a number alone is refused, because what is deleted is gone"


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("delete", help="delete records that no other record needs", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("nodes", nargs="+", metavar="KIND:ID", type=_node, help=_RECORD_HELP)
    parser.add_argument(
        "--tombstones",
        action="store_true",
        help="turn records that a remaining record needs into tombstones, instead of failing",
    )
    deployed = "delete versions with an alias, such as production, too"
    parser.add_argument("--include-deployed", action="store_true", help=deployed)
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Delete the nodes and say which."""
    from lineal.cli.named_nodes import require_types
    from lineal.cli.store import open_lifecycle_store

    wanted: dict[str, list[int]] = {"artifact": [], "execution": [], "context": []}
    for each, node_id in args.nodes:
        wanted[each.kind].append(node_id)
    with open_lifecycle_store(args) as store:
        require_types(store, args.nodes)
        if not args.include_deployed:
            _require_no_alias(store, wanted["artifact"])
        response = store.delete_nodes(
            artifact_ids=wanted["artifact"],
            execution_ids=wanted["execution"],
            context_ids=wanted["context"],
            tombstones=args.tombstones,
            dry_run=args.dry_run,
        )
    said = outcome(response.deleted, response.tombstones, dry_run=args.dry_run)
    print_record(args, deletion_record(response.deleted, response.tombstones, dry_run=args.dry_run), [said])


def _node(text: str) -> tuple[things.Things, int]:
    return node_word(text, things.WITH_IDS)


def _require_no_alias(store: MetadataStore, ids: Iterable[int]) -> None:
    """Refuse to delete a version that somebody may load by its alias.

    Raises:
        FailedPreconditionError: an artifact has an alias.
    """
    from lineal.cli.named_nodes import nodes_of

    for node in nodes_of(store, "artifact", ids):
        if conventions.ALIASES in node.custom_properties:
            raise errors.FailedPreconditionError(
                f"the artifact {node.id} has an alias, so programs may use it; give the alias to another version "
                "(lineal promote), or delete it with --include-deployed"
            )


def deletion_record(deleted: lifecycle.NodeIds, tombstones: lifecycle.NodeIds, *, dry_run: bool) -> dict[str, Any]:
    """Return what happened, or would happen, as a record: the ids of the nodes."""
    return {"dry_run": dry_run, "deleted": _ids(deleted), "tombstones": _ids(tombstones)}


def outcome(deleted: lifecycle.NodeIds, tombstones: lifecycle.NodeIds, *, dry_run: bool) -> str:
    """Return the sentence that says what happened, or would happen."""
    from lineal.cli.text import counted

    verb = "would be deleted" if dry_run else "deleted"
    said = f"{counted(_counts(deleted))} {verb}"
    buried = _counts(tombstones)
    left = "a tombstone" if sum(buried.values()) == 1 else "tombstones"
    return f"{said}, {counted(buried)} left as {left}" if any(buried.values()) else said


def _counts(nodes: lifecycle.NodeIds) -> dict[str, int]:
    return {name: len(found) for name, found in _ids(nodes).items()}


def _ids(nodes: lifecycle.NodeIds) -> dict[str, list[int]]:
    return {
        "artifacts": [*nodes.artifact_ids],
        "executions": [*nodes.execution_ids],
        "contexts": [*nodes.context_ids],
    }
