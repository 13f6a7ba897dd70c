"""The pages of the built site as a browser reads them: what they link to, what they load, and their anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {"src", "srcset", "poster", "data"}
"""Attributes whose addresses a browser fetches by itself; `href` counts for `link` and `use` alone."""
IN_STYLES = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)|@import\s+['\"]([^'\"]+)")


@dataclass(frozen=True)
class Link:
    """An address on a page, and whether the page loads it."""

    address: str
    is_loaded: bool

    @property
    def is_elsewhere(self) -> bool:
        """Whether it leads out of the site."""
        return bool(urlsplit(self.address).scheme or urlsplit(self.address).netloc)


@dataclass
class HtmlPage:
    """A page of the site.

    Attributes:
        file: where it is.
        ids: its anchors.
        links: what it links to and loads.
        scripts: what would run and is within the page.
        looks: the elements with their classes: what a style sheet can tell apart.
    """

    file: Path
    ids: set[str] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    looks: set[str] = field(default_factory=set)

    def target(self, link: Link) -> tuple[Path, str]:
        """Return the file and the anchor that a link within the site leads to."""
        parts = urlsplit(link.address)
        file = (self.file.parent / unquote(parts.path)).resolve() if parts.path else self.file
        return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)


class _Reader(HTMLParser):
    def __init__(self, page: HtmlPage) -> None:
        super().__init__()
        self.page = page

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "script" and not any(name == "src" for name, _ in attributes):
            self.page.scripts.append(self.get_starttag_text() or "")
        classes = dict(attributes).get("class") or ""
        self.page.looks |= {f"{tag}.{each}" for each in classes.split()} or {tag}
        for name, value in attributes:
            if name.startswith("on") or (value or "").startswith("javascript:"):
                self.page.scripts.append(f"{name}={value}")
            if name == "id" or (tag == "a" and name == "name"):
                self.page.ids.add(value or "")
            if name in LOADING or (name == "href" and tag in ("link", "use")):
                self.page.links.append(Link((value or "").split()[0], is_loaded=True))
            elif name in ("href", "action"):
                self.page.links.append(Link(value or "", is_loaded=False))

    def handle_data(self, data: str) -> None:
        if self.get_starttag_text() == "<style>":
            self.page.links += [Link(address, is_loaded=True) for address in in_styles(data)]


class Site:
    """All pages and style sheets of a built site."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def pages(self) -> dict[Path, HtmlPage]:
        """The pages by their files."""
        return {file: read(file) for file in sorted(self.root.rglob("*.html"))}

    def names(self) -> list[str]:
        """The addresses of the pages relative to the root."""
        return [file.relative_to(self.root).as_posix() for file in self.pages]

    def with_every_look(self) -> list[HtmlPage]:
        """Return few and small pages that have every look together."""
        left = set().union(*(page.looks for page in self.pages.values()))
        chosen = []
        while left:
            chosen.append(max(self.pages.values(), key=lambda page: len(page.looks & left) / page.file.stat().st_size))
            left -= chosen[-1].looks
        return chosen

    def style_sheets(self) -> Iterator[tuple[Path, str]]:
        """Every address in a style sheet."""
        for file in self.root.rglob("*.css"):
            yield from ((file, address) for address in in_styles(file.read_text("utf-8")))


def read(file: Path) -> HtmlPage:
    """Read a page."""
    page = HtmlPage(file)
    _Reader(page).feed(file.read_text("utf-8"))
    return page


def in_styles(text: str) -> list[str]:
    """Return the addresses in a style sheet that are no data."""
    found = [first or second for first, second in IN_STYLES.findall(text)]
    return [address for address in found if not address.startswith(("data:", "#"))]
