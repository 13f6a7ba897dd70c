"""Deleting nodes: what goes with them, what protects them, and what a tombstone keeps."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.catalogue import Catalogue
from lineal.catalogue.listing import Asked
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.service import MetadataService
from lineal.service.access import Caller, Role, scope_of
from lineal.upkeep.calls import LIFECYCLE_CALLS
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.operations.lineages import Lineage, counted
from tests.service.requests import artifact, put_artifacts, value_of

TABLES = (
    "Artifact",
    "ArtifactProperty",
    "Event",
    "EventPath",
    "Attribution",
    "Association",
    "ParentContext",
    "Context",
)


def put_lineage(service: MetadataService) -> Lineage:
    """Put data → train → model → judge → score; train and judge in the context run."""
    lineage = Lineage(service)
    lineage.run("train", reads="data", writes="model", inside="run")
    lineage.run("judge", reads="model", writes="score", inside="run")
    return lineage


@pytest.fixture
def lineage(local: MetadataService) -> Lineage:
    """It on a SQLite file, for the rules, which know no engine."""
    return put_lineage(local)


def rows(service: MetadataService) -> dict[str, int]:
    """How many rows the tables have."""
    return service.read(
        lambda session, _: {name: session.script(f"SELECT count(*) FROM {name}")[0][0] for name in TABLES}
    )


def test_a_node_goes_with_its_properties_events_and_memberships(lineage: Lineage) -> None:
    assert counted(lineage.delete("score").deleted) == 1

    assert lineage.all_names() == {"data", "train", "model", "judge", "run"}
    assert rows(lineage.service)["Event"] == 3


def test_a_whole_lineage_goes_at_once_and_leaves_nothing(service: MetadataService) -> None:
    lineage = put_lineage(service)
    lineage.delete("data train model judge score run")

    assert lineage.all_names() == set()
    assert set(rows(lineage.service).values()) == {0}


@pytest.mark.parametrize(
    ("names", "who"),
    [
        ("data", "artifact 1 is needed by execution 1"),
        ("train data", "is needed by artifact 2"),
        ("run", "context 1 is needed by"),
        ("data train model", "is needed by execution 2"),
    ],
)
def test_what_others_come_from_is_refused(lineage: Lineage, names: str, who: str) -> None:
    with pytest.raises(errors.FailedPreconditionError, match=rf"{who}.*nothing was deleted"):
        lineage.delete(names)
    assert len(lineage.all_names()) == 6


def test_a_failed_execution_goes_while_its_inputs_stay(local: MetadataService) -> None:
    lineage = Lineage(local)
    lineage.run("failed", reads="data", state="FAILED")
    lineage.delete("failed")

    assert lineage.all_names() == {"data"}
    assert rows(local)["Event"] == 0


def test_a_tombstone_keeps_id_type_and_links_and_nothing_else(service: MetadataService) -> None:
    lineage = put_lineage(service)
    response = lineage.delete("data", on_reference=lifecycle.TOMBSTONE)
    [node_id] = response.tombstones.artifact_ids
    request = rpc.GetArtifactsByIDRequest(artifact_ids=[node_id])
    node = lineage.service.call("GetArtifactsByID", request).artifacts[0]

    assert node.state == pb.Artifact.DELETED
    assert not node.name
    assert not node.uri
    assert list(node.custom_properties) == ["lineal.deleted"]
    assert rows(lineage.service)["Event"] == 4


def test_a_tombstone_stays_in_its_workspace(service: MetadataService) -> None:
    lineage = Lineage(service)
    marked = {"__kf_workspace__": "bakery", "other": "gone"}
    [node_id] = put_artifacts(service, artifact(lineage.types["artifact"], name="data", properties=marked))
    lineage.run("train", reads="data")
    lineage.delete("data", on_reference=lifecycle.TOMBSTONE)
    reader = Caller("ann", Role.READER, scope_of(["bakery"]))
    request = rpc.GetArtifactsByIDRequest(artifact_ids=[node_id])
    [node] = service.call("GetArtifactsByID", request, caller=reader).artifacts  # type: ignore[attr-defined]

    assert set(node.custom_properties) == {"__kf_workspace__", "lineal.deleted"}


def test_with_tombstones_what_nothing_needs_is_deleted_all_the_same(lineage: Lineage) -> None:
    response = lineage.delete("train data model", on_reference=lifecycle.TOMBSTONE)

    assert counted(response.tombstones) == 3
    assert counted(lineage.delete("score judge", on_reference=lifecycle.TOMBSTONE).deleted) == 2


def test_a_dry_run_says_the_same_and_changes_nothing(lineage: Lineage) -> None:
    before = rows(lineage.service)
    response = lineage.delete("score", dry_run=True)

    assert counted(response.deleted) == 1
    assert rows(lineage.service) == before


def test_an_id_that_does_not_exist_is_named_and_nothing_is_deleted(local: MetadataService) -> None:
    lineage = Lineage(local)
    lineage.run("only", writes="thing")
    request = lifecycle.DeleteNodesRequest(nodes=lifecycle.NodeIds(artifact_ids=[1, 99]))

    with pytest.raises(errors.NotFoundError, match="no artifact has the id 99; nothing was deleted"):
        local.call("DeleteNodes", request)
    assert lineage.all_names() == {"only", "thing"}


@pytest.mark.parametrize("name", LIFECYCLE_CALLS)
def test_only_an_admin_deletes(local: MetadataService, name: str) -> None:
    writer, request = Caller("ann", Role.WRITER), getattr(lifecycle, f"{name}Request")()

    with pytest.raises(errors.PermissionDeniedError, match=f"{name} needs the role admin"):
        local.call(name, request, caller=writer)


def test_every_rpc_of_the_service_is_served() -> None:
    methods = lifecycle.DESCRIPTOR.services_by_name["LifecycleService"].methods_by_name

    assert set(methods) == set(LIFECYCLE_CALLS)


def search(service: MetadataService, text: str) -> list[str | None]:
    """The names that a search finds."""
    found = Catalogue(service).page(Asked(ARTIFACT, search=text), order="id", columns="", limit=10, cursor="")
    return [row.name for row in found.items]


def test_a_deleted_node_is_gone_from_searches_and_counts(service: MetadataService) -> None:
    lineage = Lineage(service)
    lineage.run("train", writes="first second")
    assert sorted(map(str, search(service, "type:Model"))) == ["first", "second"]
    lineage.delete("second")

    assert search(service, "type:Model") == ["first"]
    assert Catalogue(service).count(Asked(ARTIFACT, search="type:Model"), exact=True).count == 1


def test_a_deleted_reporter_takes_its_metric_back(service: MetadataService) -> None:
    lineage = Lineage(service)
    [model] = put_artifacts(service, artifact(lineage.types["artifact"], name="model"))
    for number, value in ((1, 0.5), (2, 0.9)):
        properties = {"model_id": str(model), "accuracy": value}
        put_artifacts(service, artifact(lineage.types["artifact"], name=f"report{number}", properties=properties))
    assert search(service, "metric.accuracy>0.8") == ["model", "report2"]
    lineage.delete("report2")

    assert search(service, "metric.accuracy>0.8") == []
    assert search(service, "metric.accuracy>0.4") == ["model", "report1"]


def test_a_run_ends_with_the_last_that_names_it(service: MetadataService) -> None:
    lineage = Lineage(service)
    node = pb.Execution(type_id=lineage.types["execution"], name="step")
    node.custom_properties["__kf_run__"].CopyFrom(value_of("monday"))
    service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[node]))
    catalogue = Catalogue(service)
    assert [run.name for run in catalogue.runs(workspace=None, name="", cursor="", limit=9).items] == ["monday"]
    lineage.delete("step")

    assert catalogue.runs(workspace=None, name="", cursor="", limit=9).items == []
    assert lineage.names(EXECUTION) == {}
