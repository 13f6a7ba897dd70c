"""`lineal version`: print what is installed."""

from __future__ import annotations

import argparse
import contextlib
import platform

import lineal
from lineal.cli.arguments import Commands
from lineal.cli.output import add_output_flags, print_record

_SHOWN = ("protobuf", "grpcio", "sqlalchemy")
_DRIVERS = ("mysqlclient", "pymysql", "psycopg")


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("version", help="print what is installed", description=__doc__)
    parser.set_defaults(run=run)
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print the versions of Lineal, of Python, of the packages that matter for a bug report, and of drivers."""
    from importlib import metadata  # slow to import

    found = {"lineal": lineal.__version__, "python": platform.python_version()}
    found |= {name: metadata.version(name) for name in _SHOWN}
    for name in _DRIVERS:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    print_record(args, found, [f"{name} {version}" for name, version in found.items()])
