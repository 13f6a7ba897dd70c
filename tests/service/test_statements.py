"""How many statements calls take: as many as the rows need, and none for each node or property."""

from __future__ import annotations

import math

import pytest

from lineal.service import MetadataService
from lineal.store.rows import packing
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.conftest import CountStatements
from tests.service.requests import artifact, put_artifact_type, put_artifacts, put_chain

PROPERTIES = {f"p{index}": "value" for index in range(9)}


def test_a_single_artifact_takes_one_statement_for_the_node_and_one_for_its_properties(
    service: MetadataService, count_statements: CountStatements
) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, artifact(type_id))
    node = artifact(type_id, name="a", properties=PROPERTIES)
    assert count_statements("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[node])) == 2


@pytest.mark.parametrize("method", ["create", "update"])
def test_writing_many_artifacts_takes_no_more_statements_than_writing_two(
    service: MetadataService, count_statements: CountStatements, method: str
) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, artifact(type_id))

    def request(count: int) -> rpc.PutArtifactsRequest:
        nodes = [artifact(type_id, properties=PROPERTIES) for _ in range(count)]
        if method == "update":
            for node, node_id in zip(nodes, put_artifacts(service, *nodes), strict=True):
                node.id = node_id
                node.custom_properties["p0"].string_value = "new"
                node.custom_properties["extra"].int_value = 1
                del node.custom_properties["p1"]
        return rpc.PutArtifactsRequest(artifacts=nodes)

    few, many = request(2), request(500)
    assert count_statements("PutArtifacts", few) == count_statements("PutArtifacts", many)


def test_reading_many_artifacts_takes_no_statement_for_each(
    service: MetadataService, count_statements: CountStatements
) -> None:
    type_id = put_artifact_type(service)
    ids = put_artifacts(service, *[artifact(type_id, properties=PROPERTIES) for _ in range(2000)])
    pieces = math.ceil(len(ids) / packing.MOST) if service.database.dialect.packs_rows else 1
    assert count_statements("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=ids[:1])) == 1
    assert count_statements("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=ids)) == 1 + pieces


def test_a_node_is_found_by_its_types_name_without_reading_the_type_again(
    service: MetadataService, count_statements: CountStatements
) -> None:
    put_artifacts(service, artifact(put_artifact_type(service, "Model"), name="a", properties=PROPERTIES))
    request = rpc.GetArtifactByTypeAndNameRequest(type_name="Model", artifact_name="a")
    assert count_statements("GetArtifactByTypeAndName", request) > 1
    assert count_statements("GetArtifactByTypeAndName", request) == 1


@pytest.mark.parametrize("filter_query", ["", "custom_properties.p1.string_value = 'value' AND id > 3"])
def test_a_page_takes_as_many_statements_whatever_its_size(
    service: MetadataService, count_statements: CountStatements, filter_query: str
) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, *[artifact(type_id, properties=PROPERTIES) for _ in range(500)])
    guesses = bool(filter_query) and not service.database.dialect.knows_values  # then the size of the store is asked
    wanted = 1 if service.database.dialect.is_remote else 2
    for size in (1, 400):
        options = pb.ListOperationOptions(max_result_size=size, filter_query=filter_query)
        assert count_statements("GetArtifacts", rpc.GetArtifactsRequest(options=options)) == wanted + guesses


def _walk_from(name: str) -> rpc.GetLineageSubgraphRequest:
    request = rpc.GetLineageSubgraphRequest()
    request.lineage_subgraph_query_options.starting_artifacts.filter_query = f"name = '{name}'"
    return request


def test_a_walk_takes_statements_for_many_hops_at_once_and_none_for_each_node(
    service: MetadataService, count_statements: CountStatements
) -> None:
    put_chain(service, 60)
    along_the_chain = count_statements("GetLineageSubgraph", _walk_from("a0"))
    type_id = put_artifact_type(service)
    execution_type_id = service.call("GetExecutionTypes", rpc.GetExecutionTypesRequest()).execution_types[0].id
    wide = rpc.PutLineageSubgraphRequest(executions=[pb.Execution(type_id=execution_type_id)])
    for index in range(1000):
        wide.artifacts.add(type_id=type_id, name=f"w{index}")
        kind = pb.Event.INPUT if index == 0 else pb.Event.OUTPUT
        wide.event_edges.add(execution_index=0, artifact_index=index, event=pb.Event(type=kind))
    service.call("PutLineageSubgraph", wide)
    assert count_statements("GetLineageSubgraph", _walk_from("w0")) <= along_the_chain < 12


def test_a_chain_that_ends_in_a_fan_is_not_read_in_vain_at_every_hop(
    service: MetadataService, count_statements: CountStatements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lineal.service.lineage.leads._MOST_EVENTS_AHEAD", 100)
    last = put_chain(service, 30)[-1]
    type_id = put_artifact_type(service)
    execution_type_id = service.call("GetExecutionTypes", rpc.GetExecutionTypesRequest()).execution_types[0].id
    fan = rpc.PutLineageSubgraphRequest(executions=[pb.Execution(type_id=execution_type_id)])
    fan.event_edges.add(execution_index=0, event=pb.Event(artifact_id=last, type=pb.Event.INPUT))
    for index in range(200):
        fan.artifacts.add(type_id=type_id, name=f"end{index}")
        fan.event_edges.add(execution_index=0, artifact_index=index, event=pb.Event(type=pb.Event.OUTPUT))
    service.call("PutLineageSubgraph", fan)
    walk = _walk_from("a0")
    walk.lineage_subgraph_query_options.direction = pb.LineageSubgraphQueryOptions.DOWNSTREAM
    assert count_statements("GetLineageSubgraph", walk) < 30


def test_no_statement_holds_a_value(service: MetadataService) -> None:
    texts: list[str] = []
    service.database.observe = texts.append
    type_id = put_artifact_type(service, "Sekrit")
    put_artifacts(service, artifact(type_id, name="Sekrit", uri="Sekrit", properties={"Sekrit": "Sekrit"}))
    options = pb.ListOperationOptions(
        filter_query="name = 'Sekrit' OR custom_properties.Sekrit.string_value = 'Sekrit'"
    )
    service.call("GetArtifacts", rpc.GetArtifactsRequest(options=options))
    assert texts
    assert not [text for text in texts if "Sekrit" in text]
