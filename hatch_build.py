"""Builds the web UI when a wheel or a source distribution is made. An editable installation takes it as it is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebUIBuildHook(BuildHookInterface[Any]):
    """Puts the built web UI into what is packaged."""

    def dependencies(self) -> list[str]:
        """Return Node.js as a package where the web UI must be built and the machine has none."""
        builder = self._builder()
        return [] if builder is None or builder.is_built() or builder.has_node() else [builder.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the web UI, if its sources are here and have changed. A source distribution brings it built."""
        builder = self._builder()
        if version != "editable" and builder is not None and not builder.is_built():
            builder.run("build")

    def _builder(self) -> ModuleType | None:
        script = Path(self.root) / "scripts" / "build_web_ui.py"
        if not script.exists() or not (Path(self.root) / "ui" / "src").exists():
            return None
        spec = importlib.util.spec_from_file_location("build_web_ui", script)
        if spec is None or spec.loader is None:
            return None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
