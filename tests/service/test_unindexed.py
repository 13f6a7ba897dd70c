"""A node that cannot be indexed is set aside with the reason: the others are found, and every read goes on."""

from __future__ import annotations

import logging

import pytest

from lineal.catalogue import Asked, Catalogue, shapes
from lineal.catalogue import index as indexing
from lineal.config import DatabaseSettings
from lineal.filter.search import SearchError
from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.upkeep import doctor
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import run_sql
from tests.service.requests import put_artifact_type

NUMBER = 12
BAD_PLACES = (0, 5, 11)
REASON = "a stored proto_value is not a base64 text of an Any"


@pytest.fixture
def ids(service: MetadataService, database_url: str) -> list[int]:
    """The ids of artifacts of which some hold a value that cannot be read."""
    type_id = put_artifact_type(service)
    put = rpc.PutArtifactsRequest()
    for index in range(NUMBER):
        artifact = put.artifacts.add(type_id=type_id, uri=f"s3://{index}")
        artifact.custom_properties["team"].string_value = "risk"
        if index in BAD_PLACES:
            artifact.custom_properties["odd"].proto_value.type_url = "odd"
    ids = list(service.call("PutArtifacts", put).artifact_ids)  # type: ignore[attr-defined]
    run_sql(database_url, "UPDATE ArtifactProperty SET proto_value = 'no base64' WHERE name = 'odd'")
    return ids


@pytest.fixture
def catalogue(service: MetadataService, ids: list[int]) -> Catalogue:
    return Catalogue(service)


def page(catalogue: Catalogue, q: str = "") -> shapes.Page:
    return catalogue.page(Asked(ARTIFACT, q), order="id", columns="", limit=100, cursor="")


def test_a_node_that_cannot_be_indexed_leaves_the_others_found(catalogue: Catalogue, ids: list[int]) -> None:
    found = page(catalogue, "label.team=risk")

    assert [row.id for row in found.items] == [each for i, each in enumerate(ids) if i not in BAD_PLACES]
    assert found.complete
    assert catalogue.facets(Asked(ARTIFACT), labels=None).counted == NUMBER


def test_a_node_that_cannot_be_indexed_is_listed_and_says_why(catalogue: Catalogue, ids: list[int]) -> None:
    assert [row.id for row in page(catalogue).items] == ids

    whole = catalogue.node(ARTIFACT, ids[5])
    assert whole.unindexed == REASON
    assert (whole.uri, whole.labels) == ("s3://5", {"team": "risk"})
    assert catalogue.node(ARTIFACT, ids[6]).unindexed is None
    assert catalogue.totals().unindexed == len(BAD_PLACES)


def test_following_again_costs_one_batch(catalogue: Catalogue, caplog: pytest.LogCaptureFixture) -> None:
    page(catalogue)
    caplog.clear()
    page(catalogue)

    assert not caplog.records


def test_an_index_of_an_earlier_version_is_renewed_without_what_cannot_be_indexed(
    service: MetadataService,
    catalogue: Catalogue,
    ids: list[int],
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = page(catalogue, "label.team=risk").items
    run_sql(database_url, "DELETE FROM lineal_progress WHERE kind < 0")
    fresh = Catalogue(service)
    again = page(fresh, "label.team=risk")

    assert (again.items, again.complete) == (found, True)
    assert fresh.totals().unindexed == len(BAD_PLACES)
    caplog.clear()
    page(fresh)
    assert not caplog.records


def test_what_is_set_aside_is_in_the_log(
    catalogue: Catalogue, ids: list[int], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page(catalogue)

    said = f"the artifact {ids[5]} cannot be found by its content: {REASON}; `lineal doctor` lists such records"
    assert said in caplog.messages


def test_a_changed_node_is_tried_again(
    service: MetadataService, catalogue: Catalogue, database_url: str, ids: list[int]
) -> None:
    page(catalogue)
    run_sql(database_url, f"DELETE FROM ArtifactProperty WHERE name = 'odd' AND artifact_id = {ids[5]}")
    service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[_changed(service, ids[5])]))

    assert ids[5] in [row.id for row in page(catalogue, "label.team=risk").items]
    assert catalogue.totals().unindexed == len(BAD_PLACES) - 1


def _changed(service: MetadataService, artifact_id: int) -> pb.Artifact:
    get = rpc.GetArtifactsByIDRequest(artifact_ids=[artifact_id])
    [artifact] = service.call("GetArtifactsByID", get).artifacts  # type: ignore[attr-defined]
    artifact.custom_properties["more"].int_value = 1
    return artifact  # type: ignore[no-any-return]


def test_doctor_lists_them_and_lets_the_index_try_again(
    catalogue: Catalogue, database_url: str, ids: list[int]
) -> None:
    page(catalogue)
    settings = DatabaseSettings(database_url)
    [finding] = doctor.examine(settings)
    listed = "; ".join(f"{ids[place]} ({REASON})" for place in BAD_PLACES)
    assert finding.problem == f"3 artifacts cannot be found by labels, metrics and words: {listed}"

    run_sql(database_url, "DELETE FROM ArtifactProperty WHERE name = 'odd'")
    assert doctor.mend(settings) == []
    assert len(page(Catalogue(catalogue._service), "label.team=risk").items) == NUMBER


def test_a_read_goes_on_where_the_index_cannot_be_written(
    catalogue: Catalogue, database_url: str, ids: list[int]
) -> None:
    run_sql(database_url, "DROP TABLE lineal_fact")
    found = page(catalogue)
    Catalogue(catalogue._service)  # makes the table again

    assert ([row.id for row in found.items], found.complete) == (ids, False)


def test_an_index_of_an_earlier_version_is_searched_for_reading_only(
    catalogue: Catalogue, database_url: str, ids: list[int]
) -> None:
    page(catalogue)
    run_sql(database_url, "DROP TABLE lineal_unindexed")
    reopened = Catalogue(catalogue._service)

    assert reopened.totals().unindexed == 0
    assert indexing.SearchIndex(catalogue._service).is_available
    with pytest.raises(SearchError):
        page(reopened, "(")
