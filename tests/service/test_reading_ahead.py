"""What is read ahead of a walk changes no answer on any engine: not its nodes, its cuts or its errors."""

from __future__ import annotations

import random
from itertools import product
from typing import Any

import pytest

from lineal import errors, lineage_cuts
from lineal.service import MetadataService
from lineal.service.lineage import endings, leads
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import artifact, put_artifact_type, put_artifacts, put_chain, put_context_type
from tests.service.test_reach import put_random_graph

Options = pb.LineageSubgraphQueryOptions
LONG = "long text " * 400


def walk(service: MetadataService, start: str, *, method: str = "GetLineage", **options: Any) -> pb.LineageGraph:
    """Return the graph around the artifacts that fit a filter."""
    given = Options(starting_artifacts=Options.StartingNodes(filter_query=start), **options)
    request = rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=given)
    return service.call(method, request).lineage_subgraph


def ending(query: str, *, included: bool = False) -> pb.LineageSubgraphQueryOptions.EndingNodes:
    """Return what ends a walk at the nodes that fit a filter."""
    return Options.EndingNodes(filter_query=query, include_ending_nodes=included)


def test_reading_ahead_changes_no_answer(service: MetadataService, monkeypatch: pytest.MonkeyPatch) -> None:
    ids, _ = put_random_graph(service)
    ends = [random.Random(seed).sample(range(1, 40), 8) for seed in range(2)]
    filters = [f"id = {' OR id = '.join(map(str, some))}" for some in ends]
    asked = [
        {"direction": direction, "max_num_hops": hops, **given}
        for direction, hops, included in product(Options.Direction.values(), (0, 1, 5, 40), (False, True))
        for given in (
            {"ending_artifacts": ending(filters[0], included=included)},
            {"ending_artifacts": ending(filters[0]), "ending_executions": ending(filters[1], included=included)},
        )
    ]
    found = [walk(service, f"id = {ids[4]}", method="GetLineageSubgraph", **each) for each in asked]
    for module, name in ((leads, "_NARROW"), (endings, "_MOST_AT_ONCE")):
        monkeypatch.setattr(module, name, 0)
    assert found == [walk(service, f"id = {ids[4]}", method="GetLineageSubgraph", **each) for each in asked]


def test_a_filter_of_nodes_that_are_not_met_is_not_looked_at(service: MetadataService) -> None:
    first, *_ = put_chain(service, 3)
    here, wrong = ending(f"id = {first}", included=True), ending("no filter")
    found = walk(service, f"id = {first}", ending_artifacts=here, ending_executions=wrong)
    assert [node.id for node in found.artifacts] == [first]
    with pytest.raises(errors.InvalidArgumentError):
        walk(service, f"id = {first}", ending_executions=wrong)


@pytest.mark.parametrize("count", [16, 17, 101, 102])
def test_a_walk_starts_from_101_nodes_at_most_and_says_so(service: MetadataService, count: int) -> None:
    type_id = put_artifact_type(service)
    ids = put_artifacts(service, *[artifact(type_id, uri="s3://one") for _ in range(count)])
    with lineage_cuts.collected() as cuts:
        found = walk(service, "uri = 's3://one'")
    assert [node.id for node in found.artifacts] == ids[:101]
    assert [cut.limit for cut in cuts] == [lineage_cuts.STARTING_NODES] * (count > 101)


def test_no_starting_node_is_not_found(service: MetadataService) -> None:
    put_chain(service, 3)
    with pytest.raises(errors.NotFoundError):
        walk(service, "name = 'nobody'", ending_executions=ending("no filter"))


@pytest.mark.parametrize("count", [3, 20])
def test_a_lineage_has_what_calls_for_each_kind_answer(service: MetadataService, count: int) -> None:
    ids = put_chain(service, count)
    node = artifact(put_artifact_type(service), name="long", properties={"text": LONG, "rank": 1})
    [long_id] = put_artifacts(service, node)
    context = pb.Context(type_id=put_context_type(service), name="night")
    context.custom_properties["text"].string_value = LONG
    context_id = service.call("PutContexts", rpc.PutContextsRequest(contexts=[context])).context_ids[0]
    links = [pb.Attribution(context_id=context_id, artifact_id=node_id) for node_id in (*ids, long_id)]
    service.call("PutAttributionsAndAssociations", rpc.PutAttributionsAndAssociationsRequest(attributions=links))
    execution_id = walk(service, f"id = {ids[0]}").executions[0].id
    event = pb.Event(artifact_id=long_id, execution_id=execution_id, type=pb.Event.INPUT)
    service.call("PutEvents", rpc.PutEventsRequest(events=[event]))
    for _ in range(2):  # the second time, the server is known to have long texts
        found = walk(service, f"id = {ids[0]}", direction=Options.BIDIRECTIONAL)
        by_id = rpc.GetArtifactsByIDRequest(artifact_ids=[*ids, long_id], populate_artifact_types=True)
        wanted = service.call("GetArtifactsByID", by_id)
        assert list(found.artifacts) == list(wanted.artifacts)
        assert list(found.artifact_types) == list(wanted.artifact_types)
        contexts = service.call("GetContexts", rpc.GetContextsRequest()).contexts
        assert list(found.contexts) == list(contexts)
        assert [each.name for each in found.context_types] == ["Experiment"]
        assert [each.name for each in found.execution_types] == ["Trainer"]
        assert sorted(each.artifact_id for each in found.attributions) == [*ids, long_id]


def test_a_mask_without_types_answers_nodes_of_types_that_were_not_met_yet(service: MetadataService) -> None:
    first, *_ = put_chain(service, 3)
    other = MetadataService(service.database, service.calls)  # as in another process
    given = Options(starting_artifacts=Options.StartingNodes(filter_query=f"id = {first}"))
    request = rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=given, read_mask={"paths": ["artifacts"]})
    found = other.call("GetLineage", request).lineage_subgraph
    assert {node.type for node in found.artifacts} == {"Model"}
    assert not found.executions
