"""Events given as JSON, stored by the rule, without HTTP."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from lineal.openlineage.events import DataSet, Event, Job, Run
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
    received = Received(workspace, event_of(given))
    answer: Any = service.call("ReceiveEvent", received, caller=caller, called=_CALL)
    return answer  # type: ignore[no-any-return]


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


def event_of(given: Given) -> Event:
    """Return the value of an event."""
    run, job, data_set = given.get("run"), given.get("job"), given.get("dataset")
    time = datetime.fromisoformat(given["eventTime"].replace("Z", "+00:00"))
    return Event(
        time=int(time.timestamp() * 1_000_000),
        type=given.get("eventType", ""),
        run=Run(run["runId"], _facets(run)) if run else None,
        job=Job(job["namespace"], job["name"], job.get("facets", {})) if job else None,
        data_set=_data_set(data_set, "inputFacets") if data_set else None,
        inputs=tuple(_data_set(each, "inputFacets") for each in given.get("inputs") or ()),
        outputs=tuple(_data_set(each, "outputFacets") for each in given.get("outputs") or ()),
        given=given,
    )


def _facets(run: Given) -> Given:
    facets = dict(run.get("facets", {}))
    if "parentRun" in facets:
        facets.setdefault("parent", facets.pop("parentRun"))
    return facets


def _data_set(given: Given, use: str) -> DataSet:
    return DataSet(given["namespace"], given["name"], given.get("facets", {}), given.get(use, {}))
