"""The packages that a program has imported, with their versions."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

from lineal.sdk.capture import packages
from lineal.sdk.capture.packages import Packages


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed packages, the only one that is searched."""
    for name, top_level in {"odd_Name-1.2": "", "wheel_of-3.0.post1": "other\nthird\n", "never-9": ""}.items():
        (tmp_path / f"{name}.dist-info").mkdir()
        (tmp_path / f"{name}.dist-info" / "top_level.txt").write_text(top_level)
    for module in ("odd_name", "third", "mine"):
        (tmp_path / f"{module}.py").write_text("__version__ = '7'\n" if module == "mine" else "")
    (tmp_path / "lazy.py").write_text("def __getattr__(name):\n    raise RuntimeError(name)\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "none.zip")])
    monkeypatch.setattr(packages, "_top_levels", {})
    yield tmp_path
    for name in ("odd_name", "third", "mine", "lazy", "cloudy", "cloudy.store"):
        sys.modules.pop(name, None)


def imported(found: Packages) -> dict[str, str]:
    versions: dict[str, str] = found.imported().environment["packages"]
    return versions


def test_what_is_imported_has_the_name_and_the_version_of_its_package(site: Path) -> None:
    found = Packages()
    assert "odd-Name" not in found.find().environment["packages"]
    for name in ("odd_name", "third", "mine", "lazy"):
        importlib.import_module(name)
    versions = imported(found)
    assert (versions["odd-Name"], versions["wheel-of"], versions["mine"]) == ("1.2", "3.0.post1", "7")
    assert not {"never", "lazy", "sys", "json"} & set(versions)


def test_real_packages_have_the_versions_of_importlib() -> None:
    found = Packages()
    versions: dict[str, str] = found.find().environment["packages"]
    assert versions["pytest"] == metadata.version("pytest")
    assert versions["lineal"] == metadata.version("lineal")


def test_packages_that_share_a_folder_are_each_named(site: Path) -> None:
    for name in ("cloudy-store-1.5", "cloudy_queue-2"):
        (site / f"{name}.dist-info").mkdir()
        (site / f"{name}.dist-info" / "top_level.txt").write_text("cloudy\n")
    for name in ("store", "queue"):
        (site / "cloudy" / name).mkdir(parents=True)
        (site / "cloudy" / name / "__init__.py").touch()
    importlib.import_module("cloudy.store")
    versions = Packages().find().environment["packages"]
    assert (versions.get("cloudy-store"), versions.get("cloudy-queue")) == ("1.5", None)


def test_many_packages_are_cut_and_this_is_said(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MOST", 1)
    for name in ("odd_name", "third"):
        importlib.import_module(name)
    found = Packages().find()
    assert len(found.environment["packages"]) == 1
    assert found.missing.endswith("packages are left out")
