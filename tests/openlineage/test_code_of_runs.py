"""The SQL and the source code that a run had: they stay, whatever later runs of the same job have."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from lineal.openlineage.sending.history import history
from lineal.service import MetadataService
from tests.openlineage.graphs import differences, graph_of
from tests.openlineage.receiving import graph_after, send, store
from tests.openlineage.shapes import Given, facet, run_event, run_id

_PLACE = {"sourceCodeLocation": facet(type="git", url="https://git.shop.example/load", version="4f2a91c")}


def _told(number: int, type_: str, query: str | None, **more: Given) -> Given:
    told = {"sql": facet(query=query)} if query else {}
    return run_event(type_, f"08:0{number}:00", run_id(number), "load", job_facets={**told, **more})


EVENTS = [
    _told(1, "START", "select 1", **_PLACE),
    _told(2, "START", "select 2"),
    _told(2, "COMPLETE", None),
    _told(3, "START", None),
]


def _said(service: MetadataService, name: str) -> dict[str, Any]:
    """Return a property of each run and of the job, by run id, the job's under ""."""
    nodes = graph_of(service)["nodes"].values()
    wanted = [each for each in nodes if each["type"] in ("openlineage.Run", "openlineage.Job")]
    return {each.get("properties.run_id", ""): each.get(f"properties.{name}") for each in wanted}


def test_each_run_keeps_its_own_sql_and_the_job_has_the_newest() -> None:
    with store() as service:
        for event in EVENTS:
            send(service, event)

        assert _said(service, "sql") == {"": "select 2", run_id(1): "select 1", run_id(2): "select 2", run_id(3): None}
        assert _said(service, "source_version")[run_id(1)] == "4f2a91c"


def test_the_code_of_runs_is_the_same_in_every_order() -> None:
    first = graph_after(EVENTS)

    for order in permutations(EVENTS):
        assert differences(first, graph_after(order)) == ""


def test_what_is_sent_of_a_run_has_its_own_sql_and_gives_it_to_another_store() -> None:
    with store() as service, store() as other:
        for event in EVENTS:
            send(service, event)
        sent = list(history(service))
        for event in sent:
            send(other, event)

        of_runs = {each["run"]["runId"]: each["job"]["facets"] for each in sent if each.get("eventType") == "COMPLETE"}
        assert of_runs[run_id(2)]["sql"]["query"] == "select 2"
        assert not any("sql" in each["run"]["facets"] for each in sent if "run" in each)
        assert _said(other, "sql") == _said(service, "sql")
