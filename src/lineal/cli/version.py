"""`lineal version`: print what is installed."""

from __future__ import annotations

import argparse
import contextlib
import platform
from importlib import metadata

import lineal
from lineal.cli.arguments import Commands

_SHOWN = ("protobuf", "grpcio", "sqlalchemy")
_DRIVERS = ("mysqlclient", "pymysql", "psycopg")


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("version", help="print what is installed", description=__doc__)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Print the versions of Lineal, of Python, of the packages that matter for a bug report, and of drivers."""
    print(f"lineal {lineal.__version__}")
    print(f"python {platform.python_version()}")
    for name in _SHOWN:
        print(f"{name} {metadata.version(name)}")
    for name in _DRIVERS:
        with contextlib.suppress(metadata.PackageNotFoundError):
            print(f"{name} {metadata.version(name)}")
