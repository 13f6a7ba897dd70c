"""Trainings without a step end as the program does, and a store that fails does not end them."""

from __future__ import annotations

import math
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kubeflow.metadata import metadata
from lineal import errors
from lineal.frameworks import recording, training, waiting
from lineal.sdk import Store, Workspace
from tests.frameworks import reading
from tests.ports import free_port
from tests.serving import running_server

numpy = pytest.importorskip("numpy")
NotRecorded = metadata.NotRecordedWarning

PROGRAM = """
import os, signal, sys, time
from kubeflow.metadata import metadata
from lineal.frameworks.training import Training

metadata.init(sys.argv[1], sys.argv[2])
one = Training("churn", save=False)
one.begin()
try:
    for step in range(5):
        one.add({{"loss": step}}, step)
        if step == 2:
            {then}
    one.complete(one)
except ZeroDivisionError:
    print("went on")
"""


@pytest.fixture(autouse=True)
def xgboost(needs: Callable[..., None]) -> Any:
    """The package."""
    needs("xgboost")
    import xgboost

    return xgboost


ENDINGS = {
    "exception": ("raise RuntimeError('the oven is cold')", "FAILED", "RuntimeError: the oven is cold"),
    "interrupt": ("raise KeyboardInterrupt", "CANCELED", "KeyboardInterrupt: "),
    "sigterm": ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(9)", "CANCELED", "SIGTERM: the signal SIGTERM ended"),
    "caught": ("1 / 0", "FAILED", "UnfinishedTrainingError: the training did not come to its end"),
    "complete": ("pass", "COMPLETE", ": "),
}


@pytest.mark.parametrize(
    ("place", "how"),
    [*(("embedded", how) for how in ENDINGS), ("served", "exception"), ("served", "sigterm")],
    indirect=["place"],
)
def test_a_training_without_a_step_ends_as_the_program(place: str, how: str) -> None:
    then, state, reason = ENDINGS[how]
    name = f"ends {uuid.uuid4().hex[:8]}"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(then=then), place, name], capture_output=True, text=True
    )
    assert (done.returncode == 0) == (state == "COMPLETE" or "went on" in done.stdout), done.stderr
    with Store(url=place) as store:
        workspace = Workspace(store, name)
        run = reading.only(workspace)
        assert reading.state(run) == state
        assert reason in reading.reason(run)
        points = reading.counts(workspace, run).get("loss", 0)
        assert points == {"COMPLETE": 5}.get(state, 3)
        assert len(reading.models(workspace)) == (state == "COMPLETE")


def trained(xgboost: Any, rounds: int, *callbacks: Any) -> Any:
    data = xgboost.DMatrix(numpy.random.default_rng(1).random((50, 3)), numpy.arange(50) % 2)
    return xgboost.train({}, data, rounds, evals=[(data, "train")], verbose_eval=False, callbacks=[*callbacks])


def at(xgboost: Any, iteration: int, act: Callable[[], object]) -> Any:
    class Then(xgboost.callback.TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            if epoch == iteration:
                act()
            return False

    return Then()


def test_a_store_that_is_down_at_the_beginning_costs_a_warning(
    xgboost: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LINEAL_URL", f"grpc://127.0.0.1:{free_port()}")
    monkeypatch.setenv("LINEAL_WORKSPACE", "oven")
    recorded = metadata.xgboost.Callback("churn")
    with pytest.warns(NotRecorded, match=r"'train churn' is not recorded: no answer from 127.0.0.1"):
        booster = trained(xgboost, 3, recorded)
    assert recorded.recorded.id is None
    [file] = (tmp_path / "lineal-models" / "churn").rglob("model.json")
    assert xgboost.Booster(model_file=file).num_boosted_rounds() == booster.num_boosted_rounds()


def test_a_store_that_goes_down_does_not_end_a_training(
    xgboost: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(waiting, "BATCH", 1)
    with running_server(f"sqlite:///{tmp_path}/m.db") as server:
        metadata.init(Store(url=f"grpc://{server.address}", ui_url=server.http), "oven")
        recorded = metadata.xgboost.Callback("churn")
        with pytest.warns(NotRecorded) as told:
            booster = trained(xgboost, 6, recorded, at(xgboost, 2, server.stop))
    assert booster.num_boosted_rounds() == 6
    waits, lost = [str(each.message) for each in told]  # one when it begins, and one for all that is missing
    assert waits.startswith("the points of 'churn' wait for the store: no answer from ")
    assert lost.startswith(
        "the parameters rounds and 3 points of 'churn' were not recorded; the model 'churn' was not "
    )
    assert "recorded; its files are at file://" in lost
    assert "; the end of the execution 1 was not recorded: no answer from " in lost
    assert "\nthe model 'churn' is kept on this machine, in " in lost
    assert {each.filename.rpartition("/")[2] for each in told} == {"callback.py"}  # of XGBoost, which called
    with Store(url=f"sqlite:///{tmp_path}/m.db") as store:
        workspace = Workspace(store, "oven")
        assert reading.counts(workspace, reading.only(workspace))["train.rmse"] == 3


def test_points_that_waited_for_a_server_arrive(xgboost: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(waiting, "BATCH", 1)
    monkeypatch.setattr(waiting, "FIRST_PAUSE", 0.0)
    port, url = free_port(), f"sqlite:///{tmp_path}/m.db"
    flags = ("--grpc-port", str(port))
    with running_server(url, *flags) as server, ExitStack() as later:
        workspace = metadata.init(f"grpc://127.0.0.1:{port}", "oven")
        steps = [
            at(xgboost, 2, server.stop),
            at(xgboost, 4, lambda: later.enter_context(running_server(url, *flags))),
        ]
        with pytest.warns(NotRecorded, match="wait for the store"):
            trained(xgboost, 6, metadata.xgboost.Callback("churn", save=False), *steps)
        run = reading.only(workspace)
        assert [step for step, _ in reading.curve(workspace, run, "train.rmse")] == [*range(6)]
        assert reading.state(run) == "COMPLETE"


def test_without_a_workspace_it_says_what_to_write(xgboost: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAL_URL", raising=False)
    with pytest.raises(errors.FailedPreconditionError, match=r"write metadata.init\('sqlite:///metadata.db'"):
        trained(xgboost, 1, metadata.xgboost.Callback("churn"))
    with pytest.raises(ValueError, match="'every' must be 1 or more steps, got 0"):
        metadata.xgboost.Callback("churn", every=0)


def test_few_calls_carry_many_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []
    real = recording.put_points
    monkeypatch.setattr(
        recording, "put_points", lambda run, points, **how: sent.append(len(points)) or real(run, points)
    )
    metadata.init(f"sqlite:///{tmp_path}/m.db", "oven")
    one = training.Training("many", save=False)
    one.begin()
    started = time.monotonic()
    for step in range(1000):
        one.add({"loss": 1 / (step + 1), "name": "no number"}, step)
    one.complete()
    assert sum(sent) == 1000
    assert len([count for count in sent if count]) <= 6 + time.monotonic() - started


def test_a_forked_process_leaves_the_training_alone(place: str) -> None:
    program = """
import os, sys
from kubeflow.metadata import metadata
from lineal.frameworks.training import Training
metadata.init(sys.argv[1], sys.argv[2])
one = Training("forked", save=False)
one.begin()
child = os.fork()
if child == 0:
    sys.exit(0)
os.waitpid(child, 0)
one.add({"loss": 1.0}, 0)
one.complete()
"""
    name = f"forked {uuid.uuid4().hex[:8]}"
    done = subprocess.run([sys.executable, "-c", program, place, name], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with Store(url=place) as store:
        run = reading.only(Workspace(store, name))
        assert (reading.state(run), reading.reason(run)) == ("COMPLETE", ": ")


def test_trainings_of_several_threads_are_apart(place: str) -> None:
    workspace = metadata.init(place, f"threads {uuid.uuid4().hex[:8]}")

    def train(number: int) -> None:
        one = training.Training(f"model {number}", save=False)
        one.begin(parameters={"number": number})
        for step in range(5):
            one.add({"loss": number + step}, step)
            time.sleep(0.01)
        one.complete()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(train, range(4)))
    runs = reading.executions(workspace)
    assert {reading.state(each) for each in runs} == {"COMPLETE"}
    for each in runs:
        number = int(reading.parameters(each)["number"])
        assert reading.curve(workspace, each, "loss") == [(step, number + step) for step in range(5)]


def test_numbers_that_are_none_are_kept(place: str) -> None:
    workspace = metadata.init(place, f"nan {uuid.uuid4().hex[:8]}")
    one = training.Training("diverged", save=False)
    one.begin()
    one.add({"loss": float("nan"), "top": float("inf")}, 0)
    one.complete(object())
    assert [math.isnan(value) for _, value in reading.curve(workspace, reading.only(workspace), "loss")] == [True]
    [model] = reading.models(workspace)
    assert (math.isnan(model["values"]["loss"]), model["values"]["top"]) == (True, float("inf"))
