"""Lists are sorted by values of tens of thousands of characters, on every engine."""

from __future__ import annotations

import pytest

from lineal.catalogue import Asked, Catalogue
from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

LONG = 30_000


@pytest.fixture
def ids(service: MetadataService) -> list[int]:
    """The ids of artifacts whose uris and values are long and differ in their first characters."""
    artifact_type = pb.ArtifactType(name="A", properties={"note": pb.STRING})
    type_id = service.call("PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=artifact_type)).type_id
    artifacts = []
    for letter in "abcdefghijklmnopqrstuvwxyz":
        artifact = pb.Artifact(type_id=type_id, uri=letter + "u" * LONG)
        artifact.properties["note"].string_value = f"{letter}é" * LONG
        artifacts.append(artifact)
    return list(service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=artifacts)).artifact_ids)


@pytest.mark.parametrize("order", ["uri", "-uri", "prop.note", "-prop.note"])
def test_a_list_is_sorted_by_long_values(service: MetadataService, ids: list[int], order: str) -> None:
    page = Catalogue(service).page(Asked(ARTIFACT), order=order, columns="prop.note", limit=500, cursor="")
    assert [row.id for row in page.items] == (ids[::-1] if order.startswith("-") else ids)
