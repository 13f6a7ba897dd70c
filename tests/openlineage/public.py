"""The events of the public compatibility tests of OpenLineage, from a checkout that the environment names."""

from __future__ import annotations

import json
import os
import re
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.openlineage.shapes import Given

VARIABLE = "LINEAL_TEST_OPENLINEAGE_EVENTS"
_FOLDER = os.environ.get(VARIABLE, "")
_TEMPLATE = re.compile(r"\{\{ ?(\w+)\(result(?:, '(.*)')?\) ?\}\}")
_ANYTHING = re.compile(r"\.[*+]")
_VALUES = {"any": "any", "is_uuid": "0190a3a4-0000-7000-8000-000000000001", "is_datetime": "2026-03-01T00:00:00Z"}
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


def fragments() -> dict[str, list[Path]]:
    """Return the files that say what events must contain, by the tool and the scenario."""
    found = sorted(Path(_FOLDER).glob("producer/*/scenarios/*/events*/**/*.json")) if _FOLDER else []
    names = {path: "/".join(path.relative_to(Path(_FOLDER) / "producer").parts[0:3:2]) for path in found}
    return {name: [path for path in found if names[path] == name] for name in sorted(set(names.values()))}


def completed(scenario: str, paths: list[Path]) -> list[Given]:
    """Return the events of a scenario's fragments: required members are added, and values take the place of templates.

    All fragments of a job are of one run of it.
    """
    events = []
    for number, path in enumerate(paths):
        event = _filled(json.loads(path.read_text()))
        event.setdefault("job", {}).setdefault("namespace", "completed")
        event["job"].setdefault("name", path.parent.name)
        run = event.setdefault("run", {})
        run["runId"] = _run_of(scenario, event["job"])
        parent = run.get("facets", {}).get("parent")
        for said in [parent, parent.get("root")] if parent else []:
            if said:
                said.setdefault("job", {}).setdefault("namespace", "completed")
                said["job"].setdefault("name", "completed")
                said["run"] = {"runId": _run_of(scenario, said["job"])}
        event["eventTime"] = f"2026-03-01T{number // 60:02}:{number % 60:02}:00Z"
        event["producer"] = "https://example.com/completed"
        event["schemaURL"] = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
        for data_set in [*event.get("inputs", []), *event.get("outputs", [])]:
            data_set.setdefault("namespace", "completed")
            data_set.setdefault("name", "completed")
        events.append(event)
    return events


def _run_of(scenario: str, job: Given) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scenario}/{job['namespace']}/{job['name']}"))


def _filled(value: Any, key: str = "") -> Any:
    """Return a value without templates: texts that fit in their place, and objects where facets are."""
    if isinstance(value, dict):
        return {
            name: _filled(each, "facet" if key.lower().endswith("facets") else name) for name, each in value.items()
        }
    if isinstance(value, list):
        return [_filled(each) for each in value]
    if not isinstance(value, str):
        return value
    if key == "facet" or key.lower().endswith("facets"):
        return {}
    found = _TEMPLATE.fullmatch(value.strip())
    if found is None:
        return value
    return _ANYTHING.sub("x", found[2]) if found[1] == "match" else _VALUES[found[1]]
