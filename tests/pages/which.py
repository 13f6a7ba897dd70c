"""Which pages are run: those that a reader follows."""

from __future__ import annotations

from pathlib import Path

from tests.pages.page import blocks_of
from tests.pages.running import left_out
from tests.services import REPOSITORY

DOCS = REPOSITORY / "docs"
FOLLOWED = ("get-started", "sdk", "tutorials", "recipes", "concepts", "migrate", "help", "operations")
"""Folders of pages with commands for readers. The reference has examples of spelling, which its own tests read."""
FOR_CONTRIBUTORS = ("architecture.md", "storage.md", "performance.md")


def pages() -> list[Path]:
    """Return README.md and the pages of docs/ that have blocks to run, by their paths."""
    found = [page for folder in FOLLOWED for page in (DOCS / folder).rglob("*.md")]
    found += [page for page in DOCS.glob("*.md") if page.name not in FOR_CONTRIBUTORS]
    return [REPOSITORY / "README.md", *(each for each in sorted(found) if has_blocks(each))]


def has_blocks(page: Path) -> bool:
    """Tell whether a page has a program or a command."""
    return any(block.is_run for block in blocks_of(page))


def is_run(page: Path) -> bool:
    """Tell whether a block of the page runs here."""
    return any(block.is_run and not left_out(block) for block in blocks_of(page))


def name_of(page: Path) -> str:
    """Return the path of a page in the repository."""
    return page.relative_to(REPOSITORY).as_posix()
