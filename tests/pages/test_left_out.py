"""What does not run on the pages is counted, so that nobody adds a block silently that no test runs."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.pages.page import blocks_of
from tests.pages.running import left_out
from tests.pages.which import name_of, pages
from tests.services import REPOSITORY

NOT_RUN = {"docker": 5, "cluster": 20, "not run": 13}
"""How many blocks of all pages run nowhere, by what they need."""
LEFT_OUT = [(page, block, why) for page in pages() for block in blocks_of(page) if (why := left_out(block))]


def test_the_blocks_that_run_nowhere_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    found = Counter(why for _, _, why in LEFT_OUT if why != "elsewhere")
    by_page = Counter((name_of(page), why) for page, _, why in LEFT_OUT)

    with capsys.disabled():
        print(f"\nnot run: {dict(found)}; run by other tests: {sum(why == 'elsewhere' for _, _, why in LEFT_OUT)}")
        print("".join(f"  {page}: {count} ({why})\n" for (page, why), count in sorted(by_page.items())))

    assert {why: count for why, count in NOT_RUN.items() if count} == dict(found)


@pytest.mark.parametrize(
    "place", sorted({block.marks["elsewhere"] for _, block, why in LEFT_OUT if why == "elsewhere"})
)
def test_what_runs_a_block_elsewhere_is_there(place: str) -> None:
    page_or_test = REPOSITORY / place

    assert page_or_test.exists()
    assert page_or_test.suffix == ".py" or page_or_test in pages()
