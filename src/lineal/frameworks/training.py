"""One training as callbacks see it: it begins, has values by step, and ends.

A training inside of a step is recorded in the step's execution, which the step ends. Any other has an execution of its
own, which ends with it: COMPLETE, or as the exception says that left the training. No framework tells its callbacks of
every exception, so what is still open when the process ends, or when the next training begins, ends then. What stays
out: when points are sent (waiting.py), and what a framework tells (the modules of the frameworks).
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from lineal.frameworks import data as data_sets
from lineal.frameworks import recording, saving
from lineal.frameworks.formats import Save
from lineal.frameworks.points import numbers_among
from lineal.frameworks.saving import SavedModel
from lineal.frameworks.waiting import Waiting
from lineal.sdk import Execution
from lineal.sdk.artifacts import DataSet
from lineal.sdk.executions import termination

TRAINING_DATA = "training data"


class UnfinishedTrainingError(Exception):
    """A training began and did not come to its end, and nobody knows why."""


class Training:
    """One training and its execution.

    Attributes:
        name: the name of the model.
        execution: where it is recorded; None if the store failed at the beginning.
        model: the model, as soon as it is recorded.

    """

    def __init__(self, name: str, *, save: bool = True, every: int = 1, execution: Execution | None = None) -> None:
        """Describe a training; nothing is recorded before `begin`.

        Args:
            name: the name of the model.
            save: whether the model is saved when the training is complete.
            every: how many steps apart points are kept; the last one always is.
            execution: the execution; by default the current step, or a new one.

        Raises:
            ValueError: `every` is no number of steps.

        """
        if every < 1:
            raise ValueError(f"'every' must be 1 or more steps, got {every}")
        self.name = name
        self.execution: Execution | None = execution
        self.model: SavedModel | None = None
        self._save, self._every = save, every
        self._is_own = self._is_open = False
        self._process, self._thread = os.getpid(), threading.get_ident()
        self._late: Callable[[], bool] | None = None
        self._shown_before: BaseException | None = None
        self._waiting, self._last = Waiting(name), dict[str, float]()

    @property
    def is_open(self) -> bool:
        """Whether it has begun and not ended."""
        return self._is_open

    @property
    def is_of_this_thread(self) -> bool:
        """Whether it is one of this process and this thread."""
        return self._process == os.getpid() and self._thread == threading.get_ident()

    def begin(
        self, data: Any = None, parameters: Mapping[str, Any] | None = None, late: Callable[[], bool] | None = None
    ) -> None:
        """Begin: open an execution if there is none, and record data and parameters.

        Args:
            data: a data set, data, or data by the name of its data set.
            parameters: values by name; what is not plain is left out.
            late: for frameworks that tell no end: called when the step or the program ends, it completes the training
                and returns True, or returns False if it was left by an exception.

        Raises:
            FailedPreconditionError: there is no step, and no workspace for an execution.
            TypeError: the digest of the data cannot be computed.

        """
        inputs, given = inputs_of(data), recording.plain_parameters(parameters or {})
        _end_forgotten()
        self.execution, self._is_own = recording.opened(self.execution, f"train {self.name}", inputs, given)
        self._waiting.execution = self.execution
        self._is_open, self._late, self._shown_before = True, late, _shown_last()
        _open_trainings.add(self)
        termination.opened(self, write=self._waiting.send_now)
        if self.execution is not None and not self._is_own:
            self.execution._at_end.append(self._end_with_step)

    def parameters(self, given: Mapping[str, Any]) -> None:
        """Record parameters that are known later; if the store fails, they wait as points do."""
        self._waiting.add_parameters(recording.plain_parameters(given))
        self._waiting.send()

    def add(self, values: Mapping[str, Any], step: int) -> None:
        """Add the values of a step; what is no number is left out. Never raises for a failure of the store."""
        numbers = numbers_among(values)
        self._last |= numbers
        if step % self._every:
            self._waiting.skip(numbers, step)
        else:
            self._waiting.add(numbers, step)

    def complete(
        self,
        model: Any = None,
        *,
        save: Save | None = None,
        parameters: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """End: send what waits, save and record the model, and end the execution if it is the training's own.

        If the store fails, one warning says all that is not recorded.

        Args:
            model: the trained model; None records none.
            save: writes the model into a folder; by default as its framework does.
            parameters: those that are known only now.
            **fields: further fields of the model, such as `hyperparameters`.

        """
        self._waiting.add_parameters(recording.plain_parameters(parameters or {}))
        with recording.told_at_once():
            self._waiting.flush()
            if model is not None:
                with saving.written_if_possible(model, save) if self._save else nullcontext() as files:
                    described = {"values": dict(self._last), **fields}
                    self.model = saving.put_model(self.execution, model, self.name, files, **described)
            self._close(None)

    def fail(self, error: BaseException) -> None:
        """End with an exception, which decides the state of the execution if it is the training's own."""
        with recording.told_at_once():
            self._waiting.flush()
            self._close(error)

    # ---- the end

    def give_up(self) -> None:
        """End a training that nobody ended: the framework knows that it is over, or an exception left it."""
        if self._late is not None and self._late():
            return
        shown = _shown_last()
        if shown is None or shown is self._shown_before:
            shown = UnfinishedTrainingError("the training did not come to its end")
        self.fail(shown)

    def _end_with_step(self, failed: bool) -> None:
        """Send what waits before the step of the training ends, and save what is complete."""
        if self._is_open and (failed or self._late is None or not self._late()):
            self._waiting.flush()
            self._close(None)

    def _close(self, error: BaseException | None) -> None:
        self._is_open = False
        _open_trainings.discard(self)
        termination.closed(self)
        if self._is_own and self.execution is not None:
            recording.ended(self.execution, error)


def inputs_of(data: Any) -> list[DataSet]:
    """Return the data sets that a caller names: one, data of one, or data by name; a tuple is X and y.

    Raises:
        TypeError: the digest of the data cannot be computed.

    """
    if data is None:
        return []
    named = data if isinstance(data, Mapping) else {TRAINING_DATA: data}
    return [_data_set(str(name), each) for name, each in named.items()]


def _data_set(name: str, data: Any) -> DataSet:
    return data if isinstance(data, DataSet) else data_sets.data_set(data, name)


# ---- trainings that did not come to their end

_open_trainings: set[Training] = set()


def _end_forgotten() -> None:
    """End trainings of this thread that an exception left: the next one begins, so they are over."""
    for training in list(_open_trainings):
        if training._process != os.getpid():
            _open_trainings.discard(training)  # of the process that this one was forked from
        elif training._is_own and training.is_of_this_thread:
            training.give_up()


def _end_all() -> None:
    for training in list(_open_trainings):
        if training._process == os.getpid():
            training.give_up()


def _shown_last() -> BaseException | None:
    """Return the exception that ended the program, or that a notebook showed last."""
    last = getattr(sys, "last_value", None)
    return last if isinstance(last, BaseException) else None


atexit.register(_end_all)
