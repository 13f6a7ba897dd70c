"""Connections to database servers: hosts, passwords, errors, and servers that hang up."""

from __future__ import annotations

import time
import traceback
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.service import MetadataService
from lineal.store.engine.column_limits import RefusedRowsError, explain
from lineal.store.engine.database import Database
from lineal.store.engine.dialects.urls import Host, parse_server_url
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.engines import POSTGRESQL, Engine, run_sql
from tests.ports import free_port

SECRET = "so-secret"


def answers(service: MetadataService) -> bool:
    service.call("GetArtifactTypes", rpc.GetArtifactTypesRequest())
    return True


def with_user(url: str, user: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}").geturl()


def user_of(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[0]


@pytest.mark.parametrize(
    ("place", "hosts"),
    [
        ("h1", (Host("h1", None),)),
        ("h1:1,h2,[::1]:3", (Host("h1", 1), Host("h2", None), Host("::1", 3))),
        ("u:p@h1:1", (Host("h1", 1),)),
        ("u:p[@h1:1", (Host("h1", 1),)),
        ("u:p%40%2F@%2Frun%2Fdb:5", (Host("/run/db", 5),)),
        ("", ()),
    ],
)
def test_a_url_names_any_number_of_hosts(place: str, hosts: tuple[Host, ...]) -> None:
    assert parse_server_url(f"mysql://{place}/db", known=()).hosts == hosts


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("mysql://h/", "names no database"),
        ("mysql://h:x/db", "port.*no number"),
        ("mysql://h/db?colour=red", "'colour'"),
        ("mysql://h/db?connect_timeout=soon", "connect_timeout"),
        ("mysql://h/db?create_database=perhaps", "create_database"),
        ("mysql://h/db?ssl_mode=some", "ssl_mode"),
        ("mysql://h/db?ssl_ca=/no/such.pem", "certificates"),
        ("mysql://h/db?charset=latin1", "charset.*utf8mb4"),
        ("postgresql://h/db?prepared_statements=2", "prepared_statements"),
        ("postgresql://h/db?sslmode=some", "sslmode.*verify-full"),
        ("postgresql://h/db?target_session_attrs=some", "target_session_attrs"),
        ("postgresql://h/db?sslrootcert=/no/such.pem", "/no/such.pem"),
    ],
)
def test_a_wrong_url_is_refused_by_the_part_that_is_wrong(url: str, named: str) -> None:
    with pytest.raises((errors.InvalidArgumentError, errors.FailedPreconditionError), match=named):
        open_service(url)


def test_the_first_host_that_answers_is_used(server_url: str) -> None:
    parts = urlsplit(server_url)
    user, _, place = parts.netloc.rpartition("@")
    several = parts._replace(netloc=f"{user}@127.0.0.1:{free_port()},{place}").geturl()
    with open_service(several) as service:
        assert answers(service)


@pytest.mark.flaky(reruns=2)
def test_a_server_that_is_not_there_is_unavailable_at_once(server_url: str) -> None:
    parts = urlsplit(server_url)
    url = parts._replace(netloc=f"{user_of(server_url)}@127.0.0.1:{free_port()}").geturl()
    start = time.monotonic()
    with pytest.raises(errors.UnavailableError, match=r"cannot reach the database.*is refused"):
        open_service(url)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("scheme", ["mysql", "postgresql"])
def test_a_host_that_nobody_knows_is_told(scheme: str) -> None:
    with pytest.raises(errors.UnavailableError, match="name of the host is unknown"):
        open_service(f"{scheme}://u@host.invalid/db")


def test_a_server_that_does_not_answer_in_time_is_told(server_url: str, server_engine: Engine) -> None:
    server_engine.require("sleep")
    database = Database(DatabaseSettings(f"{server_url}?read_timeout=0.5&retry_seconds=0.1"))
    with pytest.raises(errors.UnavailableError, match="does not answer in time"):
        database.read(lambda session: session.script(server_engine.sleep))
    assert database.read(lambda session: session.script("SELECT 1")) == [(1,)]
    database.close()


def test_the_longest_text_is_named_where_the_server_says_only_that_one_does_not_fit() -> None:
    rows = [("k1", "small"), ("k2", "x" * 9000)]
    refused = RefusedRowsError("ArtifactProperty", ("name", "string_value"), rows, lambda index: f"row {index}")
    message = explain(refused, {}, largest=None, nul=True, cure="shorten it").message
    assert message.startswith("string_value of row 1 has 9000 characters")
    assert "; shorten it; nothing was written" in message


def test_a_database_that_is_absent_is_created_only_if_it_may_be(
    server_engine: Engine, servers: ExitStack, tmp_path: Path
) -> None:
    url = server_engine.fresh_url(servers, tmp_path)
    with pytest.raises(errors.NotFoundError, match="does not exist"):
        open_service(f"{url}?create_database=false")
    with open_service(url) as service:
        assert answers(service)


def test_a_database_that_was_dropped_is_not_made_again(
    server_engine: Engine, servers: ExitStack, tmp_path: Path
) -> None:
    url = server_engine.fresh_url(servers, tmp_path)
    with open_service(f"{url}?retry_seconds=0.1") as service:
        server_engine.drop_database(url)
        gone = r"(does not exist any more|lacks a table).*; see: lineal docs connecting$"
        with pytest.raises(errors.UnavailableError, match=gone):
            answers(service)
        server_engine.create_database(url)
        with pytest.raises(errors.UnavailableError, match="lacks a table of the store; restore a backup"):
            answers(service)


@pytest.mark.parametrize("server_engine", [pytest.param(POSTGRESQL, id="postgresql")], indirect=True)
def test_a_database_that_the_user_may_not_create_is_said_to_be_missing(
    server_engine: Engine, servers: ExitStack, tmp_path: Path
) -> None:
    url = server_engine.fresh_url(servers, tmp_path)
    run_sql(f"{server_engine.server(servers).url}postgres", "CREATE ROLE limited LOGIN PASSWORD 'limited'")
    with pytest.raises(errors.NotFoundError, match="does not exist, and this user may not create it"):
        open_service(with_user(url, "limited:limited"))


def test_an_unknown_user_is_refused_without_a_word_of_the_password(server_url: str) -> None:
    url = with_user(server_url, f"nobody_known:{SECRET}")
    with pytest.raises(errors.PermissionDeniedError) as caught:
        open_service(url)
    assert SECRET not in caught.value.message
    assert SECRET not in repr(DatabaseSettings(url))


@pytest.mark.parametrize("way", ["option", "variable", "file variable"])
def test_the_password_may_come_from_a_file_or_the_environment(
    server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    user, _, password = user_of(server_url).partition(":")
    file = tmp_path / "password"
    file.write_text(f"{password}\n")
    url = with_user(server_url, user)
    if way == "option":
        url += f"?password_file={file}"
    elif way == "variable":
        monkeypatch.setenv("LINEAL_DB_PASSWORD", password)
    else:
        monkeypatch.setenv("LINEAL_DB_PASSWORD_FILE", str(file))
    with open_service(url) as service:
        assert answers(service)


def test_a_password_file_that_is_missing_is_named() -> None:
    with pytest.raises(errors.FailedPreconditionError, match="/no/such/file"):
        open_service("mysql://u@127.0.0.1:1/db?password_file=/no/such/file")


@pytest.mark.long
def test_a_server_left_idle_past_the_databases_timeout_answers_its_next_request(
    server_engine: Engine, server_url: str
) -> None:
    run_sql(server_url, server_engine.idle_timeout.format(seconds=1, milliseconds=1000))
    try:
        with open_service(server_url) as service:
            assert answers(service)
            time.sleep(2.5)
            assert answers(service)
    finally:
        run_sql(server_url, server_engine.idle_timeout.format(seconds=28800, milliseconds=0))


def test_a_user_who_is_refused_stands_in_no_stack_trace(server_url: str) -> None:
    parts = urlsplit(server_url)
    url = parts._replace(netloc=f"zq7zq:kv9kv@{parts.netloc.rpartition('@')[2]}").geturl()
    with pytest.raises(errors.StatusError) as caught:
        open_service(url)
    shown = "".join(traceback.format_exception(caught.value))
    assert "zq7zq" not in shown
    assert "kv9kv" not in shown
