"""Stores of every older version, made once by the official core."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.build import SIX_KINDS
from tests.compat.official import OfficialCore
from tests.migration.stores import SINCE_VERSION_10, OldStores


@pytest.fixture(scope="session")
def core(official_python: Path) -> Iterator[OfficialCore]:
    """Start the official core once."""
    core = OfficialCore(official_python)
    yield core
    core.close()


@pytest.fixture(scope="session")
def old_stores(core: OfficialCore, tmp_path_factory: pytest.TempPathFactory) -> OldStores:
    """Stores with values that every version can hold."""
    values = [name for name in SIX_KINDS if name not in SINCE_VERSION_10]
    return OldStores(core, tmp_path_factory.mktemp("old"), values=values)


@pytest.fixture(scope="session")
def full_stores(core: OfficialCore, tmp_path_factory: pytest.TempPathFactory) -> OldStores:
    """Stores that had values of all kinds before they were brought down."""
    return OldStores(core, tmp_path_factory.mktemp("full"), values=list(SIX_KINDS))
