"""The database engines that the tests run on: real servers, started once per session in temporary folders.

A test takes the fixture `database_url`, a fresh and empty database on each engine in turn. It never asks which engine
it is on; where engines differ for a reason, the reason is a capability of `Engine`. Servers are found on PATH, in the
standard folders, and for MySQL in the folder that scripts/get_mysql fills. LINEAL_TEST_MYSQL_DRIVER names the driver
for MySQL, MariaDB and Galera, pymysql or mysqldb; MARIADB_MYSQLDB is MariaDB with the latter in any case. What stays
out: clusters (galera.py).
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from lineal.store.engine.dialects import dialect_for
from lineal.store.engine.dialects.server import ServerDialect
from lineal.store.engine.session import Session
from lineal.store.tables import own_tables
from lineal.store.tables.mlmd_tables import ENVIRONMENT, TYPE, metadata
from tests import services
from tests.parameters import rare
from tests.ports import free_port

MYSQL_FOLDER_VARIABLE = "LINEAL_MYSQL_FOLDER"
MYSQL_FOLDER = services.REPOSITORY / ".services" / "mysql"
MYSQL_DRIVER_VARIABLE = "LINEAL_TEST_MYSQL_DRIVER"
READY_SECONDS = 60
STOP_SECONDS = 30


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        url: the URL of its databases, without a name at the end.
        process: what runs.
        folder: its data, socket and log.
    """

    url: str
    process: subprocess.Popen[bytes]
    folder: Path


@dataclass
class Engine:
    """An engine, whose server is started when it is first needed.

    Attributes:
        name: as tests call it.
        start: starts a server for the time of a `with`.
        holds_nul: whether texts may hold the character NUL; PostgreSQL's cannot.
        writers_wait: whether one writer waits for the other instead of working at the same time (SQLite).
        rewind: the statement that gives the next row of a table the id after the largest, if ids are used up otherwise.
        own_connection, other_connections, kill: the statements that ask for connections' ids and kill one.
        idle_timeout: the statement that sets after how long the server hangs up on new connections.
        sleep: a statement of a second and more, if the client says how long it waits for an answer.
        drop: the statement that drops a database which is in use.
        always_there: a database that every server has.
        shares: the engine whose server it uses with another driver.
    """

    name: str
    start: Callable[[], contextlib.AbstractContextManager[Server]] | None
    holds_nul: bool = True
    writers_wait: bool = False
    rewind: str = ""
    own_connection: str = ""
    other_connections: str = ""
    kill: str = ""
    idle_timeout: str = ""
    sleep: str = ""
    drop: str = ""
    always_there: str = ""
    shares: Engine | None = None
    _running: Server | None = None
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _idle: list[str] = field(default_factory=list)
    _emptying: dict[str, Database] = field(default_factory=dict)

    def require(self, capability: str) -> None:
        """Skip the test if the engine lacks a capability, which is described above."""
        if not getattr(self, capability):
            pytest.skip(f"{self.name} lacks the capability {capability}")

    def create_database(self, url: str) -> None:
        """Create an empty database, for programs that do not do so themselves."""
        dialect = dialect_for(DatabaseSettings(url))
        assert isinstance(dialect, ServerDialect)
        dialect.create_database(dialect.url.hosts[0])

    def drop_database(self, url: str) -> None:
        """Drop a database, whoever uses it."""
        dialect = dialect_for(DatabaseSettings(url))
        assert isinstance(dialect, ServerDialect)
        with closing(dialect.connect(dialect.url.hosts[0], database=self.always_there)) as connection:
            connection.cursor().execute(self.drop.format(dialect.url.database))

    def rewind_ids(self, database: Database) -> None:
        """Let the next rows have ids as if no row had been deleted, and no request undone."""
        if self.rewind:
            for table in ("Type", "Artifact", "Execution", "Context"):
                database.write(lambda session, table=table: session.script(self.rewind.format(table=table)))  # type: ignore[misc]

    def kill_connection(self, session: Session, database: Database) -> None:
        """Kill the connection of a session from another one, as an operator or a network would."""
        ((connection_id,),) = session.script(self.own_connection)
        database.read(lambda other: other.script(self.kill.format(connection_id)))

    def kill_idle_connections(self, database: Database) -> None:
        """Kill all other connections to a database."""

        def kill(session: Session) -> None:
            for (connection_id,) in session.script(self.other_connections):
                session.script(self.kill.format(connection_id))

        database.read(kill)

    def server(self, stack: ExitStack) -> Server:
        """Return the server; `stack` stops it at the end of the session."""
        if self.shares is not None:
            server = self.shares.server(stack)
            return Server(
                f"{mysql_scheme('mysqldb')}://{server.url.partition('://')[2]}", server.process, server.folder
            )
        assert self.start is not None, f"{self.name} has no server"
        if self._running is None:
            self._running = stack.enter_context(self.start())
        return self._running

    def fresh_url(self, stack: ExitStack, folder: Path) -> str:
        """Return the URL of a database that does not exist yet."""
        if self.start is None:
            return f"sqlite:///{folder / f'store_{next(self._numbers)}.db'}"
        numbers = self.shares._numbers if self.shares else self._numbers
        return f"{self.server(stack).url}test_{next(numbers)}"

    @contextmanager
    def empty_url(self, stack: ExitStack, folder: Path) -> Iterator[str]:
        """Lend the URL of an empty store, which earlier tests may have used: emptying is faster than creating.

        Its ids go on where the earlier tests ended.
        """
        url = self._idle.pop() if self._idle else self.fresh_url(stack, folder)
        yield url
        if self.start is not None:
            if url not in self._emptying:
                self._emptying[url] = stack.enter_context(closing(Database(DatabaseSettings(url))))
            empty(self._emptying[url])
            self._idle.append(url)


def mysql_scheme(driver: str = "") -> str:
    """Return the scheme of URLs of MySQL with a driver, by default the one that is tested; skip without it."""
    driver = driver or os.environ.get(MYSQL_DRIVER_VARIABLE) or "pymysql"
    if driver == "mysqldb" and importlib.util.find_spec("MySQLdb") is None:
        cure = "apt-get install libmariadb-dev pkg-config gcc python3-dev, then pip install mysqlclient"
        services.missing("the driver mysqlclient", install=cure)
    return f"mysql+{driver}"


def run_sql(url: str, sql: str) -> list[Any]:
    """Run a statement as Lineal's connections do; return its rows."""
    database = Database(DatabaseSettings(url))
    try:
        return database.write(lambda session: session.script(sql))
    finally:
        database.close()


def empty(database: Database) -> None:
    """Delete all rows of a store but those that a new one has.

    The same connection for all tests: a new one of PostgreSQL would read what it knows of each table again.
    """

    def delete(session: Session) -> None:
        quote = session.dialect.sql_dialect.identifier_preparer.quote
        present = {name.lower() for name in session.dialect.table_names(session.script)}
        for table in (*metadata.sorted_tables, *own_tables.metadata.sorted_tables):
            if table.name.lower() in present and table is not ENVIRONMENT:
                kept = " WHERE id > 9" if table is TYPE else ""
                session.ask_text(f"DELETE FROM {quote(table.name)}{kept}")  # sent together: this runs for each test
        if TYPE.name.lower() in present:  # a test that was skipped has not made the schema
            session.script(f"UPDATE {quote(TYPE.name)} SET external_id = NULL WHERE external_id IS NOT NULL")

    database.write(delete)


@contextmanager
def mariadb(*options: str, parent: Path | None = None) -> Iterator[Server]:
    """Run a MariaDB server, in a folder made inside of `parent`; user root, no password."""
    install = services.require_program("mariadb-install-db", package="mariadb-server")
    program = services.require_program("mariadbd", package="mariadb-server")
    with server_folder(parent=parent) as folder:
        flags = ["--no-defaults", f"--datadir={folder}/data", f"--tmpdir={_temporary(folder)}", *_user_root()]
        _run(install, *flags, "--auth-root-authentication-method=normal", "--skip-test-db")
        with _mysql_process([program], flags, folder, [*_CARELESS, *options]) as server:
            yield server


@contextmanager
def mysql(*options: str, parent: Path | None = None) -> Iterator[Server]:
    """Run an Oracle MySQL server, in a folder made inside of `parent`; user and password lineal, hashed with SHA-2."""
    program, base = _mysql_program()
    with server_folder(parent=parent) as folder:
        (folder / "init.sql").write_text(
            "CREATE USER lineal@'%' IDENTIFIED WITH caching_sha2_password BY 'lineal'; GRANT ALL ON *.* TO lineal@'%';"
        )
        own = [f"--datadir={folder}/data", f"--tmpdir={_temporary(folder)}"]
        flags = ["--no-defaults", *own, "--secure-file-priv=NULL", *base, *_user_root()]
        _run(*program, *flags, "--initialize-insecure", f"--init-file={folder}/init.sql")
        with _mysql_process(program, flags, folder, [*_CARELESS, "--mysqlx=OFF", *options]) as server:
            url = server.url.replace("root@", "lineal:lineal@")
            yield Server(url, server.process, server.folder)


def _temporary(folder: Path) -> Path:
    """Make a folder for a server's temporary tables: in one that two servers share they may take each other's."""
    made = folder / "tmp"
    made.mkdir()
    return made


# A crash of the machine may lose what the tests wrote.
_CARELESS = ("--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0", "--innodb-doublewrite=0")


@contextmanager
def _mysql_process(program: list[Any], flags: list[str], folder: Path, options: list[str]) -> Iterator[Server]:
    port = free_port()
    listening = [f"--socket={folder}/s", f"--port={port}", "--bind-address=127.0.0.1", "--skip-name-resolve"]
    command = [*program, *flags, *listening, f"--pid-file={folder}/pid", *options]
    with running(command, folder / "log") as process:
        wait_until_ready(process, port, folder / "log", b"ready for connections")
        yield Server(f"{mysql_scheme()}://root@127.0.0.1:{port}/", process, folder)


@contextmanager
def postgresql(*options: str, parent: Path | None = None) -> Iterator[Server]:
    """Run a PostgreSQL server, in a folder made inside of `parent`; user postgres, any password."""
    programs = _postgresql_programs()
    with server_folder(owner="postgres", parent=parent) as folder:
        init = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        _run(*_as_postgres(), *init, "--locale=C.UTF-8", "--no-sync")
        port = free_port()
        settings = ["listen_addresses=127.0.0.1", "fsync=off", "max_connections=200", *options]
        command = [*_as_postgres(), programs / "postgres", "-D", folder / "data", "-p", port, "-k", folder]
        with running([*command, *[word for each in settings for word in ("-c", each)]], folder / "log") as process:
            wait_until_ready(process, port, folder / "log", b"ready to accept connections")
            yield Server(f"postgresql://postgres@127.0.0.1:{port}/", process, folder)


def _postgresql_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else services.require_program("initdb", package="postgresql").parent


def _mysql_program() -> tuple[list[Any], list[str]]:
    """Return the words that run mysqld, and the flags that say where its files are."""
    folder = Path(os.environ.get(MYSQL_FOLDER_VARIABLE) or MYSQL_FOLDER) / "root"
    if (folder / "usr/sbin/mysqld").exists():
        loader = [folder / "usr/lib64/ld-linux-x86-64.so.2", "--library-path", folder / "usr/lib/x86_64-linux-gnu"]
        files = [f"--basedir={folder}/usr", f"--lc-messages-dir={folder}/usr/share/mysql"]
        return [*loader, folder / "usr/sbin/mysqld"], [*files, f"--plugin-dir={folder}/usr/lib/mysql/plugin"]
    found = shutil.which("mysqld", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/mysql/bin")
    if found and b"MariaDB" not in subprocess.run([found, "--version"], capture_output=True, check=False).stdout:
        return [found], []
    services.missing("a MySQL server", install=f"run scripts/get_mysql, or name its folder in {MYSQL_FOLDER_VARIABLE}")


def _as_postgres() -> list[str]:
    """Return the words that run a program as the user postgres: PostgreSQL refuses to be run by root."""
    return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def _user_root() -> list[str]:
    return ["--user=root"] if os.geteuid() == 0 else []


@contextmanager
def server_folder(owner: str = "", *, parent: Path | None = None, mode: int = 0o700) -> Iterator[Path]:
    """Make a folder for a server's files that its user can reach, unlike pytest's own folders."""
    with tempfile.TemporaryDirectory(prefix="lineal-", dir=parent) as name:
        Path(name).chmod(mode)
        if owner and os.geteuid() == 0:
            shutil.chown(name, owner)
        yield Path(name)


def _run(*command: object) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, timeout=READY_SECONDS, check=False)
    assert done.returncode == 0, f"{command[0]} failed: {done.stderr[-1000:]!r}"


@contextmanager
def running(command: list[Any], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server; at the end, stop it, by force if it has to be."""
    with log.open("wb") as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path, words: bytes) -> None:
    """Wait until the log holds the words and the port is open."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        if words in log.read_bytes() and _is_open(port):
            return
        time.sleep(0.1)
    pytest.fail(f"the server did not start: {log.read_bytes()[-1000:].decode(errors='replace')}", pytrace=False)


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


SQLITE = Engine("sqlite", None, writers_wait=True)
_MYSQL_WORDS = {
    "own_connection": "SELECT CONNECTION_ID()",
    "other_connections": """SELECT id FROM information_schema.processlist
        WHERE db = DATABASE() AND id <> CONNECTION_ID()""",
    "kill": "KILL {}",
    "rewind": "ALTER TABLE {table} AUTO_INCREMENT = 1",
    "idle_timeout": "SET GLOBAL wait_timeout = {seconds}",
    "sleep": "SELECT SLEEP(2)",
    "drop": "DROP DATABASE {}",
    "always_there": "information_schema",
}
_POSTGRESQL_WORDS = {
    "own_connection": "SELECT pg_backend_pid()",
    "other_connections": """SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()""",
    "kill": "SELECT pg_terminate_backend({})",
    "rewind": "SELECT setval('{table}_id_seq', (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)",
    "idle_timeout": "ALTER ROLE postgres SET idle_session_timeout = {milliseconds}",
    "drop": "DROP DATABASE {} WITH (FORCE)",
    "always_there": "postgres",
}
MARIADB = Engine("mariadb", mariadb, **_MYSQL_WORDS)
MARIADB_MYSQLDB = Engine("mariadb-mysqldb", mariadb, shares=MARIADB, **_MYSQL_WORDS)
MYSQL = Engine("mysql", mysql, **_MYSQL_WORDS)
POSTGRESQL = Engine(
    "postgresql",
    postgresql,
    holds_nul=False,
    **_POSTGRESQL_WORDS,
)
EVERY_ENGINE = [
    pytest.param(SQLITE, id="sqlite"),
    pytest.param(MARIADB, id="mariadb"),
    pytest.param(MARIADB_MYSQLDB, id="mariadb-mysqldb", marks=pytest.mark.slow),
    pytest.param(MYSQL, id="mysql", marks=pytest.mark.slow),
    pytest.param(POSTGRESQL, id="postgresql"),
]
# For tests that take long, and whose rules depend little on the engine.
SQLITE_EVERY_DAY = [EVERY_ENGINE[0], *[rare(*each.values, id=each.id) for each in EVERY_ENGINE[1:]]]
SERVERS = EVERY_ENGINE[1:]
SERVERS_AND_DRIVERS = [
    pytest.param(MARIADB, id="mariadb"),
    pytest.param(MARIADB_MYSQLDB, id="mariadb-mysqldb"),
    pytest.param(MYSQL, id="mysql", marks=pytest.mark.slow),
    pytest.param(POSTGRESQL, id="postgresql"),
]
"""For tests in which the driver matters as much as the engine."""
BY_NAME = {engine.name: engine for engine in (SQLITE, MARIADB, MARIADB_MYSQLDB, MYSQL, POSTGRESQL)}
