"""Builds the web page when a wheel or a source distribution is made. An editable installation takes it as it is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface[Any]):
    """Puts the built page into what is packaged."""

    def dependencies(self) -> list[str]:
        """Return Node.js as a package where the page must be built and the machine has none."""
        page = self._page()
        return [] if page is None or page.is_built() or page.has_node() else [page.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, if its sources are here and have changed. A source distribution brings it built."""
        page = self._page()
        if version != "editable" and page is not None and not page.is_built():
            page.run("build")

    def _page(self) -> ModuleType | None:
        script = Path(self.root) / "scripts" / "build_page.py"
        if not script.exists() or not (Path(self.root) / "ui" / "src").exists():
            return None
        spec = importlib.util.spec_from_file_location("build_page", script)
        if spec is None or spec.loader is None:
            return None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
