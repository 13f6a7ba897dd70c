"""Events given as JSON, stored by the rule, without HTTP."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lineal.openlineage.checks import read
from lineal.openlineage.hiding import hidden
from lineal.openlineage.receiving import Receipt, Received, receive_event
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller
from lineal.service.calls import Call
from lineal.upkeep.opening import open_service
from tests.openlineage.graphs import Graph, graph_of

Given = Mapping[str, Any]
_CALL = Call(receive_event, writes=True, needs_own_tables=True)


def send(service: MetadataService, given: Given, *, workspace: str = "default", caller: Caller = UNNAMED) -> Receipt:
    """Store an event."""
    event = read(hidden(given).event)
    assert event is not None
    answer: Any = service.call("ReceiveEvent", Received(workspace, event), caller=caller, called=_CALL)
    assert isinstance(answer, Receipt)
    return answer


@contextmanager
def store(url: str = "sqlite://") -> Iterator[MetadataService]:
    """A store in memory, or at a URL."""
    with open_service(url) as service:
        yield service


def graph_after(events: Sequence[Given]) -> Graph:
    """Return the graph of a store that gets events one after the other."""
    with store() as service:
        for event in events:
            send(service, event)
        return graph_of(service)


def shuffled(events: Sequence[Given], seed: int) -> list[Given]:
    """Return every event twice, in a random order."""
    both = [*events, *events]
    random.Random(seed).shuffle(both)
    return both
