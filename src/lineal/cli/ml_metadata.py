"""`lineal ml-metadata`: let `import ml_metadata` give Lineal in this environment, or not, and say what it gives."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from lineal.cli.arguments import Commands, add_action
from lineal.cli.output import add_output_flags, print_record

if TYPE_CHECKING:
    from lineal.mlmd.environment import Status

_NOTHING = "import ml_metadata gives nothing: neither Lineal nor an official package; run: lineal ml-metadata enable"


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("ml-metadata", help="make `import ml_metadata` give Lineal", description=__doc__)
    parser.help_without_words()
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    enabling = add_action(actions, "enable", "make Lineal importable as ml_metadata in this environment")
    enabling.set_defaults(run=run_enable)
    enabling.add_argument("--user", action="store_true", help="write into your own packages, not the environment's")
    shown = "the version of ml-metadata that installers see (default: 1.17.1, the version whose interface Lineal has)"
    enabling.add_argument("--version", default="", metavar="VERSION", help=shown)
    disabling = add_action(actions, "disable", "remove what enable wrote")
    disabling.set_defaults(run=run_disable)
    showing = add_action(actions, "status", "say what import ml_metadata gives; the exit code is 0 for Lineal")
    showing.set_defaults(run=run_status)
    add_output_flags(showing)


def run_enable(args: argparse.Namespace) -> None:
    """Write the files and say where."""
    from lineal.mlmd import environment

    folder = environment.enable(user=args.user, version=args.version)
    print(f"import ml_metadata gives Lineal from now on, in every program of {sys.executable} ({folder})")


def run_disable(args: argparse.Namespace) -> None:
    """Remove the files and say where they were."""
    from lineal.mlmd import environment

    folders = environment.disable()
    for folder in folders:
        print(f"Removed from {folder}: import ml_metadata no longer gives Lineal")
    if not folders:
        print("Nothing to remove: lineal ml-metadata enable was not run in this environment")


def run_status(args: argparse.Namespace) -> None:
    """Say what `import ml_metadata` gives, and exit with 1 if that is not Lineal."""
    from lineal.mlmd import environment

    found = environment.status()
    print_record(args, _record(found), _lines(found))
    if found.gives != "lineal":
        sys.stdout.flush()
        sys.exit(1)


def _lines(found: Status) -> list[str]:
    lines = [_first_line(found)]
    if found.version:
        lines.append(f"  the distribution ml-metadata has the version {found.version}")
    if found.types_in:
        lines.append(f"  type checkers and editors find its modules in {found.types_in}")
    elif found.gives == "lineal":
        lines.append("  type checkers and editors do not find its modules: run lineal ml-metadata enable again")
    lines += [f"  enabled in {folder}" for folder in found.enabled_in if folder not in found.incomplete_in]
    lines += [
        f"  incomplete in {folder}: run lineal ml-metadata enable again, or disable" for folder in found.incomplete_in
    ]
    if found.gives == "another package" and found.enabled_in:
        lines.append("  The other package wins, because Lineal never hides one; to use Lineal, run:")
        lines.append("  pip uninstall ml-metadata, and then lineal ml-metadata enable")
    return lines


def _first_line(found: Status) -> str:
    if found.gives == "nothing":
        return _NOTHING
    name = "Lineal" if found.gives == "lineal" else "another package"
    return f"import ml_metadata gives {name}: {found.origin or 'a folder without __init__.py'}"


def _record(found: Status) -> dict[str, Any]:
    return {
        "gives": found.gives,
        "origin": found.origin,
        "version": found.version,
        "types_in": None if found.types_in is None else str(found.types_in),
        "enabled_in": [str(folder) for folder in found.enabled_in],
        "incomplete_in": [str(folder) for folder in found.incomplete_in],
    }
