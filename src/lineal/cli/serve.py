"""`lineal serve`: serve a database over gRPC and HTTP until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import partial
from typing import Any

from lineal import errors, pages
from lineal.cli.arguments import Commands, Group, add_database_flag, database_url
from lineal.cli.protection import add_access_flags, add_encryption_flags, add_limit_flags, protection, words
from lineal.config import (
    DEFAULT_BUSY_TIMEOUT,
    ENGINE_FLAG,
    EXACT_URIS_VARIABLE,
    MAX_MESSAGE_FLAG,
    OPENLINEAGE_FLAG,
    OPENLINEAGE_TOKEN_FLAG,
    WORKSPACE_FLAG,
    DatabaseSettings,
    OpenLineageSettings,
    SendingSettings,
    ServerSettings,
    exact_uris_of_environment,
)
from lineal.urls import ARTIFACTS_FLAG

_WITHOUT_FLAG = ("channel_arguments", "types_at_start")
_DEFAULTS = {
    field.name: field.default
    for field in fields(ServerSettings)
    if field.default is not MISSING and field.name not in _WITHOUT_FLAG
}


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("serve", help="serve a database over gRPC and HTTP", description=__doc__)
    parser.set_defaults(run=run)
    parser.usage = "%(prog)s [OPTION]..."
    _add_flags_of_the_database(parser.add_argument_group(f"database and files ({pages.DATABASES.see})"))
    _add_flags_of_addresses(parser.add_argument_group("addresses"))
    _add_flags_for_browsers(parser.add_argument_group("browsers"))
    _add_flags_of_running(parser.add_argument_group(f"processes and threads ({pages.WORKERS.see})"))
    _add_flags_of_the_log(parser.add_argument_group(f"log and traces ({pages.OBSERVABILITY.see})"))
    _add_openlineage_flags(parser.add_argument_group(f"OpenLineage ({pages.SENDING_OPENLINEAGE.see})"))
    add_access_flags(parser.add_argument_group(f"access ({pages.SECURITY.see})"))
    add_encryption_flags(parser.add_argument_group("encryption"))
    limits = parser.add_argument_group(f"limits ({pages.LIMITS.see})")
    _add(limits, MAX_MESSAGE_FLAG, int, "the largest request and the largest answer, in MiB")
    add_limit_flags(limits)


def _add_flags_of_the_database(group: Group) -> None:
    add_database_flag(group, "the database to serve")
    group.add_argument("--busy-timeout", type=float, default=DEFAULT_BUSY_TIMEOUT, metavar="SECONDS", help=_BUSY_HELP)
    group.add_argument("--audit", action="store_true", help="record who changes what, with every value")
    exact = f"take uris as they are spelled, not all forms of one location as one (default: {EXACT_URIS_VARIABLE})"
    group.add_argument("--exact-uris", action="store_true", help=exact)
    group.add_argument("--sdk-types", action="store_true", help=_TYPES_HELP)
    _add(group, ARTIFACTS_FLAG, str, _FILES_HELP, metavar="PLACE")


def _add_flags_of_addresses(group: Group) -> None:
    _add(group, "--host", str, "the address to listen on; 0.0.0.0 for all addresses")
    _add(group, "--grpc-port", int, "the port for gRPC; 0 takes a free one")
    _add(group, "--http-port", int, "the port for HTTP; 0 takes a free one")
    _add(group, "--path-prefix", str, _PREFIX_HELP, metavar="PATH")
    _add(group, "--allowed-hosts", words, _HOSTS_HELP, metavar="HOSTS")


def _add_flags_for_browsers(group: Group) -> None:
    _add(
        group,
        "--cors-origins",
        words,
        "the origins of other web pages that can call REST and gRPC-Web, separated by commas; * for all",
    )
    frames = "which sites can show the web UI in a frame: 'none', 'self', * or origins separated by blanks"
    _add(group, "--frame-ancestors", str, frames, metavar="WHO")
    pictures = (
        "the origins of http addresses whose pictures the web UI shows, such as https://images.example.org, separated "
        "by commas; a browser that shows one tells that origin who looks"
    )
    _add(group, "--image-origins", words, pictures, metavar="ORIGINS")


def _add_flags_of_running(group: Group) -> None:
    _add(group, "--workers", int, "how many processes serve, on the same ports")
    _add(group, "--threads", int, "how many requests run at the same time")
    engines = (
        "what carries gRPC: grpcio; native, which is faster, has fewer limits, needs the extra `native` and is for "
        "clients that you trust; or auto for the best that keeps every limit"
    )
    _add(group, ENGINE_FLAG, str, engines, metavar="ENGINE")
    _add(group, "--stop-grace", float, "seconds that accepted requests can take after the signal to stop")


def _add_flags_of_the_log(group: Group) -> None:
    _add(group, "--log-format", str, "the form of the log's lines: text or json", metavar="FORMAT")
    group.add_argument("--log-requests", action="store_true", help="write a line into the log for each request")
    group.add_argument("--traces", action="store_true", help=_TRACES_HELP)


def _add_openlineage_flags(group: Group) -> None:
    names = (
        "the workspace of OpenLineage events: a name, {namespace} (that of the job), or REGEX=NAME for the namespaces "
        "that fit, where NAME can have \\1 for the first group; can be given several times, and the first that fits "
    )
    more = "counts. A token for one workspace writes there in any case (default: default)"
    group.add_argument(WORKSPACE_FLAG, action="append", default=[], metavar="RULE", help=names + more)
    where = (
        "send what is recorded as OpenLineage events to http(s)://HOST[:PORT][/PATH], where the path is "
        "/api/v1/lineage if there is none; file:PATH; or - for standard output"
    )
    group.add_argument(OPENLINEAGE_FLAG, default="", metavar="URL", help=where)
    renewed = "the file with the bearer token for that server, which is read again for each event"
    group.add_argument(OPENLINEAGE_TOKEN_FLAG, default="", metavar="FILE", help=renewed)


def sdk_types() -> bytes:
    """Return the request that registers the SDK's types, serialized."""
    from lineal.sdk.type_registry import types_request

    return types_request().SerializeToString()


def run(args: argparse.Namespace) -> None:
    """Serve until a signal."""
    settings = _settings(args)
    # gRPC's core writes lines of its own to standard error, for instance about each client with a broken connection.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    from lineal.server import serve
    from lineal.server.logs import configure_logs

    configure_logs(as_json=settings.log_format == "json", requests=settings.log_requests)
    lines = sys.stderr if settings.sending.to == "-" else sys.stdout
    serve(settings, announce=partial(print, flush=True, file=lines))


_FILES_HELP = (
    "where the files of runs are: a folder, or s3://, gs:// or abfs:// with a bucket; by default a folder beside the "
    "SQLite file, and with another database none"
)
_PREFIX_HELP = (
    "the path under which a proxy shows the web UI and REST, such as /lineal; the proxy can remove or keep it, and a "
    "header X-Forwarded-Prefix goes before it"
)
_HOSTS_HELP = (
    "the names that HTTP answers to, separated by commas; * for all; by default all, or only loopback names if the "
    "server listens on loopback without --auth"
)
_TRACES_HELP = "trace requests and statements for OpenTelemetry; needs the extra `otel`"
_TYPES_HELP = (
    "register the types of the Kubeflow Metadata SDK at the start: the original SDK needs types that the server has"
)
_BUSY_HELP = f"seconds to wait for another process that writes to the SQLite file (default: {DEFAULT_BUSY_TIMEOUT:g})"


def _add(group: Group, flag: str, kind: Callable[[str], object], what: str, *, metavar: str | None = None) -> None:
    default = _DEFAULTS[flag[2:].replace("-", "_")]
    shown = f"{what} (default: {default or 'none'})"
    group.add_argument(flag, type=kind, default=default, metavar=metavar or _METAVARS[kind], help=shown)


_METAVARS: dict[Callable[[str], object], str] = {str: "HOST", int: "NUMBER", float: "SECONDS", words: "ORIGINS"}


def _settings(args: argparse.Namespace) -> ServerSettings:
    url = database_url(args)
    try:
        exact_uris = args.exact_uris or exact_uris_of_environment()
        database = DatabaseSettings(url, busy_timeout=args.busy_timeout, audit=args.audit, exact_uris=exact_uris)
        flags: dict[str, Any] = {name: getattr(args, name) for name in _DEFAULTS}
        types = sdk_types() if args.sdk_types else b""
        openlineage = OpenLineageSettings(workspaces=tuple(args.openlineage_workspace))
        sending = SendingSettings(args.openlineage_url, args.openlineage_token_file)
        flags |= {"openlineage": openlineage, "sending": sending}
        return ServerSettings(database, types_at_start=types, **flags, **protection(args))
    except errors.InvalidArgumentError as error:
        args.usage_error(error.message)
        raise
