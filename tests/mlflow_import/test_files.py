"""Files of runs and logged models that are copied into the root of the store."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from lineal.files import open_root
from lineal.mlflow.importing import CopiedFiles, Options, Report, import_source
from lineal.mlflow_sources import open_source
from lineal.service.access import Caller, Role
from lineal.service.callers_files import CallersFiles
from lineal.service.file_records import FileRecords
from lineal.wire import service as rpc
from tests.mlflow_import.conftest import Source, Store
from tests.mlflow_import.mlflow_database import MlflowDatabase

RUN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The root of the store."""
    return tmp_path / "root"


def copy(store: Store, place: str, root: Path, *, kept_at: str = "") -> Report:
    files = CallersFiles(open_root(str(root)), Caller("test", Role.ADMIN), FileRecords(store.service))
    with closing(open_source(place)) as opened:
        return import_source(store.service, opened, Options(files=CopiedFiles(kept_at, root=files)))


def written(folder: Path, **files: str) -> str:
    folder.mkdir(parents=True)
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return str(folder)


def test_files_of_a_run_are_copied_and_recorded(
    mlflow: MlflowDatabase, store: Store, root: Path, tmp_path: Path
) -> None:
    mlflow.run_row(RUN, artifact_uri=written(tmp_path / "old" / "artifacts", a="1", plots__b="22"))
    done = copy(store, mlflow.url, root)
    assert (done.new["files"], done.new["bytes of files"]) == (2, 3)
    place = store.run(RUN)["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    assert place == f"default/{store.experiment('first')['experiment_id']}/{RUN}/artifacts"
    assert (root / place / "plots" / "b").read_text() == "22"
    recorded = FileRecords(store.service).of([f"{place}/a"])[f"{place}/a"]
    assert recorded.sha256 == "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"


def test_files_that_are_there_are_not_copied_again(
    mlflow: MlflowDatabase, store: Store, root: Path, tmp_path: Path
) -> None:
    folder = written(tmp_path / "old" / "artifacts", a="1")
    mlflow.run_row(RUN, artifact_uri=folder)
    copy(store, mlflow.url, root)
    (Path(folder) / "c").write_text("333")
    done = copy(store, mlflow.url, root)
    assert (done.new["files"], done.known["files"]) == (1, 1)


def test_files_of_an_import_by_reference_can_be_copied_later(
    mlflow: MlflowDatabase, store: Store, root: Path, tmp_path: Path
) -> None:
    folder = written(tmp_path / "old" / "artifacts", model__MLmodel="x")
    told = {"run_id": RUN, "artifact_path": "model", "utc_time_created": "", "flavors": {"sklearn": {}}}
    mlflow.run_row(RUN, artifact_uri=folder, tags={"mlflow.log-model.history": json.dumps([told])})
    mlflow.add("registered_models", {"name": "churn"})
    mlflow.add("model_versions", {"name": "churn", "version": 1, "source": f"{folder}/model", "run_id": RUN})
    store.take(mlflow.url)
    assert store.run(RUN)["info"]["artifact_uri"] == folder
    copy(store, mlflow.url, root)
    place = store.run(RUN)["info"]["artifact_uri"]
    assert place.startswith("mlflow-artifacts:/default/")
    told = store.ask("model-versions/get-download-uri", name="churn", version="1")
    assert told["artifact_uri"] == f"{place}/model"
    found: Any = store.service.call("GetArtifacts", rpc.GetArtifactsRequest())
    assert sorted(each.uri for each in found.artifacts) == [f"{place}/model", "models:/churn/1"]


def test_a_folder_that_is_elsewhere_stays_named(mlflow: MlflowDatabase, store: Store, root: Path) -> None:
    mlflow.run_row(RUN, artifact_uri="/another/machine/1/x/artifacts")
    done = copy(store, mlflow.url, root)
    assert done.left_out.counts() == {"folders of files that are not on this machine": 1}
    assert store.run(RUN)["info"]["artifact_uri"] == "/another/machine/1/x/artifacts"


def test_a_link_out_of_the_folder_is_not_followed(
    mlflow: MlflowDatabase, store: Store, root: Path, tmp_path: Path
) -> None:
    folder = written(tmp_path / "old" / "artifacts", a="1")
    (tmp_path / "secret").write_text("secret")
    (Path(folder) / "link").symlink_to(tmp_path / "secret")
    mlflow.run_row(RUN, artifact_uri=folder)
    done = copy(store, mlflow.url, root)
    assert sum(done.failed.counts().values()) == 1
    assert store.run(RUN)["info"]["artifact_uri"] == folder
    assert not [each for each in root.rglob("*") if each.is_file() and each.read_text() == "secret"]


def test_files_of_a_server_are_copied_over_its_proxy(source: Source, run_id: str, store: Store, root: Path) -> None:
    place = source.post("runs/update", run_id=run_id)["run_info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    for name in ("a", "plots/b c"):
        address = f"{source.url}/api/2.0/mlflow-artifacts/artifacts/{place}/{name}"
        assert httpx.put(address, content=name.encode()).status_code == 200
    done = copy(store, source.url, root, kept_at=source.url)
    assert done.failed.counts() == {}
    here = store.run(run_id)["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
    assert (root / here / "plots" / "b c").read_text() == "plots/b c"
