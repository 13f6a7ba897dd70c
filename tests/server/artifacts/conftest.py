"""A server process with files."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.artifacts.files import Files
from tests.serving import running_server


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    """A server whose files lie beside its SQLite file."""
    folder = tmp_path_factory.mktemp("served")
    with running_server(f"sqlite:///{folder}/metadata.db", "--max-artifact-mib", "256") as server:
        yield Files(server, folder / "metadata.db.artifacts")
