"""The thread of the search index leaves the interpreter to calls, and hurries where there are none."""

from __future__ import annotations

import threading
import time
from typing import Any

from lineal.server.indexing import Indexing
from tests.crowd import Crowd

STEP_SECONDS = 0.03
STEPS = 4  # of which the first may begin before there is work


class _Unending:
    """An index that is never level; it keeps when each step began and ended."""

    is_available = True

    def __init__(self) -> None:
        self.began: list[float] = []
        self.ended: list[float] = []
        self.enough = threading.Event()

    def step(self, kind: Any) -> bool:
        self.began.append(time.monotonic())
        time.sleep(STEP_SECONDS / 3)  # there are three kinds in a step
        self.ended.append(time.monotonic())
        if len(self.began) > 3 * STEPS:
            self.enough.set()
        return False

    @property
    def rests(self) -> list[float]:
        """How long the thread rested before each step but the first."""
        return [began - ended for began, ended in zip(self.began[3::3], self.ended[2::3], strict=False)]


def follow(index: _Unending) -> None:
    with Indexing(index):  # type: ignore[arg-type]  # it asks an index for no more than that
        assert index.enough.wait(30)


def compute(crowd: Crowd) -> None:
    while not crowd.is_over:
        sum(range(1000))


def test_the_index_rests_longer_than_it_works_while_others_compute() -> None:
    index = _Unending()
    calls = Crowd([lambda: compute(calls)])
    with calls:
        follow(index)
    assert min(index.rests[1:]) > 3 * STEP_SECONDS


def test_the_index_hardly_rests_where_nobody_else_works() -> None:
    index = _Unending()
    follow(index)
    assert min(index.rests) < 2 * STEP_SECONDS
