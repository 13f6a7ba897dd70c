"""What is recorded of objects while they change: the histories in histories/, played through the handlers.

A history tells the times that its object tells, so that what is recorded can be compared with them to the second. Its
last step is always the same: somebody sets a label a day later, which changes nothing but the label.
"""

from __future__ import annotations

import copy
from typing import Any

import pytest
import yaml

from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.upkeep.opening import open_service
from lineal.watch import parse_resources
from lineal.watch.handlers import Seen
from lineal.watch.kinds import KNOWN_WORKLOADS
from lineal.watch.recorder import Recorder
from lineal.watch.workloads import WorkloadHandler
from lineal.wire import metadata_store as pb
from tests.services import REPOSITORY

HISTORIES = [
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
}
LATER = "2026-12-31T00:00:00Z"


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


def recorded(store: MetadataStore) -> dict[str, Any]:
    """What is stored of the one execution, in the words of the histories."""
    [execution] = store.get_executions()
    told: dict[str, Any] = {"state": pb.Execution.State.Name(execution.last_known_state)}
    for name, value in [*execution.properties.items(), *execution.custom_properties.items()]:
        told[name] = value.double_value if value.HasField("double_value") else value.string_value
    read = store.get_events_by_execution_ids([execution.id])
    told["model"] = "".join(one.uri for one in store.get_artifacts_by_id([event.artifact_id for event in read]))
    return told


def compared(told: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """What is told of all that is expected; "" for what is not told."""
    return {key: told.get(NAMED.get(key, key), "") for key in expected}


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: history["name"])
def test_each_step_of_an_object_is_recorded_with_its_state_and_times(history: dict[str, Any]) -> None:
    [resource] = parse_resources(history["resource"])
    obj = patched({"metadata": {"uid": "u-1", "namespace": "lab"}}, history["object"])
    with MetadataStore.from_transport(LocalTransport(open_service("sqlite://"))) as store:
        recorder, handler = Recorder(store), WorkloadHandler()
        for step in history["steps"]:
            obj = patched(copy.deepcopy(obj), step.get("set", step.get("delete")))
            seen = Seen(resource, obj, "kitchen", "kitchen/lab", step.get("at", "2026-12-30T00:00:00Z"))
            recorder.write(handler.on_delete(seen) if "delete" in step else handler.on_update(seen))
            expected = {key: f"kitchen/{value}" if key == "parent" else value for key, value in step["is"].items()}
            assert compared(recorded(store), expected) == expected
        before = recorded(store)
        labelled = patched(obj, {"metadata": {"labels": {"looked-at": "later"}}})
        seen = Seen(resource, labelled, "kitchen", "kitchen/lab", LATER)
        recorder.write(handler.on_delete(seen) if "delete" in step else handler.on_update(seen))

        assert recorded(store) == {**before, "labels": '{"looked-at": "later"}'}


def test_there_is_a_history_of_every_kind_that_does_work() -> None:
    told = {(one.group, one.kind) for history in HISTORIES for one in parse_resources(history["resource"])}

    assert told == set(KNOWN_WORKLOADS)
