"""`lineal docs`: find a page of the documentation that this installation brings, and say where it is.

WORDS are a name of which a message says `see: lineal docs NAME`, words of a title, a heading or the text, or a whole
message in quotation marks. Without words it is the start page. If LINEAL_UI_URL names a server's web UI, its address of
the page is printed too.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from urllib.parse import quote

from lineal import errors, pages
from lineal.cli import docs_sections
from lineal.cli.arguments import Commands, whole_number
from lineal.cli.docs_sections import Section
from lineal.cli.output import Column, add_output_flags, is_text, print_records

NOT_BUILT = (
    "the documentation is not part of this installation; in a checkout, run `make site` (Python 3.11 or newer), or "
    "read it at /docs of a server that has it"
)


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("docs", help="find a page of the documentation", description=__doc__)
    parser.set_defaults(run=run)
    words = parser.add_argument("words", nargs="*", metavar="WORDS", help="a name, or words of the pages")
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
        NotFoundError: no page has the words.
    """
    site = pages.built_site()
    if site is None:
        raise errors.FailedPreconditionError(NOT_BUILT)
    found = _found(site, args.words)
    if not found:
        said = " ".join(args.words)
        raise errors.NotFoundError(
            f"no page of the documentation has {said!r}; try other words, or search in a browser: "
            f"{site.as_uri()}/search.html?q={quote(said)}"
        )
    records = [_record(site, place, args.words) for place in found[: args.limit]]
    if args.open:
        _open(str(records[0]["file"]))
    _print(args, records, left=len(found) - len(records))


def _found(site: Path, words: Sequence[str]) -> list[Section]:
    """Return the page with a name, or the sections that have all words, the best first."""
    page = pages.PAGES.get(" ".join(words) or "start") or pages.PAGES.get("-".join(words))
    if page is None:
        messages = f"{pages.TROUBLESHOOTING.path}.html"
        return docs_sections.quoting(site, messages, " ".join(words)) or docs_sections.found(site, words)
    known = docs_sections.sections_of(site, f"{page.path}.html")
    return [each for each in known if each.address == page.place] or [Section(page.name, "", page.place, "")]


def _record(site: Path, place: Section, words: Sequence[str]) -> dict[str, str | None]:
    from lineal.sdk.pictures.web_ui import address_of

    try:
        server = address_of(None)
    except ValueError as error:
        raise errors.InvalidArgumentError(str(error)) from None
    url = f"{server}{pages.ADDRESS}/{place.address}" if server else None
    return {
        "title": place.title,
        "heading": place.heading,
        "excerpt": docs_sections.excerpt(place, words),
        "file": f"{site.as_uri()}/{place.address}",
        "url": url,
    }


def _print(args: argparse.Namespace, records: Sequence[dict[str, str | None]], *, left: int) -> None:
    notes = [f"{left} more; give more words, or --limit"] if left else []
    if not is_text(args):
        columns = [Column(name, itemgetter(name)) for name in ("title", "heading", "excerpt", "file", "url")]
        print_records(args, records, columns, notes=notes)
        return
    for record in records:
        print(": ".join(text for text in (record["title"], record["heading"]) if text))
        print("".join(f"  {record[name]}\n" for name in ("excerpt", "file", "url") if record[name]), end="")
    print("".join(f"{note}\n" for note in notes), end="")


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        raise errors.FailedPreconditionError(f"no web browser can be opened here; open {address}")
