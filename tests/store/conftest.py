"""Servers for the tests of connections and transactions, and stores on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from tests.engines import SERVERS_AND_DRIVERS, Engine


@pytest.fixture(params=SERVERS_AND_DRIVERS)
def server_engine(request: pytest.FixtureRequest) -> Engine:
    """Each engine that has a server, in turn."""
    chosen: Engine = request.param
    return chosen


@pytest.fixture
def server_url(server_engine: Engine, servers: ExitStack, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty store on each engine that has a server."""
    with server_engine.empty_url(servers, tmp_path) as url:
        yield url


@pytest.fixture
def service(server_url: str) -> Iterator[MetadataService]:
    """A service on an empty store."""
    with open_service(server_url) as opened:
        yield opened
