"""Models are saved below the artifacts root with their digest, and come back as they were."""

from __future__ import annotations

import hashlib
import json
import os
import urllib.request
import uuid
from pathlib import Path
from typing import Any

import pytest

from kubeflow.metadata import metadata
from lineal import errors
from lineal.frameworks.training import Training
from lineal.sdk import Execution, Store, Workspace
from tests.frameworks import reading

NotRecorded = metadata.NotRecordedWarning


def written(model: Any, folder: Path) -> None:
    (folder / "inner").mkdir()
    (folder / "inner" / "weights.bin").write_text(str(model))


def listed_files(address: str | None, artifact_id: int) -> Any:
    """Return what the REST interface lists of the files of an artifact."""
    header = {"Authorization": f"Bearer {os.environ.get('LINEAL_TOKEN', '')}"}
    request = urllib.request.Request(f"{address}/api/v1/artifacts/{artifact_id}/files", headers=header)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read())


@pytest.fixture
def run(workspace: Workspace) -> Execution:
    return Execution("train", workspace)


def test_a_model_comes_back_as_it_was(run: Execution, tmp_path: Path) -> None:
    model = metadata.save_model([1, 2], "pair", save=written, execution=run, labels={"team": "oven"})
    line = f"{hashlib.sha256(b'[1, 2]').hexdigest()}  ./inner/weights.bin\n"
    assert model.digest == f"sha256:{hashlib.sha256(line.encode()).hexdigest()}"
    assert (model.size, model.format, model.version) == (6, "written", "1")
    found = metadata.model_files(model, tmp_path / "there")
    assert (found / "inner" / "weights.bin").read_text() == "[1, 2]"


def test_versions_count(run: Execution) -> None:
    versions = [metadata.save_model(n, "pair", execution=run).version for n in range(2)]
    versions.append(metadata.save_model(3, "pair", version="v7", execution=run).version)
    versions.append(metadata.save_model(4, "pair", execution=run).version)
    other = metadata.save_model(5, "it's \\ odd/name", execution=run)
    again = metadata.save_model(5, "it's \\ odd/name", execution=run)
    assert [*versions, other.version, again.version] == ["1", "2", "v7", "v8", "1", "2"]


def test_a_listed_model_finds_its_files(run: Execution, workspace: Workspace) -> None:
    metadata.save_model("weights", "pair", save=written, execution=run).promote("production")
    listed = workspace.get_by_alias("pair", "production")
    assert listed is not None
    found = metadata.model_files(listed, store=workspace.store)
    assert (found / "inner" / "weights.bin").read_text() == "weights"


def test_what_has_no_files_is_refused_with_what_to_write(run: Execution, workspace: Workspace) -> None:
    with pytest.raises(ValueError, match=r"'model' is None; workspace\.get_by_alias returns None where"):
        metadata.model_files(workspace.get_by_alias("pair", "production"), store=workspace.store)
    with pytest.raises(ValueError, match=r"a record of workspace\.list or workspace\.get_by_alias, got 'pair'"):
        metadata.model_files("pair", store=workspace.store)
    metadata.save_model("weights", "pair", save=written, execution=run)
    [listed] = workspace.list()
    with pytest.raises(errors.FailedPreconditionError, match=r"add store=workspace\.store"):
        metadata.model_files(listed)


def test_files_and_folders_that_are_written_already_are_models(run: Execution, tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_text("net")
    model = metadata.save_model(tmp_path / "net.onnx", "net", execution=run)
    assert model.format == "onnx"
    assert [file.name for file in metadata.model_files(model).iterdir()] == ["net.onnx"]
    with pytest.raises(FileNotFoundError, match=r"nothing is there"):
        metadata.save_model(tmp_path / "none.onnx", "net", execution=run)


def test_files_that_were_changed_are_told(tmp_path: Path) -> None:
    workspace = Workspace(Store(url=f"sqlite:///{tmp_path}/m.db"), "oven")
    model = metadata.save_model("weights", "pair", save=written, execution=Execution("train", workspace))
    [file] = (tmp_path / "m.db.artifacts").rglob("weights.bin")
    file.write_text("others")
    with pytest.raises(errors.DataLossError, match=r"they were changed"):
        metadata.model_files(model)


def test_without_a_place_for_files_the_model_stays_on_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    workspace = Workspace(Store(url="sqlite://"), "oven")
    with pytest.warns(NotRecorded, match=r"kept on this machine, in .*lineal-models.* no place .*LINEAL_UI_URL"):
        model = metadata.save_model("weights", "pair", save=written, execution=Execution("train", workspace))
    assert model.uri.startswith((tmp_path / "lineal-models").as_uri())
    assert (metadata.model_files(model) / "inner" / "weights.bin").read_text() == "weights"


def test_a_place_for_files_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINEAL_ARTIFACTS_ROOT", str(tmp_path / "root"))
    workspace = Workspace(Store(url="sqlite://"), "oven")
    model = metadata.save_model("weights", "pair", save=written, execution=Execution("train", workspace))
    assert model.uri.startswith((tmp_path / "root" / "oven" / "models" / "pair").as_uri())
    assert (metadata.model_files(model) / "inner" / "weights.bin").read_text() == "weights"


@pytest.mark.parametrize("place", ["served"], indirect=True)
def test_the_web_ui_lists_the_files_of_a_saved_model(run: Execution, workspace: Workspace) -> None:
    model = metadata.save_model("weights", "pair", save=written, execution=run)
    found = listed_files(workspace.store._ui_url, model.id)
    assert f"sha256:{found['digest']}" == model.digest


@pytest.mark.parametrize("place", ["served"], indirect=True)
def test_a_refused_upload_keeps_the_model(run: Execution, workspace: Workspace, tmp_path: Path) -> None:
    workspace.store._ui_url = "http://127.0.0.1:9"
    with pytest.warns(NotRecorded, match=r"no answer from http://127.0.0.1:9"):
        model = metadata.save_model("weights", "pair", save=written, execution=run)
    assert model.id is not None
    assert model.uri.startswith((tmp_path / "lineal-models").as_uri())


def test_an_embedded_store_records_the_digests_of_files(tmp_path: Path) -> None:
    from tests.serving import running_server

    url = f"sqlite:///{tmp_path}/m.db"
    with Store(url=url) as store:
        run = Execution("train", Workspace(store, "oven"))
        model = metadata.save_model("weights", "pair", save=written, execution=run)
    with running_server(url) as server:
        found = listed_files(server.http, model.id)
        [folder] = found["items"]
        assert (folder["name"], f"sha256:{found['digest']}") == ("inner", model.digest)


def test_a_step_saves_what_it_makes_and_trains_in_its_own_execution(place: str) -> None:
    workspace = metadata.init(place, f"step {uuid.uuid4().hex[:8]}")

    @metadata.step
    def train() -> None:
        metadata.save_model("scales", "scaler", save=written)
        one = Training("pair")
        one.begin()
        one.add({"loss": 0.5}, 0)
        one.complete(7)
        metadata.save_model("weights", "pair", save=written)

    train()
    run = reading.only(workspace)
    assert reading.counts(workspace, run) == {"loss": 1}
    assert [(each["name"], each["version"]) for each in reading.models(workspace)] == [
        *(("scaler", "1"), ("pair", "1"), ("pair", "2")),
    ]
    metadata.save_model("weights", "pair", save=written)
    alone = reading.executions(workspace)[-1]
    assert (alone.properties["name"].string_value, reading.state(alone)) == ("save pair", "COMPLETE")
