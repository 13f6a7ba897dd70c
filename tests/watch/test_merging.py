"""What a handler returns is merged into what is stored: what it does not name stays as it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lineal
from lineal.client import MetadataStore
from lineal.watch.records import ArtifactRecord, ContextRecord, ExecutionRecord, Records
from lineal.watch.writing.recorder import Recorder
from lineal.wire import metadata_store as pb
from tests.watch.kube import Api, pod
from tests.watch.test_handlers import install
from tests.watch.watching import eventually, text, watching

RUN = ExecutionRecord(
    "my.org/Run", "c/1", "RUNNING", properties={"name": "run"}, custom_properties={"loss": 0.5, "n": 1}
)
OUTPUT = ArtifactRecord("my.org/Table", "c/table", "s3://table", "PENDING", {"name": "table"}, {"rows": 5})
GROUP = ContextRecord("my.org/Group", "group", {"team": "bread", "size": 3})
OUTPUTS = """
from lineal.watch import ArtifactRecord, ContextRecord, ExecutionRecord, Handler, Records

class Outputs(Handler):
    def on_add(self, seen):
        table = ArtifactRecord("T", external_id=seen.external_id + "/t", uri="s3://t")
        run = ExecutionRecord(seen.resource.type_name, seen.external_id, outputs=(table,))
        pod = ArtifactRecord(seen.resource.type_name, seen.external_id, custom_properties={"team": "bread"})
        return Records(artifacts=(pod,), executions=(run,))

    def on_update(self, seen):
        return None
"""


@pytest.fixture
def store() -> Iterator[MetadataStore]:
    with lineal.connect("sqlite://") as opened:
        Recorder(opened).write(Records(artifacts=(OUTPUT,), executions=(RUN,), contexts=(GROUP,)))
        yield opened


def write(store: MetadataStore, *, again: int = 2, **records: tuple[object, ...]) -> None:
    """Write records, more than once: by one recorder that knows what it wrote, and by one that does not."""
    recorder = Recorder(store)
    for _ in range(again):
        recorder.write(Records(**records))  # type: ignore[arg-type]


@pytest.mark.parametrize("base_type", ["TRAIN", "DEPLOY", "PROCESS"])
def test_a_handler_adds_properties_to_a_workload_of_any_base_type(store: MetadataStore, base_type: str) -> None:
    workload = ExecutionRecord("kubeflow.org/X/v1", "c/2", "RUNNING", base_type, {"name": "x"})
    added = ExecutionRecord("kubeflow.org/X/v1", "c/2", properties={"team": "bread"}, outputs=(OUTPUT,))
    Recorder(store).write(Records(executions=(workload,)))

    write(store, executions=(added,))

    [stored] = store.get_executions_by_external_ids(["c/2"])
    assert plain(stored)[0] == {"name": "x", "team": "bread"}
    assert stored.last_known_state == stored.RUNNING


def test_a_new_type_of_a_handler_is_a_process(store: MetadataStore) -> None:
    assert store.get_execution_type("my.org/Run").base_type == pb.ExecutionType(base_type="PROCESS").base_type


def plain(node: pb.Execution | pb.Artifact) -> tuple[dict[str, str], dict[str, str]]:
    return (
        {name: value.string_value for name, value in node.properties.items()},
        {name: str(value).strip() for name, value in node.custom_properties.items()},
    )


def test_outputs_alone_leave_state_and_properties_of_an_execution(store: MetadataStore) -> None:
    [before] = store.get_executions()
    write(store, executions=(ExecutionRecord("my.org/Run", "c/1", outputs=(OUTPUT,)),))
    [after] = store.get_executions()

    assert after.last_known_state == pb.Execution.RUNNING
    assert plain(after) == plain(before)
    assert len(store.get_events_by_execution_ids([after.id])) == 1


def test_properties_are_set_added_and_removed_one_by_one(store: MetadataStore) -> None:
    changes = {"loss": 0.25, "n": None, "new": True}
    record = ExecutionRecord("my.org/Run", "c/1", "COMPLETE", properties={"phase": "Done"}, custom_properties=changes)
    write(store, executions=(record,))
    [run] = store.get_executions()

    assert run.last_known_state == pb.Execution.COMPLETE
    assert plain(run) == ({"name": "run", "phase": "Done"}, {"loss": "double_value: 0.25", "new": "bool_value: true"})


def test_an_artifact_keeps_what_a_record_does_not_name(store: MetadataStore) -> None:
    write(store, artifacts=(ArtifactRecord("my.org/Table", "c/table", custom_properties={"columns": 2}),))
    [table] = store.get_artifacts()

    assert (table.uri, table.state) == ("s3://table", pb.Artifact.PENDING)
    assert plain(table) == ({"name": "table"}, {"rows": "int_value: 5", "columns": "int_value: 2"})


def test_a_context_keeps_what_a_record_does_not_name(store: MetadataStore) -> None:
    write(store, contexts=(ContextRecord("my.org/Group", "group", {"size": 4, "place": "Berlin"}),))
    [group] = store.get_contexts()

    stored = {name: value.string_value or value.int_value for name, value in group.properties.items()}
    assert stored == {"team": "bread", "size": 4, "place": "Berlin"}


def test_new_nodes_have_the_states_of_new_nodes(store: MetadataStore) -> None:
    write(
        store, executions=(ExecutionRecord("my.org/Run", "c/2"),), artifacts=(ArtifactRecord("my.org/Table", "c/t2"),)
    )

    assert store.get_executions_by_external_ids(["c/2"])[0].last_known_state == pb.Execution.UNKNOWN
    assert store.get_artifacts_by_external_ids(["c/t2"])[0].state == pb.Artifact.LIVE


def test_two_records_of_one_node_are_merged_before_they_are_written(store: MetadataStore) -> None:
    first = ExecutionRecord("my.org/Run", "c/1", "FAILED", outputs=(OUTPUT,))
    second = ExecutionRecord("my.org/Run", "c/1", properties={"phase": "Broken"}, inputs=(OUTPUT,))
    write(store, executions=(first, second), artifacts=(OUTPUT, ArtifactRecord("my.org/Table", "c/table", "s3://new")))
    [run], [table] = store.get_executions(), store.get_artifacts()

    assert (run.last_known_state, text(run, "phase"), text(run, "name")) == (pb.Execution.FAILED, "Broken", "run")
    assert (table.uri, text(table, "name")) == ("s3://new", "table")
    assert len(store.get_events_by_execution_ids([run.id])) == 2


def test_what_other_programs_write_stays(store: MetadataStore) -> None:
    recorder = Recorder(store)
    recorder.write(Records(executions=(RUN,)))
    [run] = store.get_executions()
    run.custom_properties["note"].string_value = "mine"
    store.put_executions([run])
    recorder.write(Records(executions=(RUN,)))

    assert "note" in store.get_executions()[0].custom_properties


def test_a_handler_and_the_watcher_leave_each_other_what_they_wrote(
    api: Api, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "output_handlers.py").write_text(OUTPUTS)
    install(tmp_path, "outputs", "outputs = output_handlers:Outputs", monkeypatch)
    monkeypatch.delitem(sys.modules, "output_handlers", raising=False)
    path = f"/api/v1/namespaces/{namespace}/pods"
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        api.create(path, pod("one", labels={"turn": "first"}))
        eventually(lambda: running.store.get_artifacts_by_type("T"))
        run = running.execution("one")
        assert (run.last_known_state, text(run, "image")) == (pb.Execution.NEW, "trainer:1")
        api.patch(f"{path}/one", {"metadata": {"labels": {"turn": None}}})
        eventually(lambda: "labels" not in running.execution("one").properties)
        stored = running.artifact("one")

    assert text(stored, "object")
    assert "labels" not in stored.properties
    assert stored.custom_properties["team"].string_value == "bread"
