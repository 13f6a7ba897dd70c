"""The benchmark compares like with like: a call of PutExecution writes what an event writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench import event_client
from lineal.upkeep.opening import open_service
from tests.openlineage.graphs import graph_of
from tests.serving import running_server

pytestmark = pytest.mark.slow

RECORDED = 3
VALUES = {*(f"p{index}" for index in range(7)), "score", "rank"}
UNEQUAL = {"type", "external_id", "facets", "custom_properties.__openlineage__"}


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a store holds after calls, and after events."""
    folder = tmp_path_factory.mktemp("same-content")
    return _graph("grpc", folder / "calls.db"), _graph("http", folder / "events.db")


def _graph(kind: str, path: Path) -> dict[str, Any]:
    with running_server(f"sqlite:///{path}") as server:
        recording, address = {
            "grpc": (event_client.calls, server.address),
            "http": (event_client.events, server.http.removeprefix("http://")),
        }[kind]
        with recording(address, "") as record:
            for number in range(RECORDED):
                record(number)
    with open_service(f"sqlite:///{path}") as service:
        return graph_of(service)


def _said(node: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of a node; the nine values are properties after a call, and a facet after an event."""
    values = {name.rpartition(".")[2]: name for name in node if name.rpartition(".")[2] in VALUES}
    found = {name: said for name, said in node.items() if name not in UNEQUAL and name not in values.values()}
    found["values"] = {value: node[name] for value, name in values.items()}
    for _, content in node["facets"].values():
        found["values"] |= {name: value for name, value in json.loads(content).items() if name in VALUES}
    return found


def _called(graph: dict[str, Any]) -> dict[str, str]:
    """Return what each node is called after calls and events alike."""
    return {
        name: str(node.get("uri") or node.get("properties.run_id") or node["name"])
        for name, node in graph["nodes"].items()
    }


def test_the_nodes_say_the_same(graphs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    calls, events = ({_called(graph)[name]: _said(node) for name, node in graph["nodes"].items()} for graph in graphs)
    assert calls == events
    assert len(calls) == 1 + 2 * RECORDED + 2


def test_the_edges_are_the_same(graphs: tuple[dict[str, Any], dict[str, Any]]) -> None:
    calls, events = (
        sorted((_called(graph)[run], _called(graph)[data_set], *rest) for run, data_set, *rest in graph["edges"])
        for graph in graphs
    )
    assert calls == events
    assert len(calls) == 2 * RECORDED


def test_the_memberships_are_the_same_but_for_data_sets_in_the_job(
    graphs: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    calls, events = (
        {(_called(graph)[context], _called(graph)[node]) for context, node in graph["members"]} for graph in graphs
    )
    assert events < calls
    more = calls - events
    assert {context for context, _ in more} == {"default/bench/job"}
    assert all(node.startswith("s3://") for _, node in more)
