"""Steps in other processes: what they know of their parent, and who ends what."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lineal.sdk import Store, Workspace, current, in_step, init, step
from tests.sdk.steps.conftest import Recorded


@step
def work() -> None:
    """Do nothing."""


@pytest.fixture
def mill(tmp_path: Path) -> Workspace:
    return init(f"sqlite:///{tmp_path}/metadata.db", "mill", capture=False)


def _started(method: str, target: Callable[[], object]) -> None:
    process = multiprocessing.get_context(method).Process(target=target)
    process.start()
    process.join(30)
    assert process.exitcode == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_is_a_part_of_the_step_and_ends_only_its_own(mill: Workspace) -> None:
    @step
    def outer() -> str:
        _started("fork", work)
        return Recorded(mill).states()["outer"]

    assert outer() == "RUNNING"
    recorded = Recorded(mill)
    assert recorded.states() == {"outer": "COMPLETE", "work": "COMPLETE"}
    assert recorded.parents() == {"outer": None, "work": "outer"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_that_leaves_the_step_of_its_parent_writes_nothing(mill: Workspace) -> None:
    @step
    def outer() -> int:
        return os.fork()

    child = outer()
    if not child:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert len(Recorded(mill).all()) == 1


@pytest.mark.slow
def test_a_spawned_process_gets_its_parent_and_its_workspace_by_in_step(mill: Workspace) -> None:
    @step
    def outer() -> None:
        _started("spawn", in_step(current(), work))

    outer()
    assert Recorded(mill).parents() == {"outer": None, "work": "outer"}


@pytest.mark.slow
def test_another_program_gets_its_parent_and_its_workspace_from_the_environment(tmp_path: Path) -> None:
    program = "from lineal.sdk import step\nstep(name='inner')(lambda: None)()"
    url = f"sqlite:///{tmp_path}/metadata.db"
    workspace = init(Store(url=url), "mill", capture=False)

    @step
    def outer() -> None:
        execution = current()
        assert execution is not None
        told = {"LINEAL_URL": url, "LINEAL_WORKSPACE": "mill", "LINEAL_PARENT_EXECUTION": str(execution.id)}
        subprocess.run([sys.executable, "-c", program], env=os.environ | told, check=True)

    outer()
    assert Recorded(workspace).parents() == {"outer": None, "inner": "outer"}
