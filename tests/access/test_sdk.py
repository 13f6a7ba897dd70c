"""The SDK with credentials for one workspace: everything it does works, and nobody else sees it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lineal import errors
from lineal.sdk import Store, Workspace, tutorial
from lineal.security import AccessSettings
from lineal.service.access import Role
from tests.access.serving import asking, serving


def test_the_tutorial_runs_within_its_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(access=AccessSettings(auth=("token",))) as served:
        monkeypatch.setenv("LINEAL_TOKEN", served.token(Role.WRITER, "bakery"))
        limited: list[str] = []
        tutorial.run(f"grpc://{served.grpc}", write=limited.append)
        with asking(served, token=served.token(Role.READER, "other")) as stranger:
            assert stranger.get("/api/v1/totals").json()["artifacts"] == 0
        with asking(served, token=served.token(Role.READER, "bakery")) as reader:
            seen = reader.get("/api/v1/totals").json()
        with asking(served, token=served.token(Role.READER)) as everyone:
            assert everyone.get("/api/v1/totals").json() == seen
    unlimited: list[str] = []
    tutorial.run("sqlite://", write=unlimited.append)
    assert len(limited) == len(unlimited)


def test_a_reader_who_mistypes_a_workspace_is_told_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(access=AccessSettings(auth=("token",))) as served:
        monkeypatch.setenv("LINEAL_TOKEN", served.token(Role.READER))
        with pytest.raises(errors.PermissionDeniedError, match=r"no workspace 'chrn'.*check the name.*role writer"):
            Workspace(Store(f"grpc://{served.grpc}"), "chrn")
