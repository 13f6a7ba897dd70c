"""Frozen settings, made from URLs, flags and the environment.

What stays out: opening anything, and what URLs mean (urls.py). A setting that is wrong is an `InvalidArgumentError`
that names it; no message shows a password.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import urlsplit

from lineal import errors, urls
from lineal.security import TOKEN_VARIABLE, AccessSettings, LimitSettings, TlsSettings, check_exposure

DEFAULT_BUSY_TIMEOUT = 60.0
URL_VARIABLE = "LINEAL_URL"
EXACT_URIS_VARIABLE = "LINEAL_EXACT_URIS"
UI_URL_VARIABLE = "LINEAL_UI_URL"
CAPTURE_VARIABLE, IMAGE_VARIABLE = "LINEAL_CAPTURE", "LINEAL_IMAGE"
WORKSPACE_VARIABLE, RUN_VARIABLE = "LINEAL_WORKSPACE", "LINEAL_RUN"
PARENT_EXECUTION_VARIABLE = "LINEAL_PARENT_EXECUTION"
ARTIFACTS_ROOT_VARIABLE = "LINEAL_ARTIFACTS_ROOT"
VARIABLES = {
    URL_VARIABLE: "The URL for `lineal.connect()` without argument, and for commands without `--db` and `--server`.",
    WORKSPACE_VARIABLE: "The workspace in which `@metadata.step` records, if `metadata.init` was not given one.",
    RUN_VARIABLE: "The name of the run that these steps belong to.",
    PARENT_EXECUTION_VARIABLE: "The id of the execution that the steps of this process are a part of; a process that "
    "starts others may set it for them.",
    CAPTURE_VARIABLE: "What executions record of their environment: `on` (the default), `off`, names such as "
    "`git,packages`, or all but some, such as `-user,-host`.",
    IMAGE_VARIABLE: "The name of the container image that the process runs in, which nobody can ask from inside.",
    ARTIFACTS_ROOT_VARIABLE: "Where `metadata.save_model` writes the files of models, if `metadata.init` was not told: "
    "a folder, or `s3://`, `gs://` or `abfs://` with a bucket.",
    UI_URL_VARIABLE: "The address of the web UI, such as http://localhost:8081, to which cards in notebooks link.",
    TOKEN_VARIABLE: "The token that clients, commands and watchers send to servers; the option `token_file` of a "
    "server's URL names a file instead.",
    EXACT_URIS_VARIABLE: "1: take uris as they are spelled, not all forms of one location as one.",
    "LINEAL_DB_PASSWORD": "The password of a MySQL or PostgreSQL URL that has none.",
    "LINEAL_DB_PASSWORD_FILE": "A file that holds this password, read for each connection; the option `password_file` "
    "of the URL names such a file, too.",
}
"""What each environment variable of Lineal means, by its name; the reference is made from it."""
LOG_FORMATS = ("text", "json")
ENGINE_FLAG = "--grpc-engine"
AUTO, GRPCIO, NATIVE = ENGINES = ("auto", "grpcio", "native")
WORKSPACE_FLAG = "--openlineage-workspace"
MAX_MESSAGE_FLAG = "--max-message-mib"
MAX_ARTIFACT_FLAG = "--max-artifact-mib"
MAX_RECEIVE_OPTION = "max_receive_message_length"
OPENLINEAGE_FLAG, OPENLINEAGE_TOKEN_FLAG = "--openlineage-url", "--openlineage-token-file"
LIMITS_OF_MESSAGES = frozenset({MAX_MESSAGE_FLAG, MAX_RECEIVE_OPTION})
"""The limits of a message, the server's and the client's, as errors name them (`errors.Details.limit`)."""
MAX_MESSAGE_MIB = 2047  # protobuf cannot hold a message of 2 GiB
MAX_METADATA_BYTES = 20 << 10
"""The largest metadata of a call and the longest headers of a request: 16 KiB, and what gRPC counts for each entry."""

_PATH_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+){1,16}")
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.\[\]:*-]+")
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"", "0", "false", "no", "off"})
_HOST = re.compile(r"\*|[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
_ANCESTORS = re.compile(r"('none'|'self'|\*|https?://[A-Za-z0-9.\[\]:*-]+)( ('self'|https?://[A-Za-z0-9.\[\]:*-]+))*")


class Use(Enum):
    """The purpose for which a database is opened."""

    CREATE = "anything; what is missing is created"
    CHANGE = "anything but creating a database, a file or a store"
    READ = "reading; nothing is written"


@dataclass(frozen=True)
class DatabaseSettings:
    """Which database to open, and how.

    Attributes:
        url: which database: `sqlite:///path/file.db`, `sqlite://` (in memory), `mysql://...` or `postgresql://...`; a
            path becomes the URL of a SQLite file.
        upgrade: whether a database of an older schema version may be upgraded on opening.
        busy_timeout: seconds to wait for the write lock of another process (SQLite).
        synchronous: SQLite's durability; FULL keeps every acknowledged write through a loss of power.
        audit: whether every write is written to the audit log; deletions, tokens and commands are in any case.
        use: what it is opened for: CREATE for anything, CHANGE for an existing store, READ for reading alone.
        exact_uris: whether an artifact is found by its uri as it is spelled alone, and not by all forms that mean the
            same location; by default what the variable LINEAL_EXACT_URIS says.
    """

    url: str = field(repr=False)
    upgrade: bool = False
    busy_timeout: float = DEFAULT_BUSY_TIMEOUT
    synchronous: str = "FULL"
    audit: bool = False
    use: Use = Use.CREATE
    exact_uris: bool = field(default_factory=lambda: exact_uris_of_environment())

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", urls.url_of(self.url))
        scheme, separator, _ = self.url.partition("://")
        if scheme not in urls.DATABASE_SCHEMES or not separator:
            raise errors.InvalidArgumentError(
                f"no database URL: {urls.described(self.url)} is none of {', '.join(urls.DATABASE_SCHEMES)}; "
                "write for example sqlite:///metadata.db"
            )
        urls.check_database_url(self.url)
        require_range("busy_timeout (--busy-timeout)", self.busy_timeout, 0, 86400)

    @property
    def is_in_process(self) -> bool:
        """Whether the database works in the process that opens it, and not in a server."""
        return self.url.startswith("sqlite:")


@dataclass(frozen=True)
class OpenLineageSettings:
    """What becomes of OpenLineage's events.

    Attributes:
        workspaces: the rules that say the workspace of an event by the namespace of its job: a name, `{namespace}`, or
            REGEX=NAME for namespaces that the whole expression fits, where a backslash and a digit in NAME mean a
            group. The first that fits counts, and without one the workspace is `default`.
    """

    workspaces: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for rule in self.workspaces:
            pattern, is_conditional, name = rule.rpartition("=")
            try:
                groups = re.compile(pattern).groups
            except (re.error, RecursionError, OverflowError) as error:
                raise errors.InvalidArgumentError(
                    f"{WORKSPACE_FLAG} has {rule[:60]!r}, which is no REGEX=NAME: {error}"
                ) from None
            used = [int(each) if each else groups + 1 for each in re.findall(r"\\(\d?)", name)]
            if not name or max(used, default=0) > groups or (is_conditional and not pattern):
                raise errors.InvalidArgumentError(
                    f"{WORKSPACE_FLAG} is {rule[:60]!r}; give the name of a workspace, {{namespace}}, or REGEX=NAME, "
                    "in which NAME may have \\1 for the first group of REGEX"
                )


@dataclass(frozen=True)
class SendingSettings:
    """Where to send what is recorded, as OpenLineage events.

    Attributes:
        to: the URL of a server, which gets /api/v1/lineage as its path if it has none; `file:PATH`; `-` for standard
            output; "" for nowhere.
        token_file: the file that holds the bearer token for that server, "" for none.
    """

    to: str = ""
    token_file: str = ""

    def __post_init__(self) -> None:
        if self.token_file and not self.to.startswith(("http:", "https:")):
            raise errors.InvalidArgumentError(f"{OPENLINEAGE_TOKEN_FLAG} is for {OPENLINEAGE_FLAG} with a server's URL")
        if self.to in ("", "-") or (self.to.startswith("file:") and self.to != "file:"):
            return
        try:
            parts = urlsplit(self.to)
            is_known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            is_known = False
        if not is_known or parts.query or parts.fragment or parts.username is not None or parts.password is not None:
            raise errors.InvalidArgumentError(
                f"{OPENLINEAGE_FLAG} is not possible; give http://HOST:PORT or https://HOST, file:PATH, or - for "
                f"standard output. A token goes into a file ({OPENLINEAGE_TOKEN_FLAG}), and not into the URL"
            )


@dataclass(frozen=True)
class ServerSettings:
    """The settings of a server.

    Attributes:
        database: the database behind the server.
        host: the address or host name to listen on.
        grpc_port: the port of the gRPC service; 0 takes a free one.
        http_port: the port of the HTTP application; 0 takes a free one, None serves none.
        max_message_mib: the largest request and the largest answer, in MiB.
        artifacts_root: where the files of runs are: a folder, or the URL of an object store (s3://, gs://, abfs://);
            "" for a folder beside a SQLite file, and for none with another database.
        threads: how many requests run at the same time.
        stop_grace: seconds that accepted requests can still take after the signal to stop.
        path_prefix: the path under which a proxy shows the HTTP application, such as /lineal.
        cors_origins: the origins of other web pages that can call the HTTP application; `*` for all.
        allowed_hosts: the names, with or without a port, that the HTTP application answers to; none for all, or only
            for loopback names if the server listens on loopback and needs no login.
        frame_ancestors: the sites that can show the web UI in a frame: 'none', 'self' or origins, as a
            Content-Security-Policy.
        image_origins: the origins of http addresses whose pictures the web UI shows; none by default.
        access: the callers that the server admits, `AccessSettings`.
        tls: how connections are encrypted, `TlsSettings`.
        limits: the limits for requests and clients, `LimitSettings`.
        openlineage: what becomes of OpenLineage's events, `OpenLineageSettings`.
        workers: how many processes serve.
        grpc_engine: what carries gRPC: grpcio, native (the package pygrpc-native), or auto for the best that keeps
            every limit.
        log_format: the form of the log's lines: text or json.
        log_requests: whether the log has a line for each request.
        traces: whether requests and statements are traced for OpenTelemetry.
        types_at_start: a serialized PutTypesRequest that the server sends itself when it has opened the store.
        sending: where to send what is recorded, as OpenLineage events, `SendingSettings`.
        channel_arguments: arguments of gRPC's server channel, which go before those that Lineal sets.
    """

    database: DatabaseSettings
    host: str = "127.0.0.1"
    grpc_port: int = 8080
    http_port: int | None = 8081
    max_message_mib: int = 64
    artifacts_root: str = ""
    threads: int = 16
    stop_grace: float = 30.0
    path_prefix: str = ""
    cors_origins: tuple[str, ...] = ()
    allowed_hosts: tuple[str, ...] = ()
    frame_ancestors: str = "'self'"
    image_origins: tuple[str, ...] = ()
    access: AccessSettings = field(default_factory=AccessSettings)
    tls: TlsSettings = field(default_factory=TlsSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    openlineage: OpenLineageSettings = field(default_factory=OpenLineageSettings)
    workers: int = 1
    grpc_engine: str = AUTO
    log_format: str = "text"
    log_requests: bool = False
    traces: bool = False
    types_at_start: bytes = b""
    sending: SendingSettings = field(default_factory=SendingSettings)
    channel_arguments: tuple[tuple[str, int | str], ...] = ()

    def __post_init__(self) -> None:
        if not self.host:
            raise errors.InvalidArgumentError("--host is empty; give an address such as 127.0.0.1")
        require_range("--grpc-port", self.grpc_port, 0, 65535)
        require_range("--http-port", self.http_port or 0, 0, 65535)
        require_range(MAX_MESSAGE_FLAG, self.max_message_mib, 1, MAX_MESSAGE_MIB)
        require_range("--threads", self.threads, 1, 1024)
        require_range("--stop-grace", self.stop_grace, 0, 86400)
        require_range("--workers", self.workers, 1, 256)
        urls.check_artifacts_root(self.artifacts_root)
        if self.grpc_engine not in ENGINES:
            raise errors.InvalidArgumentError(
                f"{ENGINE_FLAG} is {self.grpc_engine[:40]!r}; it can be auto, grpcio or native"
            )
        if self.log_format not in LOG_FORMATS:
            raise errors.InvalidArgumentError(f"--log-format is {self.log_format!r}; it can be text or json")
        if self.workers > 1 and urls.is_in_memory(self.database.url):
            raise errors.InvalidArgumentError(
                "--workers is for stores that processes can share; give a file or a server"
            )
        if self.workers > 1 and self.sending.to == "-":
            raise errors.InvalidArgumentError(f"{OPENLINEAGE_FLAG} - is for one worker; give file:PATH")
        self._check_http()
        check_exposure(self.host, self.access, self.tls)

    def _check_http(self) -> None:
        if self.path_prefix and not _PATH_PREFIX.fullmatch(self.path_prefix):
            raise errors.InvalidArgumentError(
                f"--path-prefix is {self.path_prefix[:60]!r}; give a path such as /lineal, without a slash at its end"
            )
        for origin in self.cors_origins:
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise errors.InvalidArgumentError(
                    f"--cors-origins has {origin[:60]!r}; give an origin such as https://example.org, or *"
                )
        for origin in self.image_origins:
            if "*" in origin or not _ORIGIN.fullmatch(origin):
                raise errors.InvalidArgumentError(
                    f"--image-origins has {origin[:60]!r}; give an origin such as https://example.org"
                )
        for host in self.allowed_hosts:
            if not _HOST.fullmatch(host):
                raise errors.InvalidArgumentError(
                    f"--allowed-hosts has {host[:60]!r}; give names such as lineal.example.org, without https://"
                )
        if not _ANCESTORS.fullmatch(self.frame_ancestors):
            raise errors.InvalidArgumentError(
                f"--frame-ancestors is {self.frame_ancestors[:60]!r}; give 'none', 'self', * or origins"
            )

    @property
    def artifacts_place(self) -> str:
        """Where the files of runs are: `artifacts_root` or what stands for it, "" for nowhere."""
        return self.artifacts_root or urls.default_artifacts_root(self.database.url)

    @property
    def max_message_bytes(self) -> int:
        """The limit of one message in bytes."""
        return self.max_message_mib << 20


def exact_uris_of_environment() -> bool:
    """Say whether the environment wants uris to be taken as they are spelled.

    Raises:
        InvalidArgumentError: the variable is neither a yes nor a no.
    """
    text = os.environ.get(EXACT_URIS_VARIABLE, "").strip().lower()
    if text not in _YES | _NO:
        raise errors.InvalidArgumentError(f"{EXACT_URIS_VARIABLE} is {text[:40]!r}; give 1 or 0")
    return text in _YES


def require_range(flag: str, value: float, low: int, high: int) -> None:
    """Refuse a number outside its limits, and everything that is not a number.

    Raises:
        InvalidArgumentError: it is outside.
    """
    if not low <= value <= high:
        raise errors.InvalidArgumentError(f"{flag} is {value}; give a number from {low} to {high}")
