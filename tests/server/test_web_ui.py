"""The web UI on the HTTP port: one document behind every address, its files, a note where it is not built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from lineal.server.http_door import HttpDoor
from lineal.server.http_methods import add_head
from lineal.server.web_ui import add_elsewhere, add_web_ui

DOCUMENT = '<!doctype html><head><base href="./" /></head>'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(DOCUMENT)
    (tmp_path / "assets" / "index-abc.js").write_text("1")
    for name in ("theme.js", "icon.svg"):
        (tmp_path / name).write_text("")
    return tmp_path


@contextmanager
def serving(folder: Path | None) -> Iterator[httpx.Client]:
    app = FastAPI()
    add_web_ui(app, folder)
    add_elsewhere(app, folder)
    add_head(app)
    door = HttpDoor(app, host="127.0.0.1", port=0)
    door.start()
    try:
        with httpx.Client(base_url=f"http://{door.address}") as client:
            yield client
    finally:
        door.stop()


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
def test_every_address_names_the_root_of_the_web_ui_relative_to_itself(built: Path, address: str, base: str) -> None:
    with serving(built) as client:
        answer = client.get(address)
    assert answer.status_code == 200
    assert f'<base href="{base}" />' in answer.text
    assert answer.headers["cache-control"] == "no-cache"


def test_files_with_a_hash_in_their_name_are_kept_for_ever(built: Path) -> None:
    with serving(built) as client:
        assert "immutable" in client.get("/assets/index-abc.js").headers["cache-control"]


@pytest.mark.parametrize("address", ["/assets/..%2f..%2fsecret", "/assets/%2e%2e/%2e%2e/secret", "/secret", "/nowhere"])
def test_only_what_was_built_is_served(built: Path, address: str) -> None:
    (built.parent / "secret").write_text("secret")
    with serving(built) as client:
        assert client.get(address).status_code == 404


def test_an_address_that_is_none_shows_a_browser_the_web_ui_and_others_the_problem(built: Path) -> None:
    with serving(built) as client:
        asked = client.get("/nowhere", headers={"accept": "text/html"})
        assert (asked.status_code, asked.text) == (404, DOCUMENT)
        assert client.get("/nowhere").status_code == 404
        assert "<html" not in client.get("/nowhere").text


@pytest.mark.parametrize(
    ("address", "base"), [("/nowhere", "./"), ("/old/place", "../"), ("/artifacts/3/files/what", "../../../")]
)
def test_an_address_of_any_depth_that_is_none_shows_a_browser_the_web_ui(built: Path, address: str, base: str) -> None:
    with serving(built) as client:
        asked = client.get(address, headers={"accept": "text/html"})
        assert asked.status_code == 404
        assert f'<base href="{base}" />' in asked.text
        assert client.post(address).status_code == 404


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/nothing", "/api"])
def test_an_address_of_data_that_is_none_never_shows_the_web_ui(built: Path, address: str) -> None:
    with serving(built) as client:
        asked = client.get(address, headers={"accept": "text/html"})
    assert asked.status_code == 404
    assert "<html" not in asked.text


def test_a_slash_at_the_end_leads_to_the_address_without_it(built: Path) -> None:
    with serving(built) as client:
        asked = client.get("/artifacts/3/?tab=metrics", headers={"accept": "text/html"}, follow_redirects=True)
    assert (asked.status_code, asked.url.raw_path) == (200, b"/artifacts/3?tab=metrics")


def test_a_web_ui_that_is_not_built_says_what_to_do() -> None:
    with serving(None) as client:
        assert "make ui" in client.get("/artifacts/3").text


def test_a_web_ui_that_is_built_anew_is_served_at_once(built: Path) -> None:
    with serving(built) as client:
        (built / "index.html").write_text(DOCUMENT + "<title>new</title>")
        assert "new" in client.get("/").text


@pytest.mark.parametrize("address", ["/assets/index-abc.js", "/assets/nothing.js"])
def test_a_method_that_an_asset_lacks_is_answered_with_those_it_has(built: Path, address: str) -> None:
    with serving(built) as client:
        answer = client.post(address)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_file_of_the_web_ui_takes_reading_alone(built: Path) -> None:
    with serving(built) as client:
        assert client.post("/theme.js").status_code == 405
