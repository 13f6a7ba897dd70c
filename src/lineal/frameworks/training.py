"""One training as callbacks see it: it begins, has values by step, and ends.

A training inside of a step is recorded in the step's execution, which the step ends. Any other has an execution of its
own, which ends with it: COMPLETE, or as the exception says that left the training. No framework tells its callbacks of
every exception, so what is still open when the process ends, or when the next training begins, ends then. Points are
sent in batches. What stays out: what a framework tells (the modules of the frameworks).
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from lineal import errors
from lineal.frameworks import data as data_sets
from lineal.frameworks import recording, saving
from lineal.frameworks.formats import Save
from lineal.frameworks.points import Points, numbers_among
from lineal.frameworks.saving import SavedModel
from lineal.sdk import Execution
from lineal.sdk.artifacts import DataSet

TRAINING_DATA = "training data"
BATCH = 200
"""So many points are sent at once, or what there is after `BATCH_SECONDS`."""
BATCH_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds without sending after the store failed; each failure doubles them."""
MOST_WAITING = 100_000
"""Points that wait while the store fails; more are left out."""


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
        self._points, self._last = Points(), dict[str, float]()
        self._skipped: tuple[int, dict[str, float]] | None = None
        self._sent_at, self._pause, self._lost = time.monotonic(), 0.0, 0

    @property
    def is_open(self) -> bool:
        """Whether it has begun and not ended."""
        return self._is_open

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
        self._is_open, self._late, self._shown_before = True, late, _shown_last()
        _open_trainings.add(self)
        if self.execution is not None and not self._is_own:
            self.execution._at_end.append(self._end_with_step)

    def parameters(self, given: Mapping[str, Any]) -> None:
        """Record parameters that are known later; a failure of the store is a warning."""
        recording.put_training(self.execution, [], recording.plain_parameters(given), Points())

    def add(self, values: Mapping[str, Any], step: int) -> None:
        """Add the values of a step; what is no number is left out. Never raises for a failure of the store."""
        numbers = numbers_among(values)
        self._last |= numbers
        if step % self._every:
            self._skipped = (step, numbers)
            return
        self._skipped = None
        self._keep(numbers, step)
        if len(self._points) >= BATCH or self._waited() >= BATCH_SECONDS:
            self._send()

    def complete(self, model: Any = None, *, save: Save | None = None, **fields: Any) -> None:
        """End: send what waits, save and record the model, and end the execution if it is the training's own.

        Args:
            model: the trained model; None records none.
            save: writes the model into a folder; by default as its framework does.
            **fields: further fields of the model, such as `hyperparameters`.

        """
        self._flush()
        if model is not None:
            with saving.written_if_possible(model, save) if self._save else nullcontext() as files:
                described = {"values": dict(self._last), **fields}
                self.model = saving.put_model(self.execution, model, self.name, files, **described)
        self._close(None)

    def fail(self, error: BaseException) -> None:
        """End with an exception, which decides the state of the execution if it is the training's own."""
        self._flush()
        self._close(error)

    # ---- points

    def _keep(self, numbers: Mapping[str, float], step: int) -> None:
        if self.execution is None or len(self._points) + len(numbers) > MOST_WAITING:
            self._lost += len(numbers)
            return
        for name, number in numbers.items():
            self._points.add(name, number, step)

    def _waited(self) -> float:
        """Return the seconds since points were sent, less the pause after a failure."""
        return time.monotonic() - self._sent_at - self._pause

    def _send(self) -> None:
        """Send what waits, once: the training goes on, and what the store did not take is sent later."""
        if self.execution is None or self._waited() < 0:
            return
        taken = self._points.take()
        try:
            recording.put_points(self.execution, taken, patient=False)
            self._pause = 0.0
            self._sent_at = time.monotonic()
        except errors.StatusError as error:
            is_new = not self._pause
            self._points.put_back(taken)
            self._sent_at, self._pause = time.monotonic(), min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
            if is_new:
                recording.tell(f"the points of {self.name!r} wait for the store", error)

    def _flush(self) -> None:
        """Send all that waits, with patience; what is not taken now is lost."""
        if self._skipped is not None:
            self._keep(self._skipped[1], self._skipped[0])
            self._skipped = None
        taken, lost, self._lost = self._points.take(), self._lost, 0
        if self.execution is None:
            return
        why: errors.StatusError = errors.ResourceExhaustedError(f"{MOST_WAITING} points waited for the store already")
        try:
            recording.put_points(self.execution, taken)
        except errors.StatusError as error:
            lost, why = lost + len(taken), error
        if lost:
            recording.tell(f"{lost} points of {self.name!r} were not recorded", why)

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
            self._flush()
            self._close(None)

    def _close(self, error: BaseException | None) -> None:
        self._is_open = False
        _open_trainings.discard(self)
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
        elif training._is_own and training._thread == threading.get_ident():
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
