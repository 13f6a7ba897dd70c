"""A server for the tests that only need their own runs in it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.access.serving import Served, asking, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(max_message_mib=12) as found:
        yield found


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with asking(served) as found:
        yield found
