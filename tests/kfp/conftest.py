"""A server with all its doors, opposite the official core."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.access.serving import serving
from tests.compat.conftest import core
from tests.compat.official import OfficialCore
from tests.compat.pair import Pair
from tests.compat.sides import LinealSide
from tests.kfp.asking import Asking
from tests.kfp.doors import Doors

__all__ = ["core"]


@pytest.fixture
def doors() -> Iterator[Doors]:
    """The doors of a server with a store in memory."""
    with serving() as served, closing(Doors(served.grpc, f"http://{served.http}")) as opened:
        yield opened


@pytest.fixture
def asking(core: OfficialCore, doors: Doors) -> Iterator[Asking]:
    """Both sides, empty."""
    pair = Pair(core.open(), LinealSide(doors, name="lineal's server"))
    yield Asking(pair, doors)
    pair.close()
