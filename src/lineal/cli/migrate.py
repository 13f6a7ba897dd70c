"""`lineal migrate`: migrate a database from one schema version of ML Metadata to another, or say what that would do.

An empty database gets the tables of the newest version. Indexes of the official library that hold whole texts, which
PostgreSQL limits to 2.6 kB, are replaced by indexes that any text fits.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lineal import errors
from lineal.cli.arguments import Commands, add_database_flag, required_database, whoami, whole_number
from lineal.cli.output import add_output_flags, is_text, print_record, showing_progress
from lineal.urls import redact_url

if TYPE_CHECKING:
    from lineal.upkeep.migration import Plan

_PAUSE_SECONDS = 2.0
_BACKUP = "Back up the database and stop what uses it, then run this without --dry-run."


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("migrate", help="migrate a database to another schema version", description=__doc__)
    parser.set_defaults(run=run)
    add_database_flag(parser, "the database to migrate")
    parser.add_argument(
        "--to", type=whole_number(0, 1000), metavar="VERSION", help="the schema version (default: the newest)"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
    parser.add_argument(
        "--yes", action="store_true", help="accept that values which the older version cannot hold are lost"
    )
    parser.add_argument(
        "--wait",
        type=whole_number(0, 86_400),
        default=0,
        metavar="SECONDS",
        help="how many seconds to wait for a database that does not answer yet (default: 0)",
    )
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Plan the migration and print the plan; carry it out unless this is a dry run."""
    from lineal.upkeep import migration

    settings = required_database(args)
    target = migration.SCHEMA_VERSION if args.to is None else args.to
    planned = _once_it_answers(args.wait, lambda: migration.plan_migration(settings, target))
    if is_text(args):
        print(f"{redact_url(settings.url)}: {_title(planned)}")
        for line in _lines(planned):
            print(line)
        sys.stdout.flush()
    works = not planned.is_done and not args.dry_run
    if works:
        migration.require_unused(settings)
        with showing_progress("Migrating"):
            migration.migrate(settings, target, accept_loss=args.yes, who=whoami())
    if not is_text(args):
        print_record(args, _record(planned, done=works), [])
    elif works:
        print(f"Done: schema version {planned.end}.")
    elif not planned.is_done:
        print(f"Nothing was changed. {_dry_end(planned)}")


def _once_it_answers(seconds: int, plan: Callable[[], Plan]) -> Plan:
    """Return the plan, as soon as the database answers within some seconds and has a connection left."""
    from lineal.store.engine.dialects.base import NoConnectionError

    end = time.monotonic() + seconds
    while True:
        try:
            return plan()
        except (errors.UnavailableError, NoConnectionError) as error:
            if time.monotonic() + _PAUSE_SECONDS > end:
                raise
            print(f"waiting: {error.message}", file=sys.stderr, flush=True)
            time.sleep(_PAUSE_SECONDS)


def _record(planned: Plan, *, done: bool) -> dict[str, Any]:
    steps = [
        {
            "from": step.start,
            "to": step.end,
            "does": step.does,
            "effects": [{"rows": effect.rows, "what": effect.what} for effect in step.effects],
        }
        for step in planned.steps
    ]
    return {
        "from": planned.start,
        "to": planned.end,
        "first": planned.first,
        "steps": steps,
        "replaced_indexes": planned.indexes,
        "loses_data": bool(planned.losses),
        "done": done,
    }


def _title(planned: Plan) -> str:
    if planned.start == planned.end:
        return f"schema version {planned.end}" + (", nothing to do" if planned.is_done else "")
    return f"schema version {planned.start} to {planned.end}"


def _lines(planned: Plan) -> list[str]:
    lines = [f"  first    {planned.first}"] if planned.first else []
    verb = "loses" if planned.losses else "removes"
    for step in planned.steps:
        lines.append(f"  {step.start:>2} to {step.end:<2} {step.does}")
        lines += [f"           {verb} {effect.what}" for effect in step.effects]
    if planned.indexes:
        lines.append(
            f"  last     replaces {planned.indexes} indexes that hold texts whole by ones that hold their start, "
            "so that any text fits"
        )
    return lines


def _dry_end(planned: Plan) -> str:
    return f"{_BACKUP} It loses data: add --yes." if planned.losses else _BACKUP
