"""The sides to compare: the official core where its environment is found, and Lineal in memory.

LINEAL_COMPAT_AGAINST says what stands opposite the official core: `lineal` (default), or `official`, which compares the
core with itself and so tests the comparison.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.compat.official import OfficialCore
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide, Side


@pytest.fixture(scope="session")
def core(official_python: Path) -> Iterator[OfficialCore]:
    """Start the official core once."""
    core = OfficialCore(official_python)
    yield core
    core.close()


@pytest.fixture
def new_pair(core: OfficialCore) -> Iterator[Callable[[], Pair]]:
    """Open pairs of fresh stores, which the end of the test closes."""
    pairs: list[Pair] = []

    def open_pair() -> Pair:
        pairs.append(Pair(core.open(), opposite(core)))
        return pairs[-1]

    yield open_pair
    for pair in pairs:
        pair.close()


@pytest.fixture
def pair(new_pair: Callable[[], Pair]) -> Pair:
    """Return a pair of fresh stores."""
    return new_pair()


def opposite(core: OfficialCore) -> Side:
    if os.environ.get("LINEAL_COMPAT_AGAINST") == "official":
        return core.open()
    from lineal.service import open_service

    return LinealSide(open_service("sqlite://"))
