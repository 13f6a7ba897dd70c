"""Trainings of Keras are recorded as they go."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from kubeflow.metadata import metadata
from lineal.sdk import Workspace
from tests.frameworks import reading

numpy = pytest.importorskip("numpy")
os.environ.setdefault("KERAS_BACKEND", "jax")
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # Keras on JAX


@pytest.fixture(autouse=True)
def keras(needs: Callable[..., None]) -> Any:
    """The package."""
    needs("keras", "jax")
    import keras

    return keras


@pytest.fixture
def workspace(place: str) -> Workspace:
    """A new workspace, in which trainings are recorded."""
    return metadata.init(place, f"nets {uuid.uuid4().hex[:8]}")


def numbers() -> tuple[Any, Any]:
    features = numpy.random.default_rng(1).random((64, 3)).astype("float32")
    return features, (features[:, 0] > 0.5).astype("int32")


def model_of(keras: Any) -> Any:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_training_is_recorded_with_everything(keras: Any, workspace: Workspace) -> None:
    features, kinds = numbers()
    recorded = metadata.keras.Callback("digits", data={"train": (features, kinds)}, parameters={"batch_size": 16})
    model = model_of(keras)
    fitted = model.fit(features, kinds, 16, 4, verbose=0, validation_split=0.25, callbacks=[recorded])
    run = reading.only(workspace)
    assert reading.state(run) == "COMPLETE"
    assert reading.inputs(workspace, run) == [("train", 64, 3)]
    assert dict.fromkeys(fitted.history, 4) == reading.counts(workspace, run)
    assert reading.curve(workspace, run, "val_loss") == [*enumerate(fitted.history["val_loss"])]
    given = reading.parameters(run)
    assert (given["epochs"], given["batch_size"], given["optimizer"], given["loss"]) == (
        *("4", "16", "Adam", "sparse_categorical_crossentropy"),
    )
    assert float(given["optimizer.learning_rate"]) == pytest.approx(0.01)
    saved = recorded.recorded
    assert (saved.format, saved.training_framework["name"]) == ("keras", "keras")
    loaded = keras.saving.load_model(metadata.model_files(saved) / "model.keras")
    assert numpy.allclose(loaded.predict(features, verbose=0), model.predict(features, verbose=0))


def test_early_stopping_and_a_second_fit(keras: Any, workspace: Workspace) -> None:
    features, kinds = numbers()
    recorded = metadata.keras.Callback("digits", every=5)
    model = model_of(keras)
    early = keras.callbacks.EarlyStopping("loss", min_delta=10, patience=2)
    for _ in range(2):
        model.fit(features, kinds, epochs=20, verbose=0, callbacks=[early, recorded])
    runs = reading.executions(workspace)
    assert [reading.state(each) for each in runs] == ["COMPLETE", "COMPLETE"]
    assert [step for step, _ in reading.curve(workspace, runs[0], "loss")] == [0, 2]
    assert [each["version"] for each in reading.models(workspace)] == ["1", "2"]


def test_a_model_that_cannot_be_saved_does_not_end_the_training(keras: Any, workspace: Workspace) -> None:
    model, recorded = model_of(keras), metadata.keras.Callback("digits")

    def broken(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    model.save = broken
    with pytest.warns(metadata.NotRecordedWarning, match="the Sequential was not saved: the disk is full"):
        model.fit(*numbers(), epochs=1, verbose=0, callbacks=[recorded])
    assert reading.state(reading.only(workspace)) == "COMPLETE"
    [stored] = reading.models(workspace)
    assert (stored["digest"], "loss" in stored["values"]) == ("", True)


def test_an_interrupted_training_is_canceled(keras: Any, workspace: Workspace) -> None:
    class Interrupt(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch == 2:
                raise KeyboardInterrupt

    @metadata.step
    def train() -> None:
        callbacks = [metadata.keras.Callback("digits"), Interrupt()]
        model_of(keras).fit(*numbers(), epochs=5, verbose=0, callbacks=callbacks)

    with pytest.raises(KeyboardInterrupt):
        train()
    run = reading.only(workspace)
    assert (reading.state(run), reading.reason(run)) == ("CANCELED", "KeyboardInterrupt: ")
    assert reading.counts(workspace, run)["loss"] == 3
