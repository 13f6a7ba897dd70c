"""Servers that answer and refuse: what they refuse is said, not that they cannot be reached, and never a password."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from lineal import errors
from lineal.cli import main
from lineal.config import DatabaseSettings
from lineal.store.engine.dialects import dialect_for, refusals
from lineal.store.engine.dialects.server import ServerDialect
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.engines import MARIADB, POSTGRESQL, Engine, Server, mariadb, mysql, mysql_scheme, postgresql

SECRET = "so-secret"
BOTH_DRIVERS = pytest.mark.parametrize("driver", ["pymysql", "mysqldb"])
MADE_ON_POSTGRESQL = f"""
    CREATE ROLE may_not_log_in PASSWORD '{SECRET}';
    CREATE ROLE "too many connections for role" LOGIN;
    CREATE ROLE one_at_a_time LOGIN CONNECTION LIMIT 0;
    CREATE DATABASE not_for_all;
    REVOKE CONNECT ON DATABASE not_for_all FROM public;
    CREATE DATABASE not_open ALLOW_CONNECTIONS false;
    CREATE DATABASE no_room CONNECTION LIMIT 0;
"""
ON_POSTGRESQL = {
    "may_not_log_in/store": (errors.PermissionDeniedError, "says that the role may not log in; allow it with ALTER"),
    "not_there/store": (errors.PermissionDeniedError, "has no role of this name; check the user in the URL"),
    "one_at_a_time/store": (errors.ResourceExhaustedError, "takes no more connections: it has reached the limit of th"),
    "too many connections for role/not_for_all": (errors.PermissionDeniedError, "does not let this user connect to it"),
    "too many connections for role/no_room": (errors.ResourceExhaustedError, "reached the limit of this database"),
    "postgres/not_open": (errors.FailedPreconditionError, "accepts no connections; ALTER DATABASE"),
    "postgres/not_there?create_database=false": (errors.NotFoundError, "'not_there' at .* does not exist; create it"),
}
MADE_ON_MYSQL = f"""
    CREATE USER known@'%' IDENTIFIED BY '{SECRET}';
    CREATE USER locked@'%' IDENTIFIED BY '{SECRET}' ACCOUNT LOCK;
    CREATE USER hourly@'%' IDENTIFIED BY '{SECRET}' WITH MAX_CONNECTIONS_PER_HOUR 1;
    CREATE USER expired@'%' IDENTIFIED BY '{SECRET}' PASSWORD EXPIRE;
"""
ON_MYSQL = {
    f"known:{SECRET}-not/store": (errors.PermissionDeniedError, r"does not accept this user .* \(MySQL error 1045\); "),
    f"not_there:{SECRET}/store": (errors.PermissionDeniedError, "does not accept this user with this password from"),
    f"known:{SECRET}/store": (errors.PermissionDeniedError, "does not exist, or this user has no rights on it"),
    f"locked:{SECRET}/store": (errors.PermissionDeniedError, "has locked the account of this user"),
    f"expired:{SECRET}/information_schema": (
        errors.PermissionDeniedError,
        "says that the password of this user has expired",
    ),
    f"hourly:{SECRET}/store": (errors.ResourceExhaustedError, "takes no more connections: .* a limit of this user"),
}


def refusal_of(server_url: str, who_and_what: str) -> errors.StatusError:
    """The error of opening a database at a server, given as USER[:PASSWORD]/DATABASE; it shows neither of the two."""
    user, _, database = who_and_what.partition("/")
    place = urlsplit(server_url).netloc.rpartition("@")[2]
    url = f"{urlsplit(server_url).scheme}://{quote(user, safe=':')}@{place}/{database}"
    with pytest.raises(errors.StatusError) as caught, open_service(url):
        pass
    shown = f"{caught.value} {caught.value.__cause__} {caught.value.message}"
    assert SECRET not in shown
    assert "cannot reach" not in shown
    return caught.value


def user_of(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[0]


def connection_to(url: str) -> Any:
    """A connection of the driver, on which each statement is a transaction."""
    dialect = dialect_for(DatabaseSettings(url))
    assert isinstance(dialect, ServerDialect)
    return closing(dialect.connect(dialect.url.hosts[0], database=dialect.url.database))


def run_each(url: str, statements: str) -> None:
    with connection_to(url) as connection:
        for sql in filter(None, map(str.strip, statements.split(";"))):
            connection.cursor().execute(sql)


@contextmanager
def made(engine: Engine, servers: ExitStack, statements: str, undone: str) -> Iterator[str]:
    url = engine.server(servers).url
    run_each(f"{url}{engine.always_there}", statements)
    yield url
    run_each(f"{url}{engine.always_there}", undone)


@pytest.fixture(scope="module")
def refusing_postgresql(servers: ExitStack) -> Iterator[str]:
    undone = "DROP DATABASE not_for_all; DROP DATABASE not_open; DROP DATABASE no_room; DROP ROLE may_not_log_in; "
    undone += 'DROP ROLE one_at_a_time; DROP ROLE "too many connections for role"'
    with made(POSTGRESQL, servers, MADE_ON_POSTGRESQL, undone) as url:
        yield url


@pytest.mark.long
@pytest.mark.parametrize("who", ON_POSTGRESQL)
def test_postgresql_is_told_by_what_it_refuses(refusing_postgresql: str, who: str) -> None:
    kind, says = ON_POSTGRESQL[who]
    with pytest.raises(kind, match=says):
        raise refusal_of(refusing_postgresql, who)


def test_a_role_without_login_is_told_so(servers: ExitStack) -> None:
    with made(POSTGRESQL, servers, "CREATE ROLE may_not", "DROP ROLE may_not") as url:
        refused = refusal_of(url, "may_not/store")
    assert isinstance(refused, errors.PermissionDeniedError)
    assert "says that the role may not log in" in refused.message
    assert refused.page == "connecting"


@pytest.mark.long
def test_a_role_that_loses_its_login_is_no_fault_of_the_callers(servers: ExitStack, tmp_path: Path) -> None:
    undone = "DROP OWNED BY for_now; DROP ROLE for_now"
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'for_now'"
    taken_away = f"ALTER ROLE for_now NOLOGIN; {ended}; SELECT pg_sleep(0.2)"
    with made(POSTGRESQL, servers, "CREATE ROLE for_now LOGIN SUPERUSER", undone) as url:
        store = POSTGRESQL.fresh_url(servers, tmp_path)
        with open_service(store.replace("postgres@", "for_now@")) as service:
            run_each(f"{url}{POSTGRESQL.always_there}", taken_away)
            with pytest.raises(errors.UnavailableError, match="says that the role may not log in"):
                service.call("GetArtifactTypes", rpc.GetArtifactTypesRequest())
        POSTGRESQL.drop_database(store)


@pytest.fixture(scope="module")
def strict_postgresql() -> Iterator[str]:
    """A server with few connections, and with rules about passwords."""
    rules = "host all rejected all reject\nhost all known all scram-sha-256\nhost all postgres all trust\n"
    with postgresql("max_connections=6") as server:
        made = f"CREATE ROLE known LOGIN PASSWORD '{SECRET}'; CREATE ROLE rejected LOGIN"
        run_each(f"{server.url}postgres", made)
        (server.folder / "data" / "pg_hba.conf").write_text(rules)
        run_each(f"{server.url}postgres", "SELECT pg_reload_conf(), pg_sleep(0.3)")
        yield server.url


@pytest.mark.long
@pytest.mark.parametrize(
    ("who", "says"),
    [
        (f"known:{SECRET}-not/store", "does not accept this user with this password; check both"),
        ("known/store", "asks for a password; write it in the URL"),
        ("rejected/store", "its pg_hba.conf has no rule for it, or one that rejects"),
        (f"unknown:{SECRET}/store", "its pg_hba.conf has no rule for it, or one that rejects"),
    ],
)
def test_passwords_and_rules_of_postgresql_are_told(strict_postgresql: str, who: str, says: str) -> None:
    with pytest.raises(errors.PermissionDeniedError, match=says):
        raise refusal_of(strict_postgresql, who)


@pytest.fixture(
    scope="module",
    params=[pytest.param(mariadb, id="mariadb"), pytest.param(mysql, id="mysql", marks=pytest.mark.slow)],
)
def strict_mysql(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server with few connections, and with users who may not connect."""
    start: Callable[..., AbstractContextManager[Server]] = request.param
    with start("--max-connections=10") as server:
        run_each(f"{server.url}{MARIADB.always_there}", MADE_ON_MYSQL)
        yield server.url


@pytest.mark.long
@pytest.mark.parametrize("who", ON_MYSQL)
def test_mysql_is_told_by_what_it_refuses(strict_mysql: str, who: str) -> None:
    kind, says = ON_MYSQL[who]
    if kind is errors.ResourceExhaustedError:
        user = who.partition("/")[0]
        with connection_to(f"{strict_mysql.replace(user_of(strict_mysql), user)}{MARIADB.always_there}"):
            pass
    with pytest.raises(kind, match=says):
        raise refusal_of(strict_mysql, who)


@pytest.mark.long
def test_a_postgresql_whose_connections_are_taken_is_told_so(strict_postgresql: str) -> None:
    check_taken(strict_postgresql, POSTGRESQL.always_there)


@pytest.mark.long
def test_a_migration_waits_for_a_connection(strict_postgresql: str, capsys: pytest.CaptureFixture[str]) -> None:
    with all_taken(f"{strict_postgresql}{POSTGRESQL.always_there}"):
        assert main(["migrate", "--db", f"{strict_postgresql}store", "--wait", "3"]) == 1
    assert "waiting: the database 'store' at " in capsys.readouterr().err


@pytest.mark.long
@BOTH_DRIVERS
def test_a_mysql_whose_connections_are_taken_is_told_so(strict_mysql: str, driver: str) -> None:
    check_taken(f"{mysql_scheme(driver)}://{urlsplit(strict_mysql).netloc}/", MARIADB.always_there)


def check_taken(url: str, own: str) -> None:
    says = r"takes no more connections: it has reached the limit of the server \(max_connections\)"
    with all_taken(f"{url}{own}"), pytest.raises(errors.ResourceExhaustedError, match=says):
        raise refusal_of(url, f"{user_of(url)}/{own}")


@contextmanager
def all_taken(url: str) -> Iterator[None]:
    with ExitStack() as taken:
        with contextlib.suppress(Exception):
            for _ in range(20):
                taken.enter_context(connection_to(url))
        yield


@pytest.mark.long
@BOTH_DRIVERS
def test_a_machine_that_nobody_may_come_from_is_told_so(driver: str) -> None:
    with mariadb() as server:
        run_each(f"{server.url}{MARIADB.always_there}", "RENAME USER root@'127.0.0.1' TO root@'10.9.9.9'")
        with pytest.raises(errors.PermissionDeniedError, match=r"lets nobody in from .* \(MySQL error 1130\)"):
            raise refusal_of(f"{mysql_scheme(driver)}://{urlsplit(server.url).netloc}/", f"root:{SECRET}/store")


@pytest.mark.long
def test_a_postgresql_without_tls_is_not_asked_again_and_again(servers: ExitStack, tmp_path: Path) -> None:
    dialect = dialect_for(DatabaseSettings(f"{POSTGRESQL.fresh_url(servers, tmp_path)}?sslmode=require"))
    assert isinstance(dialect, ServerDialect)
    with pytest.raises(dialect._driver.Error) as caught:
        dialect.connect(dialect.url.hosts[0], database=dialect.url.database)
    assert not dialect.is_retriable(caught.value)
    assert "offers no TLS" in dialect.translate(caught.value).message


@pytest.mark.slow
def test_a_mysql_that_blocks_a_user_or_everybody_for_a_time_says_so() -> None:
    with mysql() as server:
        made = f"CREATE USER other@'%'; CREATE USER once@'%' IDENTIFIED BY '{SECRET}' "
        made += "FAILED_LOGIN_ATTEMPTS 1 PASSWORD_LOCK_TIME 1"
        run_each(f"{server.url}{MARIADB.always_there}", made)
        blocked = refusal_of(server.url, f"once:{SECRET}-not/store")
        run_each(f"{server.url}{MARIADB.always_there}", "SET GLOBAL offline_mode = ON")
        offline = refusal_of(server.url, "other/store")
    assert isinstance(blocked, errors.PermissionDeniedError)
    assert "blocks this user after many wrong passwords (MySQL error 3955)" in blocked.message
    assert isinstance(offline, errors.UnavailableError)
    assert "is in offline mode" in offline.message


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("the database system is starting up", refusals.STARTING),
        ("the database system is not yet accepting connections", refusals.STARTING),
        ("Rolle »x« hat keine Erlaubnis sich einzuloggen", refusals.OTHER),
        ('role "database system is starting" does not exist', refusals.NO_ROLE),
    ],
)
def test_a_text_of_postgresql_is_read_without_the_names_in_it(text: str, refusal: refusals.Refusal) -> None:
    whole = f'connection to server at "permission.example", port 5432 failed: FATAL:  {text}'
    assert refusals.of_postgresql("", whole) == refusal
    assert refusals.of_postgresql("", 'connection to server at "certificate", port 1 failed: refused') is None
