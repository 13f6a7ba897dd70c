"""Which events are sent of what is written, and that they are valid."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal.openlineage.schemas import SCHEMAS
from lineal.openlineage.sending import shaping
from lineal.sdk import tutorial
from lineal.server.openlineage.destinations import Answer
from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import metrics
from lineal.wire import service as rpc
from tests.openlineage.sending.stores import send_all, sending
from tests.openlineage.sending.valid import OWN, faults


def put_run(service: MetadataService, state: int, execution_id: int = 0, **custom: Any) -> int:
    """Put an execution in a state, which reads one table; return its id."""
    types = service.call(
        "PutTypes",
        rpc.PutTypesRequest(
            artifact_types=[pb.ArtifactType(name="table")], execution_types=[pb.ExecutionType(name="job")]
        ),
    )
    execution = pb.Execution(type_id=types.execution_type_ids[0], name="nightly", last_known_state=state)  # type: ignore[arg-type]
    if execution_id:
        execution.id = execution_id
    for name, value in custom.items():
        execution.custom_properties[name].CopyFrom(
            pb.Value(int_value=value) if isinstance(value, int) else pb.Value(string_value=value)
        )
    pairs = []
    if not execution_id:
        artifact = pb.Artifact(type_id=types.artifact_type_ids[0], uri="s3a://lake/orders/")
        pair = rpc.PutExecutionRequest.ArtifactAndEvent(artifact=artifact, event=pb.Event(type=pb.Event.INPUT))
        pairs.append(pair)
    request = rpc.PutExecutionRequest(execution=execution, artifact_event_pairs=pairs)
    return int(service.call("PutExecution", request).execution_id)


def test_the_tutorial_is_sent_as_valid_events_with_everything_in_it(tmp_path: Any) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with sending(url) as (_, outbox, kept):
        tutorial.run(url, write=lambda line: None)  # another service on the file, as another program
        send_all(outbox)
    assert [fault for event in kept.events for fault in faults(event)] == []
    names = {each["name"] for event in kept.events for side in ("inputs", "outputs") for each in event.get(side, ())}
    assert {"models/season-encoder", "models/loaf-forecast"} <= names
    train = next(event for event in kept.events if event.get("eventType") == "COMPLETE")
    assert train["job"]["name"] == "train"
    model = next(each for each in train["outputs"] if each["name"] == "models/loaf-forecast")
    assert {"name": "learning_rate", "value": 0.05} in model["facets"]["lineal_parameters"]["parameters"]


def test_a_run_starts_goes_on_and_ends_and_the_end_repeats_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shaping, "PAUSE_OF_RUNNING", 0)
    with sending() as (service, outbox, kept):
        run = put_run(service, pb.Execution.RUNNING, __started__=1_000)
        send_all(outbox)
        put_run(service, pb.Execution.RUNNING, run, __started__=1_000, note="more")
        send_all(outbox)
        put_run(service, pb.Execution.COMPLETE, run, __started__=1_000, __ended__=2_000, note="more")
        send_all(outbox)
    start, running, end = kept.events
    assert [event["eventType"] for event in kept.events] == ["START", "RUNNING", "COMPLETE"]
    assert start["eventTime"] == "1970-01-01T00:00:01.000Z"
    assert [each["namespace"] for each in end["inputs"]] == ["s3://lake"]
    assert set(running["run"]["facets"]) == {"lineal_record", "lineal_via"}
    assert end["eventTime"] > running["eventTime"]
    assert len({event["run"]["runId"] for event in kept.events}) == 1
    assert [fault for event in kept.events for fault in faults(event)] == []


def test_a_run_that_is_over_when_it_is_first_seen_has_its_own_times() -> None:
    with sending() as (service, outbox, kept):
        put_run(service, pb.Execution.FAILED, __started__=1_000, __ended__=2_000, failure_message="no bread")
        send_all(outbox)
    assert [(event["eventType"], event["eventTime"][-13:]) for event in kept.events] == [
        ("START", "00:00:01.000Z"),
        ("FAIL", "00:00:02.000Z"),
    ]
    assert kept.events[1]["run"]["facets"]["errorMessage"]["message"] == "no bread"


def test_an_end_that_is_not_taken_is_sent_again_without_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    with sending() as (service, outbox, kept):
        put_run(service, pb.Execution.COMPLETE, __started__=1_000, __ended__=2_000)
        kept.answers = [Answer(), Answer("away")]
        send_all(outbox)
        monkeypatch.setattr(outbox, "_retry_at", 0.0)
        send_all(outbox)
        assert [(event["eventType"], event["eventTime"][-13:]) for event in kept.events] == [
            ("START", "00:00:01.000Z"),
            ("COMPLETE", "00:00:02.000Z"),
        ]


def test_a_record_of_which_no_event_can_be_made_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyError("a fault")

    with sending() as (service, outbox, kept):
        run = put_run(service, pb.Execution.COMPLETE)
        with monkeypatch.context() as patched:
            patched.setattr(shaping, "shaped", fail)
            send_all(outbox)
        put_run(service, pb.Execution.COMPLETE, run, note="again")
        send_all(outbox)
        assert [event["eventType"] for event in kept.events] == ["START", "COMPLETE"]


def test_metrics_at_each_step_do_not_flood_and_the_end_comes_at_once() -> None:
    with sending() as (service, outbox, kept):
        run = put_run(service, pb.Execution.RUNNING)
        send_all(outbox)
        for step in range(20):
            point = metrics.MetricSeries(name="loss", steps=[step], times=[step], values=[1 / (step + 1)])
            service.call("LogMetrics", metrics.LogMetricsRequest(execution_id=run, series=[point]))
            send_all(outbox)
        assert len(kept.events) == 2  # START, and RUNNING with the first point
        put_run(service, pb.Execution.COMPLETE, run)
        send_all(outbox)
    assert [event["eventType"] for event in kept.events] == ["START", "RUNNING", "COMPLETE"]
    [loss] = kept.events[-1]["run"]["facets"]["lineal_metrics"]["metrics"]
    assert (loss["name"], loss["step"], loss["value"]) == ("loss", 19, 0.05)


@pytest.mark.parametrize("state", [pb.Execution.COMPLETE, pb.Execution.RUNNING, pb.Execution.NEW])
def test_what_did_not_change_is_not_sent_again(state: int) -> None:
    with sending() as (service, outbox, kept):
        run = put_run(service, state)
        send_all(outbox)
        kept.told()
        put_run(service, state, run)
        send_all(outbox)
        assert kept.told() == []


def record_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return what an event says of its run in our own facet."""
    record: dict[str, Any] = event["run"]["facets"]["lineal_record"]
    return record


@pytest.mark.parametrize("stated", [{"__ended__": 2_000_000_000_000}, {}])
def test_a_run_that_changes_after_its_end_is_sent_again_with_the_time_of_its_end(stated: dict[str, int]) -> None:
    with sending() as (service, outbox, kept):
        run = put_run(service, pb.Execution.COMPLETE, **stated)
        for label in ("silver", "gold"):
            send_all(outbox)
            put_run(service, pb.Execution.COMPLETE, run, label=label, **stated)
        send_all(outbox)
    _, *ends = kept.events
    assert [event["eventType"] for event in ends] == ["COMPLETE"] * 3
    assert len({event["eventTime"] for event in ends}) == 1
    assert sorted({record_of(event)["asOf"] for event in ends}) == [record_of(event)["asOf"] for event in ends]


def test_a_run_that_ends_in_another_way_after_all_has_an_end_later_than_the_first() -> None:
    with sending() as (service, outbox, kept):
        run = put_run(service, pb.Execution.FAILED)
        send_all(outbox)
        put_run(service, pb.Execution.COMPLETE, run)
        send_all(outbox)
    assert [event["eventType"] for event in kept.events] == ["START", "FAIL", "COMPLETE"]
    assert kept.events[2]["eventTime"] > kept.events[1]["eventTime"]


def test_secrets_are_not_sent() -> None:
    with sending() as (service, outbox, kept):
        put_run(service, pb.Execution.COMPLETE, DB_PASSWORD="swordfish", note="https://me:swordfish@host/x")
        type_id = service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="t")))
        artifact = pb.Artifact(type_id=type_id.type_id, uri="https://me:swordfish@host/x?sig=swordfish")
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[artifact]))
        send_all(outbox)
    assert len(kept.events) == 3
    assert "swordfish" not in json.dumps(kept.events)
    assert (kept.events[-1]["dataset"]["namespace"], kept.events[-1]["dataset"]["name"]) == ("https://host", "x")


def test_an_artifact_by_itself_is_an_event_about_a_data_set_and_a_context_one_about_a_job() -> None:
    with sending() as (service, outbox, kept):
        types = service.call(
            "PutTypes",
            rpc.PutTypesRequest(
                artifact_types=[pb.ArtifactType(name="table")], context_types=[pb.ContextType(name="group")]
            ),
        )
        artifact = pb.Artifact(type_id=types.artifact_type_ids[0], uri="gs://b/k")
        context = pb.Context(type_id=types.context_type_ids[0], name="g")
        service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[artifact]))
        service.call("PutContexts", rpc.PutContextsRequest(contexts=[context]))
        send_all(outbox)
    assert [fault for event in kept.events for fault in faults(event)] == []
    assert kept.told() == [("DatasetEvent", "k"), ("JobEvent", "group/g")]


def test_the_published_schemas_are_those_of_the_program() -> None:
    assert {file.stem: json.loads(file.read_text()) for file in OWN.glob("*.json")} == SCHEMAS
