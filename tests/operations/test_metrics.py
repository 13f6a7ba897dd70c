"""Points of metrics wherever a whole store is handled: deletion, retention, archives, the doctor, the audit log."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lineal.config import DatabaseSettings, Use
from lineal.service import MetadataService
from lineal.service.clock import now
from lineal.upkeep import archive, doctor
from lineal.upkeep.audit_log import AuditFilter
from lineal.upkeep.audit_log import page as audit_page
from lineal.upkeep.opening import open_service
from lineal.wire import lifecycle, metrics
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY, run_sql
from tests.operations.stores import fill, log_metrics, points_of
from tests.service.requests import put_artifact_type, put_artifacts, put_context_type

POINTS = "[(-2, 6, nan), (3, 5, 0.1), (3, 8, -inf), (4611686018427387904, 7, inf)]"


def put_two(service: MetadataService) -> list[int]:
    """Put two artifacts with metrics; return their ids."""
    type_id = put_artifact_type(service)
    ids = put_artifacts(service, pb.Artifact(type_id=type_id), pb.Artifact(type_id=type_id))
    for node_id in ids:
        log_metrics(service, artifact_id=node_id)
    return ids


def counts(service: MetadataService) -> tuple[int, int]:
    """Return how many metrics and points there are."""

    def count(table: str) -> int:
        found: int = service.read(lambda session, _: session.script(f"SELECT count(*) FROM {table}"))[0][0]
        return found

    return count("lineal_metric"), count("lineal_metric_point")


def test_the_metrics_of_a_node_go_with_it_on_every_engine(service: MetadataService) -> None:
    gone, kept = put_two(service)
    request = lifecycle.DeleteNodesRequest(nodes=lifecycle.NodeIds(artifact_ids=[gone]))
    service.call("DeleteNodes", request)
    assert counts(service) == (2, 5)
    assert points_of(service, artifact_id=kept) == POINTS


def test_a_tombstone_has_no_metrics(local: MetadataService) -> None:
    fill(local)
    found: Any = local.call("GetArtifacts", rpc.GetArtifactsRequest())
    data = next(each.id for each in found.artifacts if each.name == "data")
    nodes = lifecycle.NodeIds(artifact_ids=[data])
    local.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=nodes, on_reference=lifecycle.TOMBSTONE))
    assert points_of(local, artifact_id=data) == "[]"
    assert counts(local) == (2, 5)


def test_retention_takes_the_metrics_along(local: MetadataService) -> None:
    put_two(local)
    local.call("ApplyRetention", lifecycle.ApplyRetentionRequest(updated_before=now()))
    answer: Any = local.call("GetArtifacts", rpc.GetArtifactsRequest())
    assert counts(local) == (2 * len(answer.artifacts), 5 * len(answer.artifacts))
    assert len(answer.artifacts) < 2


def test_points_go_through_an_archive_with_their_ids(tmp_path: Path, database_url: str) -> None:
    with open_service(f"sqlite:///{tmp_path}/old.db") as service:
        fill(service)
    archive.backup(DatabaseSettings(f"sqlite:///{tmp_path}/old.db"), tmp_path / "old.zip")
    archive.restore(tmp_path / "old.zip", DatabaseSettings(database_url))
    with open_service(database_url) as service:
        assert points_of(service, artifact_id=1) == POINTS
        answer: Any = service.call("GetMetrics", metrics.GetMetricsRequest(context_id=1, latest_only=True))
        assert [each.latest.step for each in answer.metrics] == [2**62, 0]


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_with_new_ids_points_follow_their_nodes_and_join_those_of_a_context(tmp_path: Path, database_url: str) -> None:
    old = f"sqlite:///{tmp_path}/old.db"
    for url, values in ((old, (1, 2)), (database_url, (2, 3))):
        with open_service(url) as service:
            put_artifacts(service, *[pb.Artifact(type_id=put_artifact_type(service)) for _ in values])
            context = pb.Context(type_id=put_context_type(service), name="run")
            put: Any = service.call("PutContexts", rpc.PutContextsRequest(contexts=[context]))
            series = metrics.MetricSeries(name="loss", steps=values, times=values, values=values)
            log = metrics.LogMetricsRequest(context_id=put.context_ids[0], series=[series])
            service.call("LogMetrics", log)
            last = put_artifacts(service, pb.Artifact(type_id=put_artifact_type(service)))[0]
            log_metrics(service, artifact_id=last)
    archive.backup(DatabaseSettings(old), tmp_path / "old.zip")
    archive.restore(tmp_path / "old.zip", DatabaseSettings(database_url), ids=archive.Ids.NEW)
    with open_service(database_url) as service:
        found: Any = service.call("GetArtifacts", rpc.GetArtifactsRequest())
        assert [points_of(service, artifact_id=each.id) for each in found.artifacts].count(POINTS) == 2
        assert points_of(service, context_id=put.context_ids[0]) == "[(1, 1, 1.0), (2, 2, 2.0), (3, 3, 3.0)]"
        assert counts(service) == (5, 13)


def test_an_archive_without_metrics_is_one_that_older_versions_know(local: MetadataService, tmp_path: Path) -> None:
    put_artifacts(local, pb.Artifact(type_id=put_artifact_type(local)))
    local.call("GetMetrics", metrics.GetMetricsRequest(artifact_id=1))
    manifest = archive.backup(local.database.settings, tmp_path / "plain.zip")
    assert not [name for name in manifest.members if name.startswith("metric")]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"metric_id": 77}, "its metric_id 77 is not among the metrics"),
        ({"steps": [1]}, "not of one length"),
        ({"times": ["x", 1, 2, 3]}, 'the field times is "x"'),
        ({"values": [[], 1, 2, 3]}, r"the field values is \[\]"),
        ({"values": 3}, "the field values is 3, and not a list"),
    ],
)
def test_a_wrong_list_of_points_is_refused_with_its_line(
    sound: Path, tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(tmp_path / "odd.zip", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "metric_point_lists.jsonl":
                first, rest = content.split(b"\n", 1)
                content = json.dumps(json.loads(first) | changed).encode() + b"\n" + rest
            new.writestr(name, content)
    with archive.files.reading(tmp_path / "odd.zip") as opened, pytest.raises(Exception, match=reason) as refused:
        archive.checking.check_records(opened)
    assert "metric_point_lists.jsonl, line 1" in str(refused.value)


def test_the_doctor_finds_and_deletes_points_that_belong_to_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with open_service(url) as service:
        put_two(service)
    run_sql(url, "DELETE FROM Artifact WHERE id = 1")
    run_sql(url, "INSERT INTO lineal_metric_point VALUES (99, 1, 1, 0.5, 0)")
    run_sql(url, "INSERT INTO lineal_metric VALUES (88, 1, 2, 'none', 0, 0, 0.0, 0)")
    found = {each.problem for each in doctor.examine(DatabaseSettings(url))}
    wrong = {"2 metrics of artifacts that do not exist", "1 point without their metric", "1 metric without any point"}
    assert wrong <= found
    assert doctor.mend(DatabaseSettings(url)) == []
    with open_service(url) as service:
        assert counts(service) == (2, 5)


def test_a_call_is_one_entry_of_the_audit_log_with_counts(tmp_path: Path) -> None:
    with open_service(DatabaseSettings(f"sqlite:///{tmp_path}/store.db", audit=True)) as service:
        put_two(service)
        [entry, _] = audit_page(service, AuditFilter(rpc="LogMetrics"), limit=10).items
    assert (entry.action, entry.subject, entry.node_id, entry.old) == ("metrics", "artifact", 2, None)
    assert json.loads(entry.new or "") == {"points": 5, "metrics": 2, "names": ["loss", "learning rate ä"]}


def test_a_store_of_an_older_version_that_is_only_read_has_no_metrics(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    with open_service(url) as service:
        put_artifacts(service, pb.Artifact(type_id=put_artifact_type(service)))
        assert points_of(service, artifact_id=1) == "[]"
    with open_service(DatabaseSettings(url, use=Use.READ)) as service:
        assert points_of(service, artifact_id=1) == "[]"
        answer: Any = service.call("GetMetrics", metrics.GetMetricsRequest(artifact_id=1))
        assert list(answer.metrics) == []
    with open_service(url) as service:
        log_metrics(service, artifact_id=1)
        assert points_of(service, artifact_id=1) == POINTS
