"""The finder that gives `import ml_metadata` where no package of that name is installed: Lineal's modules.

`lineal ml-metadata enable` copies this file into an environment, and every interpreter there imports the copy at its
start. So it depends on nothing, imports little, and asks all other finders first: an official package always wins.
The modules in the folder `names` are for programs that look for source files, such as type checkers; `enable` puts that
folder on the path, and this finder passes over it. Without Lineal it finds nothing, and the import fails as if nothing
were here. What stays out: the copying (environment.py), and which modules there are (install.py).
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing would cost every start of an interpreter some milliseconds
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

NAME = "ml_metadata"
NAMES_FOLDER = "lineal/mlmd/names"


class LinealFinder:
    """A finder of `ml_metadata`, and the loader of what it finds."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where `ml_metadata` comes from; its submodules are in `sys.modules` once it is imported."""
        if name != NAME:
            return None
        found = self._found_by_others(path, target) or self._found_here()
        if found is None:  # the folder outlives Lineal where a checkout was installed, and nobody may find it then
            sys.path[:] = _without_names()
        return found

    def create_module(self, spec: ModuleSpec) -> None:
        """Let the import system make a module, which `exec_module` replaces."""

    def exec_module(self, module: ModuleType) -> None:
        """Put Lineal's modules in the place of the one that is being imported."""
        from lineal.mlmd.install import install_as_ml_metadata

        del sys.modules[NAME]
        install_as_ml_metadata()

    def _found_by_others(self, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        """Ask all other finders; the one that looks through the path does so without the folder of names."""
        from importlib.machinery import PathFinder

        for finder in sys.meta_path:
            if finder is not self:
                found = finder.find_spec(NAME, _without_names() if finder is PathFinder else path, target)
                if found is not None:
                    return found
        return None

    def _found_here(self) -> ModuleSpec | None:
        from importlib.machinery import ModuleSpec
        from importlib.util import find_spec

        lineal = find_spec("lineal")
        return lineal and ModuleSpec(NAME, self, origin=lineal.origin, is_package=True)  # type: ignore[arg-type]


def is_names_folder(entry: object) -> bool:
    """Tell whether an entry of the path is the folder of names; programs put other things than texts there, too."""
    return isinstance(entry, str) and entry.replace("\\", "/").endswith(NAMES_FOLDER)


def _without_names() -> list[str]:
    return [entry for entry in sys.path if not is_names_folder(entry)]


def register() -> None:
    """Put the finder before all others, which it asks itself; a second call does nothing."""
    if not any(isinstance(finder, LinealFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, LinealFinder())
