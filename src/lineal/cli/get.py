"""`lineal get`: print one artifact, execution, context or type."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lineal import errors
from lineal.cli.arguments import Commands, add_json_flag, add_store_flags, node_id

if TYPE_CHECKING:
    from lineal.cli.records import Record
    from lineal.client import MetadataStore

_KINDS = ("artifact", "execution", "context", "type")


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("get", help="print one artifact, execution, context or type", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("kind", choices=_KINDS, help="what it is")
    parser.add_argument("id", type=node_id, help="its id")
    add_json_flag(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print one record with all its fields."""
    from lineal.cli.store import open_store
    from lineal.cli.text import to_json

    with open_store(args) as store:
        record = _type(store, args.id) if args.kind == "type" else _node(store, args.kind, args.id)
    if record is None:
        raise errors.NotFoundError(f"There is no {args.kind} with the id {args.id} in this store")
    print(to_json(record) if args.json else "\n".join(_lines(record)))


def _node(store: MetadataStore, kind_name: str, node_id: int) -> Record | None:
    from lineal.cli.records import node_record
    from lineal.kinds import KINDS

    kind = next(kind for kind in KINDS if kind.name == kind_name)
    read: Any = getattr(store, f"get_{kind.plural}_by_id")
    return next((node_record(kind, node) for node in read([node_id])), None)


def _type(store: MetadataStore, type_id: int) -> Record | None:
    """Look for the type among all three kinds, which share one sequence of ids."""
    from lineal.cli.records import type_record
    from lineal.kinds import KINDS

    for kind in KINDS:
        read: Any = getattr(store, f"get_{kind.name}_types_by_id")
        for found in read([type_id]):
            return type_record(kind, found)
    return None


def _lines(record: Record) -> list[str]:
    from lineal.cli.text import plain, time

    shown: list[tuple[str, str]] = []
    for name, value in record.items():
        if isinstance(value, dict):
            shown += [(f"{name}.{plain(key)}", plain(inner)) for key, inner in value.items()]
        elif name.endswith("_since_epoch"):
            shown.append((name.removesuffix("_since_epoch"), f"{time(value)} UTC"))
        else:
            shown.append((name, plain(value)))
    width = max(len(name) for name, _ in shown)
    return [f"{name:{width}}  {value}".rstrip() for name, value in shown]
