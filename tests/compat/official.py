"""The official core as a process of its own: started, spoken to, started again after a crash.

What stays out: comparing (pair.py). A store is opened in the process and called by method name.
"""

from __future__ import annotations

import pickle
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from google.protobuf.message import Message

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

SERVICE = rpc.DESCRIPTOR.services_by_name["MetadataStoreService"]
RESPONSES = {method.name: getattr(rpc, method.output_type.name) for method in SERVICE.methods}
METHOD_OF_REQUEST = {method.input_type.name: method.name for method in SERVICE.methods}


@dataclass(frozen=True)
class Answer:
    """What a side said: the status code, the response if the code is 0, the text of the error otherwise."""

    code: int
    response: Message | None
    message: str = ""


class OfficialCoreDiedError(Exception):
    """The official process ended while it was asked something, which is what its crash list is about."""


def sqlite_file(path: Path) -> pb.ConnectionConfig:
    """Return the official configuration of a database file, which is made if it is missing."""
    config = pb.ConnectionConfig()
    config.sqlite.filename_uri = str(path)
    config.sqlite.connection_mode = pb.SqliteMetadataSourceConfig.READWRITE_OPENCREATE
    return config


def config_of(url: str) -> pb.ConnectionConfig:
    """Return the official configuration of a database server, given by the URL of MySQL or PostgreSQL"""
    parts = urlsplit(url)
    port, database = parts.port, parts.path.lstrip("/")
    login = {"host": parts.hostname, "user": parts.username, "password": unquote(parts.password or "")}
    if parts.scheme.startswith("mysql"):
        return pb.ConnectionConfig(mysql=pb.MySQLDatabaseConfig(port=port or 3306, database=database, **login))
    options = pb.PostgreSQLDatabaseConfig(port=str(port or 5432), dbname=database, **login)
    return pb.ConnectionConfig(postgresql=options)


def in_memory() -> pb.ConnectionConfig:
    """Return the official configuration of a store in memory."""
    config = pb.ConnectionConfig()
    config.fake_database.SetInParent()
    return config


class OfficialCore:
    """A process that holds official stores. Answers come in the order of the commands."""

    def __init__(self, python: Path) -> None:
        self._python = python
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the process)
        self._handles = 0
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        script = Path(__file__).with_name("official_core.py")
        return subprocess.Popen(
            [str(self._python), str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )

    def send(self, *command: object) -> None:
        """Write one command, without waiting for its answer."""
        try:
            pickle.dump(command, self._process.stdin, protocol=4)  # type: ignore[arg-type]
            self._process.stdin.flush()  # type: ignore[union-attr]
        except OSError:
            self._died(command)

    def receive(self) -> tuple[Any, ...]:
        """Read the answer to the oldest command that was not answered yet."""
        try:
            return cast(tuple[Any, ...], pickle.load(self._process.stdout))  # type: ignore[arg-type]
        except (EOFError, pickle.UnpicklingError):
            self._died(("an earlier command",))

    def _died(self, command: tuple[object, ...]) -> Any:
        """Start a new process (all stores are gone) and say how the old one ended."""
        code = self._process.wait()
        self._log.seek(0)
        tail = self._log.read()[-500:].decode("utf-8", "replace")
        self._log.truncate(0)
        self._process = self._start()
        raise OfficialCoreDiedError(f"the official core ended with {code} on {command[:3]!r}: {tail}")

    def open(self, config: pb.ConnectionConfig | None = None, *, upgrade: bool = False) -> OfficialStore:
        """Open a store, in memory unless a configuration is given.

        Raises:
            RuntimeError: the core refused; the text is its own.

        """
        migration = pb.MigrationOptions(enable_upgrade_migration=upgrade)
        return OfficialStore(self, self._open(config or in_memory(), migration))

    def downgrade(self, config: pb.ConnectionConfig, version: int) -> None:
        """Bring a database down to an older schema version; the core reports success as an error."""
        try:
            self._open(config, pb.MigrationOptions(downgrade_to_schema_version=version))
        except RuntimeError as answer:
            if "Downgrade migration was performed" not in str(answer):
                raise

    def _open(self, config: pb.ConnectionConfig, migration: pb.MigrationOptions) -> int:
        self._handles += 1
        self.send("open", self._handles, config.SerializeToString(), migration.SerializeToString())
        code, message = self.receive()
        if code:
            raise RuntimeError(message)
        return self._handles

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.wait(timeout=10)
        self._process.stdout.close()  # type: ignore[union-attr]
        self._log.close()


class OfficialStore:
    """One store inside an `OfficialCore`: a side of a comparison."""

    name = "official"

    def __init__(self, core: OfficialCore, handle: int) -> None:
        self._core = core
        self.handle = handle
        self._method = ""

    def start(self, method: str, request: Message) -> None:
        """Send a request; the answer is read by `finish`."""
        self._method = method
        self._core.send("call", self.handle, method, request.SerializeToString())

    def finish(self) -> Answer:
        """Wait for the answer to the request that was started."""
        code, message, data = self._core.receive()
        return Answer(code, RESPONSES[self._method].FromString(data) if code == 0 else None, message)

    def close(self) -> None:
        """Close the store; the process stays."""
        self._core.send("close", self.handle)
        self._core.receive()
