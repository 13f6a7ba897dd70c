"""`lineal delete`: delete artifacts, executions and contexts that no other node needs."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from lineal.cli.arguments import Commands, add_store_flags, node_id

if TYPE_CHECKING:
    from lineal.wire import lifecycle

_NODE = re.compile(r"(artifact|execution|context):([0-9]{1,4000})")


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("delete", help="delete nodes that no other node needs", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("nodes", nargs="+", metavar="KIND:ID", type=_node, help="a node, such as artifact:7")
    parser.add_argument(
        "--tombstones", action="store_true", help="turn nodes that a remaining node needs into tombstones"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Delete the nodes and say which."""
    from lineal.cli.store import open_lifecycle_store

    wanted: dict[str, list[int]] = {"artifact": [], "execution": [], "context": []}
    for kind, found in args.nodes:
        wanted[kind].append(found)
    with open_lifecycle_store(args) as store:
        response = store.delete_nodes(
            artifact_ids=wanted["artifact"],
            execution_ids=wanted["execution"],
            context_ids=wanted["context"],
            tombstones=args.tombstones,
            dry_run=args.dry_run,
        )
    print(outcome(response.deleted, response.tombstones, dry_run=args.dry_run))


def _node(text: str) -> tuple[str, int]:
    found = _NODE.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a node; write artifact:7, execution:7 or context:7")
    return found[1], node_id(found[2])


def outcome(deleted: lifecycle.NodeIds, tombstones: lifecycle.NodeIds, *, dry_run: bool) -> str:
    """Return the sentence that says what happened, or would happen."""
    from lineal.cli.text import counted

    verb = "would be deleted" if dry_run else "deleted"
    said = f"{counted(_counts(deleted))} {verb}"
    buried = _counts(tombstones)
    return f"{said}, {counted(buried)} left as tombstones" if any(buried.values()) else said


def _counts(nodes: lifecycle.NodeIds) -> dict[str, int]:
    ids = {"artifacts": nodes.artifact_ids, "executions": nodes.execution_ids, "contexts": nodes.context_ids}
    return {name: len(found) for name, found in ids.items()}
