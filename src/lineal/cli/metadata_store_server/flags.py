"""The flags of `metadata_store_server`: those of the official command, those of its log library, and Lineal's own.

What stays out: how a command line is read (gflags.py), and what a flag does (configuration.py).
"""

from __future__ import annotations

from collections.abc import Mapping

from lineal.cli.metadata_store_server.gflags import Flag, Value

PASSWORDS = "to hide a password from other users, use --metadata_store_server_config_file"
_ARGUMENTS = (
    "arguments of gRPC's channel: name=value, separated by commas, such as grpc.max_receive_message_length=104857600; "
    "by default a request can have 100 MiB, and an answer can be as large as a protobuf message can be"
)
_SOURCES = (
    "config_file, mysql, postgresql, or default: the file if there is one, MySQL's flags, or else a database in memory"
)
_FILE = (
    "a MetadataStoreServerConfig in protobuf's text form: the database, migrations, certificates; without the flag, "
    "$METADATA_STORE_SERVER_CONFIG_FILE"
)
OFFICIAL = (
    Flag("grpc_port", "int32", 8080, "the port for gRPC, on every address; without the flag, $GRPC_PORT"),
    Flag("grpc_channel_arguments", "string", "", _ARGUMENTS),
    Flag("metadata_source_config_type", "string", "default", _SOURCES),
    Flag("metadata_store_server_config_file", "string", "", _FILE),
    Flag(
        "metadata_store_connection_retries",
        "int32",
        5,
        "how often an unreachable database is tried again, every 1 to 8 seconds",
    ),
    Flag("mysql_config_host", "string", "", "the host of MySQL"),
    Flag("mysql_config_port", "int32", 0, "its port"),
    Flag("mysql_config_database", "string", "", "the database"),
    Flag("mysql_config_user", "string", "", "the user"),
    Flag("mysql_config_password", "string", "", f"the user's password; {PASSWORDS}"),
    Flag("postgres_config_host", "string", "", "the host of PostgreSQL"),
    Flag("postgres_config_hostaddr", "string", "", "its address, in place of its name"),
    Flag("postgres_config_port", "string", "", "its port"),
    Flag("postgres_config_user", "string", "", "the user"),
    Flag("postgres_config_password", "string", "", f"the user's password; {PASSWORDS}"),
    Flag("postgres_config_passfile", "string", "", "the file with passwords"),
    Flag("postgres_config_dbname", "string", "", "the database"),
    Flag("postgres_config_skip_db_creation", "bool", False, "do not create the database"),
    Flag("postgres_config_sslmode", "string", "", "disable, allow, prefer, require, verify-ca or verify-full"),
    Flag("postgres_config_sslcert", "string", "", "the file with the client's certificate"),
    Flag("postgres_config_sslkey", "string", "", "the file with its key"),
    Flag("postgres_config_sslpassword", "string", "", "the password of the key"),
    Flag("postgres_config_sslrootcert", "string", "", "the file with the roots of the server's certificate"),
    Flag(
        "enable_database_upgrade",
        "bool",
        False,
        "upgrade a database of an older schema version, also one from the file",
    ),
    Flag(
        "downgrade_db_schema_version",
        "int64",
        -1,
        "downgrade the database to an older schema version and exit with code 1",
    ),
)
LINEAL = (
    Flag("lineal_host", "string", "0.0.0.0", "the address to listen on"),  # noqa: S104 like the official server
    Flag("lineal_http_port", "int32", -1, "the port for HTTP: the web UI, REST, probes; -1 for none"),
    Flag(
        "lineal_sdk_types",
        "bool",
        False,
        "register the types of the Kubeflow Metadata SDK at the start, as lineal serve --sdk-types",
    ),
)
HELP = tuple(Flag(name, "bool", False, "print all flags") for name in ("help", "helpfull", "helpshort"))
VERSION = (Flag("version", "bool", False, "print the version"),)
_LOG = {
    "bool": (
        *(
            "alsologtostderr",
            "colorlogtostderr",
            "colorlogtostdout",
            "drop_log_memory",
            "log_prefix",
            "log_year_in_prefix",
        ),
        *("log_file_header", "log_utc_time", "logtostderr", "logtostdout", "stop_logging_if_full_disk"),
        *("symbolize_stacktrace", "timestamp_in_logfile_name"),
    ),
    "int32": (
        *("logbuflevel", "logbufsecs", "logcleansecs", "logemaillevel", "logfile_mode", "max_log_size", "minloglevel"),
        *("stderrthreshold", "v"),
    ),
    "string": ("alsologtoemail", "log_backtrace_at", "log_dir", "log_link", "logmailer", "vmodule"),
}
_LOG_DEFAULTS: Mapping[str, Value] = {"bool": False, "int32": 0, "string": ""}
LOG = tuple(
    Flag(name, kind, _LOG_DEFAULTS[kind], "for the official server's log; has no effect here")
    for kind, names in _LOG.items()
    for name in names
)
ALL: Mapping[str, Flag] = {flag.name: flag for flag in (*OFFICIAL, *LINEAL, *HELP, *VERSION, *LOG)}
