"""Models of one name that several programs save at once have different versions."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kubeflow.metadata import metadata
from lineal.client.lifecycle import LifecycleStore
from lineal.frameworks import versions
from lineal.sdk import Execution, Model, Store, Workspace
from tests.frameworks import reading

PROGRAM = """
import sys
from pathlib import Path
from kubeflow.metadata import metadata
from lineal.client.lifecycle import LifecycleStore
from lineal.frameworks import versions

real = versions.next_version
def wait(workspace, name):
    found = real(workspace, name)
    print("counted", flush=True)
    sys.stdin.readline()
    return found
versions.next_version = wait
metadata.init(sys.argv[1], sys.argv[2], capture=False)
print(metadata.save_model({"weights": 1}, "churn").version)
"""


def test_two_programs_that_save_at_once_get_two_versions(place: str) -> None:
    name = f"at once {uuid.uuid4().hex[:8]}"
    with Store(url=place) as store:
        workspace = Workspace(store, name)
        metadata.save_model(0, "churn", execution=Execution("train", workspace))
        command = [sys.executable, "-c", PROGRAM, place, name]
        pipe = subprocess.PIPE
        programs = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(2)]
        for program in programs:
            assert program.stdout is not None
            assert program.stdout.readline() == "counted\n"  # both have counted before either one writes
        told = [program.communicate("go\n", timeout=60) for program in programs]
        assert [written for _, written in told] == ["", ""]
        assert sorted(printed.strip() for printed, _ in told) == ["2", "3"]
        assert sorted(model["version"] for model in reading.models(workspace)) == ["1", "2", "3"]


@pytest.mark.parametrize("knows_call", [True, False], ids=["Lineal", "official"])
def test_many_threads_that_save_at_once_get_a_version_each(
    knows_call: bool, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not knows_call:
        monkeypatch.setattr(type(workspace.store), "_log_artifact", lambda *_: None)
    together, real = threading.Barrier(6), versions.next_version

    def counted(workspace: Workspace, name: str) -> str:
        found = real(workspace, name)
        together.wait(30)
        return found

    monkeypatch.setattr(versions, "next_version", counted)

    def save(number: int) -> Any:
        return metadata.save_model(number, "churn", execution=Execution("train", workspace))

    with ThreadPoolExecutor(6) as pool:
        saved = list(pool.map(save, range(6)))
    assert sorted(model.version for model in saved) == [*"123456"]
    assert len({model.id for model in saved}) == 6
    listed = {model["id"]: (model["version"], model["digest"]) for model in reading.models(workspace)}
    assert listed == {model.id: (model.version, model.digest) for model in saved}


def test_a_number_that_is_always_taken_is_told(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "external_id", lambda *_: "taken")
    monkeypatch.setattr(versions, "MOST_TRIES", 3)
    run = Execution("train", workspace)
    metadata.save_model(1, "churn", execution=run)
    with pytest.warns(metadata.NotRecordedWarning, match="the model 'churn' was not recorded; its files are at"):
        assert metadata.save_model(2, "churn", execution=run).id is None


@pytest.mark.parametrize("place", ["embedded"], indirect=True)
def test_models_after_one_with_a_low_version_of_the_callers_own_count_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST_TRIES", 4)
    monkeypatch.setattr(versions, "TRIES_IN_A_ROW", 2)
    run = Execution("train", workspace)
    for version in (None, None, None, None, None, None, "v9", "1"):
        metadata.save_model(1, "churn", execution=run, version=version)
    assert [metadata.save_model(1, "churn", execution=run).version for _ in range(2)] == ["7", "8"]


@pytest.mark.parametrize("place", ["embedded"], indirect=True)
def test_a_version_that_was_deleted_or_is_another_models_is_free(workspace: Workspace, place: str) -> None:
    run = Execution("train", workspace)
    first = metadata.save_model(1, "churn", execution=run)
    LifecycleStore.from_url(place).delete_nodes(artifact_ids=[first.id])
    assert metadata.save_model(1, "churn", execution=run).version == "1"
    assert metadata.save_model(1, "Churn", execution=run).version == "1"
    other = Workspace(Store.from_client(workspace.store), f"{workspace.name} other")
    assert metadata.save_model(1, "churn", execution=Execution("train", other)).version == "1"


def test_the_external_id_is_kept_by_changes_and_no_field_of_the_record(workspace: Workspace) -> None:
    model = metadata.save_model(1, "churn", execution=Execution("train", workspace))
    model.update(labels={"team": "oven"})
    [stored] = workspace.store.get_artifacts_by_id([model.id])
    assert stored.external_id == versions.external_id(workspace.name, "churn", "1")
    assert "_external_id" not in stored.properties["__ALL_META__"].string_value
    assert [pickle.loads(pickle.dumps(each)).version for each in (model, copy.copy(model))] == ["1", "1"]


def test_a_version_of_the_callers_own_has_no_external_id(workspace: Workspace) -> None:
    model = metadata.save_model(1, "churn", version="1", execution=Execution("train", workspace))
    assert isinstance(model, Model)
    assert workspace.store.get_artifacts_by_id([model.id])[0].external_id == ""
