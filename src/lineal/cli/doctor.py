"""`lineal doctor`: examine a store, and repair it with --fix."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from lineal.cli.arguments import Commands, add_database_flag, add_json_flag, required_database, whoami
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
    add_json_flag(parser)


def run(args: argparse.Namespace) -> None:
    """Print what is wrong, repair it with --fix, and exit with 1 if a problem remains."""
    settings = required_database(args)
    from lineal.upkeep import doctor

    found = doctor.examine(settings)
    left = doctor.mend(settings, who=whoami()) if args.fix and any(each.can_be_mended for each in found) else found
    caution = doctor.caution(settings)
    if args.json:
        _print_json(found, left)
    else:
        print(f"{redact_url(settings.url)}: {_summary(found)}")
        for finding in found:
            print(f"  {finding.problem}\n    {_outcome(finding, left, fix=args.fix)}")
        if not args.fix and any(each.can_be_mended for each in found):
            print(_BACKUP)
    if caution:
        print(f"  note: {caution}", file=sys.stderr if args.json else sys.stdout)
    if left:
        sys.stdout.flush()
        sys.exit(1)


def _summary(found: list[Finding]) -> str:
    return amount(len(found), "problems") if found else "nothing is wrong"


def _outcome(finding: Finding, left: list[Finding], *, fix: bool) -> str:
    if fix and finding not in left:
        return f"repaired: {finding.cure}"
    return f"--fix would {finding.cure}" if finding.can_be_mended else f"not for --fix: {finding.cure}"


def _print_json(found: list[Finding], left: list[Finding]) -> None:
    from lineal.cli.text import to_json

    records = [
        {"problem": each.problem, "cure": each.cure, "can_be_mended": each.can_be_mended, "is_left": each in left}
        for each in found
    ]
    print(to_json(records))
