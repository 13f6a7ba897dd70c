"""`lineal import kfp`: bring the runs of Kubeflow Pipelines 3 into a store.

Runs, tasks, artifacts and their links become what Kubeflow Pipelines 2 recorded in ML Metadata, so that old and new
runs of a pipeline read alike. What is there already stays as it is and gets what it lacks: an import that is run twice
brings nothing new.
"""

from __future__ import annotations

import argparse
from contextlib import ExitStack, closing

from lineal.cli.arguments import Commands, add_database_flag, required_database, whoami
from lineal.cli.importing import fail_if_anything_failed, opened_if_there, print_report
from lineal.cli.output import add_output_flags, showing_progress

_SOURCE_HELP = (
    "the URL of the API server's database (mysql://..., postgresql://..., sqlite:///FILE), or the address of the API "
    "server (http://HOST:8888)"
)


def add_kind(kinds: Commands) -> None:
    """Declare the source and its flags."""
    about = "a database or an API server of Kubeflow Pipelines 3"
    parser = kinds.add_parser("kfp", help=about, description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("source", metavar="SOURCE", help=_SOURCE_HELP)
    add_database_flag(parser, "the database to import into, created if it does not exist")
    parser.add_argument(
        "--namespace",
        action="append",
        default=[],
        dest="namespaces",
        metavar="NAME",
        help="import the runs of this namespace alone; may be given more than once (default: all)",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be imported and change nothing")
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Import, and say what was done.

    Raises:
        StatusError: a part could not be imported; the rest is there.
    """
    settings = required_database(args)
    from lineal.kfp import import_source, preview
    from lineal.kfp_sources import open_source
    from lineal.upkeep.opening import open_service

    with closing(open_source(args.source, namespaces=args.namespaces)) as source, ExitStack() as stack:
        if args.dry_run:
            service = stack.enter_context(opened_if_there(settings))
            service = service or stack.enter_context(open_service("sqlite://"))
            with showing_progress("Counting"):
                done = preview(service, source)
        else:
            service = stack.enter_context(open_service(settings))
            with showing_progress("Importing"):
                done = import_source(service, source, who=whoami())
        print_report(args, source.shown, done)
    fail_if_anything_failed(done)
