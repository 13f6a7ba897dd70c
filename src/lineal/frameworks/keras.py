"""Record a training of Keras 3, on any of its backends.

What stays out: everything that is not of Keras' own (training.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import keras

from lineal.frameworks.callbacks import RecordingCallback
from lineal.sdk import Execution


class Callback(RecordingCallback, keras.callbacks.Callback):  # type: ignore[misc] # the package has no types
    """Records a training: `model.fit(..., callbacks=[metadata.keras.Callback("digits")])`.

    Metrics have the names of Keras ("loss", "val_loss"), their steps are epochs. After each training the model is in
    `recorded`.
    """

    def __init__(
        self,
        name: str,
        *,
        data: Any = None,
        parameters: Mapping[str, Any] | None = None,
        save: bool = True,
        every: int = 1,
        execution: Execution | None = None,
    ) -> None:
        """Describe the training.

        Args:
            name: the name of the model.
            data: what it is trained with: arrays as (X, y), a DataFrame, a file, or some of these by name.
            parameters: those to record beside what Keras says of the optimizer and the training.
            save: whether the model is saved when the training is complete.
            every: how many epochs apart points are kept.
            execution: the execution; by default the current step, or one for each training.

        Raises:
            TypeError: the digest of the data cannot be computed.

        """
        super().__init__()
        self._describe(name, data, parameters, save=save, every=every, execution=execution)

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Begin; Keras calls it."""
        self._begin({**parameters_of(self.model), **(self.params or {}), **(self._told or {})})

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Keep the values of an epoch; Keras calls it."""
        if self._training is not None:
            self._training.add(logs or {}, epoch)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Save and end; Keras calls it."""
        self._complete(self.model)


def parameters_of(model: Any) -> dict[str, Any]:
    """Return what a compiled model says of its optimizer, its loss and its size."""
    optimizer = getattr(model, "optimizer", None)
    inner = {} if optimizer is None else optimizer.get_config()
    found = {f"optimizer.{name}": value for name, value in inner.items() if name != "name"}
    if optimizer is not None:
        found["optimizer"] = type(optimizer).__name__
    loss = getattr(model, "loss", None)
    found["loss"] = loss if isinstance(loss, (str, dict, list)) or loss is None else getattr(loss, "name", None)
    found["weights"] = model.count_params() if model.built else None
    return {name: value for name, value in found.items() if value is not None}
