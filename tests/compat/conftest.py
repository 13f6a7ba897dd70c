"""The sides to compare: the official core where its environment is found, and Lineal in memory.

LINEAL_COMPAT_AGAINST says what stands opposite the official core: `lineal` (default, in memory), Lineal on one of the
engines of tests/engines.py by name, or `official`, which compares the core with itself and so tests the comparison.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from tests.compat.official import Answer, OfficialCore
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide, Side
from tests.engines import BY_NAME, Engine

_SERVERS = ExitStack()
atexit.register(_SERVERS.close)


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
    """Open what stands opposite the official core."""
    against = os.environ.get("LINEAL_COMPAT_AGAINST", "lineal")
    if against == "official":
        return core.open()
    from lineal.upkeep.opening import open_service

    if against == "lineal":
        return LinealSide(open_service("sqlite://"))
    return LentSide(BY_NAME[against])


class LentSide(LinealSide):
    """Lineal on a database that is given back at the end.

    A request that is undone uses up no ids in SQLite; so that ids can be compared, it must not do so here either.
    """

    def __init__(self, engine: Engine) -> None:
        from lineal.upkeep.opening import open_service

        self._engine = engine
        self._lent: AbstractContextManager[str] = engine.empty_url(_SERVERS, Path())
        self._service = open_service(self._lent.__enter__())
        engine.rewind_ids(self._service.database)
        super().__init__(self._service)

    def finish(self) -> Answer:
        """Call, and rewind the ids of what was undone."""
        answer = super().finish()
        if answer.code:
            self._engine.rewind_ids(self._service.database)
        return answer

    def close(self) -> None:
        """Close the service and give the database back."""
        super().close()
        self._lent.__exit__(None, None, None)
