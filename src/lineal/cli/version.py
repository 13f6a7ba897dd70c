"""`lineal version`: print what is installed."""

from __future__ import annotations

import argparse
import platform
from importlib import metadata

import lineal
from lineal.cli.arguments import Commands

_SHOWN = ("protobuf", "grpcio", "sqlalchemy")


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("version", help="print what is installed", description=__doc__)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> None:
    """Print the versions of Lineal, of Python and of the packages that matter for a bug report."""
    print(f"lineal {lineal.__version__}")
    print(f"python {platform.python_version()}")
    for name in _SHOWN:
        print(f"{name} {metadata.version(name)}")
