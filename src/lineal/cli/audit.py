"""`lineal audit`: print who changed what, the newest first."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from lineal.cli.arguments import (
    MOST_ROWS,
    Commands,
    add_database_flag,
    node_id,
    required_database,
    whole_number,
)
from lineal.cli.output import Column, add_output_flags, print_records

if TYPE_CHECKING:
    from lineal.upkeep.audit_log import AuditEntry

_DEFAULT_LIMIT = 50


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("audit", help="print who changed what", description=__doc__)
    parser.set_defaults(run=run)
    add_database_flag(parser, "the database")
    parser.add_argument(
        "--subject",
        choices=("artifact", "execution", "context", "type", "store", "token", "file"),
        help="only about these",
    )
    parser.add_argument("--id", type=node_id, help="only about the one with this id")
    parser.add_argument(
        "--who", metavar="NAME", help="only by this caller: as listed, or only the name or the token's id"
    )
    parser.add_argument(
        "--rpc", metavar="NAME", help="only by this call, which must be one that writes, such as PutArtifacts"
    )
    limit = f"how many (default: {_DEFAULT_LIMIT})"
    parser.add_argument("--limit", type=whole_number(1, MOST_ROWS), default=_DEFAULT_LIMIT, help=limit)
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print the entries.

    Raises:
        InvalidArgumentError: there are none of a call, since no call that writes has that name.
    """
    settings = required_database(args)
    from lineal.upkeep.archive.backing_up import open_for_reading
    from lineal.upkeep.audit_log import AuditFilter, check_call, page

    wanted = AuditFilter(args.subject, args.id, args.who, args.rpc)
    with open_for_reading(settings) as service:
        entries = page(service, wanted, limit=args.limit).items
    if args.rpc is not None and not entries:
        check_call(args.rpc)
    print_records(args, [_record(entry) for entry in entries], _columns())


def _record(entry: AuditEntry) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(entry), "old": _parsed(entry.old), "new": _parsed(entry.new)}


def _parsed(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _columns() -> list[Column]:
    from lineal.cli.text import time

    return [
        Column("id", lambda each: each["id"]),
        Column("time", lambda each: each["time"], time),
        Column("who", lambda each: each["who"]),
        Column("rpc", lambda each: each["rpc"]),
        Column("change", lambda each: f"{each['action']} {each['subject']} {each['node_id']}"),
        Column("before", lambda each: each["old"]),
        Column("after", lambda each: each["new"]),
    ]
