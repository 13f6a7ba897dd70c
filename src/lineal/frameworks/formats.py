"""How a model becomes files: in the format of its framework, where that has one, otherwise by joblib or pickle.

The modules of its classes say what a model is, so nothing is imported for it. What stays out: where the files go
(saving.py).
"""

from __future__ import annotations

import importlib.metadata
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

Save = Callable[[Any, Path], None]
"""Writes a model into a folder, which is there and empty."""


class Format(NamedTuple):
    """How models of a kind become files.

    Attributes:
        name: what it is called in the record.
        write: writes a model into a folder.

    """

    name: str
    write: Save


def format_of(model: Any, save: Save | None = None) -> Format:
    """Return how a model is written; `save` is the caller's own way, and a path is copied as it is.

    Raises:
        FileNotFoundError: the model is a path, and nothing is there.

    """
    if save is not None:
        return Format(getattr(save, "__name__", "") or "custom", save)
    if isinstance(model, (str, os.PathLike)):
        if not Path(model).exists():
            raise FileNotFoundError(f"the model is the path {os.fspath(model)!r}, and nothing is there")
        return Format(Path(model).suffix.removeprefix(".") or "folder", _copy)
    bases = _bases(model)
    found = next((each for name, each in _FORMATS.items() if name in bases), None)
    return found or (Format("joblib", _by_joblib) if "joblib" in sys.modules else Format("pickle", _by_pickle))


def model_type(model: Any) -> str | None:
    """Return the class of a model, that of a pipeline's or a search's estimator with it; None for files."""
    if isinstance(model, (str, os.PathLike)):
        return None
    inner = getattr(model, "steps", None) or getattr(model, "estimator", None)
    inner = inner[-1][-1] if isinstance(inner, list) and inner else inner
    is_known = hasattr(inner, "get_params") and not isinstance(inner, type)
    return f"{type(model).__name__}({model_type(inner)})" if is_known else type(model).__name__


def framework_of(model: Any) -> dict[str, str] | None:
    """Return name and version of the package of a model; None for files and what the program defines itself."""
    if isinstance(model, (str, os.PathLike)):
        return None
    for base in type(model).__mro__:
        package = base.__module__.partition(".")[0]
        if package in _PACKAGES:
            return {"name": _PACKAGES[package], "version": _version(package)}
    return None


def _bases(model: Any) -> set[str]:
    """Return the classes of a model as PACKAGE.NAME."""
    return {f"{base.__module__.partition('.')[0]}.{base.__name__}" for base in type(model).__mro__}


def _version(package: str) -> str:
    found = getattr(sys.modules.get(package), "__version__", None)
    if isinstance(found, str):
        return found
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _by_joblib(model: Any, folder: Path) -> None:
    sys.modules["joblib"].dump(model, folder / "model.joblib")


def _by_pickle(model: Any, folder: Path) -> None:
    with (folder / "model.pkl").open("wb") as written:
        pickle.dump(model, written)


def _copy(model: str | os.PathLike[str], folder: Path) -> None:
    place = Path(model)
    if place.is_dir():
        shutil.copytree(place, folder, dirs_exist_ok=True)
    else:
        shutil.copy2(place, folder / place.name)


def _keras(model: Any, folder: Path) -> None:
    model.save(folder / "model.keras")


def _xgboost(model: Any, folder: Path) -> None:
    model.save_model(folder / "model.json")


def _lightgbm(model: Any, folder: Path) -> None:
    model.save_model(folder / "model.txt")


def _pretrained(model: Any, folder: Path) -> None:
    model.save_pretrained(folder)


def _torch(model: Any, folder: Path) -> None:
    sys.modules["torch"].save(model.state_dict(), folder / "model.pt")


_FORMATS = {
    "keras.Model": Format("keras", _keras),
    "xgboost.Booster": Format("xgboost json", _xgboost),
    "xgboost.XGBModel": Format("xgboost json", _xgboost),
    "lightgbm.Booster": Format("lightgbm text", _lightgbm),
    "transformers.PreTrainedModel": Format("safetensors", _pretrained),
    "torch.Module": Format("torch state_dict", _torch),
}
"""By class as PACKAGE.NAME; the first that a model has."""

_PACKAGES = {
    "sklearn": "scikit-learn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "keras": "keras",
    "lightning": "lightning",
    "pytorch_lightning": "pytorch-lightning",
    "transformers": "transformers",
    "torch": "torch",
}
"""The name of a framework by the module of its classes."""
