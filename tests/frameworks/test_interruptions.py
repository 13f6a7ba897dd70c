"""SIGTERM or Ctrl-C that ends a training loses no points of the last second, and only what is lost is called so."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kubeflow.metadata import metadata
from lineal import errors
from lineal.frameworks import recording, training, waiting
from lineal.frameworks.points import Points
from lineal.sdk import Execution, Store, Workspace
from tests.frameworks import reading

PROGRAM = Path(__file__).with_name("terminated_program.py")


@pytest.mark.parametrize(
    ("framework", "curve", "where"),
    [("xgboost", "train.rmse", "step"), ("lightgbm", "train.rmse", "alone"), ("keras", "loss", "step")],
)
@pytest.mark.parametrize("place", ["embedded"], indirect=True)
def test_sigterm_leaves_all_points(
    framework: str, curve: str, where: str, place: str, needs: Callable[..., None]
) -> None:
    needs(framework)
    command = [sys.executable, PROGRAM, framework, place, "trees", where]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGTERM, done.stderr
    with Store(url=place) as store:
        workspace = Workspace(store, "trees")
        run = reading.only(workspace)
        assert (reading.state(run), reading.reason(run).partition(":")[0]) == ("CANCELED", "SIGTERM")
        assert [step for step, _ in reading.curve(workspace, run, curve)] == [0, 1, 2]


BUSY = """
import os, signal, sys, threading, time
from kubeflow.metadata import metadata
from lineal.frameworks import recording, waiting
from lineal.frameworks.training import Training

waiting.BATCH = 3
real = recording.put_points
def put(run, points, **how):
    if threading.current_thread() is threading.main_thread():
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(float(sys.argv[2]))
    return real(run, points, **how)
recording.put_points = put
metadata.init(sys.argv[1], "trees", capture=False)
one = Training("churn", save=False)
one.begin()
for step in range(9):
    one.add({"loss": step}, step)
"""


@pytest.mark.parametrize(("seconds", "least"), [(0.5, 3), (60.0, 0)], ids=["slow", "never"])
def test_points_that_are_being_sent_are_waited_for_within_a_bound(seconds: float, least: int, tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path}/m.db"
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", BUSY, place, str(seconds)], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (-signal.SIGTERM, b"")
    assert time.monotonic() - started < 20
    with Store(url=place) as store:
        workspace = Workspace(store, "trees")
        run = reading.only(workspace)
        assert reading.state(run) == "CANCELED"
        assert reading.counts(workspace, run).get("loss", 0) >= least


@pytest.mark.parametrize("moment", ["while a batch is sent", "while the last ones are sent"])
def test_ctrl_c_in_a_call_of_the_store_loses_no_points(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = metadata.init(f"sqlite:///{tmp_path}/m.db", "trees", capture=False)
    real, is_last = recording.put_points, moment == "while the last ones are sent"

    def pressed(run: Execution, points: Points, *, patient: bool = True) -> None:
        if patient == is_last:
            monkeypatch.setattr(recording, "put_points", real)
            raise KeyboardInterrupt
        real(run, points, patient=patient)

    monkeypatch.setattr(waiting, "BATCH", 4)
    monkeypatch.setattr(recording, "put_points", pressed)
    one = training.Training("churn", save=False)
    one.begin()

    def train() -> None:
        for step in range(4):
            one.add({"loss": step}, step)
        one.complete()

    with pytest.raises(KeyboardInterrupt):
        train()
    training._end_all()  # as the end of the program does
    run = reading.only(workspace)
    assert reading.counts(workspace, run) == {"loss": 4}
    assert reading.state(run) == "FAILED"


def test_parameters_that_were_taken_are_not_called_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise errors.ResourceExhaustedError("the store is full")

    metadata.init(f"sqlite:///{tmp_path}/m.db", "oven", capture=False)
    one = training.Training("churn", save=False)
    one.begin()
    monkeypatch.setattr(recording, "put_points", refused)
    one.add({"loss": 1.0}, 0)
    with pytest.warns(metadata.NotRecordedWarning, match=r"^1 point of 'churn' were not recorded: the store is full$"):
        one.complete(parameters={"rounds": 3})
