"""Links, anchors and pictures of the built pages lead somewhere, and nothing is loaded from elsewhere."""

from __future__ import annotations

import re

import pytest

from tests.site.conftest import ELSEWHERE
from tests.site.html_pages import Site

FEWEST_PAGES = 100


def test_every_link_anchor_and_picture_is_there(site: Site) -> None:
    dead = []
    for page in site.pages.values():
        for link in page.links:
            if link.is_elsewhere:
                continue
            file, anchor = page.target(link)
            is_inside = file.is_relative_to(site.root) and file.is_file()
            ids = site.pages[file].ids if file in site.pages else {anchor}
            if not is_inside or (anchor and anchor not in ids):
                dead.append(f"{page.file.relative_to(site.root)} leads to {link.address}")
    assert dead == []
    assert len(site.pages) > FEWEST_PAGES


def test_nothing_is_loaded_from_elsewhere(site: Site) -> None:
    loaded = [
        f"{page.file.relative_to(site.root)} loads {link.address}"
        for page in site.pages.values()
        for link in page.links
        if link.is_loaded and link.is_elsewhere and not link.address.startswith("data:")
    ]
    styles = [f"{file.name} loads {address}" for file, address in site.style_sheets() if "//" in address]
    assert loaded + styles == []


def test_what_style_sheets_load_is_there(site: Site) -> None:
    missing = [
        (file.name, address)
        for file, address in site.style_sheets()
        if not (file.parent / address.partition("?")[0].partition("#")[0]).is_file()
    ]
    assert missing == []


def test_addresses_elsewhere_are_those_of_the_web(site: Site, request: pytest.FixtureRequest) -> None:
    found = {
        link.address: page.file.relative_to(site.root).as_posix()
        for page in site.pages.values()
        for link in page.links
        if link.is_elsewhere and not link.address.startswith("data:")
    }
    request.config.stash[ELSEWHERE].update(found)
    assert [address for address in found if not re.match(r"https?://[\w.-]+(:\d+)?(/|$)|mailto:", address)] == []


def test_no_page_holds_a_script(site: Site) -> None:
    """A server's Content-Security-Policy would not run it."""
    assert [(page.file.name, page.scripts) for page in site.pages.values() if page.scripts] == []


def test_no_file_of_the_machine_that_built_it_is_named(site: Site) -> None:
    top = str(site.root.parents[3])
    assert [file.name for file in site.pages if top in file.read_text()] == []
