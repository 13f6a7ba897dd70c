"""Models in the artifacts root of a store, with their digest.

A model is written into a temporary folder first. Then its files go below the root: of an embedded store, the folder
beside it; of a server, through its HTTP address. Where neither is known, and where the root refuses them, they stay on
this machine, so that no trained model is lost. What stays out: formats (formats.py), and the root (client/files.py).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from lineal import errors
from lineal.client.files import Files, RootFiles, files_of
from lineal.config import ARTIFACTS_ROOT_VARIABLE
from lineal.files.paths import path_of_uri, workspace_folder
from lineal.frameworks import files, formats, recording, versions
from lineal.frameworks.formats import Save
from lineal.frameworks.versions import CountedModel
from lineal.sdk import Execution, artifact_lineage, plain
from lineal.sdk.steps.beginning import settings

LOCAL_FOLDER = "lineal-models"
"""Below the folder of the program: where models stay that no root takes."""
_BELOW_ROOT = "mlflow-artifacts:/"


class SavedModel(CountedModel):
    """A model with what was found out about its files and its training.

    Attributes:
        digest: "sha256:" and 64 hexadecimal digits, over all its files as `lineal docs digests` says; "" if it was
            not saved.
        size: how many bytes its files have.
        format: how they were written, such as "joblib".
        values: its metrics by name, as the training ended.

    """

    digest: str = ""
    size: int = 0
    format: str = ""
    values: Mapping[str, float]

    def __init__(self, uri: str, name: str, written: Written | None, **fields: Any) -> None:
        """Describe a model that was written; further arguments are those of `Model`."""
        super().__init__(uri=uri, name=name, **fields)
        self.digest = f"sha256:{written.digest}" if written else ""
        self.size = written.size if written else 0
        self.format = written.format if written else ""
        self.values = {}


@dataclass(frozen=True)
class Written:
    """The files of a model in a temporary folder.

    Attributes:
        folder: the folder.
        paths: the paths of the files, relative to it.
        digest: the digest of all of them, in hexadecimal digits.
        size: how many bytes they have.
        format: how they were written.

    """

    folder: Path
    paths: list[str]
    digest: str
    size: int
    format: str
    _kept: list[Path] = field(default_factory=list)

    def keep(self, name: str) -> Path:
        """Move the files to a folder of this machine that stays; return it. The second call returns the same."""
        if not self._kept:
            target = Path(LOCAL_FOLDER, workspace_folder(name), uuid.uuid4().hex[:12]).absolute()
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(self.folder, target)
            self._kept.append(target)
        return self._kept[0]


def save_model(
    model: Any,
    name: str,
    *,
    version: plain.Scalar | None = None,
    save: Save | None = None,
    labels: Mapping[Any, plain.Scalar] | None = None,
    description: plain.Scalar | None = None,
    execution: Execution | None = None,
) -> SavedModel:
    """Save a model in the artifacts root, and record it as an output.

    Args:
        model: a model of scikit-learn, XGBoost, LightGBM, Keras, PyTorch or Transformers, another object that can be
            pickled, or the path of files that are written already.
        name: the name of the model.
        version: its version; by default the number after that of the newest model of this name.
        save: writes the model into an empty folder: `save=lambda model, folder: ...`; by default in the format of its
            framework.
        labels: texts to label it with.
        description: a description for people.
        execution: the execution that made it; by default the current step, or one for it alone.

    Returns:
        The model as it was recorded. If the store failed, a NotRecordedWarning says where the files are, and its `id`
        is None.

    Raises:
        FailedPreconditionError: there is no step, and no workspace for an execution.
        FileNotFoundError: the model is the path of files that are not there.

    """
    with (
        written(model, save) as found,
        recording.told_at_once(),
        recording.written_by(execution, f"save {name}") as saved_by,
    ):
        return put_model(saved_by, model, name, found, version=version, labels=labels, description=description)


@contextmanager
def written(model: Any, save: Save | None = None) -> Iterator[Written]:
    """Write a model into a temporary folder, which is gone after the block."""
    way = formats.format_of(model, save)
    with tempfile.TemporaryDirectory(prefix="lineal-model-") as temporary:
        folder = Path(temporary, "model")
        folder.mkdir()
        way.write(model, folder)
        paths = files.files_below(folder)
        if not paths:
            raise ValueError(f"saving the model wrote no file into {folder}; let save(model, folder) write there")
        size = sum((folder / path).stat().st_size for path in paths)
        yield Written(folder, paths, files.folder_digest(folder), size, way.name)


@contextmanager
def written_if_possible(model: Any, save: Save | None = None) -> Iterator[Written | None]:
    """Write a model as `written` does, or warn and yield None: a training must not end because of it."""
    with ExitStack() as stack:
        try:
            found = stack.enter_context(written(model, save))
        except Exception as error:  # whatever the format of a framework raises
            recording.tell(f"the {type(model).__name__} was not saved", error)
            found = None
        yield found


def put_model(
    execution: Execution | None,
    model: Any,
    name: str,
    found: Written | None,
    *,
    version: plain.Scalar | None = None,
    values: Mapping[str, float] | None = None,
    **fields: Any,
) -> SavedModel:
    """Put the files of a model below the root and record it as an output of an execution.

    A failure of the store is a warning; the files are kept then, and the model has no id.
    """
    uri = f"urn:uuid:{uuid.uuid4()}" if found is None else put_files(execution, name, found)
    fields = {"model_type": formats.model_type(model), "training_framework": formats.framework_of(model), **fields}
    saved = SavedModel(uri, name, found, version=version, **fields)
    saved.values = dict(values or {})
    if execution is None:
        return saved
    try:
        if version is None:
            versions.log_as_next(execution, saved)
        else:
            execution.log_output(saved)
    except errors.StatusError as error:
        recording.tell(f"the model {name!r} was not recorded; its files are at {uri}", error)
    return saved


def put_files(execution: Execution | None, name: str, found: Written) -> str:
    """Put the files of a model below the artifacts root; return the uri of their folder.

    Where there is no root, or it fails, they are kept on this machine, and a warning says why and where.
    """
    if execution is None:
        return found.keep(name).as_uri()
    workspace = execution.workspace
    own = named_root()
    folder = f"{workspace_folder(workspace.name)}/models/{workspace_folder(name)}/{uuid.uuid4().hex[:12]}"
    try:
        place = RootFiles.at(own) if own else files_of(workspace.store)
        if place is None:
            raise errors.FailedPreconditionError(_NO_ROOT)
        for path in found.paths:
            place.upload(f"{folder}/{path}", found.folder / path)
    except errors.StatusError as error:
        kept = found.keep(name)
        recording.tell(f"the model {name!r} is kept on this machine, in {kept}", error)
        return kept.as_uri()
    return _uri_below(own, folder)


def named_root() -> str:
    """Return the place for files that `metadata.init` or the environment names, "" for that of the store."""
    try:
        told = settings().artifacts
    except errors.FailedPreconditionError:  # nobody named a workspace: the execution was given
        told = None
    return str(told) if told is not None else os.environ.get(ARTIFACTS_ROOT_VARIABLE, "")


_NO_ROOT = (
    "no place for the files of its store is known here; name the HTTP address of the server (ui_url or "
    f"LINEAL_UI_URL), or a folder or bucket (artifacts= of metadata.init, or {ARTIFACTS_ROOT_VARIABLE})"
)


def _uri_below(root: str, folder: str) -> str:
    """Return the uri of a folder: below the root of the store, or in a place that was named for this program."""
    if not root:
        return f"{_BELOW_ROOT}{folder}"
    return f"{root.rstrip('/')}/{folder}" if "://" in root else Path(root, folder).absolute().as_uri()


# ---- reading


def model_files(model: Any, folder: str | os.PathLike[str] | None = None, *, store: Any = None) -> Path:
    """Return a folder of this machine with the files of a model, whose digest is that of the record as it is now.

    The history of the record says whether somebody has changed that digest since.

    Args:
        model: a model that was logged or saved, or a dict of `Workspace.list` or `Workspace.get_by_alias`.
        folder: where they are copied; by default a new temporary folder.
        store: the store of a dict, such as `workspace.store`; by default that in which the model was logged.

    Raises:
        ValueError: it is no model with files: None, a text, an id, or an object that was not logged.
        DataLossError: the files have another digest than was recorded.
        NotFoundError: there are none.
        FailedPreconditionError: the client does not know where the files of the store are.

    """
    uri, digest = _told(model, "uri"), _told(model, "digest")
    if not uri:
        raise ValueError(_no_model(model))
    target = Path(folder) if folder is not None else Path(tempfile.mkdtemp(prefix="lineal-model-"))
    target.mkdir(parents=True, exist_ok=True)
    store = artifact_lineage.home_of(model) if store is None else store
    _copy(uri, target, store)
    found = f"sha256:{files.folder_digest(target)}"
    if digest and found != digest:
        raise errors.DataLossError(
            f"the files at {uri} have the digest {found}, and {digest} was recorded: they were changed"
        )
    return target


def _no_model(model: Any) -> str:
    if model is None:
        return "'model' is None; workspace.get_by_alias returns None where no version of the name has the alias"
    return f"'model' must be a saved model, or a record of workspace.list or workspace.get_by_alias, got {model!r}"


def _told(model: Any, name: str) -> str:
    found = model.get(name) if isinstance(model, Mapping) else getattr(model, name, None)
    return found if isinstance(found, str) else ""


def _copy(uri: str, target: Path, store: Any) -> None:
    below = path_of_uri(uri)
    root, _, name = _location(uri).rpartition("/")
    path = name if below is None else below
    place: Files | None = RootFiles.at(root) if below is None else files_of(getattr(store, "store", store))
    if place is None and store is None:
        raise errors.FailedPreconditionError(
            f"the files at {uri} cannot be read: nothing says which store; add store=workspace.store"
        )
    if place is None:
        raise errors.FailedPreconditionError(f"the files at {uri} cannot be read: {_NO_ROOT}")
    paths = place.below(path)
    if not paths:
        raise errors.NotFoundError(f"there are no files at {uri}")
    for each in paths:
        (target / each).parent.mkdir(parents=True, exist_ok=True)
        place.download(f"{path}/{each}", target / each)


def _location(uri: str) -> str:
    """Return the path of a file: URI, any other as it is."""
    parts = urlsplit(uri)
    return url2pathname(parts.path) if parts.scheme == "file" else uri
