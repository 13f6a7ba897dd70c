"""What runs the programs of all pages of a process of tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.pages.interpreters import Interpreters


@pytest.fixture(scope="session")
def interpreters() -> Iterator[Interpreters]:
    """The processes that are forked for programs and commands."""
    with ExitStack() as stack:
        yield Interpreters(stack)
