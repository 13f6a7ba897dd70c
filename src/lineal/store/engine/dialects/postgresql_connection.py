"""Connections to PostgreSQL over psycopg 3; libpq does TLS and the search for a host that takes writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.numeric import Int8Dumper

from lineal import errors
from lineal.store.engine.dialects.urls import Host, ServerURL

_LIBPQ = (
    "hostaddr", "passfile", "sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslnegotiation",
    "target_session_attrs", "channel_binding", "gssencmode", "options",
)  # fmt: skip
# libpq reports a wrong value like a missing server: it cannot connect.
_CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "target_session_attrs": ("any", "read-write", "read-only", "primary", "standby", "prefer-standby"),
    "channel_binding": ("disable", "prefer", "require"),
    "gssencmode": ("disable", "prefer", "require"),
}
_FILES = ("sslcert", "sslkey", "sslrootcert", "sslcrl", "passfile")
# A lost peer is noticed within about a minute.
_KEEPALIVE: dict[str, Any] = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 4}
_UNACKNOWLEDGED_MILLISECONDS = 60_000
_PREPARE_AFTER = 5


class PostgreSQLConnector:
    """Opens connections as a database URL says."""

    def __init__(self, url: ServerURL, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        for name, choices in _CHOICES.items():
            url.check_choice(name, choices)
        for name in _FILES:
            _check_file(name, url.options.get(name))
        self._given = {name: url.options[name] for name in _LIBPQ if name in url.options}
        self._prepares = url.flag("prepared_statements", default=True)

    def connect(self, host: Host | None, database: str) -> psycopg.Connection[Any]:
        """Open a connection in autocommit mode, with UTF-8 texts and times that do not depend on the server."""
        place: dict[str, Any] = {} if host is None else {"host": host.name, "port": str(host.port or 5432)}
        connection = psycopg.connect(
            **{**_KEEPALIVE, **place, **self._given},
            user=self._url.user or None,
            password=self._url.current_password(),
            dbname=database,
            connect_timeout=max(2, int(self._timeout)),
            application_name=self._url.options.get("application_name", "lineal"),
            client_encoding="UTF8",
            tcp_user_timeout=_UNACKNOWLEDGED_MILLISECONDS,
            autocommit=True,
            prepare_threshold=_PREPARE_AFTER if self._prepares else None,
        )
        # By default a number's type depends on its value, and a prepared statement belongs to the types of its values.
        connection.adapters.register_dumper(int, Int8Dumper)
        return connection


def _check_file(option: str, path: str | None) -> None:
    """Refuse a file that does not exist; `system` means the system's authorities."""
    if path and path != "system" and not Path(path).is_file():
        raise errors.FailedPreconditionError(f"{option} names {path}, which is no file; correct the database URL")
