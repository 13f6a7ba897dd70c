"""The histories of objects in histories/, and what is recorded of them in their words.

A history is an object and its changes, step by step, each a JSON merge patch: `set`, or `delete` for the object's last
state. `is` says what is recorded afterwards, and `at` what the watcher's clock shows. Their times are those that the
object tells, so that what is recorded can be compared with them to the second. `telling` is the number of steps after
which a search is tried, and `no_server` says why the server of the tests cannot play a history.
"""

from __future__ import annotations

import json
from typing import Any

import yaml

from lineal.client import MetadataStore
from lineal.wire import metadata_store as pb
from tests.services import REPOSITORY

HISTORIES: list[dict[str, Any]] = [
    history
    for path in sorted((REPOSITORY / "tests" / "watch" / "histories").glob("*.yaml"))
    for history in yaml.safe_load_all(path.read_text())
]
# What `is` calls them, and the properties that hold them.
NAMED = {
    "detail": "status_detail",
    "start": "start_time",
    "end": "end_time",
    "end_from": "end_time_from",
    "reason": "failure_type",
    "message": "failure_message",
    "record": "__ALL_META__",
}


def patched(target: Any, patch: Any) -> Any:
    """The target after a JSON merge patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = patched(merged.get(key), value)
    return merged


def recorded(store: MetadataStore, execution: pb.Execution) -> dict[str, Any]:
    """What is stored of an execution: its state, its properties, and the model that it serves."""
    told: dict[str, Any] = {"state": pb.Execution.State.Name(execution.last_known_state)}
    for name, value in [*execution.properties.items(), *execution.custom_properties.items()]:
        told[name] = value.double_value if value.HasField("double_value") else value.string_value
    fields = json.loads(told.get("__ALL_META__", "{}"))
    told |= fields.pop("values", {})
    told["__ALL_META__"] = json.dumps(fields) if fields else ""
    read = store.get_events_by_execution_ids([execution.id])
    told["model"] = "".join(one.uri for one in store.get_artifacts_by_id([event.artifact_id for event in read]))
    return told


def expected(step: dict[str, Any], *, cluster: str) -> dict[str, Any]:
    """What a step says, with the external id of the owner in place of its uid."""
    return {key: f"{cluster}/{value}" if key == "parent" else value for key, value in step["is"].items()}


def told_of(stored: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """What is stored of all that is wanted; "" for what is not stored."""
    return {key: stored.get(NAMED.get(key, key), "") for key in wanted}
