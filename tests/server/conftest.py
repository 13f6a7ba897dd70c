"""A service in memory, and one server process for all tests that do not stop it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from tests.serving import Caller, ServerProcess, running_server


@pytest.fixture
def service() -> Iterator[MetadataService]:
    with open_service("sqlite://") as opened:
        yield opened


@pytest.fixture(scope="session")
def server() -> Iterator[ServerProcess]:
    """A server with a limit of 2 MiB for one message, over a database in memory."""
    with running_server("sqlite://", "--max-message-mib", "2") as running:
        yield running


@pytest.fixture
def caller(server: ServerProcess) -> Iterator[Caller]:
    with Caller(server.address) as opened:
        yield opened
