"""Fixtures for every test folder. What a fixture looks for and how it is found stands in `tests/services.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import services


@pytest.fixture(scope="session")
def official_python() -> Path:
    """The Python of the environment with the official `ml_metadata` package (read-only: install nothing into it)."""
    return services.require_official_python()
