"""How autodoc shows the Python API: short names, one argument a line, and frameworks that need not be installed.

`methods` lists the methods of a class that come from one of its bases, in the order of the code. What stays out: the
texts, which are the docstrings.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from .failures import classes

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

_SETTINGS: dict[str, Any] = {
    "add_module_names": False,
    "autodoc_mock_imports": [
        "keras",
        "lightgbm",
        "lightning",
        "numpy",
        "pandas",
        "sklearn",
        "torch",
        "transformers",
        "xgboost",
    ],
    "autodoc_typehints_format": "short",
    "default_role": "code",
    "maximum_signature_line_length": 80,
    "napoleon_preprocess_types": True,
    "python_use_unqualified_type_names": True,
}
_PAGE = re.compile(r"see: lineal docs ([\w-]+)|docs/((?:[\w-]+/)*[\w-]+)\.md")


def set_up(app: Sphinx) -> None:
    """Set what autodoc needs."""
    app.connect("config-inited", _set)


def _set(app: Sphinx, config: Config) -> None:
    for name, value in _SETTINGS.items():
        setattr(config, name, value)


def methods(shown: str, base: str) -> str:
    """Return the directives for the public methods of a base, as methods of the class that people use.

    Args:
        shown: the class, such as lineal.MetadataStore.
        base: where the methods are defined, such as lineal.client.type_calls.TypeCalls.
    """
    module, _, name = base.rpartition(".")
    names = [each for each in vars(getattr(importlib.import_module(module), name)) if not each.startswith("_")]
    directives = "\n\n".join(f".. automethod:: {shown}.{each}" for each in names)
    return f"```{{eval-rst}}\n{directives}\n```"


def error_classes() -> str:
    """Return the directives for the classes of errors."""
    directives = "\n\n".join(f".. autoexception:: lineal.errors.{each.__name__}" for each in classes())
    return f"```{{eval-rst}}\n{directives}\n```"
