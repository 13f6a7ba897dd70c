"""Which events say what is new of a node, given what was sent of it before.

An execution becomes START, RUNNING, and COMPLETE, FAIL or ABORT; other states are OTHER. The event of its end repeats
all inputs, outputs and facets, and earlier ones have only facets that changed. An artifact becomes an event about a
data set, a context one about a job. An event that would say nothing new is not made. What stays out: facets
(facets.py), names (names.py), and when something is sent (server/openlineage).
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from lineal import conventions
from lineal.event_directions import INPUTS, OUTPUTS
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.openlineage import events, own_facets
from lineal.openlineage.facets import OF_RUN, OF_WRITING, of_run
from lineal.openlineage.hiding import hidden
from lineal.openlineage.own_facets import PRODUCER
from lineal.openlineage.sending import facets, names
from lineal.openlineage.sending.names import JobName
from lineal.openlineage.sending.reading import Facets, Key, Read
from lineal.openlineage.sending.run_ids import run_id_of
from lineal.store.rows.events import EventRow
from lineal.wire import metadata_store as pb

SPEC = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"
PAUSE_OF_RUNNING = 10_000
"""How long a run that goes on is not told of again, in milliseconds."""
_TYPES = {
    pb.Execution.RUNNING: events.RUNNING,
    pb.Execution.COMPLETE: events.COMPLETE,
    pb.Execution.CACHED: events.COMPLETE,
    pb.Execution.FAILED: events.FAIL,
    pb.Execution.CANCELED: events.ABORT,
}
ENDS = (events.COMPLETE, events.FAIL, events.ABORT)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LAST_TIME = 253402300799999  # the year 9999
_JOB = "job"

Event = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """What was sent of a node last, as `lineal_sent` keeps it.

    Attributes:
        type: of a run, the eventType.
        time: the eventTime, in milliseconds since the epoch.
        at: when it was sent, in milliseconds since the epoch.
        digests: of its facets by their names, and of its edges.
    """

    type: str = ""
    time: int = 0
    at: int = 0
    digests: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The form in which it is kept."""
        return json.dumps(asdict(self), separators=(",", ":"))


def sent_from(text: str | None) -> Sent:
    """Return what `Sent.text` wrote; nothing for None or what another version wrote."""
    try:
        return Sent(**json.loads(text)) if text else Sent()
    except (ValueError, TypeError):
        return Sent()


@dataclass(frozen=True)
class Shaped:
    """The events of a node.

    Attributes:
        events: in the order in which they are sent.
        sent: what to note by node once they are sent.
        begun: what to note once only the first of several is sent.
        not_before: if the node must wait, until when, in milliseconds since the epoch.
    """

    events: Sequence[Event] = ()
    sent: Mapping[Key, Sent] = field(default_factory=dict)
    begun: Mapping[Key, Sent] = field(default_factory=dict)
    not_before: int = 0


def shaped(read: Read, sent: Mapping[Key, Sent], kind: Kind, node_id: int, *, time: int, now: int) -> Shaped:
    """Return the events that say what is new of a node, without secrets (hiding.py); none if it is gone.

    Args:
        read: the node and what belongs to it.
        sent: what was sent before, by node.
        kind: of the node.
        node_id: the node.
        time: when it was written, milliseconds since the epoch.
        now: the time, milliseconds since the epoch.
    """
    node = read.nodes.get((kind, node_id))
    if node is None:
        return Shaped()
    before = sent.get((kind, node_id), Sent())
    if kind is EXECUTION:
        found = _Run(read, sent, node, now).shaped(time)
    elif kind is ARTIFACT:
        found = _data_set_event(read, before, node, time=time, now=now)
    else:
        found = _job_event(read, before, node, time=time, now=now)
    return replace(found, events=[hidden(event).event for event in found.events])


def is_told_by_runs(context: Any) -> bool:
    """Say whether a context has no events of its own, because those of what it holds tell of it: that of one run."""
    return context.type in conventions.RUN_TYPES


def _data_set_event(read: Read, sent: Sent, artifact: Any, *, time: int, now: int) -> Shaped:
    found = facets.data_set_facets(read, artifact)
    if _digests(found) == sent.digests:
        return Shaped()
    name, time = names.data_set_of(read, artifact), max(time, sent.time + 1)
    data_set = {**name._asdict(), "facets": _sent_on(read, found)}
    event = {**_envelope("DatasetEvent", time), "dataset": data_set}
    return Shaped([event], {(ARTIFACT, artifact.id): Sent("", time, now, _digests(found))})


def _job_event(read: Read, sent: Sent, context: Any, *, time: int, now: int) -> Shaped:
    found = facets.job_facets(read, context)
    if _digests(found) == sent.digests:
        return Shaped()
    name, time = names.job_of_context(read, context), max(time, sent.time + 1)
    job = {"namespace": name.namespace, "name": name.name, "facets": _sent_on(read, found)}
    return Shaped(
        [{**_envelope("JobEvent", time), "job": job}], {(CONTEXT, context.id): Sent("", time, now, _digests(found))}
    )


class _Run:
    """The events of one execution."""

    def __init__(self, read: Read, sent: Mapping[Key, Sent], execution: Any, now: int) -> None:
        self._read, self._sent, self._execution, self._now = read, sent, execution, now
        self._before = sent.get((EXECUTION, execution.id), Sent())
        contexts = [each for each in read.contexts_of(EXECUTION, execution.id) if is_told_by_runs(each)]
        self._facets = {**facets.run_facets(read, execution), **facets.contexts_facet(read, contexts)}
        self._job = names.job_of_execution(read, execution)
        self._edges = {True: self._uses(INPUTS), False: self._uses(OUTPUTS)}
        self._type = _TYPES.get(execution.last_known_state, events.OTHER)

    def shaped(self, time: int) -> Shaped:
        """Return what is new, written at a time in milliseconds since the epoch."""
        before, digests = self._before, self._digests()
        is_told = before.type == self._type or (before.type, self._type) == (events.START, events.RUNNING)
        if is_told and before.digests == digests:
            return Shaped()
        if self._type not in ENDS and before.type not in ("", events.START, *ENDS):
            due = before.at + PAUSE_OF_RUNNING
            if due > self._now >= before.at:  # a clock may have been set back
                return Shaped(not_before=due)
        after = before.time + 1 if before.type else 0
        if self._type not in (events.RUNNING, *ENDS):
            return self._told([(self._type, max(time, after))], digests)
        started = self._time(conventions.START_TIMES, self._execution.create_time_since_epoch)
        is_new = before.type in ("", events.OTHER)
        if self._type == events.RUNNING:
            type_, when = (events.START, started) if is_new else (events.RUNNING, time)
            return self._told([(type_, max(when, after))], digests)
        start = [(events.START, max(started, after))] if is_new else []
        return self._told([*start, (self._type, self._end(max(started, after + is_new)))], digests)

    def _end(self, earliest: int) -> int:
        """Return when the run ended. Its last event has the same time again if something else of it changed."""
        stated = self._time(conventions.END_TIMES, 0)
        if self._before.type == self._type:
            return max(stated, self._before.time)
        return max(stated or self._execution.last_update_time_since_epoch, earliest)

    def _told(self, told: Sequence[tuple[str, int]], digests: dict[str, str]) -> Shaped:
        """Return events of types and times; all but the last only say that there is a run."""
        run_id, is_end = run_id_of(self._execution, self._read.store_id), told[-1][0] in ENDS
        record = {own_facets.RECORD: self._facets[own_facets.RECORD]}
        bare = [self._event(type_, time, run_id, record, whole=False, edges=False) for type_, time in told[:-1]]
        new = {name: each for name, each in self._facets.items() if is_end or self._is_new(name, digests)}
        last = self._event(*told[-1], run_id, {**record, **new}, whole=is_end, edges=True)
        artifacts = [each for direction in self._edges.values() for each in direction]
        noted = {
            (ARTIFACT, each): Sent("", told[-1][1], self._now, _digests(self._data_set_facets(each)))
            for each in artifacts
            if (ARTIFACT, each) in self._read.nodes
        }
        key = (EXECUTION, self._execution.id)
        own, begun = Sent(*told[-1], self._now, digests), Sent(*told[0], self._now)
        return Shaped([*bare, last], {**noted, key: own}, {key: begun})

    def _event(self, type_: str, time: int, run_id: str, own: Facets, *, whole: bool, edges: bool) -> Event:
        of_job = facets.job_facets(self._read, self._context(self._job)) if whole else {}
        code = of_run(own)  # that of the job may be newer
        told = {name: each for name, each in own.items() if name not in code}
        job_facets = {**{name: each for name, each in of_job.items() if name not in OF_RUN}, **code}
        sides = {"inputs": True, "outputs": False} if edges else {}
        return {
            "eventType": type_,
            **_envelope("RunEvent", time),
            "run": {"runId": run_id, "facets": _sent_on(self._read, told)},
            "job": {"namespace": self._job.namespace, "name": self._job.name, "facets": job_facets},
            **{side: self._data_sets(is_input, whole=whole) for side, is_input in sides.items()},
        }

    def _data_sets(self, is_input: bool, *, whole: bool) -> list[dict[str, Any]]:
        found = []
        for artifact_id, uses in self._edges[is_input].items():
            artifact = self._read.nodes.get((ARTIFACT, artifact_id))
            if artifact is None:
                continue
            own = self._data_set_facets(artifact_id)
            is_new = _digests(own) != self._sent.get((ARTIFACT, artifact_id), Sent()).digests
            shown = own if whole or is_new else {own_facets.RECORD: own[own_facets.RECORD]}
            side = "inputFacets" if is_input else "outputFacets"
            name = names.data_set_of(self._read, artifact)
            of_use = facets.use_facets(self._read, uses)
            of_writing = {each: of_use.pop(each) for each in sorted(OF_WRITING & of_use.keys())}
            found.append({**name._asdict(), "facets": {**shown, **of_writing}, side: of_use})
        return found

    def _uses(self, types: Sequence[int]) -> dict[int, list[EventRow]]:
        """Return the events of some types by their artifacts, in the order in which they were written."""
        found: dict[int, list[EventRow]] = defaultdict(list)
        for row in self._read.events.get(self._execution.id, ()):
            if row.type in types:
                found[row.artifact_id].append(row)
        return dict(found)

    def _data_set_facets(self, artifact_id: int) -> Facets:
        return facets.data_set_facets(self._read, self._read.nodes[ARTIFACT, artifact_id])

    def _context(self, job: JobName) -> Any | None:
        return None if job.context_id is None else self._read.nodes[CONTEXT, job.context_id]

    def _is_new(self, name: str, digests: Mapping[str, str]) -> bool:
        return digests[name] != self._before.digests.get(name)

    def _digests(self) -> dict[str, str]:
        """Return the digests of the facets of the run, of its job's name, and of its edges."""
        edges = [
            [is_input, artifact_id, [[row.type, row.time] for row in rows]]
            for is_input, each in self._edges.items()
            for artifact_id, rows in each.items()
        ]
        return {**_digests(self._facets), _JOB: _digest([*self._job[:2], edges])}

    def _time(self, properties: Sequence[str], otherwise: int) -> int:
        """Return a time that the execution states in milliseconds since the epoch, or else another one."""
        for values in (self._execution.properties, self._execution.custom_properties):
            if properties[0] in values and values[properties[0]].int_value > 0:
                return int(values[properties[0]].int_value)
        return otherwise


def _envelope(kind: str, time: int) -> Event:
    return {"eventTime": iso(time), "producer": PRODUCER, "schemaURL": f"{SPEC}/{kind}"}


def iso(time: int) -> str:
    """Return a time in milliseconds since the epoch as an event says it."""
    moment = _EPOCH + timedelta(milliseconds=min(max(time, 0), _LAST_TIME))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sent_on(read: Read, found: Facets) -> Facets:
    """Return facets with the one that says that this store sends them."""
    return {**found, own_facets.VIA: facets.via_facet([read.store_id])}


def _digests(found: Facets) -> dict[str, str]:
    """Return the digests of facets; a record that was only written or read again is unchanged."""
    told = dict(found)
    if own_facets.RECORD in told:
        told[own_facets.RECORD] = _without_times(told[own_facets.RECORD])
    if own_facets.CONTEXTS in told:
        contexts = [_without_times(each) for each in told[own_facets.CONTEXTS]["contexts"]]
        told[own_facets.CONTEXTS] = {"contexts": contexts}
    return {name: _digest(each) for name, each in sorted(told.items())}


def _without_times(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("updateTime", "asOf")}


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
