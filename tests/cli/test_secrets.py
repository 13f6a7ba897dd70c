"""No error shows what stands between `://` and the last `@`, whatever the URL looks like and wherever it is given."""

from __future__ import annotations

import contextlib
import io
import traceback
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lineal
from kubeflow.metadata import metadata
from lineal import errors
from lineal.cli import main
from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from lineal.upkeep.opening import open_service
from lineal.urls import redact, redact_url
from lineal.watch.writing import store as watch_store

PIECES = ("zq7zq", "kv9kv", "wx5wx")
ODD = [*"@/:#?%[]&=+ \\'\"\n\t,;☃\u00a0", "://", "%zz", "%e9", "%00", "=@", "//", "..", "\ud800"]
SHAPES = [
    "{scheme}://{secret}@127.0.0.1:1/db",
    "{scheme}://{secret}@127.0.0.1:x/db",
    "{scheme}://{secret}@[::1:1/db",
    "{scheme}://{secret}@127.0.0.1:1",
    "{scheme}://{secret}@",
    "{scheme}://host:1?{secret}@127.0.0.1:1/db",
    "{scheme}://{secret}@127.0.0.1:1/db/more?option=1",
    "{scheme}://{secret}@127.0.0.1:1/db#part",
    "{scheme}://{secret}@127.0.0.1:1/db?connect_timeout=0&pool_size=x",
]
SCHEMES = ("mysql", "postgresql", "sqlite", "grpc", "grpcs", "oracle", "mysql+pymysql", "http")


@st.composite
def urls(draw: st.DrawFn) -> str:
    """Return a URL with user and password of the pieces, with odd characters between them."""
    odd = st.lists(st.sampled_from(ODD), max_size=2).map("".join)
    secret = PIECES[0] + ":" + "".join(draw(odd) + piece for piece in PIECES[1:]) + draw(odd)
    return draw(st.sampled_from(SHAPES)).format(scheme=draw(st.sampled_from(SCHEMES)), secret=secret)


def use(url: str) -> None:
    Database(DatabaseSettings(url)).close()


OPENERS: list[Callable[[str], object]] = [
    lambda url: lineal.connect(url).close(),
    lambda url: metadata.Store(url=url).store.close(),
    lambda url: watch_store.open_store(url).close(),
    use,
]
COMMANDS = [
    ["serve", "--grpc-port=0", "--workers=x", "--db"],
    ["ls", "artifacts", "--server"],
    ["ls"],
    ["get", "artifact"],
    ["migrate", "--to=x", "--db"],
    ["backup", "a.zip", "b.zip", "--db"],
    ["doctor"],
    ["watch", "--to"],
    ["token", "revoke", "a", "b"],
    ["help"],
    ["completion"],
    ["ls", "models", "-o"],
    ["ls", "models", "--db=sqlite://", "--columns"],
    ["ls", "types", "--db=sqlite://", "-q"],
    ["delete"],
]


def said_by(opener: Callable[[str], object], url: str) -> str:
    """Return all that an opener says of a URL: the error, its representation, and the stack trace."""
    try:
        opener(url)
    except errors.StatusError as error:
        return "".join([str(error), repr(error), *traceback.format_exception(error)])
    return ""


def said_by_command(words: list[str]) -> str:
    """Return what a command prints that cannot work."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), contextlib.suppress(SystemExit):
        main(words)
    return printed.getvalue()


def check(said: str) -> None:
    assert not [piece for piece in PIECES if piece in said], said


FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MANY = settings(FEW, max_examples=2000)


@FEW
@given(url=urls(), opener=st.sampled_from(OPENERS))
def test_no_error_shows_a_user_or_a_password(url: str, opener: Callable[[str], object]) -> None:
    check(said_by(opener, url))


@FEW
@given(url=urls(), words=st.sampled_from(COMMANDS), joined=st.booleans())
def test_no_command_shows_a_user_or_a_password(url: str, words: list[str], joined: bool) -> None:
    last = [f"{words[-1]}={url}"] if joined and words[-1].startswith("--") else [words[-1], url]
    check(said_by_command([*words[:-1], *last]))


@pytest.mark.slow
@pytest.mark.timeout(900)
@MANY
@given(url=urls(), opener=st.sampled_from(OPENERS), words=st.sampled_from(COMMANDS))
def test_no_error_of_thousands_shows_a_user_or_a_password(
    url: str, opener: Callable[[str], object], words: list[str]
) -> None:
    check(said_by(opener, url) + said_by_command([*words, url]))


@pytest.mark.parametrize(
    "url", ["mysql://svc:s3cr@et/x@host/db", "mysql://svc:s3cr?et@host/db", "postgresql://svc:s3/cr#et@host/db"]
)
def test_a_password_with_a_special_character_is_answered_with_how_to_encode_it(url: str) -> None:
    said = said_by(use, url)
    assert "percent-encode" in said
    assert "@ as %40" in said
    assert "s3" not in said


@pytest.mark.parametrize("url", ["mysql://svc:s3cr@et@host", "postgresql://svc:s3cret@host:x/db"])
def test_a_command_prints_the_advice_whole(url: str) -> None:
    said = said_by_command(["ls", "artifacts", "--db", url])
    scheme = url.partition("://")[0]
    assert f"@ as %40, : as %3A, / as %2F, ? as %3F, # as %23, % as %25; write {scheme}://host:port/database" in said
    assert "s3" not in said


@pytest.mark.parametrize("shown", [redact, redact_url])
def test_a_url_is_shown_without_its_secrets(shown: Callable[[str], str]) -> None:
    assert shown("mysql://svc:s3cr@et/x@host/db") == "mysql://***@host/db"
    assert shown("mysql://s/v c@host/db?sslpassword=x&a=b") == "mysql://***@host/db?sslpassword=***&a=b"
    assert shown("sqlite:///home/me@work/m.db") == "sqlite:///home/me@work/m.db"


def test_a_password_without_a_host_is_not_repeated() -> None:
    for word in ("mysql://svc:wx5wx", "mysql://svc:wx5wx/db", "svc:wx5wx@host/db"):
        check(said_by_command(["doctor", word]) + said_by_command(["doctor", f"--db={word}"]))


@pytest.mark.parametrize("words", [["get", "artifact"], ["lineage"], ["delete"], ["token", "create", "a", "--expires"]])
@pytest.mark.parametrize("userinfo", ["wx5wx", "svc:wx5wx'\"", "://wx5wx/://"])
@pytest.mark.parametrize("filler", ["", "x" * 15, "x" * 99])
def test_a_word_that_is_cut_before_its_at_sign_is_not_repeated(words: list[str], userinfo: str, filler: str) -> None:
    check(said_by_command([*words, f"mysql://{userinfo}{filler}@{filler}@host/db"]))


def test_settings_do_not_show_their_url() -> None:
    assert "wx5wx" not in repr(DatabaseSettings("mysql://svc:wx5wx@host/db"))
    with pytest.raises(errors.StatusError) as caught:
        open_service("mysql://svc:wx5wx@127.0.0.1:1/db")
    check(repr(caught.value) + str(caught.value.__cause__))


@pytest.mark.parametrize("flag", ["-q", "--sort", "--columns"])
@pytest.mark.parametrize(
    "secret", ["u:a,wx5wx@host/db", "mysql://u:a,wx5wx,b@host/db", "mysql://wx5wx:wx5wx", "x://wx5wx:(@h"]
)
def test_a_url_in_place_of_a_search_or_a_column_is_not_repeated(store_url: str, flag: str, secret: str) -> None:
    said = said_by_command(["ls", "artifacts", flag, secret, "--db", store_url])
    check(said)
