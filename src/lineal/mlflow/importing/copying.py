"""Files of runs and logged models that are copied into the root of the store, below their experiment.

A file that is there with the same size is not copied again. Files are copied before what they belong to is stored, so
no record names files that are not there; where copying fails, the record names the old place. What stays out: which
address is which place (files.py), and writing and recording a file (service/callers_files.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from lineal import errors
from lineal.files import ArtifactsRoot, open_root, workspace_folder
from lineal.files.paths import is_allowed
from lineal.importing.report import Report
from lineal.mlflow import places
from lineal.mlflow.importing import counted
from lineal.mlflow.importing.files import PROXIED, Files, Target
from lineal.mlflow_sources import Experiment, Model, Run
from lineal.mlflow_sources.http_client import HttpClient
from lineal.service.callers_files import CallersFiles
from lineal.urls import ARTIFACTS_FLAG, BUCKET_SCHEMES

_ODD_NAMES = "files whose names Lineal does not take"
_NOT_THERE = "folders of files that are not on this machine"
_UNKNOWN_PLACE = "places of files that Lineal cannot read"
_LONGEST_REASON = 200
_LEVELS = 3
"""A folder that is missing has no files, if one so far above is there: MLflow makes it for the first file."""


class _Found(NamedTuple):
    """A file: its path inside of the folder, its size (None if nobody says), and what reads it."""

    path: str
    size: int | None
    read: Callable[[], Iterator[bytes]]


@dataclass(frozen=True)
class CopiedFiles(Files):
    """Files that are copied into the root of the store.

    Attributes:
        root: the files of the store, written by whoever imports.
    """

    root: CallersFiles | None = None

    def place_of(self, experiment: Experiment) -> str:
        """Return "": new files go beside those that are copied."""
        return ""

    def place_of_run(self, target: Target, run: Run, done: Report) -> str:
        """Copy the files of a run; return where they are now."""
        new = places.run_place(_base(target), run.run_id)
        return self._copied(run.artifact_uri, new, run.run_id, done)

    def place_of_model(self, target: Target, model: Model, done: Report) -> str:
        """Copy the files of a logged model; return where they are now."""
        new = places.model_place(_base(target), model.model_id)
        return self._copied(model.artifact_uri, new, model.model_id, done)

    def _copied(self, place: str, new: str, owner: str, done: Report) -> str:
        is_proxied = place.startswith(PROXIED) and not place.startswith(f"{PROXIED}//")
        located = place if is_proxied and self.is_server else self.located(place, owner, done)
        try:
            found = self._files_at(located, owner, done)
            if found is None:
                return self.noted(place, located)
            for each in found:
                self._copy(each, new.removeprefix(f"{PROXIED}/"), owner, done)
        except (errors.StatusError, OSError) as error:
            said = error.message if isinstance(error, errors.StatusError) else error.strerror or type(error).__name__
            done.failed.add(f"files that could not be copied: {said[:_LONGEST_REASON]}", f"{owner}: {located}")
            return self.noted(place, located)
        return self.noted(place, new)

    def _files_at(self, place: str, owner: str, done: Report) -> Iterator[_Found] | None:
        """Return the files in a folder; None, and a note, if it cannot be read from here.

        Raises:
            StatusError, OSError: it should be readable, and is not.
        """
        parts = urlsplit(place)
        if parts.scheme in ("", "file"):
            return _in_folder(Path(unquote(parts.path) if parts.scheme else place), owner, done)
        if parts.scheme in BUCKET_SCHEMES:
            return _below(open_root(place), "")
        if place.startswith(f"{PROXIED}//"):
            return _on_server(f"http://{parts.netloc}", parts.path.lstrip("/"))
        if place.startswith(PROXIED) and self.is_server:
            return _on_server(self.kept_at, place.removeprefix(PROXIED).lstrip("/"))
        if not place.startswith(PROXIED):
            done.left_out.add(f"{_UNKNOWN_PLACE} ({parts.scheme}:)", owner)
        return None

    def _copy(self, file: _Found, folder: str, owner: str, done: Report) -> None:
        path = f"{folder}/{file.path}"
        if self.root is None or not is_allowed(path):
            done.left_out.add(_ODD_NAMES, f"{owner}: {file.path[:100]!r}")
            return
        parent, _, name = path.rpartition("/")
        held = next((each.file_size for each in self.root.list(parent) if each.path == name), None)
        if held is not None and held == file.size:
            done.known[counted.FILES] += 1
            return
        with self.root.write(path) as upload:
            for piece in file.read():
                upload.add(piece)
            stored = upload.commit()
        done.new.update({counted.FILES: 1, counted.FILE_BYTES: stored.size})


def _base(target: Target) -> str:
    return f"{PROXIED}/{workspace_folder(target.workspace)}/{target.experiment_id}"


def _in_folder(folder: Path, owner: str, done: Report) -> Iterator[_Found] | None:
    if not folder.is_dir():
        above = [each for each in folder.parents[:_LEVELS] if each != each.parent]
        if any(each.is_dir() for each in above):
            return iter(())
        done.left_out.add(_NOT_THERE, f"{owner}: {folder}")
        return None
    return _walked(folder)


def _walked(folder: Path) -> Iterator[_Found]:
    """Yield the files of a folder, odd names too; a link that leads out of it is an error when it is read."""
    root = open_root(str(folder))
    for parent, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = (Path(parent) / name).relative_to(folder).as_posix()
            yield _Found(path, os.path.getsize(Path(parent) / name), lambda path=path: _read(root, path))  # type: ignore[misc]


def _below(root: ArtifactsRoot, folder: str) -> Iterator[_Found]:
    with _source_reported():
        entries = root.list(folder)
    for entry in entries:
        path = f"{folder}/{entry.path}" if folder else entry.path
        if entry.is_dir:
            yield from _below(root, path)
        else:
            yield _Found(path, entry.file_size, lambda path=path: _read(root, path))  # type: ignore[misc]


def _read(root: ArtifactsRoot, path: str) -> Iterator[bytes]:
    with _source_reported():
        content = root.read(path)
    with content:
        pieces = iter(content)
        while True:
            with _source_reported():
                piece = next(pieces, None)
            if piece is None:
                return
            yield piece


@contextmanager
def _source_reported() -> Iterator[None]:
    """Say in errors of the place that is read that it is not the root of the store."""
    try:
        yield
    except errors.StatusError as error:
        said = error.message.replace(ARTIFACTS_FLAG, "the source").partition("; see the log")[0]
        raise errors.make_exception(said, error.error_code, error.details) from None


def _on_server(server: str, folder: str) -> Iterator[_Found]:
    with closing(HttpClient(server)) as client:
        yield from _of_server(client, folder, "")


def _of_server(client: HttpClient, top: str, folder: str) -> Iterator[_Found]:
    for entry in client.files(f"{top}/{folder}" if folder else top):
        path = f"{folder}/{entry['path']}" if folder else str(entry["path"])
        if entry.get("is_dir"):
            yield from _of_server(client, top, path)
        else:
            size = None if entry.get("file_size") is None else int(entry["file_size"])
            yield _Found(path, size, lambda path=path: client.file(f"{top}/{path}"))  # type: ignore[misc]
