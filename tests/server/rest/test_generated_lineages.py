"""The generated lineages: a deep and a wide one have the generations, the nodes and the names that they promise."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import lineages
from lineal.catalogue.reading import Record
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

Step = tuple[str, int]
Graph = dict[Step, tuple[str, set[Step]]]
"""Of each node its name and what it was made from: an execution's inputs, or an artifact's producers."""


def graph_of(folder: Path, shape: str) -> tuple[Graph, Step]:
    """Everything in a generated store, and the artifact to look at."""
    url = f"sqlite:///{folder / shape}.db"
    focus = lineages.generate(url, shape)
    with open_service(url) as service:
        artifacts = service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts
        executions = service.call("GetExecutions", rpc.GetExecutionsRequest()).executions
        asked = rpc.GetEventsByExecutionIDsRequest(execution_ids=[execution.id for execution in executions])
        events = service.call("GetEventsByExecutionIDs", asked).events
    graph: Graph = {("a", each.id): (Record(each).name or "", set()) for each in artifacts}
    graph |= {("e", each.id): (Record(each).name or "", set()) for each in executions}
    for event in events:
        ends: tuple[Step, Step] = ("a", event.artifact_id), ("e", event.execution_id)
        start, end = ends if event.type == pb.Event.INPUT else ends[::-1]
        graph[end][1].add(start)
    return graph, ("a", focus)


def steps_up(graph: Graph, focus: Step) -> dict[Step, int]:
    """How many events each ancestor is away from the focus, at least."""
    steps, front = {focus: 0}, [focus]
    while front:
        front = list({before for node in front for before in graph[node][1] if before not in steps})
        steps |= dict.fromkeys(front, max(steps.values()) + 1)
    return steps


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> tuple[Graph, Step]:
    return graph_of(tmp_path_factory.mktemp("lineages"), "wide")


def test_the_deep_model_has_347_artifact_ancestors_over_60_generations(tmp_path: Path) -> None:
    steps = steps_up(*graph_of(tmp_path, "deep"))
    artifacts = [step for (kind, _), step in steps.items() if kind == "a"]
    assert len(artifacts) - 1 == lineages.ANCESTORS == 347
    assert max(artifacts) == 2 * lineages.GENERATIONS == 120


def test_the_wide_graph_has_441_nodes_of_9_names(wide: tuple[Graph, Step]) -> None:
    assert len(steps_up(*wide)) == len(wide[0]) == lineages.NODES == 441
    assert {name for name, _ in wide[0].values()} == set(lineages.NAMES)
    assert len(lineages.NAMES) == 9


def test_the_long_names_differ_only_in_the_middle() -> None:
    assert {name[:20] + name[22:] for name in lineages.TRIALS} == {"resnet-sweep/trial-0-steady-thought-useful"}
    assert len(set(lineages.TRIALS)) == 6


def test_one_data_set_is_read_first_and_a_hundred_columns_later(wide: tuple[Graph, Step]) -> None:
    graph, focus = wide
    readers = [node for node, (_, before) in graph.items() if ("a", 1) in before]
    steps = steps_up(graph, focus)
    assert sorted(steps[reader] for reader in readers) == [1, 1 + 2 * 55, 1 + 2 * 55]
