"""Record a training of PyTorch Lightning, of the package `lightning` or `pytorch_lightning`.

What stays out: everything that is not of Lightning's own (training.py).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lineal.frameworks.callbacks import RecordingCallback
from lineal.sdk import Execution

if "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules:
    from pytorch_lightning import callbacks as lightning_callbacks
else:
    from lightning.pytorch import callbacks as lightning_callbacks


class Callback(RecordingCallback, lightning_callbacks.Callback):  # type: ignore[misc] # the packages are not installed where this is checked
    """Records a training: `Trainer(callbacks=[metadata.lightning.Callback("digits")])`.

    Metrics have the names under which the module logs them, their steps are epochs. Only the process of rank 0 records.
    After each training the model is in `recorded`.
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
            data: what it is trained with: tensors as (X, y), a TensorDataset, a file, or some of these by name.
            parameters: those to record beside the hyperparameters of the module.
            save: whether a checkpoint is saved when the training is complete.
            every: how many epochs apart points are kept.
            execution: the execution; by default the current step, or one for each training.

        Raises:
            TypeError: the digest of the data cannot be computed.

        """
        super().__init__()
        self._describe(name, data, parameters, save=save, every=every, execution=execution)

    def on_fit_start(self, trainer: Any, pl_module: Any) -> None:
        """Begin; Lightning calls it."""
        if trainer.is_global_zero:
            self._begin({"max_epochs": trainer.max_epochs, **dict(pl_module.hparams), **(self._told or {})})

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Record the optimizers, which are there now; Lightning calls it."""
        self._add_parameters(optimizers_of(trainer))

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:
        """Keep the values of an epoch, for which validation has run already; Lightning calls it."""
        if self._training is not None:
            self._training.add(_of_epoch(trainer.callback_metrics), trainer.current_epoch)

    def on_fit_end(self, trainer: Any, pl_module: Any) -> None:
        """Save and end; Lightning calls it."""

        def checkpoint(_: Any, folder: Path) -> None:
            trainer.save_checkpoint(folder / "model.ckpt")

        self._complete(pl_module, checkpoint)

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """End as an exception says; Lightning calls it."""
        if self._training is not None:
            self._training.fail(exception)
            self._training = None


def _of_epoch(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values without those of a single batch, and those of an epoch once: Lightning has `x` and `x_epoch`."""
    found = {name: value for name, value in values.items() if not _is_twice(name, values)}
    return {name: value for name, value in found.items() if not (name.endswith("_step"))}


def _is_twice(name: str, values: Mapping[str, Any]) -> bool:
    return name.endswith("_epoch") and name.removesuffix("_epoch") in values


def optimizers_of(trainer: Any) -> dict[str, Any]:
    """Return class and settings of the optimizers; of several, those after the first have a number."""
    found: dict[str, Any] = {}
    for number, optimizer in enumerate(trainer.optimizers, 1):
        name = "optimizer" if number == 1 else f"optimizer{number}"
        found[name] = type(optimizer).__name__
        found |= {f"{name}.{key}": value for key, value in optimizer.defaults.items()}
    return found
