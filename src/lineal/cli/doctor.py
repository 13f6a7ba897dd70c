"""`lineal doctor`: examine a store, and repair it with --fix."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from lineal.cli.arguments import Commands, add_database_flag, required_database, whoami
from lineal.cli.output import Column, add_output_flags, is_text, note, print_records, showing_progress
from lineal.counting import amount
from lineal.urls import redact_url

if TYPE_CHECKING:
    from lineal.upkeep.doctor import Finding

_BACKUP = "Nothing was changed. Back up the database, stop what uses it, then run this with --fix."


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("doctor", help="examine a store, and repair it with --fix", description=__doc__)
    parser.set_defaults(run=run)
    add_database_flag(parser, "the database")
    parser.add_argument(
        "--fix", action="store_true", help="repair what can be repaired; without it, only say what is wrong"
    )
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print what is wrong, repair it with --fix, and exit with 1 if a problem remains."""
    settings = required_database(args)
    from lineal.upkeep import doctor

    with showing_progress("Examining"):
        found = doctor.examine(settings)
        fixes = args.fix and any(each.can_be_mended for each in found)
        left = doctor.mend(settings, who=whoami()) if fixes else found
    caution = doctor.caution(settings)
    if is_text(args):
        _print_text(settings.url, found, left, fix=args.fix)
        if caution:
            print(f"  note: {caution}")
    else:
        print_records(args, [_record(each, left) for each in found], _COLUMNS)
        if caution:
            note(f"note: {caution}")
    if left:
        sys.stdout.flush()
        sys.exit(1)


def _summary(found: list[Finding]) -> str:
    return amount(len(found), "problems") if found else "nothing is wrong"


def _outcome(finding: Finding, left: list[Finding], *, fix: bool) -> str:
    if fix and finding not in left:
        return f"repaired: {finding.cure}"
    return f"--fix would {finding.cure}" if finding.can_be_mended else f"not for --fix: {finding.cure}"


def _print_text(url: str, found: list[Finding], left: list[Finding], *, fix: bool) -> None:
    print(f"{redact_url(url)}: {_summary(found)}")
    for finding in found:
        print(f"  {finding.problem}\n    {_outcome(finding, left, fix=fix)}")
    if not fix and any(each.can_be_mended for each in found):
        print(_BACKUP)


def _record(each: Finding, left: list[Finding]) -> dict[str, Any]:
    return {"problem": each.problem, "cure": each.cure, "can_be_mended": each.can_be_mended, "is_left": each in left}


_COLUMNS = [
    Column("problem", lambda each: each["problem"]),
    Column("cure", lambda each: each["cure"]),
    Column("can_be_mended", lambda each: each["can_be_mended"]),
    Column("is_left", lambda each: each["is_left"]),
]
