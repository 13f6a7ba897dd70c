"""Record a training of LightGBM, by `lightgbm.train` or by its estimators.

LightGBM tells no callback that a training is over. It is over with the last iteration. If early stopping ends it
before, `lightgbm.train` returns, and with it goes the dict of parameters that it passes to callbacks, a copy of its
own: a mark in that dict goes too, and ends the training. What stays out: everything that is not of LightGBM's own
(training.py).
"""

from __future__ import annotations

import _thread
import weakref
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from lightgbm import Booster
from lightgbm.callback import CallbackEnv

from lineal.frameworks.callbacks import RecordingCallback
from lineal.frameworks.training import Training
from lineal.sdk import Execution


class _Mark(str):
    """Goes when the dict goes that holds it; a text, because other callbacks may write that dict as JSON."""


class Callback(RecordingCallback):
    """Records a training: `lightgbm.train(..., callbacks=[metadata.lightgbm.Callback("churn")])`.

    Metrics are named after the set and the metric ("valid.auc"), their steps are iterations. After each training the
    model is in `recorded`. Used with `with`, it ends the training with the block.

    Attributes:
        order: LightGBM calls it after those that measure, and before the one that stops early.
        recorded: the model of the last training that is complete; None before.

    """

    order = 25
    before_iteration = False

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
            data: what it is trained with: a Dataset, (X, y), a DataFrame, a file, or some of these by name.
            parameters: those to record; by default those that LightGBM was given.
            save: whether the model is saved when the training is complete.
            every: how many iterations apart points are kept.
            execution: the execution; by default the current step, or one for each training.

        Raises:
            TypeError: the digest of the data cannot be computed.

        """
        self._describe(name, data, parameters, save=save, every=every, execution=execution)
        self._booster: Any = None
        self._is_within = self._is_at_end = False

    def __call__(self, env: CallbackEnv) -> None:
        """Keep the values of an iteration; LightGBM calls it."""
        if env.iteration == env.begin_iteration or self._training is None:
            if self._training is not None and self._training.is_open:
                self._training.give_up()
            given = {name: value for name, value in env.params.items() if not isinstance(value, _Mark)}
            self._begin(given if self._told is None else self._told, self._end_if_over)
            self._mark(env.params)
        self._booster, self._is_at_end = env.model, env.iteration == env.end_iteration - 1
        values = {f"{part}.{name}": value for part, name, value, *_ in env.evaluation_result_list or []}
        if self._training is not None:
            self._training.add(values, env.iteration)
            if self._is_at_end and not self._is_within:
                self._end()

    def __enter__(self) -> Callback:
        self._is_within = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_within = False
        if self._training is None or not self._training.is_open:
            return
        if error is None:
            self._end()
        else:
            self._training.fail(error)

    def _mark(self, params: dict[str, Any]) -> None:
        """Have the training end when LightGBM lets go of its parameters."""
        mark = _Mark()
        params[f"lineal {id(self)}"] = mark
        weakref.finalize(mark, _let_go, self, self._training).atexit = False

    def _end_if_over(self) -> bool:
        """Complete the training if it came to its last iteration or was stopped early."""
        is_over = self._is_at_end or getattr(self._booster, "best_iteration", 0) > 0
        if is_over:
            self._end()
        return is_over

    def _end(self) -> None:
        is_one = isinstance(self._booster, Booster)  # and not the boosters of `cv`
        best = {"best_iteration": self._booster.best_iteration} if is_one and self._booster.best_iteration > 0 else {}
        self._complete(self._booster if is_one else None, **best)
        self._booster = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the state of a copy, which is in no training."""
        return super().__getstate__() | {"_booster": None}


def _let_go(callback: Callback, training: Training | None) -> None:
    """End a training that stopped early, in the thread that trained, when `lightgbm.train` returns.

    One that an exception left stays open: Python may let go of it at any moment, and it ends as that exception later.
    """
    is_same = training is not None and callback._training is training and training.is_of_this_thread
    if not is_same or callback._is_within:
        return
    try:
        callback._end_if_over()
    except KeyboardInterrupt:  # Python drops what is raised here
        _thread.interrupt_main()
