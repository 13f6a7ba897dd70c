"""The documentation site on the HTTP port: its files, its way through proxies, and what is said without it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from lineal import pages
from lineal.server.rest.problems import KINDS
from tests.server.rest.conftest import serving

BROWSER = {"accept": "text/html,*/*"}
MISSING = (
    '<html data-content_root="./"><a href="index.html"></a><a href="#top"></a><img src="data:x"><a href="https://x">'
)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small site in the place of the built one."""
    folder = tmp_path / "site"
    monkeypatch.setattr(pages, "site_folder", lambda: folder)
    for name, text in {
        "index.html": "start",
        "operations/files.html": "files",
        "recipes/index.html": "recipes",
        "_static/site.css": "a {}",
        "404.html": MISSING,
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@contextmanager
def asking() -> Iterator[httpx.Client]:
    with serving("sqlite://") as (_, url), httpx.Client(base_url=url) as client:
        yield client


def test_the_site_is_below_docs_at_any_prefix(built: Path) -> None:
    with asking() as client:
        for prefix, headers in (("", {}), ("/lineal", {"x-forwarded-prefix": "/lineal"})):
            found = client.get(f"{prefix}/docs", headers=headers)
            assert found.status_code == 307
            assert found.headers["location"] == "docs/"
            assert client.get(f"{prefix}/docs/", headers=headers).text == "start"
            assert client.get(f"{prefix}/docs/operations/files.html", headers=headers).text == "files"
            assert client.get(f"{prefix}/docs/recipes", headers=headers).headers["location"] == "recipes/"
            assert client.get(f"{prefix}/docs/recipes/", headers=headers).text == "recipes"


def test_a_page_is_found_without_its_suffix_also_beside_a_folder_of_its_name(built: Path) -> None:
    (built / "operations.html").write_text("operations")
    with asking() as client:
        assert client.get("/docs/operations/files").text == "files"
        assert client.get("/docs/operations").text == "operations"
        assert client.get("/docs/operations/").headers["location"] == "../operations.html"
        assert client.get("/docs/operations/none", headers=BROWSER).status_code == 404


def test_a_file_that_is_named_with_its_digest_is_kept_and_every_other_is_asked_for_again(built: Path) -> None:
    with asking() as client:
        assert "immutable" in client.get("/docs/_static/site.css?v=0123abcd").headers["cache-control"]
        for address in ("/docs/", "/docs/_static/site.css", "/docs/_static/site.css?v=1&w=2", "/docs/nothing"):
            assert client.get(address, headers=BROWSER).headers["cache-control"] == "no-cache"
        tag = client.get("/docs/").headers["etag"]
        assert client.get("/docs/", headers={"if-none-match": tag}).status_code == 304


def test_pages_have_the_headers_of_the_web_ui(built: Path) -> None:
    with asking() as client:
        of_page, of_ui = client.get("/docs/").headers, client.get("/").headers
    for name in ("content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"):
        assert of_page[name] == of_ui[name]


def test_head_has_the_headers_of_get_and_other_methods_are_refused(built: Path) -> None:
    with asking() as client:
        got, asked = client.get("/docs/"), client.head("/docs/")
        assert (asked.status_code, asked.text, asked.headers["etag"]) == (200, "", got.headers["etag"])
        refused = client.post("/docs/")
        assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("address", "up"),
    [("nothing.html", ""), ("operations/nothing.html", "../"), ("a/b/c.html", "../../"), ("operations/", "../")],
)
def test_a_page_that_is_none_shows_a_browser_the_way_back_and_others_the_problem(
    built: Path, address: str, up: str
) -> None:
    with asking() as client:
        shown = client.get(f"/docs/{address}", headers=BROWSER)
        said = client.get(f"/docs/{address}")
    assert (shown.status_code, said.status_code) == (404, 404)
    assert f'data-content_root="{up}./"><a href="{up}index.html"' in shown.text
    assert '<a href="#top"></a><img src="data:x"><a href="https://x">' in shown.text
    assert said.json()["detail"] == f"nothing is at /docs/{address}; /api/docs lists what there is"


@pytest.mark.parametrize(
    "address",
    ["/docs/..%2f..%2fsecret", "/docs/%2e%2e/secret", "/docs//etc/passwd", "/docs/%00", f"/docs/{'x' * 5000}"],
)
def test_only_the_site_is_served(built: Path, address: str) -> None:
    (built.parent / "secret").write_text("secret")
    with asking() as client:
        assert client.get(address).status_code == 404


def test_a_site_that_is_not_built_says_what_to_do_until_it_is(built: Path) -> None:
    hidden = built.rename(built.with_name("hidden"))
    with asking() as client:
        for address in ("/docs/", "/docs/operations/files.html"):
            shown = client.get(address, headers=BROWSER)
            assert (shown.status_code, "make site" in shown.text) == (404, True)
            assert "make site" in client.get(address).json()["detail"]
        assert client.get("/docs/problems").status_code == 200
        hidden.rename(built)
        assert client.get("/docs/").text == "start"


def test_the_page_about_problems_leads_to_pages_of_the_site(built: Path) -> None:
    with asking() as client:
        text = client.get("/docs/problems").text
    for kind in KINDS.values():
        assert f'<a href="{kind.page.place}">' in text


def test_the_description_of_rest_and_its_page_name_the_guide_below_the_prefix(built: Path) -> None:
    headers = {"x-forwarded-prefix": "/lineal"}
    with asking() as client:
        document = client.get("/api/openapi.json", headers=headers).json()
        page = client.get("/api/docs", headers=headers).text
    assert document["externalDocs"]["url"] == "/lineal/docs/rest.html"
    assert 'href="/lineal/docs/rest.html"' in page


def test_a_problem_names_the_page_about_it_below_the_prefix(built: Path) -> None:
    with asking() as client:
        found = client.get("/api/v1/artifacts?q=x:y", headers={"x-forwarded-prefix": "/lineal"}).json()
    assert found["page"] == pages.SEARCHING.address("/lineal") == "/lineal/docs/searching.html"
