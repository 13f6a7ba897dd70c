"""Three lines of Lineal record a training with its data, parameters, curves, model, code and environment."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lineal.sdk import Store, Workspace
from tests.frameworks import reading

PROGRAMS = {
    "sklearn": """
from sklearn.datasets import load_iris
from sklearn.ensemble import GradientBoostingClassifier
from kubeflow.metadata import metadata

metadata.init()
X, y = load_iris(return_X_y=True, as_frame=True)
fitted = GradientBoostingClassifier(n_estimators=4).fit(X, y)
metadata.sklearn.log(fitted, X, y, name="flowers")
""",
    "xgboost": """
import xgboost
from sklearn.datasets import load_iris
from kubeflow.metadata import metadata

metadata.init()
data = xgboost.DMatrix(*load_iris(return_X_y=True))
fixed = {"objective": "multi:softprob", "num_class": 3}
callbacks = [metadata.xgboost.Callback("flowers", data=data)]
xgboost.train(fixed, data, 4, evals=[(data, "train")], verbose_eval=False, callbacks=callbacks)
""",
    "lightgbm": """
import lightgbm
from sklearn.datasets import load_iris
from kubeflow.metadata import metadata

metadata.init()
data = lightgbm.Dataset(*load_iris(return_X_y=True))
fixed = {"objective": "multiclass", "num_class": 3, "verbose": -1}
callbacks = [metadata.lightgbm.Callback("flowers", data=data)]
lightgbm.train(fixed, data, 4, valid_sets=[data], callbacks=callbacks)
""",
    "keras": """
import keras
from sklearn.datasets import load_iris
from kubeflow.metadata import metadata

metadata.init()
X, y = load_iris(return_X_y=True)
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
callbacks = [metadata.keras.Callback("flowers", data=(X, y))]
model.fit(X, y, epochs=4, verbose=0, callbacks=callbacks)
""",
}
CURVES = {"sklearn": "train.loss", "xgboost": "train.mlogloss", "lightgbm": "training.multi_logloss", "keras": "loss"}


@pytest.mark.parametrize("framework", PROGRAMS)
@pytest.mark.parametrize("place", ["embedded"], indirect=True)
def test_a_training_is_recorded_by_three_lines(
    framework: str, place: str, tmp_path: Path, needs: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(framework, "sklearn")
    program = PROGRAMS[framework]
    assert sum("metadata" in line for line in program.splitlines()) == 3
    commit = committed(tmp_path, program)
    monkeypatch.setenv("LINEAL_URL", place)
    monkeypatch.setenv("LINEAL_WORKSPACE", "flowers")
    done = subprocess.run([sys.executable, "train.py"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with Store(url=place) as store:
        workspace = Workspace(store, "flowers")
        run = reading.only(workspace)
        assert reading.state(run) == "COMPLETE"
        assert reading.inputs(workspace, run) == [("training data", 150, 4)]
        assert reading.parameters(run)
        assert reading.counts(workspace, run)[CURVES[framework]] == 4
        [model] = reading.models(workspace)
        assert (model["name"], model["digest"][:7], CURVES[framework] in model["values"]) == (
            "flowers",
            "sha256:",
            True,
        )
        custom = run.custom_properties
        assert (custom["git.commit"].string_value, custom["env.command"].string_value) == (commit, "python train.py")
        packages = json.loads(custom["__environment__"].string_value)["packages"]
        assert {"scikit-learn", "numpy"} <= packages.keys()


def committed(folder: Path, program: str) -> str:
    """Make a repository of a program; return its commit."""
    (folder / "train.py").write_text(program)
    who = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "train.py"], [*who, "commit", "-qm", "train"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
