"""`lineal docs`: find a page of the documentation that this installation brings, and say where it is.

WORDS are a name of which a message says `see: lineal docs NAME`, or words of a title or heading. Without words it is
the start page. If LINEAL_UI_URL names a server's web UI, its address of the page is printed too.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from lineal import errors, pages
from lineal.cli.arguments import Commands, whole_number
from lineal.cli.output import Column, add_output_flags, is_text, print_records

_INDEX = "searchindex.js"
_OF_CONTRIBUTORS = ("contributors/", "decisions/", "architecture", "storage", "performance")
NOT_BUILT = (
    "the documentation is not part of this installation; in a checkout, run `make site` (Python 3.11 or newer), or "
    "read it at /docs of a server that has it"
)


class Place(NamedTuple):
    """A page, or a section of one: its texts, and its address relative to the root of the site."""

    title: str
    heading: str
    address: str


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("docs", help="find a page of the documentation", description=__doc__)
    parser.set_defaults(run=run)
    words = parser.add_argument("words", nargs="*", metavar="WORDS", help="a name, or words of a title or heading")
    words.words = list(pages.PAGES)  # type: ignore[attr-defined]
    parser.add_argument("--open", action="store_true", help="open the first one in the web browser")
    parser.add_argument(
        "--limit", type=whole_number(1, 1000), default=10, metavar="NUMBER", help="how many at most (default: 10)"
    )
    add_output_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print where the pages are that the words name.

    Raises:
        FailedPreconditionError: the site is not installed, or no browser can be opened.
        NotFoundError: no title or heading has the words.
    """
    site = pages.built_site()
    if site is None:
        raise errors.FailedPreconditionError(NOT_BUILT)
    found = _found(site, args.words)
    if not found:
        said = " ".join(args.words)
        raise errors.NotFoundError(
            f"no title or heading of the documentation has {said!r}; search its text in a browser: "
            f"{site.as_uri()}/search.html?q={quote(said)}"
        )
    records = [_record(site, place) for place in found]
    if args.open:
        _open(str(records[0]["file"]))
    _print(args, records[: args.limit], left=max(0, len(records) - args.limit))


def _found(site: Path, words: Sequence[str]) -> list[Place]:
    """Return the page with a name, or those whose titles or headings have all words, the titles first."""
    known = list(_places(site))
    page = pages.PAGES.get(" ".join(words) or "start") or pages.PAGES.get("-".join(words))
    if page is not None:
        named = [place for place in known if place.address == page.place]
        return named or [Place(page.name, "", page.place)]
    wanted = [word.casefold() for word in words]
    return sorted((place for place in known if _fits(place, wanted)), key=_order)


def _fits(place: Place, words: Sequence[str]) -> bool:
    """Say whether a page or section has all words, at least one of them in its own heading."""
    own, whole = (place.heading or place.title).casefold(), f"{place.title} {place.heading}".casefold()
    return all(word in whole for word in words) and any(word in own for word in words)


def _order(place: Place) -> tuple[bool, bool, int]:
    """Pages for users come before those for contributors, titles before headings, short ones before long ones."""
    return place.address.startswith(_OF_CONTRIBUTORS), bool(place.heading), len(place.heading or place.title)


def _places(site: Path) -> Iterator[Place]:
    """Yield all pages and sections, from the index of the site's own search."""
    import json

    text = (site / _INDEX).read_text("utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    for text, places in index["alltitles"].items():
        for page, anchor in places:
            title, address = index["titles"][page], f"{index['docnames'][page]}.html"
            yield Place(title, text, f"{address}#{anchor}") if anchor else Place(title, "", address)


def _record(site: Path, place: Place) -> dict[str, str | None]:
    from lineal.sdk.pictures.web_ui import address_of

    try:
        server = address_of(None)
    except ValueError as error:
        raise errors.InvalidArgumentError(str(error)) from None
    url = f"{server}{pages.ADDRESS}/{place.address}" if server else None
    return {"title": place.title, "heading": place.heading, "file": f"{site.as_uri()}/{place.address}", "url": url}


def _print(args: argparse.Namespace, records: Sequence[dict[str, str | None]], *, left: int) -> None:
    notes = [f"{left} more; give more words, or --limit"] if left else []
    if not is_text(args):
        columns = [Column(name, itemgetter(name)) for name in ("title", "heading", "file", "url")]
        print_records(args, records, columns, notes=notes)
        return
    for record in records:
        print(": ".join(text for text in (record["title"], record["heading"]) if text))
        print("".join(f"  {record[name]}\n" for name in ("file", "url") if record[name]), end="")
    print("".join(f"{note}\n" for note in notes), end="")


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        raise errors.FailedPreconditionError(f"no web browser can be opened here; open {address}")
