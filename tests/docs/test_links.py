"""Links between the pages lead somewhere, and no page repeats a block. `make site` checks the table of contents."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from docs._extension.reference_of_lineal import expanded
from tests.services import REPOSITORY

PAGES = [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").rglob("*.md"))]
LARGEST_PICTURE = 200_000  # bytes
OLD_SECTIONS_OF_THE_SDK = set(
    "store workspace run execution where-an-execution-ran rules-for-logging steps where-steps-are-recorded"
    " threads-and-processes dataset model metrics points-of-a-metric values-paths-and-ids changing-records"
    " a-retrained-model listing dataframes lineage notebooks artifact-a-type-of-your-own types several-processes"
    " errors-and-retries the-stored-form differences-from-the-original".split()
)
LINK = re.compile(r"\]\((?!https?:)([^)\s]*)\)")


@cache
def text_of(page: Path) -> str:
    """The text of a page, with what is made from code."""
    return expanded(page.read_text()) if page.suffix == ".md" else ""


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are commonly made."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def targets(page: Path) -> list[tuple[Path, str]]:
    """The files and anchors that a page links to."""
    links = [link.partition("#") for link in LINK.findall(text_of(page))]
    return [(_target(page, path), anchor) for path, _, anchor in links]


def _target(page: Path, path: str) -> Path:
    """The file of a link; the site takes a path that begins with a slash from docs/."""
    if path.startswith("/"):
        return REPOSITORY / "docs" / path[1:]
    return (page.parent / path).resolve() if path else page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(REPOSITORY).as_posix())
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target, anchor in targets(page):
        assert target.exists(), f"{page.name} links to {target}, which does not exist"
        assert not anchor or anchor in anchors(target), f"{page.name} links to #{anchor}, which {target.name} lacks"


def test_every_picture_of_the_docs_is_shown_and_loads_fast() -> None:
    pictures = set((REPOSITORY / "docs" / "pictures").iterdir())

    assert pictures == {target for page in PAGES for target, _ in targets(page) if target.suffix == ".png"}
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []


def test_a_script_takes_every_picture() -> None:
    journeys = (REPOSITORY / "ui" / "journeys").glob("*.ts")
    scripts = "".join(path.read_text() for path in journeys if "`make pictures` takes them" in path.read_text())
    pictures = (REPOSITORY / "docs" / "pictures").iterdir()
    assert [picture.name for picture in pictures if f'"{picture.stem}"' not in scripts] == []


def test_addresses_of_sections_that_the_guide_to_the_sdk_had_lead_to_the_rows_that_name_them() -> None:
    """Messages and mails have `sdk.html#steps` and the like: each is in a row of the table, with its new place."""
    rows = re.findall(r'<span id="([^"]+)"></span>.*\]\((\w+/[^)]+)\)', (REPOSITORY / "docs" / "sdk.md").read_text())

    assert [name for name, _ in rows] == list(dict(rows))
    assert dict(rows).keys() == OLD_SECTIONS_OF_THE_SDK


def test_no_page_shows_a_block_twice_in_a_row() -> None:
    twice = re.compile(r"^(```\w*\n(?:(?!```).*\n)+```\n)\n\1", re.MULTILINE)
    assert [page.name for page in PAGES if twice.search(page.read_text())] == []
