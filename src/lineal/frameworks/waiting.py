"""What waits to be recorded of one training: points of curves, and parameters that the framework tells late.

It is sent in batches, so that a training does not wait for the store at each step. When SIGTERM ends the process,
another thread sends what waits while the training goes on. What stays out: when a training begins and ends
(training.py).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from lineal import errors
from lineal.frameworks import recording
from lineal.frameworks.points import Points
from lineal.sdk import Execution

BATCH = 200
"""So many points are sent at once, or what there is after `BATCH_SECONDS`."""
BATCH_SECONDS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
"""Seconds without sending after the store failed; each failure doubles them."""
MOST_WAITING = 100_000
"""Points that wait while the store fails; more are left out."""


class Waiting:
    """Points and parameters of one training that wait for the store.

    Attributes:
        name: the name of the model.
        execution: where they are recorded; None if nothing can be.

    """

    def __init__(self, name: str) -> None:
        """Begin with nothing.

        Args:
            name: the name of the model.

        """
        self.name = name
        self.execution: Execution | None = None
        self._points, self._parameters = Points(), dict[str, Any]()
        self._skipped: tuple[Mapping[str, float], int] | None = None
        self._sent_at, self._pause, self._lost = time.monotonic(), 0.0, 0
        self._changing, self._sending = threading.Lock(), threading.Lock()

    def add(self, numbers: Mapping[str, float], step: int) -> None:
        """Add the values of a step, and send what waits if it is time. Never raises for a failure of the store."""
        with self._changing:
            self._skipped = None
            self._keep(numbers, step)
        if len(self._points) >= BATCH or self._waited() >= BATCH_SECONDS:
            self.send()

    def skip(self, numbers: Mapping[str, float], step: int) -> None:
        """Take the values of a step that are recorded only if it was the last one."""
        with self._changing:
            self._skipped = (numbers, step)

    def add_parameters(self, given: Mapping[str, Any]) -> None:
        """Add parameters, which go with the next points."""
        with self._changing:
            self._parameters |= given

    def send(self) -> None:
        """Send what waits, once: the training goes on, and what the store did not take is sent later."""
        if self.execution is None or self._waited() < 0:
            return
        with self._sending:
            error = self._put(self.execution, patient=False)
        self._sent_at = time.monotonic()
        is_new = not self._pause
        self._pause = 0.0 if error is None else min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
        if error is not None and is_new:
            recording.tell(f"the points of {self.name!r} wait for the store", error)

    def flush(self) -> None:
        """Send all that waits, with patience; what is not taken now is lost, which is a warning."""
        self._keep_skipped()
        if self.execution is None:
            self._forget()
            return
        with self._sending:
            why = self._put(self.execution, patient=True)
        lost, parameters = self._forget()
        if why is None and lost:
            why = errors.ResourceExhaustedError(f"{MOST_WAITING} points waited for the store already")
        if why is not None:
            what = [f"the parameters {', '.join(parameters)}"] * bool(parameters)
            what += [f"{lost} point{'' if lost == 1 else 's'}"] * bool(lost)
            recording.tell(f"{' and '.join(what)} of {self.name!r} were not recorded", why)

    def send_now(self, seconds: float) -> None:
        """Send all that waits, from another thread than that of the training, before the process ends.

        Args:
            seconds: how long to wait for points that are being sent at this moment.

        """
        self._keep_skipped()
        if self.execution is None or not self._sending.acquire(timeout=seconds):
            return
        try:
            self._put(self.execution, patient=False)
        finally:
            self._sending.release()

    def _waited(self) -> float:
        """Return the seconds since points were sent, less the pause after a failure."""
        return time.monotonic() - self._sent_at - self._pause

    def _keep(self, numbers: Mapping[str, float], step: int) -> None:
        if self.execution is None or len(self._points) + len(numbers) > MOST_WAITING:
            self._lost += len(numbers)
            return
        for name, number in numbers.items():
            self._points.add(name, number, step)

    def _keep_skipped(self) -> None:
        with self._changing:
            skipped, self._skipped = self._skipped, None
            if skipped is not None:
                self._keep(*skipped)

    def _put(self, execution: Execution, *, patient: bool) -> errors.StatusError | None:
        """Send what waits; return why the store did not take it. It waits on then, also after Ctrl-C in the call."""
        with self._changing:
            points, parameters, self._parameters = self._points.take(), self._parameters, {}
        taken = False
        try:
            recording.put_parameters(execution, parameters, patient=patient)
            parameters = {}
            recording.put_points(execution, points, patient=patient)
            taken = True
        except errors.StatusError as error:
            return error
        finally:
            if not taken:
                with self._changing:
                    self._points.put_back(points)
                    self._parameters = parameters | self._parameters
        return None

    def _forget(self) -> tuple[int, list[str]]:
        """Forget what waits; return how many points are lost, and the names of the parameters."""
        with self._changing:
            lost, names = self._lost + len(self._points.take()), list(self._parameters)
            self._lost, self._parameters = 0, {}
        return lost, names
