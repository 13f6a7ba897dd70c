"""How often an event waits for a database server: its statements travel together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lineal.service import MetadataService
from tests.engines import POSTGRESQL
from tests.openlineage.receiving import send, store
from tests.openlineage.shapes import DB, Given, columns, data_set, facet, parent, run_event, run_id
from tests.relay import Relay

pytestmark = pytest.mark.slow
_FEW = 4
"""As many as PutExecution with the same nodes takes."""


def _pair(number: int) -> list[Given]:
    """A START and a COMPLETE with two inputs and an output."""
    tables = [data_set(DB, f"shop.public.t{each}", {"schema": columns("id")}) for each in range(3)]
    written = {**tables[2], "outputFacets": {"outputStatistics": facet(rowCount=number)}}
    inside = {"parent": parent(run_id(900), "nightly"), "processing_engine": facet(name="Airflow", version="3")}
    job = {"sql": facet(query="select 1")}
    return [
        run_event(
            type_,
            f"08:0{number}:0{second}",
            run_id(number),
            "nightly.load",
            inputs=tables[:2],
            outputs=[written],
            run_facets=inside,
            job_facets=job,
        )
        for second, type_ in enumerate(("START", "COMPLETE"))
    ]


@pytest.fixture
def relay(engine: object, database_url: str) -> Iterator[Relay]:
    """A proxy in front of the server."""
    with Relay(database_url) as opened:
        yield opened


def _trips(relay: Relay, service: MetadataService, event: Given) -> int:
    before = relay.turns
    send(service, event)
    return relay.turns - before


@pytest.mark.parametrize("engine", [pytest.param(POSTGRESQL, id="postgresql")], indirect=True)
def test_events_of_a_known_job_take_few_round_trips(relay: Relay) -> None:
    with store(relay.url) as service:
        counts = [[_trips(relay, service, event) for event in _pair(number)] for number in range(1, 5)]

    assert min(start for start, _ in counts) <= _FEW
    assert min(complete for _, complete in counts) <= _FEW
