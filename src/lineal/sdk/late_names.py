"""Names of the SDK whose modules are imported when they are first used: data sets, models, and each framework's own.

So importing the SDK imports no framework. What stays out: what the names are (lineal.frameworks).
"""

from __future__ import annotations

import importlib
from typing import Any

_FRAMEWORKS = "lineal.frameworks"
_PLACES: dict[str, tuple[str, str]] = {
    "NotRecordedWarning": ("recording", "NotRecordedWarning"),
    "data_set": ("data", "data_set"),
    "model_files": ("saving", "model_files"),
    "save_model": ("saving", "save_model"),
    **{name: (name, "") for name in ("keras", "lightgbm", "lightning", "sklearn", "transformers", "xgboost")},
}
"""The module of each name, and its name there; "" for the module itself."""
_PACKAGES = {"sklearn": "scikit-learn"}
"""What is to be installed for a module, if it has another name."""
LATE_NAMES = tuple(_PLACES)


def find(module: str, name: str) -> Any:
    """Return what a late name means.

    Args:
        module: the module that is asked for it, for the error.
        name: the name.

    Raises:
        AttributeError: it is none.
        ModuleNotFoundError: its framework is not installed.

    """
    if name not in _PLACES:
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    place, inner = _PLACES[name]
    try:
        found = importlib.import_module(f"{_FRAMEWORKS}.{place}")
    except ModuleNotFoundError as error:
        if str(error.name).partition(".")[0] != name:
            raise
        package = _PACKAGES.get(name, name)
        raise ModuleNotFoundError(
            f"metadata.{name} needs the package {package}; install it with: pip install {package}", name=error.name
        ) from error
    return getattr(found, inner) if inner else found
