"""URLs and paths of stores: what is ignored is refused with what to write instead, and paths are SQLite files."""

from __future__ import annotations

from pathlib import Path

import pytest

import lineal
from kubeflow.metadata import metadata
from lineal import errors
from lineal.client.connection import settings_of_url
from lineal.config import DatabaseSettings, ServerSettings
from lineal.store.engine.dialects.urls import parse_server_url
from lineal.urls import sqlite_parts, sqlite_url

IN_ITS_PLACE = [
    ("sqlite://metadata.db", "write sqlite:///metadata.db for a file"),
    ("sqlite://runs/m.db", "write sqlite:///runs/m.db for a file"),
    ("sqlite://:memory:", "write sqlite:// for a database in memory"),
    ("sqlite://localhost:1/m.db", "write sqlite:///metadata.db for a file"),
    ("sqlite:///what?.db", "'?' that starts no options as %3F"),
    ("sqlite:///what?", "as %3F"),
    ("sqlite:///", "names no file"),
    ("sqlite://?mode=ro", "mode has no meaning for a database in memory"),
    ("sqlite:///m.db?mode=ro&mode=rw", "is in the URL twice"),
    ("sqlite:///file:m.db?mode=ro", "takes a path"),
    ("sqlite:///m.db\n", "line break"),
    ("sqlite:///m%00.db", "take out the %00"),
    ("sqlite:///~nobody-has-this/m.db", "write ./~ for a file"),
    ("mysql://h/db/more", "/ as %2F"),
    ("mysql://h/db#part", "# as %23"),
    ("mysql://h1,,h2/db", "has no name"),
    ("mysql://::1/db", "in brackets"),
    ("mysql://h/db?unix_socket=/s", "beside unix_socket"),
    ("postgresql://h/db?ssl_mode=require", "unknown option 'ssl_mode'"),
    ("grpc://h:1/lineal", "takes no path"),
    ("grpc://h:1#part", "takes no part after a '#'"),
    ("grpc://me:word@h:1", "token_file"),
    ("grpc://h:1?ca_file=/ca.pem", "write grpcs://"),
    ("grpc://h:1?tls=yes", "unknown option 'tls'"),
]


@pytest.fixture(autouse=True)
def in_an_empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))


@pytest.mark.parametrize(("url", "cure"), IN_ITS_PLACE)
def test_a_part_that_would_be_ignored_is_refused_with_what_to_write(tmp_path: Path, url: str, cure: str) -> None:
    with pytest.raises(errors.StatusError) as caught:
        lineal.connect(url).get_artifact_types()
    assert caught.value.error_code == errors.INVALID_ARGUMENT
    assert cure in caught.value.message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite://m.db", "grpc://h:1/lineal"])
def test_the_sdk_refuses_what_would_be_ignored(url: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=r"sqlite:///m\.db|no path"):
        metadata.Store(url=url)


@pytest.mark.parametrize("place", [Path("m.db"), Path("~/m.db"), "sqlite:///m.db", "sqlite:///~/m.db"])
def test_a_path_and_a_tilde_name_a_file(tmp_path: Path, place: str | Path) -> None:
    lineal.connect(place).close()
    assert (tmp_path / "m.db").is_file()


def test_the_sdk_takes_a_path(tmp_path: Path) -> None:
    metadata.Store(url=tmp_path / "sdk.db").store.close()
    assert (tmp_path / "sdk.db").is_file()


@pytest.mark.parametrize("name", ["what?.db", "a#b.db", "100%.db", "a@b:c.db", "%41.db", "file:x.db", "ä ☃.db"])
def test_a_path_may_have_any_character(tmp_path: Path, name: str) -> None:
    lineal.connect(tmp_path / name).close()
    assert [each.name for each in tmp_path.iterdir() if not each.name.endswith(("-wal", "-shm"))] == [name]


def test_a_path_is_encoded_whole() -> None:
    assert sqlite_url(Path("/a b?/c#d%e@f.db")) == "sqlite:////a%20b%3F/c%23d%25e%40f.db"
    assert sqlite_parts("sqlite:///C:/x.db") == ("C:/x.db", {})
    assert sqlite_parts("sqlite:///./~/x.db") == ("./~/x.db", {})


@pytest.mark.parametrize("place", [7, b"m.db", object()])
def test_what_is_neither_a_url_nor_a_path_is_refused_by_its_type(place: object) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=f"of type {type(place).__name__}"):
        settings_of_url(place)


@pytest.mark.parametrize("password", ["p%40ss", "pa%2Fss", "p%3Fw", "p%23w", "p:w", "100%", "p@w", "p#w"])
def test_a_password_is_taken_where_its_place_is_clear(password: str) -> None:
    url = parse_server_url(f"mysql://me:{password}@h:3306/db", known=())
    assert (url.user, str(url.hosts[0]), url.database) == ("me", "h:3306", "db")


def test_a_database_in_memory_is_known_in_every_form() -> None:
    for url in ("sqlite://", "sqlite:///:memory:"):
        with pytest.raises(errors.InvalidArgumentError, match="--workers"):
            ServerSettings(DatabaseSettings(url), workers=2)
