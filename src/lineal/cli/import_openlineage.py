"""`lineal import openlineage`: bring files of OpenLineage events into a store.

A file holds an event on each line, a list of events, or events over several lines, and may be compressed with gzip.
Each event is stored as if it had been sent to `lineal serve`: the order of events does not matter, and one that is
there already changes nothing. An event that is refused is named with its file and line, and the others are stored.
"""

from __future__ import annotations

import argparse

from lineal.cli.arguments import Commands, add_database_flag, read_words, required_database, whoami
from lineal.cli.importing import fail_if_anything_failed, print_report
from lineal.cli.output import add_output_flags, showing_progress
from lineal.config import OpenLineageSettings

_FILES_HELP = (
    "files of events, folders with files that end with .json, .jsonl, .ndjson or the same and .gz, or - for the "
    "standard input"
)
_WORKSPACE_HELP = (
    "the workspace: a name, {namespace} for that of the job, or REGEX=NAME, as `lineal serve --openlineage-workspace` "
    "takes them; may be given more than once (default: default)"
)


def add_kind(kinds: Commands) -> None:
    """Declare the files and the flags."""
    parser = kinds.add_parser("openlineage", help="files of OpenLineage events", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("files", nargs="+", metavar="FILE", help=_FILES_HELP)
    add_database_flag(parser, "the database to import into, created if it does not exist")
    parser.add_argument(
        "--workspace", action="append", default=[], dest="workspaces", metavar="RULE", help=_WORKSPACE_HELP
    )
    parser.add_argument("--dry-run", action="store_true", help="check the events and change nothing")
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Import, and say what was done.

    Raises:
        StatusError: an event was refused or a file could not be read to its end; the rest is there.
    """
    settings = required_database(args)
    from lineal.openlineage.event_files import paths_of
    from lineal.openlineage.importing import check_files, import_files, shown_as
    from lineal.upkeep.opening import open_service

    rules = read_words(args, lambda: OpenLineageSettings(workspaces=tuple(args.workspaces)))
    paths = paths_of(args.files)
    if args.dry_run:
        with showing_progress("Checking"):
            done = check_files(paths)
    else:
        with open_service(settings) as service, showing_progress("Importing"):
            done = import_files(service, paths, rules, who=whoami())
    print_report(args, shown_as(paths), done)
    fail_if_anything_failed(done)
