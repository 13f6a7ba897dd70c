"""Many runs: an import that is killed goes on where it was, and its memory does not grow with the number of runs."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.kfp.importing.kfp_database import START, KfpDatabase

TASKS = 10
FLAT_MIB = 24
"""By how much four times the runs may raise the memory; a database's own cache grows for a while."""


def filled(folder: Path, runs: int) -> str:
    """Return the path of a source with runs of a root and nine steps, each of which writes an artifact."""
    database = KfpDatabase(f"sqlite:///{folder}/source-{runs}.db")
    with closing(database), database.writing() as write:
        for number in range(runs):
            run_id, at = f"run-{number:05}", START + number
            spec = "pipelineInfo:\n  name: many\n"
            write("run_details", [{"UUID": run_id, "CreatedAtInSec": at, "PipelineSpecManifest": spec}])
            ids = [f"{run_id}-{each}" for each in range(TASKS)]
            task = {"RunUUID": run_id, "State": 2, "pods": [], "TypeAttrs": {}, "CreatedAtInSec": at}
            write("tasks", [{**task, "UUID": each, "Name": each, "Type": 2} for each in ids])
            artifact = {"Type": 3, "CreatedAtInSec": at, "Metadata": {"note": "x" * 300}}
            write("artifacts", [{**artifact, "UUID": each, "URI": f"s3://{each}"} for each in ids])
            link = {"RunUUID": run_id, "Type": 9, "Iteration": -1, "ArtifactKey": "out"}
            write("artifact_tasks", [{**link, "UUID": each, "ArtifactID": each, "TaskID": each} for each in ids])
    return f"{folder}/source-{runs}.db"


def command(source: str, store: Path) -> list[str]:
    return [sys.executable, "-m", "lineal", "import", "kfp", source, "--db", f"sqlite:///{store}"]


def counts(store: Path) -> list[int]:
    """Return how many executions, artifacts and events a store has."""
    with closing(sqlite3.connect(store)) as held:
        return [
            held.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("Execution", "Artifact", "Event")
        ]


@pytest.mark.slow
def test_an_import_that_was_killed_goes_on_and_brings_nothing_twice(tmp_path: Path) -> None:
    source, store = filled(tmp_path, 300), tmp_path / "store.db"
    with subprocess.Popen(command(source, store), stdout=subprocess.DEVNULL) as importing:
        while not (store.exists() and _executions(store)):
            assert importing.poll() is None, "the import was over before it was killed"
            time.sleep(0.01)
        importing.kill()
    before = _executions(store)
    assert 0 < before < 300 * TASKS
    assert before % TASKS == 0, "a part of a run was stored"
    subprocess.run(command(source, store), check=True, stdout=subprocess.DEVNULL)
    assert counts(store) == [300 * TASKS] * 3
    said = subprocess.run(command(source, store), check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "nothing new" in said


def _executions(store: Path) -> int:
    try:
        return counts(store)[0]
    except sqlite3.OperationalError:  # the store is being made
        return 0


PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_four_times_the_runs_take_no_more_memory(tmp_path: Path) -> None:
    peaks = []
    for runs in (200, 800):
        words = command(filled(tmp_path, runs), tmp_path / f"store-{runs}.db")
        said = subprocess.run(
            [sys.executable, "-c", PEAK, *words], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        peaks.append(int(said))
    print(f"{peaks[0]} MiB for 200 runs, {peaks[1]} MiB for 800")
    assert peaks[1] <= peaks[0] + FLAT_MIB
