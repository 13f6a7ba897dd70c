"""A training of one framework that gets SIGTERM in its third iteration, as a program.

    python terminated_program.py FRAMEWORK URL WORKSPACE [step]

With `step`, the training runs in a step. What it recorded is read by the test that runs it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

import numpy

from kubeflow.metadata import metadata

FEATURES = numpy.random.default_rng(1).random((60, 3))
KINDS = numpy.arange(60) % 2


def terminate_at_third(iteration: int) -> None:
    """Send the signal, and go on as a program in C code does."""
    if iteration == 2:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(30)


def xgboost() -> None:
    """Train trees of XGBoost."""
    import xgboost

    class Then(xgboost.callback.TrainingCallback):  # type: ignore[misc]
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            terminate_at_third(epoch)
            return False

    data = xgboost.DMatrix(FEATURES, KINDS)
    callbacks = [metadata.xgboost.Callback("churn"), Then()]
    xgboost.train({}, data, 9, evals=[(data, "train")], verbose_eval=False, callbacks=callbacks)


def lightgbm() -> None:
    """Train trees of LightGBM."""
    import lightgbm

    def then(env: Any) -> None:
        terminate_at_third(env.iteration)

    then.order = 26  # type: ignore[attr-defined]
    data = lightgbm.Dataset(FEATURES, KINDS)
    callbacks = [then, metadata.lightgbm.Callback("churn")]
    lightgbm.train({"metric": "rmse", "verbose": -1}, data, 9, [data], ["train"], callbacks=callbacks)


def keras() -> None:
    """Train a network of Keras."""
    import keras

    class Then(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            terminate_at_third(epoch)

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(FEATURES, KINDS, epochs=9, verbose=0, callbacks=[metadata.keras.Callback("churn"), Then()])


if __name__ == "__main__":
    metadata.init(sys.argv[2], sys.argv[3], capture=False)
    train = globals()[sys.argv[1]]
    (metadata.step(train) if "step" in sys.argv else train)()
