"""Parameters of which the everyday tests take some, and the slow tests all."""

from __future__ import annotations

from typing import Any

import pytest


def rare(value: Any, **options: Any) -> Any:
    """Return a parameter that the slow tests alone take: one of many that are alike."""
    return pytest.param(value, marks=pytest.mark.slow, **options)
