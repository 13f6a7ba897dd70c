"""How long a transaction waits for others before it begins, for work that can also be done later.

What stays out: the time of a call (lineal/deadlines.py).
"""

from __future__ import annotations

import math
import time

from lineal import errors
from lineal.deadlines import CURRENT, Deadline


class BeginDeadline(Deadline):
    """A deadline for the beginning of a transaction, which may take as long as the call itself once it has begun.

    Attributes:
        at: when the transaction must have begun, then when the call must be over; on the monotonic clock.
    """

    __slots__ = ("_attempts", "_outer", "_own")

    def __init__(self, seconds: float, *, attempts: int) -> None:
        """Take how long to wait for other writers, and how often the transaction may run."""
        self._own = time.monotonic() + seconds
        self._outer = CURRENT.get()
        self._attempts = attempts

    @property
    def at(self) -> float:  # type: ignore[override]
        """Return the earlier of the own end and the call's."""
        return min(self._own, self._outer.at) if self._outer else self._own

    def begin(self) -> None:
        """Say that the transaction has begun.

        Raises:
            AbortedError: it has begun too often, and failed each time.
        """
        if not self._attempts:
            raise errors.AbortedError("other writers were in the way again and again; nothing was written")
        self._attempts -= 1
        self._own = math.inf

    def error(self) -> errors.StatusError:
        """Return the error of the call, if that is over, or of a database that others are writing to."""
        if self._outer and self._outer.remaining <= 0:
            return self._outer.error()
        return errors.AbortedError("others are writing; nothing was written")
