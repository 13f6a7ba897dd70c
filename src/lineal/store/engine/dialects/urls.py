"""Database URLs of servers: several hosts, options, and a password that need not be in the URL.

    mysql://user:password@host1:3306,host2:3306/database?ssl_ca=/path/ca.pem&password_file=/run/secrets/db
    mysql+pymysql://host/database

What stays out: what an option means to an engine (its dialect), and opening connections.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from lineal import errors
from lineal.urls import driver_of, form_advice, server_parts, unknown_option

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
        password: the one in the URL; `current_password` is the one to use.
        options: the part after the question mark.
        driver: the driver that the scheme names, "" if it names none.
    """

    hosts: tuple[Host, ...]
    user: str = field(repr=False)
    password: str | None = field(repr=False)
    database: str
    options: Mapping[str, str] = field(repr=False)
    driver: str = ""

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
            return Path(os.path.expanduser(path)).read_text(encoding="utf-8").rstrip("\r\n")
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
        """Refuse an option that is given but is none of the choices.

        Raises:
            InvalidArgumentError: it is something else.
        """
        text = self.options.get(name)
        if text is not None and text not in choices:
            raise errors.InvalidArgumentError(f"{name} is {text!r} in the database URL; it can be {', '.join(choices)}")


def parse_server_url(url: str, *, known: Collection[str]) -> ServerURL:
    """Split a URL into its parts; `known` are the names of the engine's options.

    Raises:
        InvalidArgumentError: a part is missing, has no effect or cannot be placed, or an option is unknown.
    """
    parts = server_parts(url)
    unknown = sorted(parts.options.keys() - set(known))
    if unknown:
        raise unknown_option(unknown[0], f"{parts.scheme} knows {', '.join(sorted(known))}")
    hosts = tuple(_host(text, parts.scheme) for text in parts.hosts.split(",")) if parts.hosts else ()
    return ServerURL(hosts, parts.user, parts.password, parts.database, parts.options, driver_of(url))


def _host(text: str, scheme: str) -> Host:
    name, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        name, port = text, ""
    elif not (port.isascii() and port.isdigit()):
        # It may be a password whose host was forgotten: it is not shown.
        raise errors.InvalidArgumentError(f"the port of a host in the database URL is no number; {form_advice(scheme)}")
    elif len(port) > 5 or not 0 < int(port) <= 65535:
        raise errors.InvalidArgumentError("a port in the database URL is out of range; give a number from 1 to 65535")
    if not name:
        raise errors.InvalidArgumentError("a host in the database URL has no name; write host:port,host:port")
    if ":" in name and not name.startswith("["):
        raise errors.InvalidArgumentError(
            "a host in the database URL has several colons; write an IPv6 address in brackets, as in [::1]:3306"
        )
    return Host(_bare(name), int(port) if port else None)


def _bare(name: str) -> str:
    return unquote(name.removeprefix("[").removesuffix("]"))
