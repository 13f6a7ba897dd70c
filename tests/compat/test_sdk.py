"""The SDK on the official core: how executions end, and why."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

import pytest
from google.protobuf.message import Message

from lineal import errors
from lineal.client import MetadataStore
from lineal.sdk import Execution, Store, Workspace
from lineal.wire import metadata_store as pb
from tests.compat.official import OfficialCore, OfficialStore


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
    assert set(complete.custom_properties) == {"__kf_workspace__"}
