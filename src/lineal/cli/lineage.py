"""`lineal lineage`: print what an artifact or execution came from and what came from it, as a tree."""

from __future__ import annotations

import argparse
import sys

from lineal.cli.arguments import LARGEST_ID, MOST_ROWS, Commands, add_json_flag, add_store_flags, node_id, whole_number
from lineal.lineage_cuts import HOPS

_DEFAULT_DEPTH = 20
_HINTS = {HOPS: "; a larger --depth follows more steps"}


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser(
        "lineage", help="print what a node came from and what was made from it", description=__doc__
    )
    parser.set_defaults(run=run)
    parser.add_argument("node", metavar="NODE", help="an artifact's id, or execution:ID")
    direction = parser.add_mutually_exclusive_group()
    direction.add_argument("--up", action="store_true", help="only what it came from")
    direction.add_argument("--down", action="store_true", help="only what came from it")
    depth = f"how many steps to follow (default: {_DEFAULT_DEPTH})"
    parser.add_argument("--depth", type=whole_number(1, MOST_ROWS), default=_DEFAULT_DEPTH, help=depth)
    add_json_flag(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print the tree upstream, the tree downstream, or both."""
    from lineal.cli.lineage_tree import DOWN, UP, describe, follow, tree_lines
    from lineal.cli.store import open_store
    from lineal.cli.text import to_json

    start = _start(args)
    directions = [*([] if args.down else [UP]), *([] if args.up else [DOWN])]
    with open_store(args) as store:
        found = {direction.name: follow(store, start, direction, depth=args.depth) for direction in directions}
    if args.json:
        print(to_json({name: lineage.record() for name, lineage in found.items()}))
        return
    print(describe(next(iter(found.values())), start))
    for name, lineage in found.items():
        print("\n".join([f"{name}:", *(tree_lines(lineage) or ["  (nothing)"])]))
        for cut in lineage.cuts:
            print(f"{name}: {cut}{_HINTS.get(cut.limit, '')}", file=sys.stderr)


def _start(args: argparse.Namespace) -> tuple[str, int]:
    """Return the kind and the id that NODE names."""
    kind, _, number = args.node.rpartition(":")
    mistake = f"{args.node[:60]!r} is not a node; write the id of an artifact, from 1 to {LARGEST_ID}, or execution:7"
    try:
        found = node_id(number)
    except argparse.ArgumentTypeError:
        args.usage_error(mistake)  # without that error, which may quote part of a password
    if (kind or "artifact") not in ("artifact", "execution"):
        args.usage_error(mistake)
    return kind or "artifact", found
