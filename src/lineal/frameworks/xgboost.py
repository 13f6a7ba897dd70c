"""Record a training of XGBoost, by `xgboost.train` or by its estimators.

What stays out: everything that is not of XGBoost's own (training.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from xgboost import Booster, collective
from xgboost.callback import TrainingCallback

from lineal.frameworks.callbacks import RecordingCallback
from lineal.sdk import Execution

_Log: TypeAlias = Mapping[str, Mapping[str, Any]]
_NONE = ("", "()")
"""Constraints that nobody gave."""
_SHORT = ".7g"
"""A configuration has numbers of 32 bits with all their digits."""


class Callback(RecordingCallback, TrainingCallback):  # type: ignore[misc] # the package has no types here
    """Records a training: `xgboost.train(..., callbacks=[metadata.xgboost.Callback("churn")])`.

    Metrics are named after the set and the metric ("valid.auc"), their steps are iterations. After each training the
    model is in `recorded`.
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
            data: what it is trained with: a DMatrix, (X, y), a DataFrame, a file, or some of these by name.
            parameters: those to record; by default what the booster says of itself. `rounds` is added at the end.
            save: whether the model is saved when the training is complete.
            every: how many iterations apart points are kept.
            execution: the execution; by default the current step, or one for each training.

        Raises:
            TypeError: the digest of the data cannot be computed.

        """
        super().__init__()
        self._describe(name, data, parameters, save=save, every=every, execution=execution)
        self._log: _Log = {}
        self._seen = 0

    def before_training(self, model: Any) -> Any:
        """Begin; XGBoost calls it."""
        self._log, self._seen = {}, 0
        if collective.get_rank() == 0:
            self._begin(parameters_of(model) if self._told is None else self._told)
        return model

    def after_iteration(self, model: Any, epoch: int, evals_log: _Log) -> bool:
        """Keep the values of an iteration; XGBoost calls it."""
        self._log = evals_log
        self._keep()
        return False

    def after_training(self, model: Any) -> Any:
        """Save and end; XGBoost calls it."""
        self._keep()  # a callback before this one may have stopped the training
        booster = model if isinstance(model, Booster) else None  # `cv` has several
        is_known = booster is None or "rounds" in self._parameters
        rounds = {} if is_known else {"rounds": model.num_boosted_rounds()}
        self._complete(booster, parameters=rounds, **_best(model))
        self._log = {}
        return model

    def _keep(self) -> None:
        """Add the values of the iterations that were not seen yet."""
        count = max((len(values) for metrics in self._log.values() for values in metrics.values()), default=0)
        for epoch in range(self._seen, count):
            if self._training is not None:
                self._training.add(dict(_values(self._log, epoch)), epoch)
        self._seen = count


def _values(log: _Log, epoch: int) -> Iterator[tuple[str, Any]]:
    for part, metrics in log.items():
        for name, values in metrics.items():
            if epoch < len(values):
                value = values[epoch]
                yield f"{part}.{name}", value[0] if isinstance(value, tuple) else value  # of `cv`, the mean


def parameters_of(model: Any) -> dict[str, Any]:
    """Return the parameters of a booster, every default included; none of the boosters of `cv`."""
    if not isinstance(model, Booster):
        return {}
    learner = json.loads(model.save_config())["learner"]
    found = {"objective": learner["objective"]["name"], "booster": learner["gradient_booster"]["name"]}
    inner = learner["gradient_booster"]
    for place in (inner, inner.get("gbtree", {})):
        for name in ("tree_train_param", "linear_train_param", "dart_train_param"):
            found |= place.get(name, {})
    return {name: _number(value) for name, value in found.items() if value not in _NONE}


def _number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number == int(number) and "." not in text and "E" not in text else float(f"{number:{_SHORT}}")


def _best(model: Any) -> dict[str, Any]:
    """Return the iteration at which early stopping found the best score, and the score."""
    attributes = model.attributes() if isinstance(model, Booster) else {}
    return {name: _number(attributes[name]) for name in ("best_iteration", "best_score") if name in attributes}
