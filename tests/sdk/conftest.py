"""Stores for the SDK's tests: real ones, in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.sdk import Execution, Store, Workspace
from lineal.upkeep.opening import open_service
from tests.sdk.wires import Wire


@pytest.fixture
def lacks() -> set[str]:
    """The calls that the test's store does not know; a test can have it otherwise by parameters."""
    return set()


@pytest.fixture
def wire(lacks: set[str]) -> Iterator[Wire]:
    """The transport of the test's store."""
    transport = Wire(LocalTransport(open_service("sqlite://")), lacks=set(lacks))
    yield transport
    transport.close()


@pytest.fixture
def store(wire: Wire) -> Store:
    return Store.from_client(MetadataStore.from_transport(wire))


@pytest.fixture
def workspace(store: Store) -> Workspace:
    return Workspace(store, "bakery")


@pytest.fixture
def execution(workspace: Workspace) -> Execution:
    return Execution("train", workspace)
