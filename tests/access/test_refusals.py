"""Credentials that are refused, and the numbers that an alert reads while the database is away."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lineal.security import AccessSettings
from lineal.server.auth import authenticator
from lineal.upkeep.tokens import Tokens
from tests.access.serving import Served, asking, serving

TOKENS = AccessSettings(auth=("token",))
UNKNOWN = "lineal_aaaaaaaaaaaa_" + "A" * 43


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server over a file, which asks the database about every token."""
    monkeypatch.setattr(authenticator, "REMEMBER_SECONDS", 0)
    with serving(f"sqlite:///{tmp_path / 'store.db'}", access=TOKENS) as running:
        yield running


def test_metrics_answer_while_the_database_is_away_and_nothing_else_does(served: Served, tmp_path: Path) -> None:
    with asking(served, token=served.token()) as client, asking(served, token=served.token()) as stranger:
        assert client.get("/metrics").status_code == 200
        (tmp_path / "store.db").rename(tmp_path / "moved.db")
        assert client.get("/metrics").status_code == 200
        assert client.get("/api/v1/artifacts").status_code == 503
        assert stranger.get("/metrics").status_code == 503  # never seen before, so nobody knows them
        (tmp_path / "moved.db").rename(tmp_path / "store.db")


def test_a_revoked_token_gets_no_metrics(served: Served, tmp_path: Path) -> None:
    with asking(served, token=served.token()) as client:
        assert client.get("/metrics").status_code == 200
        tokens = Tokens(served.service)
        tokens.revoke(tokens.list()[0].id)
        assert client.get("/metrics").status_code == 401
        (tmp_path / "store.db").rename(tmp_path / "moved.db")
        assert client.get("/metrics").status_code == 503
        (tmp_path / "moved.db").rename(tmp_path / "store.db")


def test_guesses_are_counted_and_logged_once_a_minute(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    def refused(client: httpx.Client) -> float:
        lines = client.get("/metrics").text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("lineal_refused_credentials_total"))

    caplog.set_level(logging.WARNING, "lineal.server.auth")
    with asking(served, token=served.token()) as client, asking(served, token=UNKNOWN) as guessing:
        before = refused(client)
        assert guessing.get("/api/v1/artifacts").status_code == 401
        assert guessing.post("/login", data={"token": UNKNOWN}).status_code == 401
        with asking(served) as nameless:
            assert nameless.get("/api/v1/artifacts").status_code == 401
        assert refused(client) == before + 2
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["refused a caller at 127.0.0.1"]
    assert UNKNOWN not in caplog.text
