"""What events say of a run, merged so that neither their order nor repeats matter: times, state, and the job.

A run keeps a history: when each type of event came first and last, and which job it is of. Merging two histories is a
join: commutative, associative and idempotent. What stays out: facets (facets.py), and rows (receiving.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lineal import json_text
from lineal.openlineage import stored_form
from lineal.openlineage.events import ABORT, COMPLETE, FAIL, RUNNING, START, Event
from lineal.wire import metadata_store as pb

_ENDS = {COMPLETE: pb.Execution.COMPLETE, ABORT: pb.Execution.CANCELED, FAIL: pb.Execution.FAILED}
"""The state for each type of event that ends a run; of two at the same time the later one in this order counts."""
_ORDER = {type_: place for place, type_ in enumerate(_ENDS)}
_ENDLESS = ("STREAMING", "SERVICE")  # no set: facets of strangers hold what cannot be in one
_MICROSECONDS = 1000  # in a millisecond
UNNAMED, NAMED_BY_CHILD, NAMED = 0, 1, 2


class Claim(NamedTuple):
    """Which job a run is of, as one event says; the greatest claim counts.

    Attributes:
        rank: UNNAMED by Spark's name for a job that it does not know yet, NAMED_BY_CHILD by an event of another run
            whose parent it is, NAMED by an event of its own.
        time: when its own event said so, else 0; the name of a run may change.
        namespace, name: the job.
    """

    rank: int
    time: int
    namespace: str
    name: str


class Span(NamedTuple):
    """When events of a type came first and last, in microseconds since the epoch."""

    first: int
    last: int


@dataclass(frozen=True)
class History:
    """What was said of a run.

    Attributes:
        spans: when each type of event came; the type is "" for events without one.
        claim: the job, None if no event said it.
        is_endless: whether a job of it is one that runs on after an end, such as a streaming job.
    """

    spans: Mapping[str, Span] = field(default_factory=dict)
    claim: Claim | None = None
    is_endless: bool = False

    def joined(self, other: History) -> History:
        """Return what both say together."""
        spans = dict(self.spans)
        for type_, span in other.spans.items():
            known = spans.get(type_, span)
            spans[type_] = Span(min(known.first, span.first), max(known.last, span.last))
        claims = [each.claim for each in (self, other) if each.claim is not None]
        return History(spans, max(claims, default=None), self.is_endless or other.is_endless)

    @property
    def text(self) -> str:
        """The form in which it is stored, the same for equal ones."""
        said: dict[str, Any] = {"events": {type_: list(self.spans[type_]) for type_ in sorted(self.spans)}}
        if self.claim is not None:
            said["job"] = list(self.claim)
        if self.is_endless:
            said["endless"] = True
        return json.dumps(said, separators=(",", ":"))

    @property
    def _end(self) -> tuple[int, int, str] | None:
        """The time, the weight and the type of the event that ended the run, unless it went on."""
        ends = [(span.last, _ORDER[type_], type_) for type_, span in self.spans.items() if type_ in _ENDS]
        found = max(ends, default=None)
        if found is None or not self.is_endless:
            return found
        went_on = max((self.spans[type_].last for type_ in (START, RUNNING) if type_ in self.spans), default=None)
        return None if went_on is not None and went_on > found[0] else found

    @property
    def state(self) -> pb.Execution.State:
        """The state of the execution."""
        end = self._end
        if end is not None:
            return _ENDS[end[2]]
        return pb.Execution.RUNNING if START in self.spans or RUNNING in self.spans else pb.Execution.UNKNOWN

    @property
    def started(self) -> int | None:
        """When it started, in milliseconds since the epoch: at its START, or else at its first event but the ends."""
        told = self.spans.get(START)
        firsts = [span.first for type_, span in self.spans.items() if type_ not in _ENDS]
        first = told.first if told else min(firsts, default=None)
        return None if first is None else first // _MICROSECONDS

    @property
    def ended(self) -> int | None:
        """When it ended, in milliseconds since the epoch."""
        end = self._end
        return None if end is None else end[0] // _MICROSECONDS


def read(text: str) -> History:
    """Return a stored history; a text that is none says nothing."""
    try:
        said = json_text.loads(text) if text else {}
        spans = {str(type_): Span(int(span[0]), int(span[1])) for type_, span in said.get("events", {}).items()}
        job = said.get("job")
        claim = Claim(int(job[0]), int(job[1]), str(job[2]), str(job[3])) if job else None
        return History(spans, claim, said.get("endless") is True)
    except (ValueError, TypeError, AttributeError, IndexError):
        return History()


def of_event(event: Event) -> History:
    """Return what an event of a run says of it."""
    claim = None
    endless = False
    if event.job is not None:
        rank = UNNAMED if event.job.name == stored_form.UNKNOWN_JOB else NAMED
        claim = Claim(rank, event.time if rank else 0, event.job.namespace, event.job.name)
        endless = event.job.facets.get("jobType", {}).get("processingType") in _ENDLESS
    return History({event.type: Span(event.time, event.time)}, claim, endless)


def of_parent(namespace: str, name: str) -> History:
    """Return what an event says of the run that it calls the parent of its own."""
    rank = UNNAMED if name == stored_form.UNKNOWN_JOB else NAMED_BY_CHILD
    return History({}, Claim(rank, 0, namespace, name))


def listed_as(node: Any, history: History, run_id: str) -> str:
    """Return the name of the run of listings that an execution belongs to: its root, its parent or itself."""
    for which in ("root", "parent"):
        run = stored_form.text_of(node, f"{which}_run")
        if run:
            return stored_form.run_name(stored_form.text_of(node, f"{which}_job"), run)
    return stored_form.run_name(history.claim.name if history.claim else "", run_id)
