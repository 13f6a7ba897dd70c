"""Use the files of a run by MLflow's client, and print what it got, a line of JSON for each step.

Runs in the environment with MLflow: files.py TRACKING_URI FOLDER. It imports nothing of this repository.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD"] = "true"
os.environ["MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD"] = "true"
os.environ["MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE"] = str(5 << 20)
os.environ["MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE"] = str(5 << 20)

import mlflow
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

ROOT = "mlflow-artifacts:/team/7/0123/artifacts"
NAMES = ["plain.txt", "with blank.txt", "ä€.txt", "e%20f.txt", "g%f.txt", "h?i.txt", "j+k.txt", "l&m=n.txt", "o'p.txt"]
NAMES += ["q;r.txt", "~s.txt", "t:u.txt", "v[w].txt", 'x"y.txt', "MLmodel", "page.html", "plot.svg"]


def main(uri: str, folder: Path) -> None:
    """Take each step."""
    mlflow.set_tracking_uri(uri)
    repository = get_artifact_repository(ROOT)
    make_files(folder)
    for path, into in [*((f"odd/{name}", "odd") for name in NAMES), ("one.txt", None), ("one.txt", "models/deep")]:
        step(
            f"upload {path} into {into}", lambda path=path, into=into: repository.log_artifact(str(folder / path), into)
        )
    step("upload a folder", lambda: repository.log_artifacts(str(folder / "tree"), "tree"))
    step("upload in parts", lambda: repository.log_artifact(str(folder / "big.bin"), "big"))
    for path in (None, "odd", "models", "tree", "missing", "one.txt"):
        step(f"list {path}", lambda path=path: listed(repository.list_artifacts(path)))
    for path in (*(f"odd/{name}" for name in NAMES), "one.txt", "tree", "big", "", "big/big.bin"):
        step(f"download {path}", lambda path=path: digests(Path(repository.download_artifacts(path))))
    step("download missing", lambda: repository.download_artifacts("missing.txt"))
    step("load a text", lambda: mlflow.artifacts.load_text(f"{ROOT}/one.txt"))
    step("download by its address", lambda: digests(Path(mlflow.artifacts.download_artifacts(f"{ROOT}/tree"))))
    for path in ("odd/plain.txt", "tree", "missing"):
        step(f"delete {path}", lambda path=path: repository.delete_artifacts(path))
    step("list afterwards", lambda: listed(repository.list_artifacts()))


def make_files(folder: Path) -> None:
    """Write what is uploaded."""
    for path in [*(f"odd/{name}" for name in NAMES), "one.txt", "tree/a.txt", "tree/deep/b.txt"]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"content of {path}")
    (folder / "big.bin").write_bytes(hashlib.sha256(b"big").digest() * (12 << 15))


def listed(entries: list[Any]) -> list[Any]:
    """Return the fields of a listing."""
    return [(entry.path, entry.is_dir, entry.file_size) for entry in entries]


def digests(place: Path) -> Any:
    """Return what was downloaded: a digest, or one for each file below a folder."""
    if place.is_file():
        return hashlib.sha256(place.read_bytes()).hexdigest()
    files = sorted(each for each in place.rglob("*") if each.is_file())
    return [(str(each.relative_to(place)), digests(each)) for each in files]


def step(name: str, act: Callable[[], Any]) -> None:
    """Do something, and print what came of it; of an error, its class."""
    try:
        result = act()
    except Exception as error:
        result = f"raised {type(error).__name__}"
    print(json.dumps([name, result]), flush=True)


main(sys.argv[1], Path(sys.argv[2]))
