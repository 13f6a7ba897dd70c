"""The roots that the tests of files run on: a folder, and a bucket that obstore keeps in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
from obstore.store import MemoryStore

from lineal.files import ArtifactsRoot, open_root
from lineal.files.bucket import BucketRoot


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the root that is one."""
    return tmp_path / "root"


@pytest.fixture(params=["folder", "bucket"])
def root(request: pytest.FixtureRequest, folder: Path) -> ArtifactsRoot:
    """Each kind of root in turn, empty."""
    return open_root(str(folder)) if request.param == "folder" else BucketRoot(MemoryStore())
