"""The events of the public compatibility tests of OpenLineage, from a checkout that the environment names."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.openlineage.shapes import Given

VARIABLE = "LINEAL_TEST_OPENLINEAGE_EVENTS"
_FOLDER = os.environ.get(VARIABLE, "")
needs_events = pytest.mark.skipif(not _FOLDER, reason=f"{VARIABLE} names no checkout of the compatibility tests")


def scenarios() -> dict[str, list[Path]]:
    """Return the files of whole events by the name of their scenario; there are none without a checkout."""
    found = sorted(Path(_FOLDER).glob("consumer/scenarios/*/events/*.json")) if _FOLDER else []
    return {
        name: [each for each in found if each.parts[-3] == name] for name in sorted({each.parts[-3] for each in found})
    }


def read(paths: list[Path]) -> list[Given]:
    """Return the events in files, one each."""
    return [json.loads(path.read_text()) for path in paths]
