"""`lineal export`: write the records of a store in another program's form."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from lineal.cli.arguments import Commands, add_database_flag, required_database
from lineal.cli.output import note, showing_progress
from lineal.config import Use
from lineal.counting import amount


def add(commands: Commands) -> None:
    """Declare the command and its forms."""
    parser = commands.add_parser("export", help="write records in another program's form", description=__doc__)
    parser.help_without_words()
    kinds = parser.add_subparsers(title="forms", metavar="KIND", required=True)
    about = "write the history of a store as OpenLineage events, one a line"
    exporting = kinds.add_parser("openlineage", help=about, description=about)
    exporting.set_defaults(run=run)
    where = "the file to write, compressed if its name ends in .gz; - for standard output"
    exporting.add_argument("file", metavar="FILE", nargs="?", default="-", help=f"{where} (default: -)")
    add_database_flag(exporting, "the database")
    exporting.add_argument("--workspace", default="", metavar="NAME", help="only what belongs to this workspace")
    exporting.add_argument("--overwrite", action="store_true", help="replace a file of that name")


def run(args: argparse.Namespace) -> None:
    """Write the events, and say how many."""
    from dataclasses import replace

    from lineal.openlineage.sending.history import history
    from lineal.upkeep.opening import open_service

    count = 0
    settings = replace(required_database(args), use=Use.CHANGE)
    with open_service(settings) as service, _opened(args) as file, showing_progress("Exporting"):
        for event in history(service, workspace=args.workspace):
            text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
            file.write(text.encode("utf-8", "replace") + b"\n")
            count += 1
    note(f"{amount(count, 'events')} written")


@contextmanager
def _opened(args: argparse.Namespace) -> Iterator[BinaryIO]:
    """Open where the events go; a file is complete or not there.

    Raises:
        AlreadyExistsError: there is a file of that name.
    """
    if args.file == "-":
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    from lineal import errors

    path = Path(args.file)
    if path.exists() and not args.overwrite:
        raise errors.AlreadyExistsError(f"{path} exists; give another name or --overwrite")
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with gzip.open(part, "wb") if path.suffix == ".gz" else part.open("wb") as file:
            yield cast("BinaryIO", file)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
