"""How autodoc shows the Python API: short names of types, links, and frameworks that need not be installed.

`methods` lists the methods of a class that come from one of its bases, in the order of the code. What stays out: the
texts, which are the docstrings.
"""

from __future__ import annotations

import importlib
import inspect
import re
from typing import TYPE_CHECKING, Any

from lineal.pages import PAGES

from .failures import classes
from .rpcs import titles

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config

_FRAMEWORKS = ["keras", "lightgbm", "lightning", "numpy", "pandas", "sklearn", "torch", "transformers", "xgboost"]
_SETTINGS: dict[str, Any] = {
    "add_module_names": False,
    "autoclass_content": "both",
    "autodoc_mock_imports": _FRAMEWORKS,
    "autodoc_typehints_format": "short",
    "default_role": "code",
    "maximum_signature_line_length": 80,
    "napoleon_use_ivar": True,
    "python_use_unqualified_type_names": True,
}
_MODULES_IN_TYPES = re.compile(r"\b(?:plain|ids|artifact_lineage|metric_points|state_facts|os)\.(?=[A-Z])")
"""What the code writes in front of a type, and a reader does not need."""
_ERRORS = {of.__name__: f"lineal.errors.{of.__name__}" for of in classes()} | {"OpenError": "lineal.client.OpenError"}
_MESSAGE = re.compile(r"\b(?:metadata_store_pb2|pb)\.([A-Z]\w+)$")
_RAISED = re.compile(rf"^(\s+)({'|'.join(_ERRORS)}):")
_PAGE = re.compile(r"(?:see: )?`?lineal docs ([\w-]+)`?|(?<!/)docs/((?:[\w-]+/)*[\w-]+)\.md")


def set_up(app: Sphinx) -> None:
    """Set what autodoc needs, and mend what it reads."""
    app.connect("config-inited", _set)
    app.connect("missing-reference", _on_missing)
    app.connect("autodoc-process-signature", _on_signature)
    app.connect("autodoc-process-docstring", _on_docstring, priority=400)  # before napoleon


def methods(shown: str, base: str) -> str:
    """Return the directives for the public methods of a base, as methods of the class that people use.

    Args:
        shown: the class, such as lineal.MetadataStore.
        base: where the methods are defined, such as lineal.client.type_calls.TypeCalls.
    """
    module, _, name = base.rpartition(".")
    names = [each for each in vars(getattr(importlib.import_module(module), name)) if not each.startswith("_")]
    return _directives("automethod", (f"{shown}.{each}" for each in names))


def error_classes() -> str:
    """Return the directives for the classes of errors."""
    return _directives("autoexception", (f"lineal.errors.{each.__name__}" for each in classes()))


def _directives(directive: str, names: Any) -> str:
    lines = "\n\n".join(f".. {directive}:: {name}" for name in names)
    return f"```{{eval-rst}}\n{lines}\n```"


def _set(app: Sphinx, config: Config) -> None:
    for name, value in _SETTINGS.items():
        setattr(config, name, value)


def _on_signature(
    app: Sphinx, what: str, name: str, of: Any, options: Any, signature: str | None, result: str | None
) -> tuple[str | None, str | None]:
    if what == "class" and signature and signature.startswith("(*args"):  # its base is of a framework that is missing
        signature = str(inspect.signature(of.__init__)).replace("(self, ", "(", 1).removesuffix(" -> None")
    return _plain(signature), _plain(result)


def _plain(types: str | None) -> str | None:
    return None if types is None else _MODULES_IN_TYPES.sub("", types)


def _on_missing(app: Sphinx, env: Any, node: Any, shown: Any) -> Any:
    """Return a link to a message of ML Metadata, which is described as a message and not as a class."""
    from sphinx.util.nodes import make_refnode

    message = _MESSAGE.search(node.get("reftarget", ""))
    if message is None or node.get("refdomain") != "py" or f"ml_metadata.{message[1]}" not in titles("ml_metadata"):
        return None
    anchor = f"ml-metadata-{message[1].lower()}"
    return make_refnode(app.builder, node["refdoc"], "reference/messages", anchor, shown, message[1])


def _on_docstring(app: Sphinx, what: str, name: str, of: Any, options: Any, lines: list[str]) -> None:
    lines[:] = [_PAGE.sub(_link, _RAISED.sub(_raised, line)) for line in lines]


def _raised(line: re.Match[str]) -> str:
    return f"{line[1]}~{_ERRORS[line[2]]}:"


def _link(place: re.Match[str]) -> str:
    """Return a link to the page that a docstring names."""
    path = PAGES[place[1]].path if place[1] in PAGES else place[2]
    return f":doc:`{path.rpartition('/')[2]} </{path}>`" if path else place[0]
