"""A process that has captured nothing yet, and that captures everything."""

from __future__ import annotations

import pytest

from lineal.sdk.capture import facts, recording


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has captured nothing yet, and that captures everything."""
    monkeypatch.setattr(facts, "_asked", [])
    monkeypatch.setattr(recording, "_of_process", None)
    monkeypatch.setattr(recording, "_said", set())
    monkeypatch.delenv("LINEAL_CAPTURE", raising=False)
    monkeypatch.setenv("LINEAL_IMAGE", "churn:3")
