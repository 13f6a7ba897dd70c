"""Lineal and the official package in one process: either may be imported first, and they share their messages."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.services import REPOSITORY

IMPORTS = {
    "Lineal first": "from lineal.wire import metadata_store as ours; {official}",
    "the official package first": "{official}; from lineal.wire import metadata_store as ours",
}
OFFICIAL = (
    "from ml_metadata.metadata_store import metadata_store; from ml_metadata.proto import metadata_store_pb2 as pb"
)
SHARE = """
from lineal.wire import service
from ml_metadata.proto import metadata_store_service_pb2

config = ours.ConnectionConfig(fake_database=ours.FakeDatabaseConfig())
store = metadata_store.MetadataStore(config)
type_id = store.put_artifact_type(ours.ArtifactType(name="Model", properties={"layers": ours.INT}))
artifact = ours.Artifact(type_id=type_id, properties={"layers": pb.Value(int_value=3)})
[artifact_id] = store.put_artifacts([artifact])
[stored] = store.get_artifacts_by_id([artifact_id])
assert isinstance(stored, ours.Artifact) and isinstance(ours.Artifact(), pb.Artifact)
assert service.PutArtifactsRequest(artifacts=[stored]).artifacts[0].properties["layers"].int_value == 3
assert metadata_store_service_pb2.PutArtifactsRequest is service.PutArtifactsRequest
"""


@pytest.mark.parametrize("order", IMPORTS)
def test_the_messages_of_both_packages_are_interchangeable(order: str, official_python: Path) -> None:
    program = IMPORTS[order].format(official=OFFICIAL) + SHARE
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "src")}

    ran = subprocess.run([official_python, "-c", program], env=environment, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr


def test_importing_the_wire_needs_protobuf_alone() -> None:
    loaded = "import sys, lineal.wire; print({'grpc', 'sqlalchemy', 'sqlite3'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "set()"
