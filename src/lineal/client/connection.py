"""From a configuration message or a URL to the settings of a transport.

Nothing is opened here, and no text made here shows a password. What stays out: opening (`lineal.client.transport`).
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from lineal import errors, urls
from lineal.config import DatabaseSettings
from lineal.wire import metadata_store as pb

_URL_FORMS = "sqlite:///file.db, mysql://..., postgresql://..., grpc://host:port or grpcs://host:port"
_FORMS_FOR_WEB_ADDRESS = (
    "the address for gRPC, such as grpc://localhost:8080 (grpcs:// for TLS), and not that for browsers"
)
_SERVER_OPTIONS = ("token_file", "ca_file", "cert_file", "key_file")
_NOT_RESOLVED = (*urls.SERVER_SCHEMES, *urls.DATABASE_SCHEMES, "http", "https")
_HOST_AND_PORT = re.compile(r"[A-Za-z0-9._-]{1,253}:[0-9]{1,5}")
_SQLITE_MODES = {
    pb.SqliteMetadataSourceConfig.READONLY: "ro",
    pb.SqliteMetadataSourceConfig.READWRITE: "rw",
}
_MYSQL_SSL = {"key": "ssl_key", "cert": "ssl_cert", "ca": "ssl_ca", "capath": "ssl_capath", "cipher": "ssl_cipher"}


@dataclass(frozen=True)
class Certificates:
    """The PEM texts of a TLS connection; None means gRPC's default (the roots of the system, no client key)."""

    root: bytes | None = None
    key: bytes | None = field(default=None, repr=False)
    chain: bytes | None = None


@dataclass(frozen=True)
class ChannelSettings:
    """Which server to call, and how.

    Attributes:
        target: "host:port".
        credentials: the certificates for TLS, None for an unencrypted connection.
        options: gRPC channel arguments.
        timeout: seconds that a call may take; None for no limit.
        token_file: the file with the token that calls carry; "" for the environment variable LINEAL_TOKEN.

    """

    target: str
    credentials: Certificates | None = None
    options: tuple[tuple[str, int], ...] = ()
    timeout: float | None = None
    token_file: str = ""


def portable(settings: DatabaseSettings) -> DatabaseSettings | None:
    """Return the settings with which another process, in another folder, opens the same database; None in memory."""
    settings = replace(settings, upgrade=False)
    if not settings.is_in_process:
        return settings
    path, mark, query = settings.url.partition("://")[2].removeprefix("/").partition("?")
    if path in ("", ":memory:"):
        return None
    return replace(settings, url=f"sqlite:///{quote(os.path.abspath(unquote(path)))}{mark}{query}")


def settings_of_url(place: urls.PlaceOfStore) -> DatabaseSettings | ChannelSettings:
    """Read the URL of a database or of a server, or the path of a SQLite file.

    Raises:
        InvalidArgumentError: the form of the URL is unknown, or a part of it has no effect.

    """
    url = urls.url_of(place)
    scheme = url.partition("://")[0]
    if scheme in urls.SERVER_SCHEMES and "://" in url:
        return _channel_settings_of_url(url)
    if scheme in urls.DATABASE_SCHEMES and "://" in url:
        return DatabaseSettings(url)
    forms = _URL_FORMS if scheme not in ("http", "https") else _FORMS_FOR_WEB_ADDRESS
    raise errors.InvalidArgumentError(f"{urls.described(url)} is not the URL of a metadata store; write {forms}")


def _channel_settings_of_url(text: str) -> ChannelSettings:
    """Read grpc://host:port or grpcs://host:port."""
    scheme, _, rest = text.partition("://")
    place, _, query = rest.partition("?")
    if "@" in rest or "#" in rest:
        reason = "takes no user and no password (an '@' in an option is written %40)"
        reason = reason if "@" in rest else "takes no part after a '#' (in an option it is written %23)"
        raise _no_server_url(scheme, f"{reason}; a token comes from LINEAL_TOKEN or token_file")
    options = urls.options_of(query)
    unknown = sorted(options.keys() - set(_SERVER_OPTIONS))
    if unknown:
        raise urls.unknown_option(unknown[0], f"the URL of a server knows {', '.join(_SERVER_OPTIONS)}")
    certificates = sorted(options.keys() - {"token_file"})
    if certificates and scheme == "grpc":
        raise _no_server_url(scheme, f"takes no {certificates[0]}, which is for TLS; write grpcs://")
    credentials = _certificates_of_files(options) if scheme == "grpcs" else None
    return ChannelSettings(_server_place(scheme, place), credentials, token_file=_path(options.get("token_file", "")))


def _server_place(scheme: str, place: str) -> str:
    """Return the host:port between scheme and options."""
    try:
        url = urlsplit(f"{scheme}://{place}")
        host, port = url.hostname, url.port
    except ValueError:
        raise _no_server_url(scheme, "names no host and port") from None
    if not host or not port:
        raise _no_server_url(scheme, "names no host and port")
    if url.path.strip("/"):
        raise _no_server_url(scheme, "takes no path, which gRPC does not send")
    return _target(host, port)


def _no_server_url(scheme: str, reason: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(
        f"this URL of a server {reason}. Its form is {scheme}://host:port, for example {scheme}://localhost:8080, with "
        f"the option token_file, and for grpcs:// ca_file, cert_file and key_file"
    )


def _path(text: str) -> str:
    return os.path.expanduser(text) if text else ""


def _certificates_of_files(options: Mapping[str, str]) -> Certificates:
    def content(name: str) -> bytes | None:
        if name not in options:
            return None
        try:
            return Path(_path(options[name])).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not a path"
            raise errors.FailedPreconditionError(
                f"the {name} {options[name]!r} of the URL cannot be read: {reason}"
            ) from None

    return Certificates(root=content("ca_file"), key=content("key_file"), chain=content("cert_file"))


def channel_settings(config: pb.MetadataStoreClientConfig) -> ChannelSettings:
    """Read the configuration of a gRPC client.

    Raises:
        InvalidArgumentError: the host is a URL, or has a port or a user.
    """
    reason = why_no_host(config.host)
    if reason:
        raise errors.InvalidArgumentError(f"the host of the MetadataStoreClientConfig {reason}")
    return ChannelSettings(
        target=_target(config.host, config.port),
        credentials=_certificates(config.ssl_config) if config.HasField("ssl_config") else None,
        options=tuple(_channel_options(config.channel_arguments)),
        timeout=config.client_timeout_sec if config.HasField("client_timeout_sec") else None,
    )


def why_no_host(host: str) -> str:
    """Return why a text cannot be the host beside a port, "" if it can.

    The reason is the end of a sentence, and shows no password. Names that gRPC resolves, such as dns:///name, pass.
    """
    scheme = host.partition("://")[0].lower()
    if scheme != host.lower() and scheme in _NOT_RESOLVED:
        return "is a URL; give the host alone, or the whole URL to lineal.connect or Store(url=...)"
    if "@" in host:
        return "has a user or a password before an '@'; give the host alone: a token comes from LINEAL_TOKEN"
    if _HOST_AND_PORT.fullmatch(host):
        return f"is {host!r}; give the port by itself"
    return ""


def _target(host: str, port: int) -> str:
    """Join host and port; an IPv6 address goes into brackets."""
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return f"{host}:{port}"
    return f"[{host}]:{port}"


def _certificates(config: pb.MetadataStoreClientConfig.SSLConfig) -> Certificates:
    def text(name: str) -> bytes | None:
        return getattr(config, name).encode() if config.HasField(name) else None

    return Certificates(root=text("custom_ca"), key=text("client_key"), chain=text("server_cert"))


def _channel_options(arguments: pb.GrpcChannelArguments) -> list[tuple[str, int]]:
    names = {
        "max_receive_message_length": "grpc.max_receive_message_length",
        "http2_max_ping_strikes": "grpc.http2.max_ping_strikes",
    }
    return [(names[field.name], value) for field, value in arguments.ListFields() if field.name in names]


def database_settings(config: pb.ConnectionConfig, *, upgrade: bool = False) -> DatabaseSettings:
    """Read the configuration of a database.

    Args:
        config: its `config` says which engine.
        upgrade: whether a database of an older schema version may be upgraded.

    Raises:
        InvalidArgumentError: no database is named, or a part that its engine needs is missing.

    """
    engine = config.WhichOneof("config")
    if engine is None:
        raise errors.InvalidArgumentError(
            "the ConnectionConfig names no database; set one of fake_database, sqlite, mysql, postgresql"
        )
    return DatabaseSettings(_URL_OF_ENGINE[engine](getattr(config, engine)), upgrade=upgrade)


def _memory_url(_config: pb.FakeDatabaseConfig) -> str:
    return "sqlite://"


def _sqlite_url(config: pb.SqliteMetadataSourceConfig) -> str:
    """Return the URL of a file; no name, or :memory:, is a database in memory."""
    path, mode = _sqlite_file(config.filename_uri)
    mode = _SQLITE_MODES.get(config.connection_mode, mode)
    if path in ("", ":memory:") or mode == "memory":
        return "sqlite://"
    return f"sqlite:///{quote(path)}" + (f"?mode={mode}" if mode else "")


def _sqlite_file(name: str) -> tuple[str, str]:
    """Split SQLite's own file: URI into its path and the mode that it asks for; any other name is a path."""
    if not name.startswith("file:"):
        return name, ""
    uri = urlsplit(name)
    return unquote(uri.path), parse_qs(uri.query).get("mode", [""])[-1]


def _mysql_url(config: pb.MySQLDatabaseConfig) -> str:
    if bool(config.host) == bool(config.socket) or not config.database:
        raise errors.InvalidArgumentError("a MySQLDatabaseConfig needs a database and either a host or a socket")
    ssl = {
        _MYSQL_SSL[field.name]: value for field, value in config.ssl_options.ListFields() if field.name in _MYSQL_SSL
    }
    if config.ssl_options.verify_server_cert:
        ssl["ssl_check_hostname"] = "true"
    query = {"unix_socket": config.socket, **ssl, "create_database": _create_database(config)}
    return _server_url("mysql", config, port=str(config.port or ""), database=config.database, query=query)


def _postgresql_url(config: pb.PostgreSQLDatabaseConfig) -> str:
    if not config.dbname:
        raise errors.InvalidArgumentError("a PostgreSQLDatabaseConfig needs a dbname")
    ssl = {field.name: value for field, value in config.ssloption.ListFields()}
    query = {"hostaddr": config.hostaddr, "passfile": config.passfile, **ssl}
    query["create_database"] = _create_database(config)
    return _server_url("postgresql", config, port=config.port, database=config.dbname, query=query)


def _create_database(config: pb.MySQLDatabaseConfig | pb.PostgreSQLDatabaseConfig) -> str:
    return "false" if config.skip_db_creation else ""


def _server_url(
    scheme: str,
    config: pb.MySQLDatabaseConfig | pb.PostgreSQLDatabaseConfig,
    *,
    port: str,
    database: str,
    query: Mapping[str, str],
) -> str:
    """Join the parts, each percent-encoded; empty parts of the query are left out."""
    user = quote(config.user, safe="") + (f":{quote(config.password, safe='')}" if config.password else "")
    host = f"[{config.host}]" if ":" in config.host else config.host
    place = (f"{user}@" if user else "") + host + (f":{port}" if port else "")
    encoded = urlencode({name: value for name, value in query.items() if value}, quote_via=quote)
    return f"{scheme}://{place}/{quote(database, safe='')}" + (f"?{encoded}" if encoded else "")


_URL_OF_ENGINE: Mapping[str, Callable[[Any], str]] = {
    "fake_database": _memory_url,
    "sqlite": _sqlite_url,
    "mysql": _mysql_url,
    "postgresql": _postgresql_url,
}
