"""The SDK on the official core: how executions end, and why; and logging, for which that core has no call."""

from __future__ import annotations

import contextlib
import platform
from dataclasses import dataclass

import pytest
from google.protobuf.message import Message

from lineal import errors
from lineal.client import MetadataStore
from lineal.sdk import DataSet, Execution, Model, Store, Workspace
from lineal.wire import metadata_store as pb
from tests.compat.official import OfficialCore, OfficialStore
from tests.sdk.test_custom_artifacts import Sensor


@dataclass
class OfficialTransport:
    """Carries the calls of a client to the official core."""

    store: OfficialStore

    def call(self, method: str, request: Message) -> Message:
        """Return the core's answer."""
        self.store.start(method, request)
        answer = self.store.finish()
        if answer.response is None:
            raise errors.make_exception(answer.message, answer.code)
        return answer.response

    def close(self) -> None:
        """Close the store."""
        self.store.close()


@pytest.fixture
def workspace(core: OfficialCore) -> Workspace:
    return Workspace(Store.from_client(MetadataStore.from_transport(OfficialTransport(core.open()))), "bakery")


def test_an_execution_fails_with_its_reason_and_completes_in_another_pass(workspace: Workspace) -> None:
    execution = Execution("train", workspace)
    with contextlib.suppress(OSError), execution:
        raise OSError("full\0\udc80")
    [failed] = workspace.store.get_executions_by_id([execution.id])
    assert failed.last_known_state == pb.Execution.FAILED
    assert failed.custom_properties["failure_message"].string_value == "full\\x00\\udc80"
    with execution:
        pass
    [complete] = workspace.store.get_executions_by_id([execution.id])
    assert complete.last_known_state == pb.Execution.COMPLETE
    own = {name for name in complete.custom_properties if not name.startswith(("git.", "env.", "__environment__"))}
    assert own == {"__kf_workspace__", "__started__", "__ended__"}
    assert complete.custom_properties["env.python"].string_value == platform.python_version()


def test_an_artifact_logged_again_is_the_stored_one_and_shows_its_values(workspace: Workspace) -> None:
    first = Execution("train", workspace).log_output(Model("gs://a", "a", version="1", labels={"stage": "test"}))
    serving = Execution("serve", workspace)
    with pytest.warns(UserWarning, match="other values of labels"):
        again = serving.log_input(Model("gs://a", "a", version="1", labels={"stage": "live"}))
    serving.log_input(Model("gs://a", "a", version="1"))
    other = serving.log_input(DataSet("gs://a", "a", version="1"))

    assert (again.id, again.labels) == (first.id, {"stage": "test"})
    assert [stored.id for stored in workspace.store.get_artifacts()] == [first.id, other.id]
    joined = [event.artifact_id for event in workspace.store.get_events_by_execution_ids([serving.id])]
    assert joined == [first.id, other.id]


class Reading(Sensor):
    """The same as another one of the same temperature."""

    @staticmethod
    def is_duplicated(a: pb.Artifact, b: pb.Artifact) -> bool:
        return a.properties["celsius"] == b.properties["celsius"]


def test_an_artifact_with_its_own_equality_is_found_among_those_of_its_uri(workspace: Workspace) -> None:
    execution = Execution("train", workspace)
    first, second, again = (execution.log_output(Reading("gs://a", celsius)) for celsius in (1.5, 2.5, 1.5))
    assert first.id == again.id != second.id
    assert len(workspace.store.get_artifacts()) == 2
