"""Lineal: the record of lineage for machine learning.

    import lineal
    store = lineal.connect("sqlite:///metadata.db")

The names below are imported when they are first used, so that `import lineal` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineal import errors
    from lineal.client import ExtraOptions, ListOptions, MetadataStore, OrderByField, connect
    from lineal.mlmd.install import install_as_ml_metadata, uninstall_as_ml_metadata

__version__ = "0.1.0.dev0"

__all__ = [
    "ExtraOptions",
    "ListOptions",
    "MetadataStore",
    "OrderByField",
    "__version__",
    "connect",
    "errors",
    "install_as_ml_metadata",
    "uninstall_as_ml_metadata",
]

_HOMES = {
    "errors": "lineal.errors",
    "install_as_ml_metadata": "lineal.mlmd.install",
    "uninstall_as_ml_metadata": "lineal.mlmd.install",
}

if not TYPE_CHECKING:  # for a checker, every misspelt name would be an object

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = importlib.import_module(_HOMES.get(name, "lineal.client"))
        value: object = home if name == "errors" else getattr(home, name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
