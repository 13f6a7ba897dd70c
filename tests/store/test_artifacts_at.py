"""Artifacts found by their locations, on every engine: by all spellings of their uris, and by other names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lineal.catalogue import Catalogue
from lineal.config import DatabaseSettings
from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.store.own_rows import locations
from lineal.store.own_rows.locations import Told
from lineal.store.schema import on_demand
from lineal.store.tables.own_tables import LOCATION
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import run_sql
from tests.service.conftest import count_statements as count_statements

ODD = "S3://b//data/./x"
USUAL = "s3a://b/data/./x/"


@pytest.fixture
def service(database_url: str) -> Any:
    """A service on a fresh store on each engine, with Lineal's own tables."""
    with open_service(database_url) as opened:
        on_demand.prepare(opened.database)
        yield opened


def put(service: MetadataService, *uris: str, **texts: str) -> list[int]:
    """Store an artifact for each uri, with texts as properties; return the ids."""
    properties = {"name": pb.STRING, "version": pb.STRING}
    type_ = pb.ArtifactType(name="Data", properties=properties)
    made: Any = service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=type_))
    artifacts = [pb.Artifact(type_id=made.type_id, uri=uri) for uri in uris]
    for artifact in artifacts:
        for name, text in texts.items():
            artifact.properties[name].string_value = text
    answer: Any = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=artifacts))
    return list(answer.artifact_ids)


def at(service: MetadataService, *uris: str, told: tuple[Told, ...] = ()) -> list[list[int]]:
    found = service.read(lambda session, _: locations.artifacts_at(session, uris, told))
    return [[row.id for row in found[uri]] for uri in uris]


def give_other_name(service: MetadataService, artifact_id: int) -> None:
    service.database.write(lambda session: locations.add_names(session, [(artifact_id, "hive://H:9083/shop.orders")]))


def rows_of(service: MetadataService) -> int:
    [(count,)] = service.database.read(lambda session: session.script(f"SELECT count(*) FROM {LOCATION.name}"))
    return int(count)


def test_an_artifact_is_found_by_every_spelling_of_its_location(service: MetadataService) -> None:
    odd, usual, _ = put(service, ODD, USUAL, "s3://b/data/X")

    assert at(service, ODD, USUAL, "minio://b/data/./x", "s3://b/data/x") == [[odd, usual]] * 3 + [[]]
    assert rows_of(service) == 1


def test_a_changed_uri_is_no_longer_found_at_the_old_location(service: MetadataService) -> None:
    [artifact_id] = put(service, ODD)
    stored: Any = service.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=[artifact_id]))
    stored.artifacts[0].uri = "HTTPS://h/other"
    service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=stored.artifacts))

    assert at(service, ODD, "https://H:443/other") == [[], [artifact_id]]


def test_an_artifact_is_found_by_its_other_names(service: MetadataService) -> None:
    [artifact_id] = put(service, "s3://b/warehouse/orders")
    give_other_name(service, artifact_id)

    assert at(service, "hive://h/shop.orders", "hive://h/shop.Orders") == [[artifact_id], []]


def test_properties_are_compared_by_the_database(service: MetadataService) -> None:
    [first] = put(service, USUAL, name="a", version="1")
    [second] = put(service, ODD, name="b")
    asked = "s3://b/data/./x"

    assert at(service, asked, told=(Told("name", "a"), Told("version", "1"))) == [[first]]
    assert at(service, asked, told=(Told("version", None),)) == [[second]]
    assert at(service, asked, told=(Told("name", "c", unless="openlineage:"),)) == [[]]


def test_many_uris_are_looked_up_together(service: MetadataService) -> None:
    uris = [f"HTTPS://h.org/{number}" for number in range(700)]
    ids = put(service, *uris)

    assert at(service, *(uri.lower() for uri in uris)) == [[each] for each in ids]


def test_exact_uris_are_compared_as_they_are_spelled(database_url: str) -> None:
    with open_service(DatabaseSettings(database_url, exact_uris=True)) as service:
        on_demand.prepare(service.database)
        odd, usual = put(service, ODD, USUAL)

        assert at(service, ODD, USUAL, "s3://b/data/./x") == [[odd], [usual], []]
        assert rows_of(service) == 0
        give_other_name(service, odd)
        assert at(service, "hive://H:9083/shop.orders", "hive://h/shop.orders") == [[odd], []]


def test_a_store_without_the_table_finds_the_usual_spellings(database_url: str) -> None:
    with open_service(database_url) as service:
        [artifact_id] = put(service, USUAL)

        assert at(service, "minio://b/data/./x") == [[artifact_id]]


def test_the_search_index_adds_what_another_library_wrote(service: MetadataService, database_url: str) -> None:
    [artifact_id] = put(service, ODD)
    run_sql(database_url, f"DELETE FROM {LOCATION.name}")
    assert at(service, USUAL) == [[]]

    Catalogue(service).index.follow(ARTIFACT, seconds=20)

    assert at(service, USUAL) == [[artifact_id]]


def test_other_names_follow_when_the_normal_form_changes(service: MetadataService, database_url: str) -> None:
    [artifact_id] = put(service, "s3://b/warehouse/orders")
    give_other_name(service, artifact_id)
    run_sql(database_url, f"UPDATE {LOCATION.name} SET identity = '{'0' * 64}'")
    catalogue = Catalogue(service)
    catalogue.index.follow(ARTIFACT, seconds=20)
    assert at(service, "hive://h/shop.orders") == [[artifact_id]]

    assert (at(service, "hive://h/shop.Orders"), rows_of(service)) == ([[]], 1)


@pytest.mark.parametrize("uri", ["s3://b/k", "s3a://b/k/", "/tmp/x", "https://h.org/x"])
def test_writing_an_artifact_with_a_usual_uri_takes_no_statement_more(
    service: MetadataService, count_statements: Callable[..., int], uri: str
) -> None:
    [artifact_id] = put(service, uri)
    plain: Any = service.call("GetArtifactsByID", rpc.GetArtifactsByIDRequest(artifact_ids=[artifact_id]))
    without = pb.Artifact(type_id=plain.artifacts[0].type_id)
    located = pb.Artifact(type_id=without.type_id, uri=uri)

    counts = [
        count_statements("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[each])) for each in (without, located)
    ]

    assert counts[0] == counts[1]
