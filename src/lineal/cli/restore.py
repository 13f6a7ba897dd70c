"""`lineal restore`: write the records of a backup into a store, on any engine."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lineal.cli.arguments import Commands, add_database_flag, required_database, whoami
from lineal.cli.output import add_output_flags, print_record, showing_progress


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("restore", help="write a backup into a store", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("file", type=Path, help="the backup")
    add_database_flag(parser, "the database to restore into, created if it does not exist")
    ids = (
        "keep the backup's ids, which needs an empty store, or use new ids, beside the existing records (default: keep)"
    )
    parser.add_argument("--ids", choices=("keep", "new"), default="keep", help=ids)
    own_id = "give the store an id of its own, because the store that was backed up stays in use"
    parser.add_argument("--new-store-id", action="store_true", help=own_id)
    signed = "refuse a backup that was not signed with the content of this file"
    parser.add_argument("--sign-key", type=Path, metavar="FILE", help=signed)
    parser.add_argument(
        "--check", action="store_true", help="read and check the backup and write nothing; needs no database"
    )
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Restore the backup and say what was written."""
    settings = None if args.check else required_database(args)
    from lineal.cli.text import counted_members
    from lineal.upkeep import archive

    key = archive.read_key(args.sign_key) if args.sign_key else None
    with showing_progress("Checking" if args.check else "Restoring"):
        if settings is None:
            manifest = archive.check(args.file, key)
        else:
            ids = archive.Ids(args.ids)
            manifest = archive.restore(
                args.file, settings, ids=ids, new_store_id=args.new_store_id, who=whoami(), key=key
            )
    done = "checked" if args.check else "restored"
    if key is None and archive.is_signed(args.file):
        print(f"{args.file}: the signature was not checked; --sign-key FILE checks it", file=sys.stderr)
    record = {"file": str(args.file), "done": done, "counts": manifest.counts()}
    notes = [f"note: {manifest.missing}"] if manifest.missing.total else []
    print_record(args, record, [f"{args.file}: {done}, {counted_members(manifest.counts())}"], notes=notes)
