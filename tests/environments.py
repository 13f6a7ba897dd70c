"""Virtual environments of their own for tests that change what is installed, made in a moment and without a network."""

from __future__ import annotations

import os
import subprocess
import sysconfig
import venv
from pathlib import Path


class Environment:
    """A virtual environment in which what Lineal needs can be imported, as it is installed for the tests.

    Attributes:
        python: its interpreter.
        site: where its packages go.
        folder: where it is.

    """

    def __init__(self, folder: Path, *, sources: Path | None = None) -> None:
        """Make the environment; with `sources`, Lineal is imported from there."""
        venv.create(folder, with_pip=False)
        self.python = folder / "bin" / "python"
        self.site = next(folder.glob("lib/python*/site-packages"))
        self.folder = folder
        beside = [sources, sysconfig.get_path("purelib")]
        (self.site / "_beside.pth").write_text("".join(f"{path}\n" for path in beside if path))

    def run(self, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run its interpreter."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.run(
            [self.python, *words], env={**kept, **variables}, capture_output=True, text=True, check=False
        )

    def lineal(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run the command of Lineal."""
        return self.run("-m", "lineal", "ml-metadata", *words)

    def files(self) -> set[str]:
        """What is in it, without what interpreters compile."""
        names = (str(path.relative_to(self.site)) for path in self.site.rglob("*"))
        return {name for name in names if "__pycache__" not in name}

    def install_official(self, version: str = "1.17.1") -> None:
        """Install a package that looks like the official one."""
        (self.site / "ml_metadata").mkdir()
        (self.site / "ml_metadata" / "__init__.py").write_text("IS_OFFICIAL = True\n")
        info = self.site / f"ml_metadata-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: ml-metadata\nVersion: {version}\n")
