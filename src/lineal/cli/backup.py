"""`lineal backup`: write a store into a file while others work on it."""

from __future__ import annotations

import argparse
from pathlib import Path

from lineal.cli.arguments import Commands, add_database_flag, required_database
from lineal.cli.output import add_output_flags, print_record, showing_progress
from lineal.counting import amount


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("backup", help="write a store into a file", description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("file", type=Path, help="the file to write, such as monday.zip")
    add_database_flag(parser, "the database to back up")
    parser.add_argument("--copy", action="store_true", help="write a copy of the SQLite file instead of an archive")
    parser.add_argument("--sign-key", type=Path, metavar="FILE", help="sign the archive with the content of this file")
    parser.add_argument("--overwrite", action="store_true", help="replace a file of that name, and nothing but a file")
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Write the backup and print its counts."""
    settings = required_database(args)
    from lineal import errors
    from lineal.cli.text import counted_members
    from lineal.upkeep import archive

    key = archive.read_key(args.sign_key) if args.sign_key else None
    if args.copy and args.sign_key:
        raise errors.InvalidArgumentError("a copy is a database and cannot be signed; leave --copy or --sign-key out")
    with showing_progress("Backing up"):
        if args.copy:
            size = archive.copy(settings, args.file, overwrite=args.overwrite)
            said = f"{args.file}: a copy of the database, {amount(size, 'bytes')}"
            print_record(args, {"file": str(args.file), "copy": True, "bytes": size}, [said])
            return
        manifest = archive.backup(settings, args.file, overwrite=args.overwrite, key=key)
    notes = [f"note: {manifest.missing}; see: lineal doctor"] if manifest.missing.total else []
    if manifest.upgraded_from is not None:
        notes.append(
            f"(the database has schema version {manifest.upgraded_from} and stays so; the archive has version "
            f"{manifest.schema_version}: what that changes says `lineal migrate --dry-run`)"
        )
    record = {
        "file": str(args.file),
        "copy": False,
        "schema_version": manifest.schema_version,
        "upgraded_from": manifest.upgraded_from,
        "counts": manifest.counts(),
    }
    print_record(args, record, [f"{args.file}: {counted_members(manifest.counts())}"], notes=notes)
