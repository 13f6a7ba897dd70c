"""Every program and command of the pages runs, in the order of the page, and prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages.interpreters import Interpreters
from tests.pages.page import blocks_of, commands_of
from tests.pages.running import Printed, reader, run_page
from tests.pages.which import is_run, name_of, pages

pytestmark = pytest.mark.timeout(400)
PAGES = [page for page in pages() if is_run(page)]


def check(printed: Printed, page: str) -> None:
    """Fail if a program or command ended otherwise, or printed something else, than the page says."""
    where = f"{page}:{printed.block.line} {printed.command.text if printed.command else ''}".rstrip()
    lines = "\n".join(printed.lines)
    fails = "fails" in printed.block.marks and (printed.command is None or _is_last(printed))
    assert (printed.code != 0) == fails, f"{where}\nended with {printed.code}:\n{lines}"
    said = "\n".join(printed.said or ["(nothing)"])
    assert printed.is_as_said, f"{where}\nprinted:\n{lines}\nbut the page says:\n{said}"


def _is_last(printed: Printed) -> bool:
    return printed.command == commands_of(printed.block)[-1]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_blocks_of_the_page_run_and_print_what_it_says(
    page: Path, tmp_path: Path, interpreters: Interpreters
) -> None:
    with reader(tmp_path, interpreters, blocks_of(page)) as run:
        for printed in run_page(page, run):
            check(printed, name_of(page))
