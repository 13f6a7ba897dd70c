"""Database URLs of servers: several hosts, options, and a password that need not stand in the URL.

    mysql://user:password@host1:3306,host2:3306/database?ssl_ca=/path/ca.pem&password_file=/run/secrets/db

What stays out: what an option means to an engine (its dialect), and opening connections.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from lineal import errors

PASSWORD_VARIABLE = "LINEAL_DB_PASSWORD"  # noqa: S105 a name
PASSWORD_FILE_VARIABLE = "LINEAL_DB_PASSWORD_FILE"  # noqa: S105 a name
_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")


@dataclass(frozen=True)
class Host:
    """Where a server listens; the port is the engine's own if None."""

    name: str
    port: int | None

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return f"{name}:{self.port}" if self.port else name


@dataclass(frozen=True)
class ServerURL:
    """The parts of a server's URL, decoded.

    Attributes:
        hosts: the hosts of one cluster, in order of preference; none means the local socket.
        password: as it stands in the URL; `current_password` is what counts.
        options: what stands after the question mark.
    """

    hosts: tuple[Host, ...]
    user: str
    password: str | None = field(repr=False)
    database: str
    options: Mapping[str, str] = field(repr=False)

    def current_password(self) -> str | None:
        """Return the password: of the URL, of the file named by `password_file` or the environment, or of the latter.

        A file is read each time, so that a password may change while the service runs.

        Raises:
            FailedPreconditionError: the file cannot be read.
        """
        if self.password is not None:
            return self.password
        path = self.options.get("password_file") or os.environ.get(PASSWORD_FILE_VARIABLE)
        if not path:
            return os.environ.get(PASSWORD_VARIABLE)
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise errors.FailedPreconditionError(
                f"cannot read the password file {path}: {type(error).__name__}"
            ) from None

    def number(self, name: str, default: float) -> float:
        """Return an option that is a positive number."""
        text = self.options.get(name)
        if text is None:
            return default
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 < value <= 86400:
            raise errors.InvalidArgumentError(
                f"{name} is {text!r} in the database URL; give a number above 0, at most 86400"
            )
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return an option that is true or false."""
        text = self.options.get(name, "true" if default else "false").lower()
        if text not in _TRUE + _FALSE:
            raise errors.InvalidArgumentError(f"{name} is {text!r} in the database URL; it can be true or false")
        return text in _TRUE

    def check_choice(self, name: str, choices: Collection[str]) -> None:
        """Refuse an option that is given and none of the choices.

        Raises:
            InvalidArgumentError: it is something else.
        """
        text = self.options.get(name)
        if text is not None and text not in choices:
            raise errors.InvalidArgumentError(f"{name} is {text!r} in the database URL; it can be {', '.join(choices)}")


def parse_server_url(url: str, *, known: Collection[str]) -> ServerURL:
    """Take a URL apart; `known` are the names of the options that the engine has.

    Raises:
        InvalidArgumentError: a port is no number, the database has no name, or an option is unknown.
    """
    scheme, netloc, path, query = _parts(url)
    user, _, place = netloc.rpartition("@")
    name, colon, password = user.partition(":")
    database = unquote(path)
    if not database:
        raise errors.InvalidArgumentError("the database URL names no database; write scheme://user@host:port/database")
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(options.keys() - set(known))
    if unknown:
        raise errors.InvalidArgumentError(
            f"unknown option {unknown[0]!r} in the database URL; {scheme} knows {', '.join(sorted(known))}"
        )
    hosts = tuple(_host(text) for text in place.split(",") if text)
    return ServerURL(hosts, unquote(name), unquote(password) if colon else None, database, options)


def _parts(url: str) -> tuple[str, str, str, str]:
    """Return scheme, user and hosts, path and query; Python's own function refuses an IPv6 address among hosts."""
    scheme, _, rest = url.partition("://")
    place, _, query = rest.partition("?")
    netloc, _, path = place.partition("/")
    return scheme, netloc, path, query


def _host(text: str) -> Host:
    name, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        return Host(_bare(text), None)
    if not port.isdigit() or not 0 < int(port) <= 65535:
        raise errors.InvalidArgumentError(f"{port!r} in the database URL is no port; give a number from 1 to 65535")
    return Host(_bare(name), int(port))


def _bare(name: str) -> str:
    return unquote(name.removeprefix("[").removesuffix("]"))
