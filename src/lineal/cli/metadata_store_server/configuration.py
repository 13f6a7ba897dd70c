"""From the flags of `metadata_store_server` to settings: which database, which port, TLS, arguments of the channel.

No message shows a password, nor a text of the configuration file, which may hold one. What stays out: reading the
command line (gflags.py), opening anything but the configuration file, and serving (__init__.py).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import text_format

from lineal import errors
from lineal.cli.metadata_store_server.flags import ALL
from lineal.cli.metadata_store_server.gflags import Value
from lineal.client.connection import database_settings
from lineal.config import MAX_MESSAGE_MIB, DatabaseSettings, ServerSettings
from lineal.security import CERTIFICATE, AccessSettings, TlsSettings
from lineal.wire import metadata_store as pb

ENVIRONMENT = {"GRPC_PORT": "grpc_port", "METADATA_STORE_SERVER_CONFIG_FILE": "metadata_store_server_config_file"}
DEFAULT_MESSAGE_BYTES = 100 << 20
_SOURCES = ("default", "config_file", "mysql", "postgresql")
_RECEIVED, _SENT = "grpc.max_receive_message_length", "grpc.max_send_message_length"
_UNKNOWN_FIELD = re.compile(r'has no field named "(\w{1,60})"')
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Configuration:
    """The configuration of the server.

    Attributes:
        config: the database, migrations and TLS.
        values: the flags that were given.
    """

    config: pb.MetadataStoreServerConfig
    values: Mapping[str, Value]

    @property
    def database(self) -> DatabaseSettings:
        """The database to serve."""
        upgrade = self.config.migration_options.enable_upgrade_migration
        return database_settings(self.config.connection_config, upgrade=upgrade)

    @property
    def downgrade_to(self) -> int:
        """The schema version to go down to, or -1."""
        return int(self.config.migration_options.downgrade_to_schema_version)

    @property
    def retries(self) -> int:
        """How often an unreachable database is tried again."""
        return int(_value(self.values, "metadata_store_connection_retries"))

    def server(self, folder: Path, *, types: bytes = b"") -> ServerSettings:
        """Return the settings of the server.

        Args:
            folder: where the certificates of the configuration are written, since gRPC is to read files.
            types: the types to register at the start, as a serialized PutTypesRequest.
        """
        arguments = channel_arguments(str(_value(self.values, "grpc_channel_arguments")))
        http_port = int(_value(self.values, "lineal_http_port"))
        tls = _tls(self.config.ssl_config, folder)
        # Like the official server, this one needs no login, and requires a client's certificate only if configured.
        ways = (CERTIFICATE,) if tls.tls_client_ca else ()
        return ServerSettings(
            self.database,
            host=str(_value(self.values, "lineal_host")),
            grpc_port=int(_value(self.values, "grpc_port")),
            http_port=None if http_port < 0 else http_port,
            # Without HTTP, only the arguments of the channel limit messages, as in the official server.
            max_message_mib=MAX_MESSAGE_MIB if http_port < 0 else _mib(arguments),
            access=AccessSettings(auth=ways, insecure=True, access_file=_access_file(folder) if ways else ""),
            tls=tls,
            types_at_start=types,
            channel_arguments=tuple({_RECEIVED: DEFAULT_MESSAGE_BYTES, **arguments}.items()),
        )


def configure(given: Mapping[str, Value], environ: Mapping[str, str]) -> Configuration:
    """Return the values of the flags and the environment; a flag takes precedence over a variable.

    Raises:
        InvalidArgumentError: something is wrong or missing; the message names the flag.
    """
    values = {**_from_environment(environ), **given}
    if int(_value(values, "grpc_port")) <= 0 or int(_value(values, "grpc_port")) > 65535:
        raise errors.InvalidArgumentError(f"grpc_port is invalid: {_value(values, 'grpc_port')}")
    config = _connection(values)
    upgrade, version = _value(values, "enable_database_upgrade"), int(_value(values, "downgrade_db_schema_version"))
    if upgrade and version >= 0:
        raise errors.InvalidArgumentError(
            "--enable_database_upgrade and --downgrade_db_schema_version are both given; give one of them"
        )
    if upgrade:
        config.migration_options.enable_upgrade_migration = True
    if version >= 0:
        config.migration_options.downgrade_to_schema_version = version
    return Configuration(config, values)


def channel_arguments(text: str) -> dict[str, int | str]:
    """Read `name=value,name=value`; a value that is a whole number is one.

    Raises:
        InvalidArgumentError: a part has no value, or a number is too large for gRPC.
    """
    arguments: dict[str, int | str] = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        if not name or not value:
            raise errors.InvalidArgumentError(
                f"--grpc_channel_arguments has {part[:60]!r}; give name=value, such as grpc.max_connection_age_ms=2000"
            )
        number = re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", value)
        if number and not -(1 << 31) <= int(value) < 1 << 31:
            raise errors.InvalidArgumentError(
                f"--grpc_channel_arguments: {name[:60]} is beyond what gRPC takes (32 bits)"
            )
        arguments[name] = int(value) if number else value
    return arguments


def _value(values: Mapping[str, Value], name: str) -> Value:
    return values.get(name, ALL[name].default)


def _from_environment(environ: Mapping[str, str]) -> dict[str, Value]:
    """Return the values of the official image's variables."""
    found: dict[str, Value] = {}
    for variable, name in ENVIRONMENT.items():
        text = environ.get(variable, "")
        if text.startswith("tcp://"):
            _log.warning("%s is not a port but what Kubernetes sets for a service named grpc; it is ignored", variable)
        elif text:
            found[name] = ALL[name].read(text)
    return found


def _connection(values: Mapping[str, Value]) -> pb.MetadataStoreServerConfig:
    source = str(_value(values, "metadata_source_config_type"))
    if source not in _SOURCES:
        raise errors.InvalidArgumentError(
            f"metadata_source_config_type is {source[:40]!r}; it can be {', '.join(_SOURCES)}"
        )
    if source == "default":
        return _default(values)
    return {"config_file": _of_file, "mysql": _of_mysql, "postgresql": _of_postgresql}[source](values)


def _default(values: Mapping[str, Value]) -> pb.MetadataStoreServerConfig:
    """Return the configuration of a file, else of MySQL's flags, else a database in memory."""
    name = str(_value(values, "metadata_store_server_config_file"))
    has_mysql = any(_value(values, f"mysql_config_{part}") for part in ("host", "port", "database"))
    if name and (Path(name).exists() or not has_mysql):
        return _of_file(values)
    if name:
        _log.warning("there is no file %s (--metadata_store_server_config_file); the flags of MySQL are used", name)
    if has_mysql:
        return _of_mysql(values)
    _log.warning(
        "NO DATABASE IS NAMED: everything is kept in memory alone, and is LOST when this server ends; give "
        "--metadata_store_server_config_file or --mysql_config_host, --mysql_config_port and --mysql_config_database"
    )
    return pb.MetadataStoreServerConfig(connection_config={"fake_database": {}})


def _of_file(values: Mapping[str, Value]) -> pb.MetadataStoreServerConfig:
    flag, name = "--metadata_store_server_config_file", str(_value(values, "metadata_store_server_config_file"))
    if not name:
        raise errors.InvalidArgumentError(f"{flag} is missing; give the file that names the database")
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise errors.InvalidArgumentError(f"{flag}: {name} cannot be read: {reason}") from None
    try:
        return text_format.Parse(text, pb.MetadataStoreServerConfig())
    except text_format.ParseError as error:
        unknown = _UNKNOWN_FIELD.search(str(error))
        what = f"no field is called {unknown[1]!r}" if unknown else "it is no MetadataStoreServerConfig in text form"
        raise errors.InvalidArgumentError(
            f"{flag}: {name}, line {error.GetLine() or 1}, column {error.GetColumn() or 1}: {what}"
        ) from None


def _of_mysql(values: Mapping[str, Value]) -> pb.MetadataStoreServerConfig:
    given = {name: _value(values, f"mysql_config_{name}") for name in ("host", "port", "database", "user", "password")}
    missing = [f"--mysql_config_{name}" for name in ("host", "port", "database") if not given[name]]
    if missing or int(given["port"]) < 0:
        raise errors.InvalidArgumentError(
            f"MySQL needs {', '.join(missing or ['a positive --mysql_config_port'])} as well"
        )
    config = pb.MetadataStoreServerConfig()
    for name, value in given.items():
        if value:
            setattr(config.connection_config.mysql, name, value)
    return config


def _of_postgresql(values: Mapping[str, Value]) -> pb.MetadataStoreServerConfig:
    def given(*names: str) -> dict[str, Value]:
        return {name: value for name in names if (value := _value(values, f"postgres_config_{name}"))}

    if bool(given("host")) == bool(given("hostaddr")):
        raise errors.InvalidArgumentError("give exactly one of --postgres_config_host and --postgres_config_hostaddr")
    missing = [f"--postgres_config_{name}" for name in ("port", "dbname", "user") if not given(name)]
    if missing:
        raise errors.InvalidArgumentError(f"PostgreSQL needs {', '.join(missing)} as well")
    plain = ("host", "hostaddr", "port", "user", "password", "passfile", "dbname", "skip_db_creation")
    config = pb.MetadataStoreServerConfig()
    for name, value in given(*plain).items():
        setattr(config.connection_config.postgresql, name, value)
    for name, value in given("sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert").items():
        setattr(config.connection_config.postgresql.ssloption, name, value)
    return config


def _mib(arguments: Mapping[str, int | str]) -> int:
    """Return the message limit, in MiB, that matches the arguments of the channel."""
    given = [arguments.get(name, DEFAULT_MESSAGE_BYTES) for name in (_RECEIVED, _SENT)]
    largest = max(size if size >= 0 else MAX_MESSAGE_MIB << 20 for size in given if isinstance(size, int))
    return min(max(1, -(-largest >> 20)), MAX_MESSAGE_MIB)


def _tls(config: pb.MetadataStoreServerConfig.SSLConfig, folder: Path) -> TlsSettings:
    """Write the certificates into a folder that nobody else reads, and return where they are."""
    if not config.ListFields():
        return TlsSettings()
    if not config.server_cert or not config.server_key:
        raise errors.InvalidArgumentError("ssl_config needs both server_cert and server_key, as PEM texts")
    if config.client_verify and not config.custom_ca:
        raise errors.InvalidArgumentError(
            "ssl_config: client_verify needs custom_ca, the roots of clients' certificates"
        )
    texts = {"server_cert": config.server_cert, "server_key": config.server_key}
    if config.client_verify:
        texts["custom_ca"] = config.custom_ca
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return TlsSettings(
        *(str(folder / name) if name in texts else "" for name in ("server_cert", "server_key", "custom_ca"))
    )


def _access_file(folder: Path) -> str:
    """Write the file by which every certificate that the roots vouch for may do everything."""
    (folder / "access.json").write_text('{"certificate:*": {"role": "admin"}}', encoding="utf-8")
    return str(folder / "access.json")
