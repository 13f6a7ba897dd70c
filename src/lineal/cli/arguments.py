"""What the commands share in arguments: the parser, and the flags that say which store is meant.

What stays out: opening the store (`store.py`).
"""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Iterable
from typing import Any, NoReturn, TypeAlias

from lineal.config import URL_VARIABLE, DatabaseSettings
from lineal.urls import redact_message, redact_word

Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, show no password, and say where help is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.set_defaults(usage_error=self.error)
        self._words: tuple[str, ...] = ()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and keep the words for `error`, which must not repeat what may be a password in one."""
        self._words = tuple(sys.argv[1:] if args is None else args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Print the error and exit with code 2."""
        shown = " ".join(redact_message(without_secrets(message, self._words)).split())
        self.exit(2, f"{self.prog}: {shown}; see {self.prog} --help\n")


def without_secrets(message: str, words: Iterable[str]) -> str:
    """Return a message in which words that may hold a password are cut to what may be shown, also inside quotes."""
    given = {part for word in words for part in (word, word.partition("=")[2])}
    for word in sorted(given, key=len, reverse=True):
        shown = redact_word(word)
        if shown != word:
            message = message.replace(word, shown).replace(repr(word)[1:-1], repr(shown)[1:-1])
    return message


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
