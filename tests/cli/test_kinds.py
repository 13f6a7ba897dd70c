"""`lineal ls --type` and `-q` take kinds of Kubernetes in the place of the types that a watcher makes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import lineal
from lineal.cli import main
from lineal.wire import metadata_store as pb

TYPES = [
    "kubeflow.org/Pod/v1",
    "kubeflow.org/PodGroup.a.io/v1",
    "kubeflow.org/Job.batch/v1",
    "kubeflow.org/Job.a.io/v1",
]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('kinds') / 'store.db'}"
    with lineal.connect(url) as store:
        for name in [*TYPES, "Widget"]:
            type_id = store.put_artifact_type(pb.ArtifactType(name=name))
            store.put_artifacts([pb.Artifact(type_id=type_id, name=name)])
        store.put_artifact_type(pb.ArtifactType(name="kubeflow.org/Trial.kubeflow.org/v1"))
    return url


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["--type", "Pod"], TYPES[:1]),
        (["--type", "Job"], TYPES[2:]),
        (["--type", "Job.batch"], [TYPES[2]]),
        (["--type", "Job.batch/v1"], [TYPES[2]]),
        (["--type", TYPES[0]], TYPES[:1]),
        (["--type", "Widget"], ["Widget"]),
        (["--type", "Trial"], []),
        (["-q", "type=Job"], TYPES[2:]),
        (["-q", "name:kubeflow", "--type", "Pod"], TYPES[:1]),
    ],
)
def test_a_kind_lists_its_types(
    watched: str, given: list[str], found: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ls", "artifacts", "--db", watched, "--output", "json", *given]) == 0

    assert sorted(record["name"] for record in json.loads(capsys.readouterr().out)) == sorted(found)


def test_an_unknown_kind_is_an_error(watched: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["ls", "artifacts", "--db", watched, "--type", "Po"]) == 1
    assert "no artifact type" in capsys.readouterr().err
