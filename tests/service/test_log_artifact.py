"""LogArtifact: what is found, what is written, and what is refused, on every engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from lineal import errors
from lineal.catalogue import Catalogue
from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.store.own_rows import locations
from lineal.store.schema import locks, on_demand
from lineal.upkeep.opening import open_service
from lineal.wire import lineage
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SERVERS, SQLITE_EVERY_DAY, run_sql
from tests.service.conftest import CountStatements


@pytest.fixture
def ids(service: MetadataService) -> dict[str, int]:
    """The ids of a type of artifacts, of another one, of a type of contexts and of two executions."""
    return type_ids(service)


def type_ids(service: MetadataService) -> dict[str, int]:
    """Put types and executions; return their ids."""
    text = {"name": pb.STRING, "version": pb.STRING, "note": pb.STRING}
    types = rpc.PutTypesRequest(
        artifact_types=[pb.ArtifactType(name=name, properties=text) for name in ("Model", "Other")],
        execution_types=[pb.ExecutionType(name="Trainer")],
        context_types=[pb.ContextType(name="Workspace")],
    )
    put: Any = service.call("PutTypes", types)
    execution = pb.Execution(type_id=put.execution_type_ids[0])
    made: Any = service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[execution, execution]))
    model, other = put.artifact_type_ids
    first, second = made.execution_ids
    return {"model": model, "other": other, "space": put.context_type_ids[0], "first": first, "second": second}


def log(service: MetadataService, request: lineage.LogArtifactRequest) -> lineage.LogArtifactResponse:
    answer = service.call("LogArtifact", request)
    assert isinstance(answer, lineage.LogArtifactResponse)
    return answer


def a_model(ids: dict[str, int], *, uri: str = "s3://a", type_name: str = "model", **texts: str | None) -> pb.Artifact:
    """Return a model; the text `workspace` becomes the custom property of a workspace, None stands for no property."""
    told: dict[str, str | None] = {"name": "a", "version": "1", "workspace": "w", **texts}
    artifact = pb.Artifact(type_id=ids[type_name], uri=uri)
    for name, text in told.items():
        if text is not None and name != "workspace":
            artifact.properties[name].string_value = text
    if told["workspace"] is not None:
        artifact.custom_properties["__kf_workspace__"].string_value = told["workspace"]
    return artifact


def request_for(ids: dict[str, int], artifact: pb.Artifact, execution: str = "first") -> lineage.LogArtifactRequest:
    return lineage.LogArtifactRequest(
        artifact=artifact,
        event=pb.Event(execution_id=ids[execution], type=pb.Event.OUTPUT),
        context=pb.Context(type_id=ids["space"], name="w"),
        same_version=lineage.SameVersion(),
    )


def test_a_new_artifact_has_its_event_and_its_context(service: MetadataService, ids: dict[str, int]) -> None:
    answer = log(service, request_for(ids, a_model(ids)))
    assert not answer.HasField("stored")
    request = rpc.GetEventsByArtifactIDsRequest(artifact_ids=[answer.artifact_id])
    [event] = service.call("GetEventsByArtifactIDs", request).events  # type: ignore[attr-defined]
    assert (event.execution_id, event.type) == (ids["first"], pb.Event.OUTPUT)
    held: Any = service.call("GetContextsByArtifact", rpc.GetContextsByArtifactRequest(artifact_id=answer.artifact_id))
    assert [context.name for context in held.contexts] == ["w"]


def test_an_equal_artifact_is_answered_as_stored_and_gets_the_event(
    service: MetadataService, ids: dict[str, int]
) -> None:
    first = log(service, request_for(ids, a_model(ids, note="old")))
    second = log(service, request_for(ids, a_model(ids, note="new"), "second"))
    assert second.artifact_id == second.stored.id == first.artifact_id
    assert second.stored.properties["note"].string_value == "old"
    events: Any = service.call(
        "GetEventsByArtifactIDs", rpc.GetEventsByArtifactIDsRequest(artifact_ids=[1, second.artifact_id])
    )
    assert [event.execution_id for event in events.events] == [ids["first"], ids["second"]]


@pytest.mark.parametrize("version", ["1", None, "", "mlmd-struct::x", "é" * 300])
def test_asking_again_changes_nothing(service: MetadataService, ids: dict[str, int], version: str | None) -> None:
    request = request_for(ids, a_model(ids, version=version))
    assert log(service, request).artifact_id == log(service, request).artifact_id
    everything: Any = service.call("GetArtifacts", rpc.GetArtifactsRequest())
    assert len(everything.artifacts) == 1


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize(
    "other",
    [
        *[{"uri": "s3://A"}, {"uri": "s3://a "}, {"type_name": "other"}],
        *[{name: value} for name in ("name", "version", "workspace") for value in ("A", "a ", "é", None)],
    ],
    ids=str,
)
def test_what_differs_in_one_part_is_another_artifact(
    service: MetadataService, ids: dict[str, int], other: dict[str, str]
) -> None:
    model = a_model(ids, name="a", version="a", workspace="a")
    first = log(service, request_for(ids, model))
    different = log(service, request_for(ids, a_model(ids, **{"name": "a", "version": "a", "workspace": "a", **other})))  # type: ignore[arg-type]
    assert different.artifact_id != first.artifact_id
    assert log(service, request_for(ids, model)).artifact_id == first.artifact_id


def test_without_an_event_the_artifact_is_stored_once_and_joins_nothing(
    service: MetadataService, ids: dict[str, int]
) -> None:
    request = request_for(ids, a_model(ids))
    request.ClearField("event")
    first, second = log(service, request), log(service, request)
    assert first.artifact_id == second.stored.id
    asked = rpc.GetEventsByArtifactIDsRequest(artifact_ids=[first.artifact_id])
    assert not service.call("GetEventsByArtifactIDs", asked).events  # type: ignore[attr-defined]


def test_of_several_equal_artifacts_the_oldest_is_meant(service: MetadataService, ids: dict[str, int]) -> None:
    put: Any = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[a_model(ids)] * 3))
    assert log(service, request_for(ids, a_model(ids))).artifact_id == put.artifact_ids[0]


def judging(ids: dict[str, int], *seen: int) -> lineage.LogArtifactRequest:
    request = request_for(ids, a_model(ids, name="new"))
    request.judged.uri = "s3://a"
    request.judged.seen_ids.extend(seen)
    return request


def test_a_caller_who_judges_sees_every_artifact_of_the_uri_before_one_is_written(
    service: MetadataService, ids: dict[str, int]
) -> None:
    old = [log(service, request_for(ids, a_model(ids, type_name=kind))).artifact_id for kind in ("model", "other")]
    log(service, request_for(ids, a_model(ids, uri="s3://b")))
    answer = log(service, judging(ids, old[0]))
    assert [candidate.id for candidate in answer.candidates] == [old[1]]
    assert not answer.HasField("artifact_id")
    written = log(service, judging(ids, *old))
    assert written.artifact_id not in (0, *old)
    assert [candidate.id for candidate in log(service, judging(ids, *old)).candidates] == [written.artifact_id]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"artifact": None}, "no artifact"),
        ({"artifact": pb.Artifact(id=1)}, "has the id 1"),
        ({"event": pb.Event(type=pb.Event.INPUT)}, "needs an execution_id"),
        ({"event": pb.Event(type=pb.Event.INPUT, execution_id=1, artifact_id=1)}, "no artifact_id"),
        ({"event": pb.Event(execution_id=1)}, "has no type"),
        ({"event": pb.Event(type=pb.Event.INPUT, execution_id=4711)}, "4711"),
        ({"same_version": None}, "how the artifact is recognised"),
    ],
)
def test_a_request_that_lacks_something_is_refused_and_writes_nothing(
    service: MetadataService, ids: dict[str, int], change: dict[str, Any], message: str
) -> None:
    request = request_for(ids, a_model(ids))
    for name, value in change.items():
        request.ClearField(name)  # type: ignore[arg-type]
        if value is not None:
            getattr(request, name).CopyFrom(value)
    with pytest.raises(errors.InvalidArgumentError, match=message):
        service.call("LogArtifact", request)
    assert not service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts  # type: ignore[attr-defined]


def test_many_connections_make_one_artifact(service: MetadataService, ids: dict[str, int]) -> None:
    request = request_for(ids, a_model(ids))
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: log(service, request), range(32)))
    assert len({answer.artifact_id for answer in answers}) == 1
    assert sum(not answer.HasField("stored") for answer in answers) == 1


def test_finding_a_stored_artifact_takes_as_many_statements_however_many_versions_there_are(
    service: MetadataService, ids: dict[str, int], count_statements: CountStatements
) -> None:
    for version in ("1", "2"):
        log(service, request_for(ids, a_model(ids, version=version)))
    few = count_statements("LogArtifact", request_for(ids, a_model(ids, version="1")))
    versions = [a_model(ids, version=str(number)) for number in range(3, 300)]
    service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=versions))
    assert count_statements("LogArtifact", request_for(ids, a_model(ids, version="1"))) == few < 6


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_a_store_of_an_older_lineal_gets_the_locks_at_the_start(fresh_database_url: str) -> None:
    open_service(fresh_database_url).close()
    run_sql(fresh_database_url, f"DELETE FROM {locks.LOCK.name} WHERE name > 'identity' AND name < 'parent'")
    with open_service(fresh_database_url) as service:
        found = service.database.write(lambda session: session.script(f"SELECT name FROM {locks.LOCK.name}"))
    assert {name for (name,) in found} == set(locks.NAMES)


def test_the_lock_of_a_uri_is_the_same_in_every_process() -> None:
    assert [locks.of_identity(uri) for uri in ("", "s3://a", "é")] == ["identity 00", "identity 33", "identity 62"]


def test_each_property_is_one_table_of_the_statement_that_looks_for_an_artifact() -> None:
    text = str(locations._statements.__wrapped__(((True, False), (False, True))).by_uri.element)
    assert [text.count(f"AS property_{number}") for number in (0, 1)] == [1, 1]


def test_the_same_version_at_another_spelling_of_its_uri_is_stored_once(
    service: MetadataService, ids: dict[str, int]
) -> None:
    spellings = ("s3a://bucket/data/", "s3://bucket/data", "S3://bucket//data", "minio://bucket/data")
    found = {log(service, request_for(ids, a_model(ids, uri=uri))).artifact_id for uri in spellings}
    assert len(found) == 1
    other = log(service, request_for(ids, a_model(ids, uri="s3://bucket/data", version="2")))
    assert other.artifact_id not in found


def test_the_artifact_with_the_very_uri_goes_before_one_with_another_spelling(
    service: MetadataService, ids: dict[str, int]
) -> None:
    put: Any = service.call(
        "PutArtifacts",
        rpc.PutArtifactsRequest(artifacts=[a_model(ids, uri=uri) for uri in ("s3a://b/k", "s3://b/k")]),
    )
    found = [log(service, request_for(ids, a_model(ids, uri=uri))).artifact_id for uri in ("s3a://b/k", "s3://b/k")]
    assert found == list(put.artifact_ids)


def test_what_openlineage_named_is_the_same_version_whatever_its_name(
    service: MetadataService, ids: dict[str, int]
) -> None:
    table = a_model(ids, uri="duckdb:///w/shop.db#shop.main.orders", name="shop.main.orders", version=None)
    table.external_id = "openlineage:w:dataset:1"
    put: Any = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[table]))
    asked = [a_model(ids, uri=table.uri, name="orders", version=version) for version in (None, "1")]
    found = [log(service, request_for(ids, each)).artifact_id for each in asked]
    assert (found[0] == put.artifact_ids[0], found[1] == put.artifact_ids[0]) == (True, False)


def test_a_data_set_of_mlflow_is_read_by_its_location_once_somebody_wrote_it(
    service: MetadataService, ids: dict[str, int]
) -> None:
    text = {"name": pb.STRING, "version": pb.STRING}
    type_ = pb.ArtifactType(name="kubeflow.org/alpha/data_set", properties=text)
    made: Any = service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=type_))
    known = {**ids, "data set": made.type_id}
    digest = a_model(known, uri="s3://b/k/", type_name="data set", name="train", version="d1")
    digest.external_id = "mlflow:w:dataset:1"
    put: Any = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[digest]))
    wanted = [a_model(known, uri="s3a://b/k", type_name="data set", name=name, version=None) for name in "xy"]
    before = log(service, request_for(known, wanted[0])).artifact_id
    event = pb.Event(artifact_id=put.artifact_ids[0], execution_id=ids["second"], type=pb.Event.OUTPUT)
    service.call("PutEvents", rpc.PutEventsRequest(events=[event]))
    after = [log(service, request_for(known, each)).artifact_id for each in wanted]
    assert before != put.artifact_ids[0]
    assert after == [before, put.artifact_ids[0]]


@pytest.mark.parametrize(
    ("spelling", "workspace", "shown"),
    [("file:///d/x", "w", True), ("file:///d/x", "v", False), ("/d/x/", "v", True), ("file://host/d/x", "w", False)],
)
def test_another_spelling_of_a_path_is_that_of_one_workspace_and_one_host(
    service: MetadataService, ids: dict[str, int], spelling: str, workspace: str, shown: bool
) -> None:
    service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[a_model(ids, uri="/d/x/")]))
    judged, seen = a_model(ids, uri=spelling, workspace=workspace), [0]
    for identity in ("judged", "at_location"):
        judged.external_id = identity
        request = lineage.LogArtifactRequest(artifact=judged, **{identity: lineage.Judged(uri=spelling, seen_ids=seen)})
        answer = log(service, request)
        assert bool(answer.candidates) == shown
        seen.append(answer.artifact_id)


def test_only_uris_that_the_search_index_has_not_read_are_looked_through(
    service: MetadataService, ids: dict[str, int]
) -> None:
    on_demand.prepare(service.database)
    put: list[int] = []
    for uri in ("HTTPS://h.org/read", "HTTPS://h.org/new"):
        answer: Any = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[a_model(ids, uri=uri)]))
        put += answer.artifact_ids
        if len(put) == 1:
            Catalogue(service).index.follow(ARTIFACT, seconds=20)
        service.database.write(partial(locations.delete_of, ids=put))

    found = {}
    for uri in ("https://h.org/read", "https://h.org/new"):
        request = lineage.LogArtifactRequest(artifact=a_model(ids, uri=uri), at_location=lineage.Judged(uri=uri))
        found[uri] = [each.id for each in log(service, request).candidates]
    assert list(found.values()) == [[], [put[1]]]


def test_uris_can_be_taken_as_they_are_spelled(database_url: str) -> None:
    with open_service(DatabaseSettings(database_url, exact_uris=True)) as service:
        known = type_ids(service)
        found = [log(service, request_for(known, a_model(known, uri=uri))) for uri in ("s3a://b/k", "s3://b/k")]
        request = lineage.LogArtifactRequest(artifact=a_model(known), at_location=lineage.Judged(uri="minio://b/k"))
        assert not log(service, request).candidates
    assert found[0].artifact_id != found[1].artifact_id
