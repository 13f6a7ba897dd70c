"""`lineal lineage`: print what an artifact or execution came from and what came from it, as a tree."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from lineal.cli import things
from lineal.cli.arguments import MOST_ROWS, Commands, add_store_flags, whole_number
from lineal.cli.logged import deleted_outputs_of, told_of_deletions
from lineal.cli.node_words import RECORD_HELP, node_word
from lineal.cli.output import Column, add_output_flags, chosen_form, is_text, print_record, print_records
from lineal.cli.things import Things
from lineal.lineage_cuts import HOPS

if TYPE_CHECKING:
    from lineal.cli.lineage_tree import Lineage
    from lineal.cli.records import Record

_DEFAULT_DEPTH = 20
_HINTS = {HOPS: "; a larger --depth follows more steps"}


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser(
        "lineage", help="print what a record came from and what was made from it", description=__doc__
    )
    parser.set_defaults(run=run)
    parser.add_argument("node", metavar="RECORD", type=_node, help=RECORD_HELP)
    direction = parser.add_mutually_exclusive_group()
    direction.add_argument("--up", action="store_true", help="only what it came from")
    direction.add_argument("--down", action="store_true", help="only what came from it")
    depth = f"how many hops to follow: from an artifact to executions, or back (default: {_DEFAULT_DEPTH})"
    parser.add_argument("--depth", type=whole_number(1, MOST_ROWS), default=_DEFAULT_DEPTH, help=depth)
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print the tree upstream, the tree downstream, or both."""
    from lineal.cli.lineage_tree import DOWN, UP, describe, follow, tree_lines
    from lineal.cli.named_nodes import require_type
    from lineal.cli.store import open_store

    wanted, number = args.node
    start = (wanted.kind, number)
    directions = [*([] if args.down else [UP]), *([] if args.up else [DOWN])]
    with told_of_deletions(args, [start]), open_store(args) as store:
        found = {direction.name: follow(store, start, direction, depth=args.depth) for direction in directions}
    first = next(iter(found.values()))
    require_type(wanted, number, first.nodes.get(first.start, {}).get("type", ""))
    if DOWN.name in found:
        _note_deleted_outputs(args, found[DOWN.name], first)
    if not is_text(args):
        _print_records(args, {name: lineage.record() for name, lineage in found.items()})
        return
    print(describe(first, start))
    for name, lineage in found.items():
        print("\n".join([f"{name}:", *(tree_lines(lineage) or ["  (nothing)"])]))
        for cut in lineage.cuts:
            print(f"{name}: {cut}{_HINTS.get(cut.limit, '')}", file=sys.stderr)


def _note_deleted_outputs(args: argparse.Namespace, found: Lineage, first: Lineage) -> None:
    """Let the executions downstream say how many of their outputs were deleted, as `lineal get` does.

    The start is in what is shown first, too, and may be one of them.
    """
    executions = [number for kind, number in found.nodes if kind == "execution"]
    deleted = deleted_outputs_of(args, found.start, executions, depth=args.depth, nodes=len(found.nodes))
    for number, count in deleted.items():
        for lineage in (found, first) if ("execution", number) == found.start else (found,):
            lineage.nodes["execution", number]["deleted_outputs"] = count


def _print_records(args: argparse.Namespace, found: dict[str, Record]) -> None:
    """Print the lineage for programs: as CSV a row for each step, in other forms all of it."""
    if chosen_form(args) != "csv":
        print_record(args, found, [])
        return
    names = {f"{node['kind']}:{node['id']}": node for each in found.values() for node in each["nodes"]}
    steps = [
        {"direction": name, **step, "type": names.get(step["to"], {}).get("type"), "name": _name(names.get(step["to"]))}
        for name, each in found.items()
        for step in each["steps"]
    ]
    cuts = [f"{name}: {cut['message']}" for name, each in found.items() for cut in each["cuts"]]
    print_records(args, steps, _STEP_COLUMNS, notes=cuts)


_STEP_COLUMNS = [
    Column("direction", lambda step: step["direction"]),
    Column("from", lambda step: step["from"]),
    Column("to", lambda step: step["to"]),
    Column("event", lambda step: step["event"]),
    Column("type", lambda step: step["type"]),
    Column("name", lambda step: step["name"]),
]


def _name(node: Record | None) -> str | None:
    from lineal.cli.records import shown_name

    return shown_name(node) or None if node else None


def _node(text: str) -> tuple[Things, int]:
    return node_word(text, things.IN_LINEAGE, default=things.ARTIFACTS)
