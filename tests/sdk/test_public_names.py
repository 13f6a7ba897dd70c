from __future__ import annotations

import lineal.sdk
from kubeflow.metadata import metadata

NAMES = ["Artifact", "DataSet", "Execution", "Metrics", "Model", "Run", "Store", "Workspace"]
MORE = ["compare", "current", "in_step", "init", "step"]


def test_the_names_of_the_sdk_are_these() -> None:
    assert sorted(lineal.sdk.__all__) == sorted([*NAMES, *MORE, "Lineage", "Relatives"])


def test_both_modules_have_the_same_classes() -> None:
    assert all(getattr(metadata, name) is getattr(lineal.sdk, name) for name in [*NAMES, *MORE])


def test_the_names_of_the_original_are_there_and_lineals_beside_them() -> None:
    public = [name for name in metadata.__all__ if not name.startswith("_")]
    assert sorted(public) == sorted([*NAMES, *MORE, "mlpb"])
