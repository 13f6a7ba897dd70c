"""What an evaluation says of a model counts within a workspace that both are in, on every engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lineal.catalogue import Catalogue
from lineal.catalogue import index as indexing
from lineal.conventions import WORKSPACE_TYPE
from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, Role
from lineal.store.index import entries as index_rows
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.access.stores import caller
from tests.access.test_rest import served
from tests.service.requests import put_artifact_type, put_context_type

WRITER_OF_A, READER_OF_B = caller(Role.WRITER, "a"), caller(Role.READER, "b")


@pytest.fixture
def service(database_url: str) -> Iterator[MetadataService]:
    with open_service(database_url) as opened:
        yield opened


def put(service: MetadataService, workspace: str = "", *, who: Caller = UNNAMED, **texts: str) -> int:
    """Put an artifact; the texts are custom properties."""
    node = pb.Artifact(type_id=put_artifact_type(service))
    for name, text in {**texts, **({"__kf_workspace__": workspace} if workspace else {})}.items():
        node.custom_properties[name].string_value = text
    request = rpc.PutArtifactsRequest(artifacts=[node])
    return int(service.call("PutArtifacts", request, caller=who).artifact_ids[0])


def report(service: MetadataService, model: int, auc: float, workspace: str = "", *, who: Caller = UNNAMED) -> int:
    values = json.dumps({"values": {"auc": auc}})
    return put(service, workspace, who=who, model_id=str(model), __ALL_META__=values)


def hold(service: MetadataService, type_name: str, name: str, *ids: int) -> None:
    type_id = put_context_type(service, type_name)
    contexts = rpc.PutContextsRequest(contexts=[pb.Context(type_id=type_id, name=name)])
    context_id = service.call("PutContexts", contexts).context_ids[0]
    request = rpc.PutAttributionsAndAssociationsRequest()
    for node_id in ids:
        request.attributions.add(artifact_id=node_id, context_id=context_id)
    service.call("PutAttributionsAndAssociations", request)


def latest(service: MetadataService, model: int, who: Caller = UNNAMED) -> float | None:
    """The value of a model's metric, as the details page shows it."""
    found: Any = Catalogue(service, caller=lambda: who).node(ARTIFACT, model).metrics.get("auc")
    return found and found.last


@pytest.mark.parametrize("who", [UNNAMED, READER_OF_B])
def test_a_writer_of_another_workspace_cannot_hide_or_forge_a_metric(service: MetadataService, who: Caller) -> None:
    model = put(service, "b")
    own = report(service, model, 0.9, "b")
    report(service, model, 0.1, "a", who=WRITER_OF_A)
    Catalogue(service).index.follow_all()

    assert latest(service, model, who) == 0.9
    with served(service, who) as client:
        get = lambda path, **asked: client.get(f"/api/v1{path}", params=asked).json()  # noqa: E731
        found = get("/artifacts", q="metric.auc=0.9", order_by="-least.auc", columns="metric.auc,least.auc")["items"]
        assert {row["id"] for row in found} == {str(model), str(own)}
        assert {row["metrics"]["auc"]["least"] for row in found} == {0.9}
        assert [each["values"]["auc"] for each in get(f"/artifacts/{model}/evaluations")["items"]] == [0.9]
        points = [point for each in get("/metrics/series", metric="auc")["series"] for point in each["points"]]
        assert [point["value"] for point in points if point["node"] == f"a{model}"] == [0.9]


def test_the_report_of_another_workspace_stays_a_report_of_its_own(service: MetadataService) -> None:
    model = put(service, "b")
    foreign = report(service, model, 0.1, "a", who=WRITER_OF_A)

    assert latest(service, foreign, caller(Role.READER, "a")) == 0.1
    assert latest(service, model) is None


@pytest.mark.parametrize(("of_model", "of_report"), [("b", ""), ("", "a")])
def test_a_report_of_no_workspace_or_on_none_does_not_count(
    service: MetadataService, of_model: str, of_report: str
) -> None:
    model = put(service, of_model)
    report(service, model, 0.9, of_report)
    assert latest(service, model) is None


@pytest.mark.parametrize("type_name", [WORKSPACE_TYPE, "pipeline"])
def test_a_context_that_holds_both_makes_a_report_count(service: MetadataService, type_name: str) -> None:
    model = put(service)
    hold(service, type_name, "shared", model, report(service, model, 0.9))
    hold(service, "pipeline", "other", report(service, model, 0.1))

    assert latest(service, model) == 0.9


def test_a_workspace_is_the_same_by_property_and_by_context(service: MetadataService) -> None:
    model = put(service)
    hold(service, WORKSPACE_TYPE, "b", model)
    report(service, model, 0.9, "b")

    assert latest(service, model) == 0.9


def test_a_model_that_changes_its_workspace_has_the_metrics_of_the_new_one(service: MetadataService) -> None:
    model = put(service, "a")
    for workspace, auc in (("b", 0.8), ("a", 0.9)):
        report(service, model, auc, workspace)
    assert latest(service, model) == 0.9
    moved = pb.Artifact(id=model, type_id=put_artifact_type(service))
    moved.custom_properties["__kf_workspace__"].string_value = "b"
    service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[moved]))

    assert latest(service, model) == 0.8


def test_a_report_on_an_id_that_is_taken_later_does_not_count_in_another_workspace(service: MetadataService) -> None:
    foreign = report(service, put(service, "a") + 2, 0.1, "a", who=WRITER_OF_A)
    Catalogue(service).index.follow_all()
    model = put(service, "b")

    assert (model, latest(service, model)) == (foreign + 1, None)


def test_an_index_of_an_earlier_version_forgets_foreign_reports(
    service: MetadataService, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = put(service, "b")
    report(service, model, 0.1, "a")
    with monkeypatch.context() as earlier:
        earlier.setattr(index_rows, "FORM", index_rows.FORM - 1)
        earlier.setattr(index_rows, "strangers", lambda *_: set())
        Catalogue(service).index.follow_all()
        assert latest(service, model) == 0.1
    indexing.SearchIndex(service).follow_all()

    assert latest(service, model) is None
