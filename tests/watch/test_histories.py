"""What is recorded of objects while they change: the histories, played through the handlers.

The last step is always the same: somebody sets a label long afterwards, which changes nothing but the label.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lineal.client import MetadataStore
from lineal.client.lifecycle import LifecycleStore
from lineal.client.search_calls import Asked
from lineal.client.transport import LocalTransport
from lineal.kinds import EXECUTION
from lineal.upkeep.opening import open_service
from lineal.watch import parse_resources
from lineal.watch.handlers import Seen
from lineal.watch.kinds import KNOWN_WORKLOADS
from lineal.watch.workloads import WorkloadHandler
from lineal.watch.writing.recorder import Recorder
from tests.watch.playing import HISTORIES, expected, patched, recorded, told_of

CLUSTER, LATER = "kitchen", "2026-12-31T00:00:00Z"


class Played:
    """An object that changes, and the store that its changes are written to."""

    def __init__(self, store: MetadataStore, history: dict[str, Any], *, uid: str = "u-1") -> None:
        self._store, self._recorder, self._handler = store, Recorder(store), WorkloadHandler()
        [self._resource] = parse_resources(history["resource"])
        self._object = patched({"metadata": {"uid": uid, "namespace": "lab"}}, history["object"])

    def play(self, change: dict[str, Any], *, at: str = LATER, deleted: bool = False) -> dict[str, Any]:
        """Change the object, and return what is recorded of it then."""
        self._object = patched(self._object, change)
        seen = Seen(self._resource, self._object, CLUSTER, f"{CLUSTER}/lab", at)
        records = self._handler.on_delete(seen) if deleted else self._handler.on_update(seen)
        assert records is not None
        self._recorder.write(records)
        [execution] = self._store.get_executions_by_external_ids([seen.external_id])
        return recorded(self._store, execution)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: str(history["name"]))
def test_each_step_of_an_object_is_recorded_with_its_state_and_times(history: dict[str, Any]) -> None:
    with MetadataStore.from_transport(LocalTransport(open_service("sqlite://"))) as store:
        played, stored, deleted = Played(store, history), {}, False
        for step in history["steps"]:
            deleted = "delete" in step
            change = step["delete"] if deleted else step["set"]
            stored = played.play(change, at=step.get("at", "2026-12-30T00:00:00Z"), deleted=deleted)
            wanted = expected(step, cluster=CLUSTER)
            assert told_of(stored, wanted) == wanted
        labelled = played.play({"metadata": {"labels": {"looked-at": "later"}}}, deleted=deleted)

        labels = json.dumps({**json.loads(stored.get("labels", "{}")), "looked-at": "later"}, sort_keys=True)
        assert labelled == {**stored, "labels": labels}


@pytest.mark.parametrize("history", HISTORIES, ids=lambda history: str(history["name"]))
def test_an_object_with_anything_anywhere_is_recorded_with_a_state(history: dict[str, Any]) -> None:
    [resource] = parse_resources(history["resource"])
    obj = {"metadata": {"uid": "u-1"}}
    for change in (history["object"], *(step.get("set", {}) for step in history["steps"])):
        obj = patched(obj, change)
    states = {
        state_by_handler(Seen(resource, {**odd, "metadata": obj["metadata"]}, CLUSTER, "", LATER))
        for odd in spoilt({key: obj[key] for key in obj if key != "metadata"})
        if isinstance(odd, dict)
    }

    assert states <= {"NEW", "RUNNING", "COMPLETE", "FAILED", "CANCELED", "CACHED", "UNKNOWN"}


def state_by_handler(seen: Seen) -> str:
    records = WorkloadHandler().on_update(seen)
    assert records is not None
    return records.executions[0].state


def spoilt(value: Any) -> Iterator[Any]:
    """The value with something else in each place, one after the other."""
    yield from (7, "odd", ["odd", {}], {"odd": [1]})
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        for odd in spoilt(value[key]):
            copied = value.copy()
            copied[key] = odd
            yield copied


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('label.status_detail="early stopped" type:trial', {"crust-early"}),
        ("label.status_detail=degraded", {"bake-8", "toast"}),
        ("label.exit_code=137 type:workflow", {"menu-x"}),
        ("error:OOMKilled type:spark", {"sieve-1"}),
        ("prop.hyperparameters.lr<0.01", {"crust-7h2k"}),
        ("prop.trials.early_stopped=1", {"crust"}),
        ("metric.crispness>0.9", {"crust"}),
        ("ran:2026-03-01..2026-03-02 state:failed type:pipeline", {"shop-2"}),
    ],
)
def test_a_search_finds_finer_words_codes_parameters_and_metrics(
    searched: LifecycleStore, query: str, found: set[str]
) -> None:
    ids = searched.found_ids(Asked(EXECUTION, query)).ids

    assert {one.properties["name"].string_value for one in searched.get_executions_by_id(ids)} == found


@pytest.fixture(scope="module")
def searched() -> Iterator[LifecycleStore]:
    """A store with every history, at the step whose state is most telling."""
    with LifecycleStore.from_transport(LocalTransport(open_service("sqlite://"))) as store:
        for number, history in enumerate(HISTORIES):
            played = Played(store, history, uid=f"u-{number}")
            for step in history["steps"][: history.get("telling")]:
                played.play(step.get("set", step.get("delete")), deleted="delete" in step)
        yield store


def test_there_is_a_history_of_every_kind_that_does_work() -> None:
    told = {(one.group, one.kind) for history in HISTORIES for one in parse_resources(history["resource"])}

    assert told >= set(KNOWN_WORKLOADS)
