"""`lineal outbox`: what waits to be sent as OpenLineage, and what the receiver refused."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from lineal.cli.arguments import (
    MOST_ROWS,
    Commands,
    Parser,
    add_action,
    add_database_flag,
    node_id,
    required_database,
    whoami,
    whole_number,
)
from lineal.cli.output import Column, add_output_flags, add_yes_flag, confirm, note, print_records, time_column
from lineal.config import OPENLINEAGE_FLAG, Use
from lineal.counting import amount

if TYPE_CHECKING:
    from lineal.service import MetadataService

_DEFAULT_LIMIT = 50


def add(commands: Commands) -> None:
    """Declare the command and its actions."""
    about = "show and mend what is sent as OpenLineage"
    parser = commands.add_parser("outbox", help=about, description=__doc__)
    parser.help_without_words()
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    listing = add_action(actions, "ls", "list what the receiver refused, and say how much waits")
    listing.set_defaults(run=run_ls)
    add_database_flag(listing, "the database")
    limit = f"how many (default: {_DEFAULT_LIMIT})"
    listing.add_argument("--limit", type=whole_number(1, MOST_ROWS), default=_DEFAULT_LIMIT, help=limit)
    add_output_flags(listing)
    _add_change(add_action(actions, "retry", "send again what the receiver refused"), run_retry)
    dropping = add_action(actions, "drop", "forget what the receiver refused")
    _add_change(dropping, run_drop)
    add_yes_flag(dropping)
    off = add_action(actions, "off", "stop recording what is to be sent, and forget what waits")
    off.set_defaults(run=run_off)
    add_database_flag(off, "the database")
    add_yes_flag(off)


def _add_change(parser: Parser, run: Any) -> None:
    parser.set_defaults(run=run)
    parser.add_argument("ids", nargs="*", type=node_id, metavar="ID", help="the ids that `lineal outbox ls` shows")
    parser.add_argument("--all", action="store_true", help="everything that was refused")
    add_database_flag(parser, "the database")


def run_ls(args: argparse.Namespace) -> None:
    """Print what was refused, and how much waits."""
    from lineal.upkeep import outbox
    from lineal.upkeep.archive.backing_up import open_for_reading

    with open_for_reading(required_database(args)) as service:
        state = outbox.state(service.database)
        found = outbox.refused(service, limit=args.limit)
    print_records(args, [asdict(each) for each in found], _columns())
    waiting = amount(state.backlog.waiting, "records")
    is_on = "what is written is sent" if state.is_on else f"nothing is sent: no server had {OPENLINEAGE_FLAG}"
    note(f"{is_on}; {waiting} waiting, {state.backlog.dead} refused")


def run_retry(args: argparse.Namespace) -> None:
    """Let rows be sent again."""
    from lineal.upkeep import outbox

    with _open(args) as service:
        count = outbox.retry(service, _ids(args), who=whoami())
    print(f"{amount(count, 'records')} will be sent again")


def run_drop(args: argparse.Namespace) -> None:
    """Delete rows."""
    from lineal.upkeep import outbox

    ids = _ids(args)
    what = "everything that was refused" if ids is None else amount(len(ids), "records")
    confirm(args, f"Give up {what}?")
    with _open(args) as service:
        count = outbox.drop(service, ids, who=whoami())
    print(f"{amount(count, 'records')} given up")


def run_off(args: argparse.Namespace) -> None:
    """Switch the outbox off."""
    from lineal.upkeep import outbox

    with _open(args) as service:
        waiting = outbox.state(service.database).backlog.waiting
        confirm(args, f"Stop recording what is to be sent, and forget {amount(waiting, 'records')} that wait?")
        outbox.switch_off(service, who=whoami())
    print(f"Nothing is recorded to be sent any more; lineal serve {OPENLINEAGE_FLAG} switches it on again")


def _ids(args: argparse.Namespace) -> list[int] | None:
    """Return the ids that were given, None for all; neither or both is wrong usage."""
    if bool(args.ids) == args.all:
        args.usage_error("give ids, or --all")
    return None if args.all else args.ids


@contextmanager
def _open(args: argparse.Namespace) -> Iterator[MetadataService]:
    settings = replace(required_database(args), use=Use.CHANGE)
    from lineal.upkeep.opening import open_service

    with open_service(settings) as service:
        yield service


def _columns() -> list[Column]:

    return [
        Column("id", lambda each: each["id"]),
        time_column("time", lambda each: each["time"]),
        Column("what", _what),
        Column("attempts", lambda each: each["attempts"]),
        Column("reason", lambda each: each["reason"]),
    ]


def _what(record: Mapping[str, Any]) -> str:
    if record["kind"] == "event":
        return "event"
    return f"{record['kind']} {record['node_id']}" if record["node_id"] else f"several {record['kind']}s"
