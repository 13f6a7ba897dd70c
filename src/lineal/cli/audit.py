"""`lineal audit`: print who changed what, the newest first."""

from __future__ import annotations

import argparse
from typing import get_args

from lineal.cli import things
from lineal.cli.arguments import (
    MOST_ROWS,
    SERVERS,
    Commands,
    add_database_flag,
    database_url,
    node_id,
    required_database,
    store_name,
    whole_number,
)
from lineal.cli.node_words import node_word
from lineal.cli.output import add_output_flags
from lineal.config import DatabaseSettings
from lineal.conventions import AuditAction, AuditSubject

_DEFAULT_LIMIT = 50


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("audit", help="print who changed what", description=__doc__)
    parser.set_defaults(run=run)
    add_database_flag(parser, "the database")
    parser.add_argument("--subject", choices=get_args(AuditSubject), help="only about these")
    what = "only about this one: artifact:7, model:7; or its id alone, with --subject"
    parser.add_argument("--id", metavar="RECORD", type=_id, help=what)
    parser.add_argument(
        "--server", type=store_name, help=argparse.SUPPRESS
    )  # so that the answer can say what servers have
    parser.add_argument(
        "--who", metavar="NAME", help="only by this caller: as listed, or only the name or the token's id"
    )
    parser.add_argument(
        "--rpc", metavar="NAME", help="only by this call, which must be one that writes, such as PutArtifacts"
    )
    actions = "only what was created, changed, deleted, or left as a tombstone"
    parser.add_argument("--action", choices=get_args(AuditAction), help=actions)
    limit = f"how many (default: {_DEFAULT_LIMIT})"
    parser.add_argument("--limit", type=whole_number(1, MOST_ROWS), default=_DEFAULT_LIMIT, help=limit)
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print the entries.

    Raises:
        InvalidArgumentError: there are none of a call, since no call that writes has that name.
    """
    settings = _database(args)
    from lineal.cli.changes import change_record, print_changes
    from lineal.upkeep.archive.backing_up import open_for_reading
    from lineal.upkeep.audit_log import AuditFilter, check_call, page

    subject, number = args.id or (None, None)
    if subject and args.subject not in (None, subject):
        args.usage_error(f"--subject {args.subject} and --id {subject}:{number} are two things; give one of them")
    if number and not (subject or args.subject):
        args.usage_error(f"a number alone can be the id of several kinds; give --id artifact:{number}")
    wanted = AuditFilter(subject or args.subject, number, args.who, args.rpc, action=args.action)
    with open_for_reading(settings) as service:
        found = page(service, wanted, limit=args.limit)
    if args.rpc is not None and not found.items:
        check_call(args.rpc)
    print_changes(args, [change_record(entry) for entry in found.items], has_older=found.next_cursor is not None)


def _database(args: argparse.Namespace) -> DatabaseSettings:
    """Return the database; of a server, end with a usage error that says what there is for it."""
    if args.server or database_url(args).startswith(SERVERS):
        args.usage_error(
            "the whole log is read from the database: give --db URL. `lineal history artifact:7` prints what a server "
            "says of one record; administrators see the whole log in the web UI and at /api/v1/audit"
        )
    return required_database(args)


def _id(word: str) -> tuple[str | None, int]:
    """Return the kind, if the word names it, and the id."""
    if ":" not in word:
        return None, node_id(word)
    found, number = node_word(word, things.SINGLE)
    if not found.kind:
        return found.one, number
    return found.kind, number
