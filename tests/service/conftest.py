"""A service on a fresh store, and a way to count its statements."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
from google.protobuf.message import Message

from lineal.service import MetadataService
from lineal.upkeep.opening import open_service

CountStatements = Callable[[str, Message], int]


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    """A service on a fresh store."""
    with open_service(database_url) as opened:
        yield opened


@pytest.fixture
def count_statements(service: MetadataService) -> CountStatements:
    """A function that runs a call and returns how many statements it took, without begin and commit."""

    def count(method: str, request: Message) -> int:
        statements: list[str] = []
        service.database.node_times._looked = math.inf  # what is done now and then does not count
        service.database.observe = statements.append
        service.call(method, request)
        return len(statements)

    return count
