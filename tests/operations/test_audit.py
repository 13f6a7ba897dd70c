"""The audit log: who changed what, with the values before and after, in the transaction of the change."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.service import MetadataService
from lineal.service.access import Caller, Role
from lineal.store.schema import on_demand
from lineal.store.tables.own_tables import AUDIT
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.audit import AuditFilter, AuditRow
from lineal.store.upkeep.changes import Change
from lineal.store.workspaces.scope import Scope, Workspace
from lineal.upkeep import archive, doctor, migration
from lineal.upkeep.opening import open_service
from lineal.upkeep.recorded import Recorded, recorded
from lineal.wire import metadata_store as pb
from lineal.wire import records
from lineal.wire import service as rpc
from tests.operations.lineages import Lineage
from tests.operations.stores import fill
from tests.service.requests import artifact, put_artifact_type, put_artifacts, put_execution_type

ANN = Caller("ann", Role.WRITER)


@pytest.fixture
def audited(database_url: str) -> Iterator[MetadataService]:
    """A service that writes every change down."""
    with open_service(dataclasses.replace(DatabaseSettings(database_url), audit=True)) as opened:
        yield opened


def entries(service: MetadataService, **wanted: Any) -> list[AuditRow]:
    """The entries of the log, the oldest first."""
    on_demand.prepare(service.database)
    return service.read(lambda session, _: audit_rows.page(session, AuditFilter(**wanted), before=None, limit=99))[::-1]


def values(entry: AuditRow) -> tuple[Any, Any]:
    return json.loads(entry.old_values or "null"), json.loads(entry.new_values or "null")


def test_a_new_node_is_written_down_with_its_values_and_its_author(audited: MetadataService) -> None:
    type_id = put_artifact_type(audited)
    node = artifact(type_id, name="model", uri="s3://m", properties={"layers": 3})
    request = rpc.PutArtifactsRequest(artifacts=[node])
    [node_id] = audited.call("PutArtifacts", request, caller=ANN).artifact_ids  # type: ignore[attr-defined]
    [entry] = entries(audited, subject="artifact")

    assert (entry.who, entry.rpc, entry.action, entry.node_id) == ("ann", "PutArtifacts", "create", node_id)
    expected = {"type_id": type_id, "name": "model", "uri": "s3://m", "custom_properties.layers": 3}
    assert values(entry) == (None, expected)


def test_an_update_is_written_down_with_what_differs_before_and_after(audited: MetadataService) -> None:
    type_id = put_artifact_type(audited)
    [node_id] = put_artifacts(audited, artifact(type_id, name="m", properties={"kept": 1, "gone": 2, "changed": "a"}))
    node = artifact(type_id, id=node_id, state=pb.Artifact.LIVE, properties={"kept": 1, "changed": "b"})
    put_artifacts(audited, node)
    [entry] = [entry for entry in entries(audited) if entry.action == "update"]

    assert values(entry) == (
        {"custom_properties.gone": 2, "custom_properties.changed": "a"},
        {"state": "LIVE", "custom_properties.changed": "b"},
    )


def test_values_that_json_lacks_are_written_down_by_their_names(audited: MetadataService) -> None:
    odd = artifact(put_artifact_type(audited), name="odd", properties={"loss": math.nan, "least": -math.inf})
    odd.custom_properties["shape"].struct_value.update({"most": math.inf})
    put_artifacts(audited, odd)
    [entry] = [entry for entry in entries(audited) if (entry.action, entry.subject) == ("create", "artifact")]
    _, new = values(entry)

    assert (new["custom_properties.loss"], new["custom_properties.least"]) == ("NaN", "-Infinity")
    assert new["custom_properties.shape"] == {"most": "Infinity"}


def test_events_memberships_parents_and_types_are_written_down(audited: MetadataService) -> None:
    fill(audited)
    actions = {(entry.action, entry.subject) for entry in entries(audited)}

    assert {("event", "execution"), ("association", "execution"), ("attribution", "artifact")} <= actions
    assert {("parent", "context"), ("create", "type"), ("property", "type")} <= actions


def test_a_write_that_fails_leaves_no_entry(audited: MetadataService) -> None:
    type_id = put_artifact_type(audited)
    before = len(entries(audited))

    with pytest.raises(errors.NotFoundError):
        put_artifacts(audited, artifact(type_id, name="good"), artifact(99, name="bad"))
    assert len(entries(audited)) == before


def test_a_write_that_changes_nothing_leaves_no_entry(audited: MetadataService) -> None:
    type_id = put_artifact_type(audited)
    [node_id] = put_artifacts(audited, artifact(type_id, name="same"))
    before = len(entries(audited))
    put_artifacts(
        audited, *audited.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=[node_id])).artifacts
    )
    put_artifact_type(audited)

    assert len(entries(audited)) == before


def test_without_the_setting_writes_are_not_written_down_but_deletions_are(local: MetadataService) -> None:
    lineage = Lineage(local)
    lineage.run("train", writes="model")
    lineage.delete("model")
    entry, event = entries(local)

    assert (event.action, values(event)[0]["type"], values(event)[1]) == ("event", pb.Event.OUTPUT, None)
    assert (entry.action, entry.subject, entry.rpc) == ("delete", "artifact", "DeleteNodes")
    assert values(entry) == ({"type_id": 10, "name": "model", "uri": "file:///model"}, None)


def test_a_dry_run_leaves_no_entry(local: MetadataService) -> None:
    lineage = Lineage(local)
    lineage.run("train", writes="model")
    lineage.delete("model", dry_run=True)

    assert entries(local) == []


def test_entries_are_found_by_node_author_call_and_time(local: MetadataService) -> None:
    lineage = Lineage(local)
    lineage.run("train", writes="model")
    model = lineage.names(ARTIFACT)["model"]
    lineage.delete("model train")
    [entry] = entries(local, subject="artifact", node_id=model)

    assert entries(local, subject="artifact", node_id=model, who="unnamed", rpc="DeleteNodes", since=entry.time)
    assert not entries(local, until=entry.time)
    assert not entries(local, who="ann")


def test_a_mended_store_says_who_mended_what(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with open_service(url) as service:
        orphan = "INSERT INTO Event (artifact_id, execution_id, type) VALUES (7, 8, 3)"
        service.write(lambda session, _: session.script(orphan))
    doctor.mend(DatabaseSettings(url), who="ann")
    with open_service(url) as service:
        entry = entries(service, subject="store")[0]
    assert (entry.who, entry.rpc, entry.action) == ("ann", "doctor", "mend")
    assert "1 event" in values(entry)[0]["problem"]


def test_a_migrated_store_says_who_migrated_it(tmp_path: Path) -> None:
    settings = DatabaseSettings(f"sqlite:///{tmp_path}/store.db")
    open_service(settings).close()
    migration.migrate(settings, 9, accept_loss=True, who="ann")
    migration.migrate(settings, who="ben")
    with open_service(settings) as service:
        noted = entries(service, rpc="migrate")
    assert ("ben", ({"schema_version": 9}, {"schema_version": 10})) in [(each.who, values(each)) for each in noted]


@pytest.mark.parametrize("ids", archive.Ids)
def test_a_restored_store_says_who_restored_what(tmp_path: Path, ids: archive.Ids) -> None:
    with open_service(f"sqlite:///{tmp_path}/old.db") as service:
        fill(service)
    archive.backup(DatabaseSettings(f"sqlite:///{tmp_path}/old.db"), tmp_path / "a.zip")
    archive.restore(tmp_path / "a.zip", DatabaseSettings(f"sqlite:///{tmp_path}/new.db"), ids=ids, who="ann")
    with open_service(f"sqlite:///{tmp_path}/new.db") as service:
        [entry] = entries(service, rpc="restore")
    assert (entry.who, entry.action, values(entry)[1]["file"]) == ("ann", "restore", "a.zip")


def test_what_was_replaced_after_it_was_recorded_is_told_to_those_who_see_changes_by_others(
    audited: MetadataService,
) -> None:
    type_id = put_artifact_type(audited)
    node = artifact(type_id, name="model", uri="s3://m", properties={"digest": "a", "note": "b"})
    for digest, note, uri in (("a", "b", "s3://m"), ("c", "d", "s3://n"), ("c", "b", "s3://n")):
        node.uri = uri
        node.custom_properties["digest"].string_value = digest
        node.custom_properties["note"].string_value = note
        node.custom_properties[f"later {digest}"].int_value = 1  # what is added is no change
        request = rpc.PutArtifactsRequest(artifacts=[node])
        [node.id] = audited.call("PutArtifacts", request, caller=ANN).artifact_ids  # type: ignore[attr-defined]

    found = recorded(audited, ARTIFACT, node.id, Caller("ada", Role.READER))
    assert found is not None
    assert (found.by, found.changed, found.deleted_outputs) == ("ann", ["digest", "uri"], 0)
    assert recorded(audited, ARTIFACT, node.id, Caller("bob", Role.READER, Scope((Workspace("w"),)))) is None


ORDINARY = {
    "a watched Pod": ("kubeflow.org/Pod/v1", {"restarts": 0}, {"restarts": 2}),
    "a run of MLflow": (
        "mlflow.Run",
        {"tag.mlflow.note.content": "a", "tag.team": "a", "__mlflow_status__": "RUNNING"},
        {"tag.mlflow.note.content": "b", "tag.team": "b", "__mlflow_status__": "FINISHED"},
    ),
    "a plain execution": ("Trainer", {"team": "a", "__x__": 1}, {"team": "b", "__x__": 2}),
}


@pytest.mark.parametrize("what", ORDINARY)
def test_what_changes_in_the_life_of_a_record_is_not_told_but_a_person_who_replaces_a_number_is(
    audited: MetadataService, what: str
) -> None:
    type_name, *states = ORDINARY[what]
    node = pb.Execution(type_id=put_execution_type(audited, name=type_name))
    for values_now in ({"exit_code": 0}, *states):
        for name, value in values_now.items():
            field = "int_value" if isinstance(value, int) else "string_value"
            node.custom_properties[name].CopyFrom(pb.Value(**{field: value}))
        request = rpc.PutExecutionsRequest(executions=[node])
        [node.id] = audited.call("PutExecutions", request, caller=ANN).execution_ids  # type: ignore[attr-defined]
    assert recorded(audited, EXECUTION, node.id, ANN) == Recorded("ann", [], 0)

    patch = json.dumps({"custom_properties": {"exit_code": 1}})
    change = records.ChangeNodesRequest(kind=records.EXECUTION, ids=[node.id], patch=patch)
    audited.call("ChangeNodes", change, caller=ANN)
    assert recorded(audited, EXECUTION, node.id, ANN) == Recorded("ann", ["exit_code"], 0)


def test_a_deleted_output_is_counted_once_and_one_that_lost_only_its_event_is_not(local: MetadataService) -> None:
    lineage = Lineage(local)
    lineage.run("train", writes="model plot")
    train, artifacts = lineage.names(EXECUTION)["train"], lineage.names(ARTIFACT)
    declared = pb.Event(artifact_id=artifacts["model"], execution_id=train, type=pb.Event.DECLARED_OUTPUT)
    local.call("PutEvents", rpc.PutEventsRequest(events=[declared]))
    lineage.delete("model")
    moved = [Change("event", "execution", train, {"artifact_id": artifacts["plot"], "type": pb.Event.OUTPUT}, None)]
    local.write(lambda session, _: audit_rows.add(session, moved, time=1, who="ann", rpc="runs/log-outputs"))

    found = recorded(local, EXECUTION, train, ANN)
    assert found is not None
    assert found.deleted_outputs == 1


def test_asking_what_the_log_says_of_a_record_creates_no_log(local: MetadataService) -> None:
    [node_id] = put_artifacts(local, artifact(put_artifact_type(local), name="m"))
    assert recorded(local, ARTIFACT, node_id, ANN) is None
    assert not on_demand.exists(local.database, AUDIT)
