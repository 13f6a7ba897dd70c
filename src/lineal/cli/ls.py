"""`lineal ls`: list artifacts, executions, contexts or types."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lineal import nearest
from lineal.cli.arguments import MOST_ROWS, Commands, add_json_flag, add_store_flags, whole_number

if TYPE_CHECKING:
    from lineal.cli.records import Record
    from lineal.client import MetadataStore

_PLURALS = ("artifacts", "executions", "contexts", "types")
_COLUMNS = {
    "artifacts": ("id", "type", "name", "state", "uri", "created"),
    "executions": ("id", "type", "name", "state", "created"),
    "contexts": ("id", "type", "name", "created"),
}
_DEFAULT_LIMIT = 20


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("ls", help="list artifacts, executions, contexts or types", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("what", choices=_PLURALS, help="what to list")
    parser.add_argument("--type", metavar="NAME", help="only nodes of this type")
    limit = f"how many, newest first (default: {_DEFAULT_LIMIT})"
    parser.add_argument("--limit", type=whole_number(1, MOST_ROWS), default=_DEFAULT_LIMIT, help=limit)
    add_json_flag(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print the newest nodes, or the types."""
    from lineal.cli.store import open_store
    from lineal.cli.text import to_json

    with open_store(args) as store:
        records = _types(store, args.type) if args.what == "types" else _nodes(store, args)
        if args.type is not None and not records:
            _require_type(store, args.what, args.type)
    if args.json:
        print(to_json(records[: args.limit]))
        return
    print("\n".join(_lines(args.what, records[: args.limit])))
    if len(records) > args.limit:
        print(f"(there are more; see them with --limit, which is {args.limit} here)")


def _nodes(store: MetadataStore, args: argparse.Namespace) -> list[Record]:
    """Read one node more than requested, to know whether there are more."""
    from lineal.cli.records import node_record
    from lineal.client import ListOptions, OrderByField
    from lineal.kinds import KINDS

    kind = next(kind for kind in KINDS if kind.plural == args.what)
    options = ListOptions(
        limit=args.limit + 1, order_by=OrderByField.CREATE_TIME, is_asc=False, filter_query=_of_type(args.type)
    )
    read: Any = getattr(store, f"get_{kind.plural}")
    return [node_record(kind, node) for node in read(list_options=options)]


def _of_type(name: str | None) -> str | None:
    if name is None:
        return None
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"type = '{escaped}'"


def _types(store: MetadataStore, name: str | None) -> list[Record]:
    from lineal.cli.records import type_record
    from lineal.kinds import KINDS

    records: list[Record] = []
    for kind in KINDS:
        read: Any = getattr(store, f"get_{kind.name}_types")
        records += [type_record(kind, found) for found in read()]
    return [record for record in records if name in (None, record["name"])]


def _require_type(store: MetadataStore, what: str, name: str) -> None:
    """Distinguish a type without nodes from an unknown type.

    Raises:
        NotFoundError: there is no such type.
    """
    kind = "" if what == "types" else what.removesuffix("s")
    known = {str(each["name"]) for each in _types(store, None) if str(each["kind"]).startswith(kind)}
    if name not in known:
        raise nearest.no_such_type(name, known, kind=kind)


def _lines(what: str, records: list[Record]) -> list[str]:
    from lineal.cli.records import shown_name
    from lineal.cli.text import table, time

    if what == "types":
        rows = [[r["id"], r["kind"], r["name"], r.get("version", ""), ", ".join(r["properties"])] for r in records]
        return table(("ID", "KIND", "NAME", "VERSION", "PROPERTIES"), rows)
    columns = _COLUMNS[what]
    shown = [r | {"name": shown_name(r), "created": time(r.get("create_time_since_epoch"))} for r in records]
    return table([name.upper() for name in columns], [[r.get(name, "") for name in columns] for r in shown])
