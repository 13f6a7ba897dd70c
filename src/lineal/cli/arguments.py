"""The common arguments of the commands: the parser, and the flags that select the store.

What stays out: opening the store (`store.py`).
"""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeAlias, TypeVar

from lineal import errors
from lineal.cli import mistakes
from lineal.config import URL_VARIABLE, DatabaseSettings
from lineal.urls import SERVER_SCHEMES, redact_message, redact_word

MOST_ROWS = (1 << 31) - 2  # a page's size is a number of 32 bits, and one row more than asked for is read
_LONGEST_CUT = 100  # no message quotes more of a word that it cuts
SERVERS = tuple(f"{scheme}://" for scheme in SERVER_SCHEMES)
LARGEST_ID = (1 << 63) - 1
_DURATION = re.compile(r"([0-9]{1,6})([smhdwy])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "y": 31536000}
MOST_YEARS = 1000
DURATION_HELP = "a number and s, m, h, d, w or y, such as 90d"

Result = TypeVar("Result")
Group: TypeAlias = argparse._ArgumentGroup
"""Flags with a title in the help."""
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, show no password, and say where help is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)
        self.register("type", None, text)
        self.set_defaults(usage_error=self.error)
        self._words: tuple[str, ...] = ()
        self._helps = False

    def help_without_words(self) -> None:
        """Print the help and exit with 0 if no command follows."""
        self._helps = True

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and say of a word that nothing takes which flag of the command is like it."""
        parsed, rest = self.parse_known_args(args, namespace)
        if rest:
            parsed.usage_error(mistakes.left_over(rest, self._command_of(parsed)))
        return parsed

    def _command_of(self, parsed: argparse.Namespace) -> argparse.ArgumentParser:
        """Return the parser of the command that the words name."""
        found: argparse.ArgumentParser = getattr(parsed.usage_error, "__self__", self)
        return found

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse, and keep the words for `error`, which must not show a password in one of them."""
        self._words = tuple(sys.argv[1:] if args is None else args)
        if self._helps and not self._words:
            self.print_help()
            self.exit()
        return super().parse_known_args(mistakes.with_dashes(self._words, self), namespace)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a word that is none of the choices, and name the nearest one."""
        choices = mistakes.choices_of(action)
        if choices is not None and value not in choices:
            raise argparse.ArgumentError(action, mistakes.no_choice(str(value), choices))

    def _print_message(self, message: str, file: Any = None) -> None:
        """Write, and raise errors of standard output: argparse itself would ignore them and exit with 0."""
        if file is sys.stdout:
            file.write(message)
        else:
            super()._print_message(message, file)

    def error(self, message: str) -> NoReturn:
        """Print the error and exit with code 2."""
        message += mistakes.hint_for_missing(message, self._words, self)
        shown = " ".join(redact_message(without_secrets(message, self._words)).split())
        self.exit(2, f"{self.prog}: {shown}; see {self.prog} --help\n")


def without_secrets(message: str, words: Iterable[str]) -> str:
    """Return a message without the secret parts of words that may hold a password, also inside quotes."""
    given = {part for word in words for part in (word, word.partition("=")[2])}
    for word in sorted(given, key=len, reverse=True):
        shown = redact_word(word)
        if shown != word:
            message = message.replace(word, shown).replace(repr(word)[1:-1], repr(shown)[1:-1])
            message = _without_start(message, word)
    return message


def _without_start(message: str, word: str) -> str:
    """Return a message without the start of a quoted word, in which the "@" after a password may be cut off."""
    colon = word.find(":")
    least = colon + (4 if word[colon:].startswith("://") else 2)
    for end in range(min(len(word), _LONGEST_CUT), least - 1, -1):
        start = repr(word[:end])[1:-1]
        for closing in ("'", '"', "..."):
            message = message.replace(start + closing, f"***{closing}")
    return message


def text(word: str) -> str:
    """Return a word of the command line that a database can hold; a shell can also pass bytes that are no text."""
    try:
        word.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("it holds bytes that are not UTF-8; write it in UTF-8") from None
    return word


def node_id(text: str) -> int:
    """Return an id of the command line."""
    digits = text.lstrip("0")
    if not (text.isascii() and text.isdigit()) or not digits or len(digits) > 19 or int(digits) > LARGEST_ID:
        raise argparse.ArgumentTypeError(f"{mistakes.quoted(text)} is not an id; write a number from 1 to {LARGEST_ID}")
    return int(digits)


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """Return a parser of whole numbers within limits."""

    def number(text: str) -> int:
        sign, digits = text[:1] == "-", text.removeprefix("-").lstrip("0") or "0"
        known = text.isascii() and text.removeprefix("-").isdigit() and len(digits) <= 19
        if not known or not low <= int(digits) * (-1 if sign else 1) <= high:
            raise argparse.ArgumentTypeError(
                f"{mistakes.quoted(text)} is not possible; write a whole number from {low} to {high}"
            )
        return int(digits) * (-1 if sign else 1)

    return number


def duration(text: str) -> int:
    """Return the seconds of a length of time such as `90d`; a year has 365 days.

    Raises:
        argparse.ArgumentTypeError: it is none, or longer than 1000 years, so that no time of the calendar may be there.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{mistakes.quoted(text)} is not a length of time; write {DURATION_HELP}")
    seconds = int(found[1]) * _SECONDS[found[2]]
    if seconds > MOST_YEARS * _SECONDS["y"]:
        raise argparse.ArgumentTypeError(f"{mistakes.quoted(text)} is too long; write at most {MOST_YEARS}y")
    return seconds


def store_name(word: str) -> str:
    """Return the word that names a store.

    An empty one is a shell variable that is not set. Were it left out, the command would work on another store: the one
    that the environment names.
    """
    if not word.strip():
        raise argparse.ArgumentTypeError(
            f"it is empty, so it names no store; give one, or leave the flag out to use {URL_VARIABLE}"
        )
    return text(word)


def add_action(actions: Commands, name: str, what: str) -> Parser:
    """Add an action of a command, whose help says the same in the list of actions and alone."""
    return actions.add_parser(name, help=what, description=what)


def add_store_flags(parser: Parser) -> None:
    """Add the flags that select a store: a database or a server."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--db",
        metavar="URL",
        type=store_name,
        help=f"the database, such as sqlite:///metadata.db (default: {URL_VARIABLE})",
    )
    server = "a running server; grpcs://HOST:PORT for TLS"
    group.add_argument("--server", metavar="HOST:PORT", type=store_name, help=server)


def add_database_flag(parser: Parser | Group, what: str) -> None:
    """Add the flag that names a database, for commands that no server can run."""
    parser.add_argument("--db", metavar="URL", type=store_name, help=f"{what} (default: {URL_VARIABLE})")


def required_database(args: argparse.Namespace) -> DatabaseSettings:
    """Return the database that the flag or the environment names; without one, end with a usage error."""
    url = database_url(args)
    if url.startswith(SERVERS):
        args.usage_error(
            "this works on the database itself, and a server is named: give --db URL, on a machine that reaches it"
        )
    return DatabaseSettings(url)


def database_url(args: argparse.Namespace) -> str:
    """Return the URL of the database that the flag or the environment names; without one, end with a usage error."""
    url: str = args.db or os.environ.get(URL_VARIABLE, "")
    if not url:
        args.usage_error(f"no database is named: give --db URL or set {URL_VARIABLE}")
    return url


def chosen_url(args: argparse.Namespace) -> str | None:
    """Return the URL that the flags or the environment name, or None."""
    if args.server:
        return _server_url(args)
    return args.db or os.environ.get(URL_VARIABLE)


def _server_url(args: argparse.Namespace) -> str:
    """Return the URL of the server that the flag names; end with a usage error if it names none."""
    scheme, separator, place = args.server.rpartition("://")
    host, _, port = place.partition("?")[0].rpartition(":")
    if (scheme if separator else "grpc") not in SERVER_SCHEMES or not host or not port.rstrip("/").isdecimal():
        args.usage_error(
            "--server is not a server; give HOST:PORT such as localhost:8080, or grpcs://HOST:PORT for TLS"
        )
    return f"{scheme or 'grpc'}://{place}"


def required_url(args: argparse.Namespace) -> str:
    """Return the URL that the flags or the environment name; without one, end with a usage error."""
    url = chosen_url(args)
    if not url:
        args.usage_error(f"no store is named: give --db or --server, or set {URL_VARIABLE}")
    return str(url)


def read_words(args: argparse.Namespace, read: Callable[[], Result], *texts: str | None) -> Result:
    """Return what a function reads from the words; a mistake in them ends with a usage error.

    Args:
        args: the arguments.
        read: the function; its InvalidArgumentError is the mistake.
        texts: the words that its message quotes in parts. If one may hold a password, the message is not shown.
    """
    try:
        return read()
    except errors.InvalidArgumentError as error:
        is_secret = any(text and redact_word(text) != text for text in texts)
        args.usage_error(
            "a value is wrong, and looks like a URL with a password, so it is not shown here"
            if is_secret
            else error.message
        )
        raise


def whoami() -> str:
    """Return the name of a command's caller in the audit log: the user of this machine who runs it."""
    try:
        user = getpass.getuser().encode("utf-8", "backslashreplace").decode()
        return f"{user} (command line)"
    except (KeyError, OSError):  # in a container, a number without a name
        return "unnamed (command line)"
