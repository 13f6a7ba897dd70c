"""Trainings of PyTorch Lightning and Transformers are recorded, where an environment with them is named.

PyTorch is large, so `make` installs it nowhere: LINEAL_TORCH_PYTHON names a Python that has torch, lightning,
transformers, accelerate, grpcio, protobuf and sqlalchemy.
"""

from __future__ import annotations

import os
import signal
import subprocess
import uuid
from pathlib import Path

import pytest

from lineal.sdk import Store, Workspace
from tests.frameworks import reading

VARIABLE = "LINEAL_TORCH_PYTHON"
PROGRAM = Path(__file__).with_name("torch_program.py")
REASON = f"{VARIABLE} names no Python with PyTorch Lightning and Transformers, which `make` does not install"
pytestmark = [pytest.mark.skipif(not os.environ.get(VARIABLE), reason=REASON), pytest.mark.timeout(300)]


def run(what: str, place: str) -> tuple[int, str, str]:
    """Run a function of the program in a new workspace; return its status, the workspace, and what it printed."""
    name = f"torch {uuid.uuid4().hex[:8]}"
    quiet = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    command = [os.environ[VARIABLE], PROGRAM, what, place, name]
    done = subprocess.run(command, env=os.environ | quiet, capture_output=True, text=True, check=False)
    return done.returncode, name, done.stderr


def test_a_training_of_lightning_is_recorded_with_everything(place: str) -> None:
    status, name, printed = run("lightning_training", place)
    assert status == 0, printed
    with Store(url=place) as store:
        workspace = Workspace(store, name)
        execution = reading.only(workspace)
        assert reading.state(execution) == "COMPLETE"
        assert reading.inputs(workspace, execution) == [("training data", 64, 3)]
        assert reading.counts(workspace, execution) == {"train_loss": 3, "val_loss": 3}
        given = reading.parameters(execution)
        assert (given["rate"], given["max_epochs"], given["optimizer"], given["optimizer.lr"]) == (
            "0.1",
            "3",
            "SGD",
            "0.1",
        )
        [model] = reading.models(workspace)
        assert (model["name"], model["format"], model["training_framework"]["name"]) == (
            "line",
            "checkpoint",
            "lightning",
        )
        assert set(model["values"]) == {"train_loss", "val_loss"}


@pytest.mark.parametrize(
    ("what", "state", "reason"),
    [("lightning_failure", "FAILED", "the oven is cold"), ("lightning_interrupt", "CANCELED", "KeyboardInterrupt")],
)
@pytest.mark.parametrize("place", ["embedded"], indirect=True)
def test_what_ends_a_training_of_lightning_ends_its_execution(place: str, what: str, state: str, reason: str) -> None:
    _, name, printed = run(what, place)
    with Store(url=place) as store:
        workspace = Workspace(store, name)
        execution = reading.only(workspace)
        assert (reading.state(execution), reason in reading.reason(execution)) == (state, True), printed
        assert reading.counts(workspace, execution)["val_loss"] == 1
        assert reading.models(workspace) == []


@pytest.mark.parametrize(
    ("what", "curve"), [("lightning_terminated", "train_loss"), ("transformers_terminated", "loss")]
)
@pytest.mark.parametrize("place", ["embedded"], indirect=True)
def test_sigterm_leaves_all_points(what: str, curve: str, place: str) -> None:
    status, name, printed = run(what, place)
    assert status == -signal.SIGTERM, printed
    with Store(url=place) as store:
        workspace = Workspace(store, name)
        execution = reading.only(workspace)
        assert (reading.state(execution), "SIGTERM" in reading.reason(execution)) == ("CANCELED", True)
        assert reading.counts(workspace, execution)[curve] == 2


def test_a_training_of_transformers_is_recorded_with_everything(place: str) -> None:
    status, name, printed = run("transformers_training", place)
    assert status == 0, printed
    with Store(url=place) as store:
        workspace = Workspace(store, name)
        execution = reading.only(workspace)
        assert reading.state(execution) == "COMPLETE"
        assert reading.inputs(workspace, execution) == [("texts", 16, 2)]
        counts = reading.counts(workspace, execution)
        assert (counts["loss"], counts["eval_loss"], counts["train_runtime"]) == (4, 2, 1)
        given = reading.parameters(execution)
        assert (given["num_train_epochs"], given["eval_strategy"], given["hub_token"]) == ("2", "epoch", "***")
        [model] = reading.models(workspace)
        assert (model["name"], model["format"], model["model_type"]) == (
            *("reviews", "pretrained", "BertForSequenceClassification"),
        )
