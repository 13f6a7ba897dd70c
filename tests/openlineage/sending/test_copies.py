"""A second store gets an equal graph from the events of a first one, in any order, and sends nothing back."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from lineal.config import OpenLineageSettings
from lineal.openlineage import Receiver
from lineal.openlineage.sending.history import history
from lineal.sdk import tutorial
from lineal.server.openlineage.destinations import Answer
from lineal.server.openlineage.outbox import Outbox
from lineal.service import MetadataService
from lineal.service.access import Caller, Role, scope_of
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import metrics, records
from lineal.wire import service as rpc
from tests.openlineage.sending.graphs import graph_of
from tests.openlineage.sending.stores import Kept, send_all, sending
from tests.openlineage.sending.valid import faults
from tests.openlineage.shapes import SHAPES

SAME_WORKSPACE = OpenLineageSettings((r"lineal://[^/]+/(.+)=\1",))


class Delivered(Kept):
    """Another store as the receiver."""

    def __init__(self, service: MetadataService) -> None:
        super().__init__()
        self._receiver = Receiver(service, settings=SAME_WORKSPACE)

    def send(self, event: bytes) -> Answer:
        """Store an event there, and keep it."""
        self._receiver.receive(json.loads(event))
        return super().send(event)


def values() -> dict[str, pb.Value]:
    """Return a value of each kind."""
    struct = pb.Value()
    struct.struct_value.update({"a": [1, {"b": None}]})
    return {
        "text": pb.Value(string_value="ä"),
        "number": pb.Value(int_value=2**53 + 1),
        "share": pb.Value(double_value=float("nan")),
        "truth": pb.Value(bool_value=False),
        "object": struct,
    }


def put_types(service: MetadataService) -> rpc.PutTypesResponse:
    """Put the types of `fill`."""
    kinds = {"text": pb.STRING, "number": pb.INT, "share": pb.DOUBLE, "truth": pb.BOOLEAN, "object": pb.STRUCT}
    request = rpc.PutTypesRequest(
        artifact_types=[pb.ArtifactType(name="thing", properties=kinds)],
        execution_types=[pb.ExecutionType(name="step")],
        context_types=[pb.ContextType(name="pipeline"), pb.ContextType(name="run")],
    )
    found: rpc.PutTypesResponse = service.call("PutTypes", request)
    return found


def fill(service: MetadataService) -> None:
    """Write what uses every form of a record: kinds of values, paths, parents, metrics, and states."""
    types = put_types(service)
    pipeline_type, run_type = types.context_type_ids
    contexts = [pb.Context(type_id=pipeline_type, name="p"), pb.Context(type_id=run_type, name="r")]
    ids = service.call("PutContexts", rpc.PutContextsRequest(contexts=contexts)).context_ids
    link = pb.ParentContext(child_id=ids[1], parent_id=ids[0])
    service.call("PutParentContexts", rpc.PutParentContextsRequest(parent_contexts=[link]))
    event = pb.Event(type=pb.Event.DECLARED_OUTPUT, milliseconds_since_epoch=5)
    event.path.steps.add(index=3)
    event.path.steps.add(key="out")
    of_type = types.artifact_type_ids[0]
    made = pb.Artifact(type_id=of_type, uri="s3://b/k", properties=values(), state=pb.Artifact.LIVE)
    read = pb.Artifact(type_id=of_type, name="no uri", custom_properties=values(), external_id="mine")
    pairs = [
        rpc.PutExecutionRequest.ArtifactAndEvent(artifact=made, event=event),
        rpc.PutExecutionRequest.ArtifactAndEvent(artifact=read, event=pb.Event(type=pb.Event.INPUT)),
    ]
    for state in (pb.Execution.CACHED, pb.Execution.NEW, pb.Execution.RUNNING):
        execution = pb.Execution(
            type_id=types.execution_type_ids[0], last_known_state=state, custom_properties=values()
        )
        request = rpc.PutExecutionRequest(execution=execution, artifact_event_pairs=pairs, contexts=contexts)
        request.options.reuse_context_if_already_exist = True
        request.options.reuse_artifact_if_already_exist_by_external_id = True
        done = service.call("PutExecution", request)
        series = metrics.MetricSeries(name="loss", steps=[1, 2], times=[1, 2], values=[0.5, float("inf")])
        service.call("LogMetrics", metrics.LogMetricsRequest(execution_id=done.execution_id, series=[series]))


def test_the_graph_arrives_equal_in_any_order_and_with_every_event_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with sending(url) as (first, outbox, kept):
        tutorial.run(url, write=lambda line: None)
        fill(first)
        send_all(outbox)
        events, wanted = kept.events, graph_of(first)
    for seed in range(2):
        shuffled = events * (1 if seed == 0 else 2)
        if seed:
            random.Random(seed).shuffle(shuffled)
        with open_service("sqlite://") as second:
            receiver = Receiver(second, settings=SAME_WORKSPACE)
            for event in shuffled:
                receiver.receive(event)
            assert graph_of(second) == wanted


def test_what_is_told_before_it_is_in_a_workspace_is_one_node_afterwards() -> None:
    with sending() as (first, _, _kept), open_service("sqlite://") as second:
        to_second = Outbox(first, Delivered(second))
        types = put_types(first)
        spaces = rpc.PutContextTypeRequest(context_type=pb.ContextType(name="kubeflow.org/alpha/workspace"))
        of_space = first.call("PutContextType", spaces).type_id
        artifact = pb.Artifact(type_id=types.artifact_type_ids[0], uri="s3://b/k")
        execution = pb.Execution(type_id=types.execution_type_ids[0], last_known_state=pb.Execution.RUNNING)
        [made] = first.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[artifact])).artifact_ids
        [run] = first.call("PutExecutions", rpc.PutExecutionsRequest(executions=[execution])).execution_ids
        send_all(to_second)
        space = pb.Context(type_id=of_space, name="team")
        [team] = first.call("PutContexts", rpc.PutContextsRequest(contexts=[space])).context_ids
        links = rpc.PutAttributionsAndAssociationsRequest()
        links.attributions.add(context_id=team, artifact_id=made)
        links.associations.add(context_id=team, execution_id=run)
        first.call("PutAttributionsAndAssociations", links)
        used = pb.Event(artifact_id=made, execution_id=run, type=pb.Event.OUTPUT, milliseconds_since_epoch=7)
        first.call("PutEvents", rpc.PutEventsRequest(events=[used]))
        send_all(to_second)
        assert graph_of(second) == graph_of(first)


def test_an_alias_is_told_of_the_version_that_has_it_and_no_more_of_the_one_that_had_it() -> None:
    with sending() as (first, _, _kept), open_service("sqlite://") as second:
        to_second = Delivered(second)
        outbox = Outbox(first, to_second)
        model = pb.ArtifactType(name="model", properties={"name": pb.STRING})
        type_id = first.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=model)).type_id
        name = {"name": pb.Value(string_value="loaf")}
        versions = [pb.Artifact(type_id=type_id, uri=f"s3://b/loaf/{version}", properties=name) for version in (1, 2)]
        ids = first.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=versions)).artifact_ids
        for artifact_id in ids:
            first.call("PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias="production"))
            send_all(outbox)
        told = [
            (event["dataset"]["name"], event["dataset"]["facets"].get("lineal_aliases")) for event in to_second.events
        ]
        assert [(name, facet and facet["aliases"]) for name, facet in told[-2:]] == [
            ("loaf/1", None),
            ("loaf/2", ["production"]),
        ]
        assert [fault for event in to_second.events for fault in faults(event)] == []
        assert graph_of(second) == graph_of(first)


def test_the_history_of_a_store_makes_an_equal_one() -> None:
    with open_service("sqlite://") as first, open_service("sqlite://") as second:
        fill(first)
        receiver = Receiver(second, settings=SAME_WORKSPACE)
        for event in history(first):
            receiver.receive(json.loads(json.dumps(event)))
        assert graph_of(second) == graph_of(first)


def test_what_three_stores_send_in_a_circle_comes_to_an_end() -> None:
    with sending() as (a, _, _a), sending() as (b, _, _b), sending() as (c, _, _c):
        receivers = [Delivered(b), Delivered(c), Delivered(a)]
        circle = [Outbox(service, to) for service, to in zip((a, b, c), receivers, strict=True)]
        fill(a)
        wanted = graph_of(a)
        for _ in range(4):
            for outbox in circle:
                send_all(outbox)
        assert [graph_of(service) == wanted for service in (a, b, c)] == [True, True, True]
        counts = [len(each.events) for each in receivers]
        assert counts[0] == counts[1] == counts[2] > 0
        for outbox in circle:
            send_all(outbox)
        assert [len(each.events) for each in receivers] == counts


def test_an_event_of_another_program_goes_around_once() -> None:
    given: dict[str, Any] = {
        "eventType": "COMPLETE",
        "eventTime": "2026-11-01T10:00:00Z",
        "producer": "https://example.org/etl",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": "0190a0c0-0000-7000-8000-000000000001"},
        "job": {"namespace": "etl", "name": "load"},
        "inputs": [{"namespace": "postgres://h:5432", "name": "d.s.t"}],
    }
    with sending() as (a, _, _a), sending() as (b, _, _b):
        to_b, to_a = Delivered(b), Delivered(a)
        circle = [Outbox(a, to_b), Outbox(b, to_a)]
        Receiver(a).receive(given)
        for _ in range(3):
            for outbox in circle:
                send_all(outbox)
        assert [len(to_b.events), len(to_a.events)] == [1, 1]
        assert graph_of(a, times=False) == graph_of(b, times=False)
        assert to_b.events[0]["run"]["runId"] == given["run"]["runId"]
        assert {**to_b.events[0], "run": given["run"]} == given


def test_the_graph_of_the_events_of_all_tools_arrives_equal_by_forwarding_and_by_an_export() -> None:
    with sending() as (first, _, _kept), open_service("sqlite://") as second, open_service("sqlite://") as third:
        for shape in SHAPES.values():
            for given in shape():
                Receiver(first).receive(given)
        send_all(Outbox(first, Delivered(second)))
        receiver = Receiver(third, settings=SAME_WORKSPACE)
        for given in history(first):
            receiver.receive(json.loads(json.dumps(given)))
        wanted = graph_of(first, times=False)
        assert len(wanted["events"]) > 20
        assert graph_of(second, times=False) == wanted
        assert graph_of(third, times=False) == wanted


def test_an_artifact_of_the_second_store_at_the_same_place_is_joined_and_not_changed() -> None:
    with sending() as (first, outbox, kept), open_service("sqlite://") as second:
        fill(first)
        send_all(outbox)
        types = second.call("PutTypes", rpc.PutTypesRequest(artifact_types=[pb.ArtifactType(name="thing")]))
        own = pb.Artifact(type_id=types.artifact_type_ids[0], uri="s3a://b/k/")
        own.custom_properties["__kf_workspace__"].string_value = "default"
        [own_id] = second.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[own])).artifact_ids
        for event in kept.events:
            Receiver(second).receive(event)
        [found] = second.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=[own_id])).artifacts
        assert (found.uri, dict(found.properties), len(found.custom_properties)) == ("s3a://b/k/", {}, 1)
        edges = second.call("GetEventsByArtifactIDs", rpc.GetEventsByArtifactIDsRequest(artifact_ids=[own_id])).events
        assert len(edges) == 3


def test_a_caller_of_one_workspace_gets_everything_there_and_touches_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with sending(url) as (_, outbox, kept), open_service("sqlite://") as second:
        tutorial.run(url, write=lambda line: None)
        send_all(outbox)
        types = put_types(second)
        other = pb.Artifact(type_id=types.artifact_type_ids[0], uri="gs://bakery/models/loaf-forecast", name="theirs")
        other.custom_properties["__kf_workspace__"].string_value = "bakery"
        second.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[other]))
        before = graph_of(second)["artifacts"]
        caller = Caller("a", Role.WRITER, scope_of(["own"]))
        for event in kept.events:
            Receiver(second, caller=lambda: caller, settings=SAME_WORKSPACE).receive(event)
        found = second.call("GetArtifacts", rpc.GetArtifactsRequest(), caller=caller).artifacts
        assert len(found) == 10
        assert {each.custom_properties["__kf_workspace__"].string_value for each in found} == {"own"}
        assert before[0] in graph_of(second)["artifacts"]
        [workspace] = second.call("GetContexts", rpc.GetContextsRequest()).contexts
        assert workspace.name == "own"
