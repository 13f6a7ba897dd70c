"""The page on the HTTP port: one document behind every address, its files, a note where it is not built."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from lineal.server.page import add_page

DOCUMENT = '<!doctype html><head><base href="./" /></head>'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(DOCUMENT)
    (tmp_path / "assets" / "index-abc.js").write_text("1")
    for name in ("theme.js", "icon.svg"):
        (tmp_path / name).write_text("")
    return tmp_path


def client(folder: Path | None) -> TestClient:
    app = FastAPI()
    add_page(app, folder)
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("/", "./"),
        ("/artifacts", "./"),
        ("/lineage?focus=a1", "./"),
        ("/artifacts/3", "../"),
        ("/artifact_types/model/artifacts/3", "../../../"),
    ],
)
def test_every_address_names_the_root_of_the_page_relative_to_itself(built: Path, address: str, base: str) -> None:
    answer = client(built).get(address)
    assert answer.status_code == 200
    assert f'<base href="{base}" />' in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_files_with_a_hash_in_their_name_are_kept_for_ever(built: Path) -> None:
    assert "immutable" in client(built).get("/assets/index-abc.js").headers["cache-control"]


def test_only_what_was_built_is_served(built: Path) -> None:
    (built.parent / "secret").write_text("secret")
    for address in ("/assets/../../secret", "/assets/..%2f..%2fsecret", "/secret", "/nowhere"):
        assert client(built).get(address).status_code == 404


def test_a_page_that_is_not_built_says_what_to_do() -> None:
    answer = client(None).get("/artifacts/3")
    assert answer.status_code == 200
    assert "make ui" in answer.text


def test_a_page_that_is_built_anew_is_served_at_once(built: Path) -> None:
    running = client(built)
    (built / "index.html").write_text(DOCUMENT + "<title>new</title>")
    assert "new" in running.get("/").text
