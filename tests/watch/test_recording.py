"""What a watcher and a program record of one artifact at the same moment."""

from __future__ import annotations

import pytest
from google.protobuf.message import Message

from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.config import DatabaseSettings
from lineal.locations import normal_form, other_forms
from lineal.sdk import Execution, Model, Store, Workspace
from lineal.upkeep.opening import open_service
from lineal.watch.records import ArtifactRecord, ContextRecord, ExecutionRecord, Records
from lineal.watch.writing.recorder import MANY, Recorder
from lineal.wire import metadata_store as pb

WORKSPACE = ContextRecord(Workspace.CONTEXT_TYPE_NAME, "bakery")
MODEL = ArtifactRecord(
    Model.ARTIFACT_TYPE_NAME, uri="gs://a", properties={"name": "a"}, custom_properties={"__kf_workspace__": "bakery"}
)
RECORDS = Records(executions=(ExecutionRecord("my.org/Server", "cluster/uid", inputs=(MODEL,)),), contexts=(WORKSPACE,))


class Interrupted(LocalTransport):
    """A transport of a watcher; before the watcher writes, a program logs the model."""

    logged: Model | None = None

    def call(self, method: str, request: Message) -> Message:
        if method == "PutLineageSubgraph" and self.logged is None:
            self.logged = Model("gs://a", "a")
            program = Store.from_client(MetadataStore.from_transport(LocalTransport(self._service)))
            Execution("train", Workspace(program, "bakery")).log_output(self.logged)
        return super().call(method, request)


def test_a_model_that_a_program_logs_while_the_watcher_records_it_is_one_record() -> None:
    transport = Interrupted(open_service("sqlite://"))
    with MetadataStore.from_transport(transport) as store:
        Workspace(Store.from_client(store), "bakery")
        Recorder(store).write(RECORDS)
        [artifact] = store.get_artifacts()
        assert transport.logged
        assert artifact.id == transport.logged.id
        assert len(store.get_events_by_artifact_ids([artifact.id])) == 2
        [workspace] = store.get_contexts_by_artifact(artifact.id)
        assert workspace.name == "bakery"
        Recorder(store).write(RECORDS)
        assert [each.id for each in store.get_artifacts()] == [artifact.id]


def test_the_first_value_of_a_property_stays_until_a_record_removes_it() -> None:
    with MetadataStore.from_transport(LocalTransport(open_service("sqlite://"))) as store:
        for end, stored in (("10:00", "10:00"), ("11:00", "10:00"), (None, ""), ("12:00", "12:00")):
            first, told = ({"end_time": end}, {}) if end else ({}, {"end_time": None})
            record = ExecutionRecord("my.org/Server", "cluster/uid", properties=told, first_properties=first)
            Recorder(store).write(Records(executions=(record,)))
            [execution] = store.get_executions()
            assert execution.properties["end_time"].string_value == stored


def many_at(*uris: str) -> Records:
    """A run that read so many artifacts that they are looked up together, those at some URIs among them."""
    wanted = [*uris, *(f"s3://b/{number}" for number in range(MANY))]
    read = tuple(
        ArtifactRecord("Data", uri=uri, any_type=True, other_uris=other_forms(uri), normal_uri=normal_form(uri))
        for uri in wanted
    )
    return Records(executions=(ExecutionRecord("my.org/Step", "cluster/uid", inputs=read),))


@pytest.mark.parametrize("exact", [False, True], ids=["locations", "exact"])
def test_the_server_says_which_of_many_artifacts_are_at_a_location(exact: bool) -> None:
    settings = DatabaseSettings("sqlite://", exact_uris=exact)
    with MetadataStore.from_transport(LocalTransport(open_service(settings))) as store:
        type_id = store.put_artifact_type(pb.ArtifactType(name="Data"))
        known = [pb.Artifact(type_id=type_id, uri=uri) for uri in ("s3a://b/k", "HTTPS://b.s3.amazonaws.com//m")]
        ids = store.put_artifacts(known)
        Recorder(store).write(many_at("s3://b/k", "s3://b/m"))
        read = {each.artifact_id for each in store.get_events_by_artifact_ids(ids)}
        stored = len(store.get_artifacts())

    assert (read, stored) == ((set(), MANY + 4) if exact else (set(ids), MANY + 2))


def test_what_a_watcher_recorded_first_is_what_a_program_recorded_since() -> None:
    with MetadataStore.from_transport(LocalTransport(open_service("sqlite://"))) as store:
        served = ArtifactRecord("Model", uri="s3://b/k", any_type=True)
        runs = [
            Records(executions=(ExecutionRecord("my.org/Server", name, inputs=(served,)),))
            for name in ("first", "next")
        ]
        Recorder(store).write(runs[0])
        [own] = store.get_artifacts()
        type_id = store.put_artifact_type(pb.ArtifactType(name="Data"))
        [known] = store.put_artifacts([pb.Artifact(type_id=type_id, uri="s3a://b/k")])
        for records in runs:
            Recorder(store).write(records)
        links = [each.artifact_id for each in store.get_events_by_artifact_ids([own.id, known])]

    assert sorted(links) == [own.id, known, known]
