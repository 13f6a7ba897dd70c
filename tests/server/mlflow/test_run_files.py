"""The list of a run's files, uploaded by the artifact proxy."""

from __future__ import annotations

import pytest

from tests.server.mlflow.door import Door, told


def upload(door: Door, place: str, name: str, content: bytes) -> None:
    path = place.removeprefix("mlflow-artifacts:/")
    response = door.client.put(f"/api/2.0/mlflow-artifacts/artifacts/{path}/{name}", content=content)
    assert response.status_code == 200, response.text


def test_files_are_listed_folder_by_folder(door: Door) -> None:
    run = door.run()
    place = door.get("runs/get", run_id=run)["run"]["info"]["artifact_uri"]
    assert door.get("artifacts/list", run_id=run) == {"root_uri": place}
    upload(door, place, "model/weights.bin", b"12345")
    upload(door, place, "notes.txt", b"123")
    upload(door, place, "empty.txt", b"")
    assert door.get("artifacts/list", run_id=run)["files"] == [
        {"path": "empty.txt", "is_dir": False},
        {"path": "model", "is_dir": True},
        {"path": "notes.txt", "is_dir": False, "file_size": 3},
    ]
    for folder in ("model", "model/"):
        inside = door.get("artifacts/list", run_uuid=run, path=folder)["files"]
        assert inside == [{"path": "model/weights.bin", "is_dir": False, "file_size": 5}]


def test_files_of_a_logged_model_are_listed(door: Door) -> None:
    info = door.post("logged-models", experiment_id="0", name="m")["model"]["info"]
    place, address = info["artifact_uri"], f"logged-models/{info['model_id']}/artifacts/directories"
    upload(door, place, "data/model.pkl", b"12345")
    assert door.get(address) == {"root_uri": place, "files": [{"path": "data", "is_dir": True}]}
    inside = door.get(address, artifact_directory_path="data")["files"]
    assert inside == [{"path": "data/model.pkl", "is_dir": False, "file_size": 5}]
    assert door.not_found(address, artifact_directory_path="../x").startswith("INVALID_PARAMETER_VALUE")
    assert door.not_found("logged-models/m-1/artifacts/directories").startswith("RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("path", ["..", "../..", "/etc", "a/../../b", "%2e%2e", "a\\b"])
def test_a_path_out_of_the_run_is_refused(door: Door, path: str) -> None:
    run = door.run()
    response = door.client.get("/api/2.0/mlflow/artifacts/list", params={"run_id": run, "path": path})
    assert told(response).startswith("INVALID_PARAMETER_VALUE")


def test_files_of_another_workspace_or_place_are_not_listed(door: Door) -> None:
    run = door.run(door.experiment("elsewhere", artifact_location="s3://bucket/x"))
    assert door.not_found("artifacts/list", run_id=run).startswith("ENDPOINT_NOT_FOUND: the files are at s3:")
    assert door.not_found("artifacts/list", run_id="0" * 32).startswith("RESOURCE_DOES_NOT_EXIST")
    assert door.not_found("artifacts/list").startswith("INVALID_PARAMETER_VALUE")
    door.client.headers["X-MLFLOW-WORKSPACE"] = f"{door.workspace}-other"
    assert door.not_found("artifacts/list", run_id=run).startswith("RESOURCE_DOES_NOT_EXIST")


def test_an_experiment_cannot_point_into_the_files_of_another_workspace(door: Door) -> None:
    own, other = door.workspace, f"{door.workspace}-other"
    made = door.run()
    place = door.get("runs/get", run_id=made)["run"]["info"]["artifact_uri"]
    upload(door, place, "secret.txt", b"123")
    door.client.headers["X-MLFLOW-WORKSPACE"] = other
    refusal = door.refused("experiments/create", name="thief", artifact_location=f"mlflow-artifacts:/{own}/0")
    assert refusal.startswith("INVALID_PARAMETER_VALUE")
    for place in (f"MLFLOW-ARTIFACTS:/{own}/0", f" mlflow-artifacts:/{own}", f"mlflow-artifacts:/{other}/%2e%2e/{own}"):
        assert door.refused("experiments/create", name="x", artifact_location=place).startswith(
            "INVALID_PARAMETER_VALUE"
        )
    assert door.experiment("own", artifact_location=f"mlflow-artifacts:/{other}/mine")


def test_the_page_of_a_version_shows_the_files_of_its_model(door: Door) -> None:
    run = door.run()
    model = door.post("logged-models", experiment_id="0", name="m", source_run_id=run)["model"]["info"]
    upload(door, model["artifact_uri"], "MLmodel", b"flavors: {}")
    door.post("registered-models/create", name=f"{door.workspace}-m")
    named = {"source": f"models:/{model['model_id']}", "model_id": model["model_id"]}
    door.post("model-versions/create", name=f"{door.workspace}-m", run_id=run, **named)
    q = f"workspace={door.workspace} type:model"
    found = door.client.get("/api/v1/artifacts", params={"q": q}).json()["items"]
    assert len(found) == 2
    for each in found:
        files = door.client.get(f"/api/v1/artifacts/{each['id']}/files").json()
        assert [item["name"] for item in files["items"]] == ["MLmodel"], each["uri"]
