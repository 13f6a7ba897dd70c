"""From a setting to a root."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lineal import errors
from lineal.files import Nowhere, open_root
from lineal.urls import check_artifacts_root, default_artifacts_root


def test_the_root_of_a_sqlite_file_is_a_folder_beside_it() -> None:
    assert (
        default_artifacts_root("sqlite:////var/lib/lineal/meta%20data.db") == "/var/lib/lineal/meta data.db.artifacts"
    )
    assert default_artifacts_root("sqlite:///metadata.db?mode=rwc") == "metadata.db.artifacts"


@pytest.mark.parametrize("url", ["sqlite://", "mysql://u@h/d", "postgresql://u@h/d"])
def test_other_databases_have_no_root_of_their_own(url: str) -> None:
    assert default_artifacts_root(url) == ""


def test_a_folder_is_tried_before_the_first_upload(tmp_path: Path) -> None:
    assert open_root(str(tmp_path / "new" / "root")).check() == ""
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").touch()
    with pytest.raises(
        errors.FailedPreconditionError, match=f"root {tmp_path}/file/root cannot.*{tmp_path}/file is no"
    ):
        open_root(str(tmp_path / "file" / "root")).check()


def test_a_folder_that_cannot_be_made_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda place, mode: not mode & os.W_OK)  # the tests may run as root
    with pytest.raises(errors.FailedPreconditionError, match=f"may not write in {tmp_path}; make it"):
        open_root(str(tmp_path / "root")).check()
    assert "so uploads are refused" in open_root(str(tmp_path)).check()


def test_without_a_root_an_upload_is_refused_with_what_to_set() -> None:
    root = open_root(default_artifacts_root("sqlite://"))
    assert isinstance(root, Nowhere)
    with pytest.raises(errors.FailedPreconditionError, match="start it with --artifacts-root"):
        root.write("a")
    assert root.list("a") == []
    root.delete("a")
    with pytest.raises(errors.NotFoundError):
        root.read("a")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("s3://bucket/folder", "S3Store"),
        ("gs://bucket/folder", "GCSStore"),
        ("abfs://container@account.dfs.core.windows.net/folder", "AzureStore"),
    ],
)
def test_each_scheme_opens_its_object_store(url: str, kind: str) -> None:
    opened = repr(open_root(url))
    assert kind in opened
    assert "folder" in opened


@pytest.mark.parametrize("place", ["ftp://host/x", "http://host/x", "file:///x", "s3://key:secret@bucket/x"])
def test_another_place_is_refused_without_its_password(place: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="--artifacts-root") as refused:
        check_artifacts_root(place)
    assert "secret" not in refused.value.message


def test_a_wrong_url_of_an_object_store_is_refused() -> None:
    with pytest.raises(errors.InvalidArgumentError, match="is no place for files"):
        open_root("az://container")
