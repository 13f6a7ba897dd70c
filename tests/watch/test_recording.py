"""What a watcher and a program record of one artifact at the same moment."""

from __future__ import annotations

from google.protobuf.message import Message

from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.sdk import Execution, Model, Store, Workspace
from lineal.upkeep.opening import open_service
from lineal.watch.records import ArtifactRecord, ContextRecord, ExecutionRecord, Records
from lineal.watch.writing.recorder import Recorder

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
