"""What the commands share in arguments: the parser, and the flags that say which store is meant.

What stays out: opening the store (`store.py`).
"""

from __future__ import annotations

import argparse
import getpass
import os
from typing import Any, NoReturn, TypeAlias

from lineal.config import URL_VARIABLE, DatabaseSettings, redact

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, show no password, and say where help is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.set_defaults(usage_error=self.error)

    def error(self, message: str) -> NoReturn:
        """Print the error and exit with code 2."""
        self.exit(2, f"{self.prog}: {redact(' '.join(message.split()))}; see {self.prog} --help\n")


def add_store_flags(parser: Parser) -> None:
    """Add the flags that select a store: a database or a server."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--db", metavar="URL", help=f"the database, such as sqlite:///metadata.db (default: {URL_VARIABLE})"
    )
    group.add_argument("--server", metavar="HOST:PORT", help="a running server; grpcs://HOST:PORT for TLS")


def add_database_flag(parser: Parser, what: str) -> None:
    """Add the flag that names a database, for commands that no server can run."""
    parser.add_argument("--db", metavar="URL", help=f"{what} (default: {URL_VARIABLE})")


def required_database(args: argparse.Namespace) -> DatabaseSettings:
    """Return the database that the flag or the environment names; without one, end with a usage error."""
    return DatabaseSettings(database_url(args))


def database_url(args: argparse.Namespace) -> str:
    """Return the URL of the database that the flag or the environment names; without one, end with a usage error."""
    url: str = args.db or os.environ.get(URL_VARIABLE, "")
    if not url:
        args.usage_error(f"no database is named: give --db URL or set {URL_VARIABLE}")
    return url


def add_json_flag(parser: Parser) -> None:
    """Add the flag that asks for JSON."""
    parser.add_argument("--json", action="store_true", help="print JSON for programs")


def chosen_url(args: argparse.Namespace) -> str | None:
    """Return the URL that the flags or the environment name, or None."""
    if args.server:
        return _server_url(args)
    return args.db or os.environ.get(URL_VARIABLE)


def _server_url(args: argparse.Namespace) -> str:
    """Return the URL of the server that the flag names; end with a usage error if it names none."""
    scheme, separator, place = args.server.rpartition("://")
    host, _, port = place.partition("?")[0].rpartition(":")
    if (scheme if separator else "grpc") not in ("grpc", "grpcs") or not host or not port.rstrip("/").isdecimal():
        args.usage_error(
            "--server names no server; give HOST:PORT such as localhost:8080, or grpcs://HOST:PORT for TLS"
        )
    return f"{scheme or 'grpc'}://{place}"


def required_url(args: argparse.Namespace) -> str:
    """Return the URL that the flags or the environment name; without one, end with a usage error."""
    url = chosen_url(args)
    if not url:
        args.usage_error(f"no store is named: give --db or --server, or set {URL_VARIABLE}")
    return str(url)


def whoami() -> str:
    """Return under which name the audit log holds what a command does: the user of this machine who runs it."""
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):  # in a container, a number without a name
        return "unnamed (command line)"
