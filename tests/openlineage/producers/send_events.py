"""Send events with OpenLineage's Python client, to where OPENLINEAGE__TRANSPORT says; run by the tests.

    python send_events.py facets             every event and facet that the client has a class for
    python send_events.py runs NUMBER PAUSE  a START and a COMPLETE of each run, a pause in seconds after each event

It prints the events as the client writes them, one a line, and nothing of the client's own logs.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import time
import types
import typing
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

import attr
from openlineage.client import OpenLineageClient, event_v2, generated
from openlineage.client.generated import base
from openlineage.client.serde import Serde
from openlineage.client.uuid import generate_new_uuid

KINDS = [base.RunFacet, base.JobFacet, base.InputDatasetFacet, base.OutputDatasetFacet, base.DatasetFacet]
TEXTS = {
    "type": "TABLE",
    "lastUpdated": "2026-03-02T08:00:00Z",
    "captureDate": "2026-03-02T08:00:00Z",
    "url": "https://example.com/x",
    "uri": "https://example.com/x",
    "runId": "0198f000-0000-7000-8000-000000000001",
    "nominalStartTime": "2026-03-02T08:00:00Z",
    "nominalEndTime": "2026-03-02T09:00:00Z",
}
BEGIN = datetime(2026, 3, 2, 8, tzinfo=timezone.utc)
NAMESPACE = "kitchen"
KEYS = {
    "sQL": "sql",
    "datasource": "dataSource",
    "datasetVersion": "version",
    "processingEngine": "processing_engine",
    "inputSubset": "subset",
    "outputSubset": "subset",
}
"""The keys of facets that are not the names of their classes."""


def facet_classes() -> Iterator[type]:
    """Find the classes of facets that are no base of another."""
    for module in pkgutil.iter_modules(generated.__path__):
        found = importlib.import_module(f"{generated.__name__}.{module.name}")
        for each in vars(found).values():
            is_own = isinstance(each, type) and each.__module__ == found.__name__ and found is not base
            if is_own and issubclass(each, tuple(KINDS)) and "BaseSubset" not in each.__name__:
                yield each


def key_of(facet: type) -> str:
    """Return the key of a facet in an event: NominalTimeRunFacet is nominalTime."""
    endings = ("InputDatasetFacet", "OutputDatasetFacet", "DatasetFacet", "RunFacet", "JobFacet")
    name = facet.__name__
    ending = next(each for each in endings if name.endswith(each))
    name = name[:1].lower() + name[1:].removesuffix(ending)
    return KEYS.get(name, name)


def filled(given: Any, name: str, inside: tuple[type, ...]) -> Any:
    """Return a value of a type as the classes annotate it; None for a class inside itself."""
    origin, of = typing.get_origin(given), typing.get_args(given)
    if origin in (typing.Union, types.UnionType):
        return filled(next(each for each in of if each is not type(None)), name, inside)
    if origin is typing.Literal:
        return of[0]
    if origin is list:
        return [each for each in [filled(of[0], name, inside)] if each is not None]
    if origin is dict:
        return {"column": filled(of[1], name, inside)}
    if attr.has(given):
        return None if given in inside else instance(given, inside)
    if isinstance(given, type) and issubclass(given, Enum):
        return next(iter(given))
    return {str: TEXTS.get(name, f"some {name}"), int: 3, float: 2.5, bool: True}.get(given, {"any": name})


def instance(made: type, inside: tuple[type, ...] = ()) -> Any:
    """Return an object of a class with all that it can hold."""
    names = {**vars(typing), **vars(base), **vars(sys.modules[made.__module__])}
    hints = typing.get_type_hints(made, names)
    fields = [each.name for each in attr.fields(made) if each.init and not each.name.startswith("_")]
    return made(**{name: filled(hints[name], name, (*inside, made)) for name in fields})


def facets_of(kind: type) -> dict[str, Any]:
    """Return one of each facet of a kind, by their keys."""
    others = [each for each in KINDS if each is not kind and issubclass(each, kind)]
    found = [each for each in facet_classes() if issubclass(each, kind) and not issubclass(each, tuple(others) or ())]
    return {key_of(each): instance(each) for each in found}


def all_facets() -> Iterator[Any]:
    """Make an event of each kind with all facets."""
    run, job, data_set = facets_of(base.RunFacet), facets_of(base.JobFacet), facets_of(base.DatasetFacet)
    inputs = [event_v2.InputDataset(NAMESPACE, "flour", facets=data_set, inputFacets=facets_of(base.InputDatasetFacet))]
    outputs = [
        event_v2.OutputDataset(NAMESPACE, "bread", facets=data_set, outputFacets=facets_of(base.OutputDatasetFacet))
    ]
    work = event_v2.Job(NAMESPACE, "bake", facets=job)
    run_id = str(generate_new_uuid())
    for number, state in enumerate(event_v2.RunState):
        at = (BEGIN + timedelta(seconds=number)).isoformat()
        of_run = event_v2.Run(run_id, run)
        yield event_v2.RunEvent(eventTime=at, run=of_run, job=work, eventType=state, inputs=inputs, outputs=outputs)
    yield event_v2.JobEvent(eventTime=BEGIN.isoformat(), job=work, inputs=inputs, outputs=outputs)
    log = event_v2.StaticDataset(NAMESPACE, "oven log", facets=data_set)
    yield event_v2.DatasetEvent(eventTime=BEGIN.isoformat(), dataset=log)


def runs(count: int) -> Iterator[Any]:
    """Make the first and the last event of runs, each of which reads what the one before it made."""
    for number in range(count):
        run = event_v2.Run(str(generate_new_uuid()))
        job = event_v2.Job(NAMESPACE, f"step {number % 7}")
        for state, second in ((event_v2.RunState.START, 0), (event_v2.RunState.COMPLETE, 30)):
            yield event_v2.RunEvent(
                eventTime=(BEGIN + timedelta(minutes=number, seconds=second)).isoformat(),
                run=run,
                job=job,
                eventType=state,
                inputs=[event_v2.InputDataset(NAMESPACE, f"dough {number}")],
                outputs=[event_v2.OutputDataset(NAMESPACE, f"dough {number + 1}")],
            )


def main() -> None:
    """Send, and wait until all is sent."""
    wanted, *numbers = sys.argv[1:]
    client = OpenLineageClient()
    for event in all_facets() if wanted == "facets" else runs(int(numbers[0])):
        print(Serde.to_json(event), flush=True)
        client.emit(event)
        time.sleep(float(numbers[1]) if numbers else 0)
    client.close()


main()
