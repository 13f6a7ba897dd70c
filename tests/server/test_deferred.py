"""Counting put aside: nothing is lost at the end, and a piece that fails keeps no other from being counted."""

from __future__ import annotations

import time

import pytest

from lineal.server.observing.deferred import add, count, counting, later


def fail() -> None:
    raise ValueError("a number that cannot be counted")


def test_what_waits_at_the_end_is_counted() -> None:
    counted: list[int] = []
    with counting():
        later(lambda: counted.append(1))
    assert counted == [1]


def test_what_waits_is_counted_a_moment_later_in_its_order() -> None:
    counted: list[int] = []
    with counting():
        for number in range(3):
            later(lambda number=number: counted.append(number))  # type: ignore[misc]
        end = time.monotonic() + 30
        while len(counted) < 3:
            assert time.monotonic() < end
            time.sleep(0.01)
    assert counted == [0, 1, 2]


def test_a_piece_that_fails_is_told_and_the_others_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    counted: list[int] = []
    later(fail)
    later(lambda: counted.append(1))
    count()
    assert counted == [1]
    assert "a number could not be counted" in caplog.text


def test_additions_to_one_number_become_one() -> None:
    class Number:
        def __init__(self) -> None:
            self.added: list[float] = []

        def inc(self, amount: float = 1) -> None:
            self.added.append(amount)

    calls, in_progress = Number(), Number()
    for _ in range(3):
        add(in_progress)
        add(calls)
        add(in_progress, -1)
    count()
    assert (calls.added, in_progress.added) == ([3], [0])
