"""Access tokens: whose they are, for how long, and what is stored of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal import errors
from lineal.cli import main
from lineal.service.access import Caller, Role, scope_of
from lineal.upkeep import tokens
from lineal.upkeep.opening import open_service
from lineal.upkeep.tokens import Tokens


@pytest.fixture
def made() -> Iterator[Tokens]:
    """Tokens of an empty store."""
    with open_service("sqlite://") as service:
        yield Tokens(service)


def test_a_token_tells_its_caller(made: Tokens) -> None:
    assert made.caller(made.create("ada", Role.ADMIN)) == Caller("ada", Role.ADMIN)
    limited = made.create("bob", Role.READER, workspaces=["a", "pipeline=b"])
    assert made.caller(limited) == Caller("bob", Role.READER, scope_of(["a", "pipeline=b"]))


def test_a_token_without_workspaces_shows_nothing(made: Tokens) -> None:
    assert made.caller(made.create("eve", Role.READER, workspaces=[])) == Caller("eve", Role.READER, scope_of([]))


@pytest.mark.parametrize("change", ["", "lineal_", "lineal_aaaaaaaaaaaa_" + "A" * 43, "x" * 100_000, "\0", "é"])
def test_what_is_no_token_tells_nobody(made: Tokens, change: str) -> None:
    assert made.caller(change) is None


def test_another_secret_tells_nobody(made: Tokens) -> None:
    text = made.create("ada", Role.READER)
    other = text[:-2] + ("AA" if text[-2:] != "AA" else "BB")
    assert made.caller(other) is None


def test_a_revoked_token_tells_nobody(made: Tokens) -> None:
    text = made.create("ada", Role.READER)
    made.revoke(made.list()[0].id)
    assert made.caller(text) is None
    with pytest.raises(errors.NotFoundError):
        made.revoke(made.list()[0].id)


def test_an_expired_token_tells_nobody(made: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    text = made.create("ada", Role.READER, seconds=60)
    assert made.caller(text) is not None
    later = tokens.now() + 61_000
    monkeypatch.setattr(tokens, "now", lambda: later)
    assert made.caller(text) is None
    assert made.list()[0].state == "expired"


def test_an_admin_cannot_be_limited(made: Tokens) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="whole store"):
        made.create("ada", Role.ADMIN, workspaces=["a"])


@pytest.mark.parametrize(
    ("words", "said"),
    [("0d", "would never be valid"), ("1 year", "is not a length of time"), ("999999y", "write at most 1000y")],
)
def test_a_token_has_a_lifetime(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["token", "create", "--name", "ada", "--role", "reader", "--expires", words])
    assert said in capsys.readouterr().err


def test_the_command_makes_lists_and_revokes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = ["--db", f"sqlite:///{tmp_path}/m.db"]
    words = ["--name", "ada", "--role", "writer", "--workspace", "a", "--expires", "1y"]
    assert main(["token", "create", *database, *words]) == 0
    text = capsys.readouterr().out.strip()
    assert main(["token", "list", *database, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)[0]
    assert (listed["name"], listed["role"], listed["workspaces"], listed["state"]) == ("ada", "writer", ["a"], "valid")
    assert listed["expires"] - listed["created"] == 365 * 86_400_000
    assert text.split("_", 2)[2] not in (tmp_path / "m.db").read_bytes().decode("latin1")
    assert main(["token", "revoke", *database, listed["id"]]) == 0
    with open_service(database[1]) as service:
        assert Tokens(service).caller(text) is None
