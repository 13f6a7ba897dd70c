"""The database that the execution tests read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.filter.shelf import filled_database


@pytest.fixture(scope="session")
def shelf() -> Iterator[sa.Engine]:
    """Fill a database once; no test writes to it."""
    engine = filled_database()
    yield engine
    engine.dispose()
