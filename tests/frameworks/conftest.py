"""What the tests of frameworks need: the frameworks themselves, and stores, embedded and behind a server with tokens.

They run in an environment that has the frameworks: `make test-frameworks`.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lineal.frameworks import training
from lineal.sdk import Store, Workspace
from lineal.sdk.steps import beginning
from tests import services
from tests.serving import PYTHON, ServerProcess, running_server


@pytest.fixture
def needs() -> Callable[..., None]:
    """Skip the test, or fail it where services are required, unless some packages can be imported."""

    def check(*names: str) -> None:
        for name in names:
            if importlib.util.find_spec(name) is None:
                services.missing(f"the package {name} in this environment", install="run `make test-frameworks`")

    return check


@pytest.fixture
def sklearn(needs: Callable[..., None]) -> None:
    """Scikit-learn, with pandas."""
    needs("sklearn", "pandas")


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that asks for a token; `LINEAL_TOKEN` is one of a writer."""
    database = f"sqlite:///{tmp_path_factory.mktemp('served')}/metadata.db"
    with pytest.MonkeyPatch.context() as patch, running_server(database, "--auth", "token") as server:
        patch.setenv("LINEAL_TOKEN", writer_token(database))
        yield server


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Forget what `metadata.init` was told and the trainings that are open, and close what was opened."""
    yield
    training._open_trainings.clear()
    opened = beginning._opened
    beginning.forget()
    if opened is not None:
        opened[1].close()


@pytest.fixture(params=["embedded", "served"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a store, embedded and behind a server with tokens, whose HTTP address the environment says."""
    monkeypatch.chdir(tmp_path)
    if request.param == "embedded":
        return f"sqlite:///{tmp_path}/metadata.db"
    server: ServerProcess = request.getfixturevalue("served")
    monkeypatch.setenv("LINEAL_UI_URL", server.http)
    return f"grpc://{server.address}"


@pytest.fixture
def workspace(place: str) -> Iterator[Workspace]:
    """A new workspace of each store."""
    with Store(url=place) as store:
        yield Workspace(store, f"flowers {uuid.uuid4().hex[:8]}")


def writer_token(database: str, *limits: str) -> str:
    """Return a new token of a program that writes."""
    words = ["token", "create", "--name", "tests", "--role", "writer", *limits, "--db", database]
    done = subprocess.run([PYTHON, "-m", "lineal", *words, "--json"], capture_output=True, check=True)
    return str(json.loads(done.stdout)["token"])
