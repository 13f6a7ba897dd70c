"""The pages that a newcomer reads first tell one story: they run in one folder, the first two of them twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages.interpreters import Interpreters
from tests.pages.page import blocks_of
from tests.pages.running import PageRun, reader, run_page
from tests.pages.which import DOCS, name_of
from tests.services import REPOSITORY

pytestmark = pytest.mark.timeout(600)
FIRST = (REPOSITORY / "README.md", DOCS / "get-started" / "notebook.md")
PAGES = (*FIRST, *FIRST, DOCS / "get-started" / "mlflow.md")


def listed(run: PageRun, words: str) -> list[str]:
    """Return the names that `lineal ls` prints."""
    done = run._command(f"lineal ls {words} --db sqlite:///metadata.db --columns name -o csv --limit 1000")
    return done.printed.split("\n")[1:-1]


def test_the_first_pages_run_in_one_folder_and_twice(tmp_path: Path, interpreters: Interpreters) -> None:
    blocks = [block for page in set(PAGES) for block in blocks_of(page)]
    with reader(tmp_path, interpreters, blocks) as run:
        for page in PAGES:
            for printed in run_page(page, run):
                assert printed.code == 0, f"{name_of(page)}:{printed.block.line}\n{printed.lines}"

        assert sorted(listed(run, "models -q alias:production")) == ["wine", "wine-mlflow"]
        assert sorted(listed(run, "models -q name=wine")) == ["wine"] * 6
        assert sorted(listed(run, "data_sets")) == ["wine test", "wine train", "wine-test", "wine-train"]
