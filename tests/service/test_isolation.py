"""What a read sees while others write: whole nodes, and events with their paths, as they were at one moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.parameters import rare
from tests.service.requests import put_artifact_type, put_artifacts, put_context_type, put_execution_type

SECONDS = 0.3
FACTS = ("a", "b", "c", "d", "e")
CONTEXT_SIZE = 20
STEPS = 4


@contextmanager
def meanwhile(work: Callable[[int], None]) -> Iterator[Callable[[], bool]]:
    """Do work again and again in another thread; lends what says whether there is still time."""
    ended = threading.Event()
    faults: list[Exception] = []

    def run() -> None:
        number = 0
        while not ended.is_set() and not faults:
            number += 1
            try:
                work(number)
            except Exception as error:
                faults.append(error)

    end = time.monotonic() + SECONDS
    thread = threading.Thread(target=run)
    thread.start()
    yield lambda: time.monotonic() < end and not faults
    ended.set()
    thread.join()
    assert not faults


class Shelf:
    """Artifacts in a context, all of whose values are the same number at any moment."""

    def __init__(self, service: MetadataService) -> None:
        self.service = service
        self._type_id = put_artifact_type(service, "Model", **dict.fromkeys(FACTS, pb.INT))
        self.ids = put_artifacts(service, *[self._artifact(0, place) for place in range(CONTEXT_SIZE)])
        context = pb.Context(type_id=put_context_type(service), name="shelf")
        [self.context_id] = service.call("PutContexts", rpc.PutContextsRequest(contexts=[context])).context_ids  # type: ignore[attr-defined]
        held = [pb.Attribution(artifact_id=node_id, context_id=self.context_id) for node_id in self.ids]
        service.call("PutAttributionsAndAssociations", rpc.PutAttributionsAndAssociationsRequest(attributions=held))

    def _artifact(self, number: int, place: int, **fields: Any) -> pb.Artifact:
        node = pb.Artifact(type_id=self._type_id, name=f"{place}", uri=f"same/{number % 7}", **fields)
        node.external_id = f"external {place}"
        for name in FACTS:
            node.properties[name].int_value = number
        node.custom_properties["turn"].int_value = number
        return node

    def write(self, number: int) -> None:
        """Give all artifacts a new number, in one call."""
        put_artifacts(
            self.service, *[self._artifact(number, place, id=node_id) for place, node_id in enumerate(self.ids)]
        )


def numbers_of(node: pb.Artifact) -> set[int]:
    values = {node.properties[name].int_value for name in FACTS} | {node.custom_properties["turn"].int_value}
    assert node.uri == f"same/{min(values) % 7}"
    return values


READS: dict[str, Callable[[Shelf], tuple[str, Any]]] = {
    "by id": lambda shelf: ("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=shelf.ids[:1])),
    "many by id": lambda shelf: ("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=shelf.ids)),
    "by external id": lambda shelf: (
        "GetArtifactsByExternalIds", rpc.GetArtifactsByExternalIdsRequest(external_ids=["external 0", "external 1"]),
    ),
    "by name": lambda shelf: (
        "GetArtifactByTypeAndName", rpc.GetArtifactByTypeAndNameRequest(type_name="Model", artifact_name="3"),
    ),
    "of a context": lambda shelf: (
        "GetArtifactsByContext", rpc.GetArtifactsByContextRequest(context_id=shelf.context_id),
    ),
    "a page": lambda shelf: (
        "GetArtifacts", rpc.GetArtifactsRequest(options=pb.ListOperationOptions(max_result_size=15)),
    ),
    "all of a type": lambda shelf: ("GetArtifactsByType", rpc.GetArtifactsByTypeRequest(type_name="Model")),
}  # fmt: skip

EVERYDAY = ("by id", "of a context", "a page")


@pytest.mark.parametrize("read", [name if name in EVERYDAY else rare(name) for name in READS])
def test_a_read_sees_all_nodes_as_they_were_at_one_moment(service: MetadataService, read: str) -> None:
    shelf = Shelf(service)
    method, request = READS[read](shelf)
    answers = 0
    with meanwhile(shelf.write) as there_is_time:
        while there_is_time():
            response: Any = service.call(method, request)
            nodes = [response.artifact] if method == "GetArtifactByTypeAndName" else response.artifacts
            assert nodes
            assert len(set().union(*map(numbers_of, nodes))) == 1
            answers += 1
    assert answers


def test_an_event_is_seen_with_its_whole_path(service: MetadataService) -> None:
    [artifact_id] = put_artifacts(service, pb.Artifact(type_id=put_artifact_type(service)))
    execution_type_id = put_execution_type(service)

    def write(number: int) -> None:
        request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=execution_type_id))
        event = request.artifact_event_pairs.add().event
        event.artifact_id, event.type = artifact_id, pb.Event.INPUT
        for step in range(STEPS):
            event.path.steps.add(index=step)
        service.call("PutExecution", request)

    with meanwhile(write) as there_is_time:
        while there_is_time():
            found: Any = service.call(
                "GetEventsByArtifactIDs", rpc.GetEventsByArtifactIDsRequest(artifact_ids=[artifact_id])
            )
            assert all([step.index for step in event.path.steps] == list(range(STEPS)) for event in found.events)
    assert found.events
