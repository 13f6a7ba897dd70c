"""How to read a kind of objects that does work: where its status has its state, times, reason and further facts.

A state is one of MLMD's, with a finer word behind it where there is one: `COMPLETE`, `RUNNING degraded`. What stays
out: the kinds themselves (the other modules), and reading objects (`states.py`, `times.py`, `workloads.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lineal import errors

BASE_TYPES = ("TRAIN", "TRANSFORM", "PROCESS", "EVALUATE", "DEPLOY")
STATES = ("NEW", "RUNNING", "COMPLETE", "FAILED", "CANCELED", "CACHED", "UNKNOWN")
FINAL = ("COMPLETE", "FAILED", "CANCELED", "CACHED")


@dataclass(frozen=True)
class Reading:
    """What a kind's own function reads from an object, where paths and words cannot say it.

    Attributes:
        state: the state and a finer word; "" if the phases and conditions of the kind tell it.
        reason: a word for why it is in this state, "" for none.
        message: the same in a sentence, "" for none.
        exit_code: with which code its process ended, None if nothing tells.
        properties: further properties.
        metrics: measured values by name.
        fields: further values in groups, which searches look for one by one: `hyperparameters`, `trials`.

    """

    state: str = ""
    reason: str = ""
    message: str = ""
    exit_code: int | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def _nothing(_: Any) -> Reading:
    return Reading()


@dataclass(frozen=True)
class Workload:
    """How to read the status of a kind that does work. Paths are dotted ("status.phase").

    A time is at a path, or it is when a condition was met (`condition Failed`, `condition Ready=False`).

    Attributes:
        base_type: which of MLMD's base types its executions have.
        phase: where its phase is.
        phases: states for phases that no rule knows.
        conditions: states for conditions that no rule knows; the first that is met counts.
        counts: where the numbers of its running parts are; it runs if one is greater than zero.
        start: where its start time may be; the first place that has one counts, and of several times the earliest.
        end: where its end time may be; likewise, but the latest.
        template: where its pods are described; image and command are taken from there.
        model_uri: where the uri of the model that it serves may be; such a model becomes an input.
        serves: whether it works until it is deleted, so that its deletion is a regular end.
        properties: further properties to store, each from a path; lists and mappings are stored as JSON.
        read: reads what all this cannot say; only for kinds that are built in.

    """

    base_type: str = "PROCESS"
    phase: str = "status.phase"
    phases: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    counts: tuple[str, ...] = ("status.active", "status.ready", "status.readyReplicas")
    start: tuple[str, ...] = ("status.startTime", "status.startedAt")
    end: tuple[str, ...] = ("status.completionTime", "status.finishedAt", "status.endTime")
    template: tuple[str, ...] = ("spec", "spec.template.spec")
    model_uri: tuple[str, ...] = ()
    serves: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[Any], Reading] = _nothing

    def __post_init__(self) -> None:
        if not isinstance(self.phase, str) or not isinstance(self.serves, bool):
            raise _wrong("phase is not a path, or serves is neither true nor false")
        if not all(isinstance(words, Mapping) for words in (self.phases, self.conditions, self.properties)):
            raise _wrong("phases and conditions map words to states, and properties map names to paths")
        if self.base_type not in BASE_TYPES:
            raise _wrong(f"base_type {self.base_type!r} is none of {', '.join(BASE_TYPES)}")
        for state in (*self.phases.values(), *self.conditions.values()):
            if str(state).partition(" ")[0] not in STATES:
                raise _wrong(f"the state {state!r} is none of {', '.join(STATES)}")
        if not all(isinstance(path, str) for path in self.properties.values()):
            raise _wrong("a path of properties is not a text")


def _wrong(what: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(f"--resources: {what}")
