"""`lineal import mlflow`: bring the records of an MLflow database, folder or server into a store.

Runs keep their ids, times and whole histories of metrics. What is there already stays as it is and gets what it lacks,
so an import that was interrupted is run again, and one that is run twice brings nothing new.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

from lineal.cli.arguments import Commands, add_database_flag, required_database, whoami
from lineal.cli.importing import fail_if_anything_failed, opened_if_there, print_report
from lineal.cli.output import add_output_flags, showing_progress
from lineal.counting import amount
from lineal.urls import ARTIFACTS_FLAG, check_artifacts_root, default_artifacts_root

if TYPE_CHECKING:
    from lineal.config import DatabaseSettings
    from lineal.mlflow.importing import Files
    from lineal.service import MetadataService

_SOURCE_HELP = (
    "the URL of MLflow's database (sqlite:///mlflow.db, mysql://..., postgresql://...), a folder mlruns, or the "
    "address of an MLflow server (http://HOST:5000)"
)
_FROM_HELP = (
    "where the files at mlflow-artifacts: addresses are: the address of the old server, or the folder or bucket that "
    "it has as --artifacts-destination"
)


def add_kind(kinds: Commands) -> None:
    """Declare the source and its flags."""
    parser = kinds.add_parser("mlflow", help="a database, a folder or a server of MLflow", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("source", metavar="SOURCE", help=_SOURCE_HELP)
    add_database_flag(parser, "the database to import into, created if it does not exist")
    parser.add_argument(
        "--workspace",
        default="default",
        metavar="NAME",
        help="the workspace for what is in MLflow's workspace `default`; others keep their names (default: default)",
    )
    parser.add_argument("--copy-artifacts", action="store_true", help="copy the files of runs and models, too")
    root = "where copied files go, as of `lineal serve` (default: beside a SQLite file)"
    parser.add_argument(ARTIFACTS_FLAG, default="", metavar="PLACE", help=root)
    parser.add_argument("--artifacts-from", default="", metavar="PLACE", help=_FROM_HELP)
    parser.add_argument("--dry-run", action="store_true", help="say what would be imported and change nothing")
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Import, and say what was done.

    Raises:
        StatusError: a part could not be imported; the rest is there.
    """
    settings = required_database(args)
    from lineal.mlflow import check_workspace
    from lineal.mlflow.importing import Files, Options, import_source, preview
    from lineal.mlflow_sources import open_source
    from lineal.upkeep.opening import open_service

    check_workspace(args.workspace)
    root, kept_at = _artifacts_root(args, settings), _artifacts_from(args)
    with closing(open_source(args.source)) as source:
        kept_at = kept_at or source.proxy
        if args.dry_run:
            with opened_if_there(settings) as present, showing_progress("Counting"):
                done = preview(present, source, Options(args.workspace, Files(kept_at)))
        else:
            with open_service(settings) as service, showing_progress("Importing"):
                options = Options(args.workspace, _files(service, root, kept_at), whoami())
                done = import_source(service, source, options)
        uncounted = f"not counted: the points of {amount(done.uncounted, 'runs')}, since a server does not count them"
        print_report(args, source.shown, done, [uncounted] if done.uncounted else [])
    fail_if_anything_failed(done)


def _artifacts_root(args: argparse.Namespace, settings: DatabaseSettings) -> str:
    """Return where copied files go, "" if none are copied; end with a usage error if nobody says."""
    if not args.copy_artifacts:
        if args.artifacts_root:
            args.usage_error(f"{ARTIFACTS_FLAG} says where copied files go; add --copy-artifacts, or leave it out")
        return ""
    root: str = args.artifacts_root or default_artifacts_root(settings.url)
    if not root:
        args.usage_error(f"--copy-artifacts needs {ARTIFACTS_FLAG}: name the folder or bucket that `lineal serve` has")
    check_artifacts_root(root)
    return root


def _artifacts_from(args: argparse.Namespace) -> str:
    """Return where the old server keeps its files, "" if nobody says; end with a usage error if that holds a login."""
    place: str = args.artifacts_from
    if place.startswith(("http://", "https://")) and "@" in place.partition("://")[2].partition("/")[0]:
        args.usage_error(
            "--artifacts-from holds a user, which records would show; set MLFLOW_TRACKING_USERNAME and "
            "MLFLOW_TRACKING_PASSWORD, and leave it out of the address"
        )
    elif not place.startswith(("http://", "https://")):
        check_artifacts_root(place)
    return place


def _files(service: MetadataService, root: str, kept_at: str) -> Files:
    """Return what becomes of files: with a root they are copied there."""
    from lineal.files import open_root
    from lineal.mlflow.importing import CopiedFiles, Files
    from lineal.service.access import Caller, Role
    from lineal.service.callers_files import CallersFiles
    from lineal.service.file_records import FileRecords

    if not root:
        return Files(kept_at)
    caller = Caller(whoami(), Role.ADMIN)
    return CopiedFiles(kept_at, root=CallersFiles(open_root(root), caller, FileRecords(service)))
