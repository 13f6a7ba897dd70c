"""The system types as objects, and the errors under their official names."""

from __future__ import annotations

import pytest

import lineal
from lineal import mlmd
from lineal.mlmd.metadata_store import mlmd_types
from lineal.wire import metadata_store as pb

NUMBERS = {
    mlmd_types.Dataset: pb.ArtifactType.DATASET,
    mlmd_types.Model: pb.ArtifactType.MODEL,
    mlmd_types.Metrics: pb.ArtifactType.METRICS,
    mlmd_types.Statistics: pb.ArtifactType.STATISTICS,
    mlmd_types.Train: pb.ExecutionType.TRAIN,
    mlmd_types.Transform: pb.ExecutionType.TRANSFORM,
    mlmd_types.Process: pb.ExecutionType.PROCESS,
    mlmd_types.Evaluate: pb.ExecutionType.EVALUATE,
    mlmd_types.Deploy: pb.ExecutionType.DEPLOY,
}


@pytest.mark.parametrize("cls", NUMBERS)
def test_a_system_type_has_its_name_and_number(cls: type[mlmd_types.Dataset] | type[mlmd_types.Train]) -> None:
    assert cls().name == f"mlmd.{cls.__name__}"
    assert cls().system_type == NUMBERS[cls]


@pytest.mark.parametrize("cls", NUMBERS)
def test_every_store_holds_the_system_types_of_these_names(
    cls: type[mlmd_types.Dataset] | type[mlmd_types.Train],
) -> None:
    store = lineal.connect("sqlite://")
    get = store.get_artifact_type if issubclass(cls, mlmd_types.ArtifactType) else store.get_execution_type

    assert get(cls().name).name == cls().name


def test_a_negative_version_to_downgrade_to_is_refused() -> None:
    with pytest.raises(mlmd.errors.InvalidArgumentError, match="downgrade_to_schema_version not specified"):
        mlmd.downgrade_schema(pb.ConnectionConfig(sqlite={"filename_uri": "a.db"}), -1)


def test_a_database_to_downgrade_has_to_be_named() -> None:
    with pytest.raises(RuntimeError, match="names no database"):
        mlmd.downgrade_schema(pb.ConnectionConfig(), 3)
