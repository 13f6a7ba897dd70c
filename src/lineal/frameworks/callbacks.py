"""What the callbacks of all frameworks have in common: what the caller said, and the training under way.

What stays out: what a framework tells them (the modules of the frameworks).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lineal.frameworks import recording
from lineal.frameworks.saving import SavedModel
from lineal.frameworks.training import Training, inputs_of
from lineal.sdk import Execution


class RecordingCallback:
    """The part of a callback that no framework sees.

    Attributes:
        recorded: the model of the last training that is complete; None before.

    """

    recorded: SavedModel | None = None
    _training: Training | None = None

    def _describe(
        self,
        name: str,
        data: Any,
        parameters: Mapping[str, Any] | None,
        *,
        save: bool,
        every: int,
        execution: Execution | None,
    ) -> None:
        """Take what the caller says; the digests of data are computed now, since a training may free it."""
        self._options: dict[str, Any] = {"name": name, "save": save, "every": every, "execution": execution}
        Training(**self._options)  # refuses what is wrong before the training
        self._inputs = {each.name: each for each in inputs_of(data)}
        self._told = None if parameters is None else dict(parameters)
        self._parameters: dict[str, Any] = {}

    def _begin(self, parameters: Mapping[str, Any], late: Callable[[], bool] | None = None) -> None:
        """Begin a training with the parameters that the framework tells."""
        self._parameters = recording.plain_parameters(parameters)
        self._training = Training(**self._options)
        self._training.begin(self._inputs, self._parameters, late)

    def _add_parameters(self, parameters: Mapping[str, Any]) -> None:
        """Record parameters that the framework tells later."""
        if self._training is not None:
            found = recording.plain_parameters(parameters)
            self._parameters |= found
            self._training.parameters(found)

    def _complete(
        self, model: Any, save: Any = None, parameters: Mapping[str, Any] | None = None, **fields: Any
    ) -> None:
        """End the training, and record the model, None for none, and parameters that are known only now."""
        if self._training is not None:
            found = recording.plain_parameters(parameters or {})
            self._parameters |= found
            fields = {"hyperparameters": dict(self._parameters), **fields}
            self._training.complete(model, save=save, parameters=found, **fields)
            self.recorded, self._training = self._training.model, None

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy, which is in no training: a search copies estimators with their callbacks."""
        return vars(self) | {"_training": None}
