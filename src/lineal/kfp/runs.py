"""A run of a source in the store: a new one is stored, and one that is there gets what it lacks.

A run that Kubeflow Pipelines 2 recorded in this store stays as it is: version 3 has a copy of it. What stays out: what
things are in ML Metadata (stored_form.py), and the order of runs (importing.py).
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from lineal.importing.findings import Findings
from lineal.importing.report import Report
from lineal.kfp import stored_form
from lineal.kfp_sources import Artifact, Link, Run, Task, WholeRun
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_events import write_events
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.put_types import put_type
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.own_rows.locations import artifacts_at
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations, whole_nodes
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

RUNS, TASKS, ARTIFACTS, LINKS, PIPELINES = "runs", "tasks", "artifacts", "links", "pipelines"
METRICS, ENDS = "steps with metrics of the old interface", "ends"
CHANGES = "changes of running tasks and archived runs"
RECORDED = "runs that Kubeflow Pipelines 2 recorded here"
NO_PIPELINE = "unknown"
_PIECE = 500
_PUT = {
    ARTIFACT: rpc.PutArtifactTypeRequest,
    EXECUTION: rpc.PutExecutionTypeRequest,
    CONTEXT: rpc.PutContextTypeRequest,
}
_TYPE = {ARTIFACT: pb.ArtifactType, EXECUTION: pb.ExecutionType, CONTEXT: pb.ContextType}


@dataclass
class Made:
    """What is made that other runs may have, too: pipelines and artifacts.

    Attributes:
        earlier: what transactions before this one made, and undid.
        now: what this one made.
    """

    earlier: frozenset[str] | set[str] = frozenset()
    now: set[str] = field(default_factory=set)

    def add(self, what: str, which: str) -> bool:
        """Note that something was made; say whether it is new."""
        self.now.add(f"{what} {which}")
        return f"{what} {which}" not in self.earlier


def put(session: Session, types: KnownTypes, whole: WholeRun, made: Made) -> Report:
    """Store a run; return what was done."""
    return _Storing(session, types, made).put(whole)


def put_artifacts(session: Session, types: KnownTypes, given: Sequence[Artifact], made: Made) -> Report:
    """Store artifacts that no task is linked to; those that are there stay."""
    storing = _Storing(session, types, made)
    storing.artifacts({each.artifact_id: each for each in given}, {})
    return storing.done


class _Storing:
    """One run, or some artifacts, within a transaction."""

    def __init__(self, session: Session, types: KnownTypes, made: Made) -> None:
        self._session, self._types, self._made = session, types, made
        self.done = Report()

    def put(self, whole: WholeRun) -> Report:
        """Store a run."""
        whole = _in_order(whole)
        run, done = whole.run, self.done
        found = self._context(stored_form.RUN_TYPE, run.run_id)
        if found is not None and found.external_id != stored_form.run_external_id(run.run_id):
            done.known[RECORDED] += 1
            for each in whole.tasks:
                if not _is_made_from_name(each.task_id):
                    done.left_out.add(f"tasks that version 3 added to {RECORDED}", each.task_id)
            return done
        contexts = self._contexts(run, found)
        executions = self._tasks(whole)
        keys = {link.artifact_id: link.key for link in reversed(whole.links) if stored_form.is_output(link)}
        artifacts = self.artifacts(whole.artifacts, keys)
        self._links(whole, executions, artifacts)
        held = [*artifacts.values(), *self._old_metrics(run)]
        pairs = [(context, node) for context in contexts for node in held]
        relations.add_members(self._session, EXECUTION, [(c, e) for c in contexts for e in executions.values()])
        relations.add_members(self._session, ARTIFACT, pairs)
        return done

    def _context(self, type_name: str, name: str) -> pb.Context | None:
        type_id = self._types.id_of(self._session, CONTEXT, type_name, "")
        if type_id is None:
            return None
        rows = whole_nodes.whole_by_type_and_name(self._session, CONTEXT, type_id, name)
        found: list[pb.Context] = whole_messages(self._session, self._types, CONTEXT, rows)
        return found[0] if found else None

    def _type_id(self, kind: Kind, name: str) -> int:
        known = self._types.id_of(self._session, kind, name, "")
        if known is not None:
            return known
        request = _PUT[kind](**{f"{kind.name}_type": _TYPE[kind](name=name)})
        return int(put_type(self._session, self._types, request, kind).type_id)

    def _contexts(self, run: Run, found: pb.Context | None) -> tuple[int, int]:
        """Return the ids of the contexts of the pipeline and of the run."""
        pipeline = self._pipeline(run)
        if found is not None:
            self.done.known[RUNS] += 1
            self._complete_run(run, found)
            return pipeline, found.id
        context = stored_form.run_context(run, self._type_id(CONTEXT, stored_form.RUN_TYPE), self.done.left_out)
        [run_id] = write_nodes(self._session, self._types, CONTEXT, [context])
        relations.add_parents(self._session, [(run_id, pipeline)])
        node_rows.set_times(self._session, CONTEXT, [_times(run_id, run.created, run.ended)])
        self.done.new[RUNS] += 1
        return pipeline, run_id

    def _pipeline(self, run: Run) -> int:
        if not run.pipeline:
            self.done.left_out.add("names of pipelines that the source does not say", run.run_id)
        name = run.pipeline or NO_PIPELINE
        found = self._context(stored_form.PIPELINE_TYPE, name)
        if found is not None:
            return found.id
        context = pb.Context(type_id=self._type_id(CONTEXT, stored_form.PIPELINE_TYPE), name=name)
        [pipeline] = write_nodes(self._session, self._types, CONTEXT, [context])
        node_rows.set_times(self._session, CONTEXT, [_times(pipeline, run.created, run.created)])
        self.done.new[PIPELINES] += self._made.add(PIPELINES, name)
        return int(pipeline)

    def _complete_run(self, run: Run, found: pb.Context) -> None:
        """Give a run that is there its end and its state, and say that it was archived."""
        custom, names = found.custom_properties, ["state", stored_form.END]
        wanted = stored_form.run_context(run, found.type_id, Findings()).custom_properties
        if not _went_on(custom, run.ended):
            if any(custom[name] != wanted[name] for name in names if name in wanted):
                self.done.differing.add("runs with other states or ends", run.run_id)
            names = []
        if stored_form.STORAGE not in custom:
            names.append(stored_form.STORAGE)
        elif stored_form.STORAGE not in wanted:
            self.done.differing.add("archived runs", run.run_id)
        values = {name: wanted[name] for name in names if name in wanted and custom.get(name) != wanted[name]}
        if values:
            self.done.new[ENDS] += stored_form.END in values
            self.done.new[CHANGES] += stored_form.STORAGE in values
            self._update(CONTEXT, found, values)

    def _update(
        self, kind: Kind, node: Any, values: Mapping[str, pb.Value], *, without: Sequence[str] = (), state: Any = None
    ) -> None:
        for name, value in values.items():
            node.custom_properties[name].CopyFrom(value)
        for name in without:
            del node.custom_properties[name]
        paths = [f"custom_properties.{name}" for name in (*values, *without)]
        if state is not None:
            node.last_known_state = state
            paths.append("last_known_state")
        write_nodes(self._session, self._types, kind, [node], UpdateOptions(mask=tuple(paths)))

    def _tasks(self, whole: WholeRun) -> dict[str, int]:
        """Return the ids of the executions of tasks, by the tasks' ids."""
        held = self._held(EXECUTION, {stored_form.task_external_id(each.task_id): each.task_id for each in whole.tasks})
        self.done.known[TASKS] += len(held)
        ids = {task_id: node.id for task_id, node in held.items()}
        children = Counter(each.parent_id for each in whole.tasks)
        for each in whole.tasks:
            if each.task_id in held:
                self._complete_task(each, held[each.task_id], whole.run, ids, children)
        for level in self._levels([each for each in whole.tasks if each.task_id not in ids], ids):
            nodes = [self._execution(each, whole.run, ids, children) for each in level]
            made = write_nodes(self._session, self._types, EXECUTION, nodes)
            ids.update({task.task_id: node for task, node in zip(level, made, strict=True)})
            times = [_times(node, each.created, each.ended) for each, node in zip(level, made, strict=True)]
            node_rows.set_times(self._session, EXECUTION, times)
            self.done.new[TASKS] += len(level)
        return ids

    def _levels(self, tasks: Sequence[Task], known: Mapping[str, int]) -> Iterator[list[Task]]:
        """Yield tasks so that each comes after the one that it is inside of; one whose parent is missing has none."""
        waiting = {each.task_id: each for each in tasks}
        for each in tasks:
            if each.parent_id and each.parent_id not in waiting and each.parent_id not in known:
                self.done.left_out.add("parents of tasks that are not there", each.task_id)
        while waiting:
            level = [each for each in waiting.values() if each.parent_id not in waiting]
            level = level or list(waiting.values())  # they are inside of each other
            for each in level:
                del waiting[each.task_id]
            yield level

    def _execution(self, task: Task, run: Run, ids: Mapping[str, int], children: Mapping[str, int]) -> pb.Execution:
        type_id = self._type_id(EXECUTION, stored_form.type_of(task))
        inside = children.get(task.task_id, 0)
        if not task.kind:
            self.done.left_out.add("types of tasks that the source does not say", task.task_id)
        parent, left_out = ids.get(task.parent_id), self.done.left_out
        return stored_form.execution(task, run, type_id, parent=parent, children=inside, left_out=left_out)

    def _complete_task(
        self, task: Task, node: pb.Execution, run: Run, ids: Mapping[str, int], children: Mapping[str, int]
    ) -> None:
        """Bring a task that was running up to date, and one that ran again since it ended."""
        custom, state = node.custom_properties, stored_form.STATES.get(task.state, node.last_known_state)
        is_open = node.last_known_state in stored_form.OPEN
        if not is_open and not _went_on(custom, task.ended, without_end=False):
            if state != node.last_known_state:
                self.done.differing.add("tasks with other states", task.task_id)
            return
        wanted = self._execution(task, run, ids, children).custom_properties
        if stored_form.START in custom and task.started is None:
            del wanted[stored_form.START]  # of an API, which does not say it: what is there may be of a database
        values = {name: value for name, value in wanted.items() if custom.get(name) != value}
        stale = [name for name in (stored_form.FAILURE, stored_form.STATUS) if name in custom and name not in wanted]
        if values or stale or state != node.last_known_state:
            self.done.new[CHANGES if state in stored_form.OPEN else ENDS] += 1
            self._update(EXECUTION, node, values, without=stale, state=state)

    def _held(self, kind: Kind, external_ids: Mapping[str, str]) -> dict[str, Any]:
        """Return the nodes that are there, by the ids of the source, which are given by external ids."""
        wanted, found = list(external_ids), {}
        for start in range(0, len(wanted), _PIECE):
            rows = whole_nodes.whole_by_external_ids(self._session, kind, wanted[start : start + _PIECE])
            for node in whole_messages(self._session, self._types, kind, rows):
                found[external_ids[node.external_id]] = node
        return found

    def artifacts(self, given: Mapping[str, Artifact], keys: Mapping[str, str]) -> dict[str, int]:
        """Return the ids of artifacts by those of the source; `keys` are the names of the outputs that they are of."""
        external_ids = {stored_form.artifact_external_id(each): each for each in given}
        ids = {each: node.id for each, node in self._held(ARTIFACT, external_ids).items()}
        self.done.known[ARTIFACTS] += len(ids)
        ids.update(self._recorded_before([each for key, each in given.items() if key not in ids]))
        new = [each for key, each in given.items() if key not in ids]
        nodes = [self._artifact(each, keys.get(each.artifact_id, "")) for each in new]
        made = write_nodes(self._session, self._types, ARTIFACT, nodes) if nodes else []
        times = [_times(node, each.created, each.updated or each.created) for each, node in zip(new, made, strict=True)]
        node_rows.set_times(self._session, ARTIFACT, times)
        return {**ids, **{each.artifact_id: node for each, node in zip(new, made, strict=True)}}

    def _artifact(self, given: Artifact, key: str) -> pb.Artifact:
        """Return a new artifact, and count it, unless an earlier transaction has done so."""
        left_out = Findings()
        if given.type not in stored_form.ARTIFACT_TYPES:
            said = f"types of artifacts that Lineal does not know: {given.type or 'none'}"
            left_out.add(said, given.artifact_id)
        type_id = self._type_id(ARTIFACT, stored_form.artifact_type_of(given))
        found = stored_form.artifact(given, key, type_id, left_out)
        is_new = self._made.add(ARTIFACTS, given.artifact_id)
        self.done.new[ARTIFACTS] += is_new
        self.done.known[ARTIFACTS] += not is_new
        if is_new:
            self.done.left_out.merge(left_out)
        return found

    def _recorded_before(self, given: Sequence[Artifact]) -> dict[str, int]:
        """Return the artifacts that version 2 recorded in this store, and that its migration copied into version 3.

        The migration makes the new id from the old one: version 5 of a UUID, of "artifact:ID" in the namespace of DNS.
        """
        wanted = {each.artifact_id: each.uri for each in given if each.uri and _is_made_from_name(each.artifact_id)}
        if not wanted:
            return {}
        at = artifacts_at(self._session, sorted(set(wanted.values())))
        rows = (row for found in at.values() for row in found)
        of_ids = {str(uuid.uuid5(uuid.NAMESPACE_DNS, f"artifact:{row.id}")): row.id for row in rows}
        found = {each: of_ids[each] for each in wanted if each in of_ids}
        self.done.known["artifacts that Kubeflow Pipelines 2 recorded here"] += len(found)
        return found

    def _links(self, whole: WholeRun, executions: Mapping[str, int], artifacts: Mapping[str, int]) -> None:
        rows = event_rows.events_of(self._session, EXECUTION, sorted(executions.values()))
        there = {(row.artifact_id, row.execution_id, row.type) for row in rows}
        ends = {each.task_id: (each.created, each.ended) for each in whole.tasks}
        new: dict[tuple[int, int, int], pb.Event] = {}
        known = set()
        for link in whole.links:
            event = self._event(link, executions, artifacts, ends)
            if event is None:
                continue
            key = (event.artifact_id, event.execution_id, event.type)
            if key in new or key in known:
                self.done.left_out.add("further names of an input or output of the same task", _told(link))
            elif key in there:
                known.add(key)
            else:
                new[key] = event
        self.done.known[LINKS] += len(known)
        self.done.new[LINKS] += len(new)
        if new:
            write_events(self._session, list(new.values()))

    def _event(
        self,
        link: Link,
        executions: Mapping[str, int],
        artifacts: Mapping[str, int],
        ends: Mapping[str, tuple[int | None, int | None]],
    ) -> pb.Event | None:
        execution, artifact = executions.get(link.task_id), artifacts.get(link.artifact_id)
        if execution is None or artifact is None:
            missing = "task" if execution is None else "artifact"
            self.done.left_out.add(f"links whose {missing} is missing", _told(link))
            return None
        if not link.type:
            self.done.left_out.add("links that do not say whether they are inputs or outputs", _told(link))
            return None
        created, ended = ends[link.task_id]
        return stored_form.event(link, execution, artifact, (ended if stored_form.is_output(link) else None) or created)

    def _old_metrics(self, run: Run) -> list[int]:
        """Store what steps reported by the old interface for metrics; return the ids of the artifacts."""
        by_node: dict[str, dict[str, float]] = {}
        for metric in run.metrics:
            by_node.setdefault(metric.node, {})[metric.name] = metric.value
        if not by_node:
            return []
        type_id = self._type_id(ARTIFACT, stored_form.METRICS_TYPE)
        nodes = {
            node.external_id: node
            for node in (
                stored_form.metrics_of_step(name, values, run.run_id, type_id) for name, values in by_node.items()
            )
        }
        held = self._held(ARTIFACT, {each: each for each in nodes})
        new = [node for each, node in nodes.items() if each not in held]
        made = write_nodes(self._session, self._types, ARTIFACT, new) if new else []
        node_rows.set_times(self._session, ARTIFACT, [_times(node, run.ended or run.created, None) for node in made])
        self.done.new[METRICS] += len(new)
        self.done.known[METRICS] += len(held)
        return [*[node.id for node in held.values()], *made]


def _in_order(whole: WholeRun) -> WholeRun:
    """Return a run whose parts are in an order that does not depend on the source."""
    links = sorted(whole.links, key=lambda each: (each.type, each.key, each.artifact_id, each.iteration or 0))
    artifacts = sorted(whole.artifacts.items(), key=lambda each: (each[1].created or 0, each[0]))
    tasks = sorted(whole.tasks, key=lambda each: (each.created or 0, each.task_id))
    return replace(whole, tasks=tasks, links=links, artifacts=dict(artifacts))


def _went_on(custom: Mapping[str, pb.Value], ended: int | None, *, without_end: bool = True) -> bool:
    """Say whether a record is still to end or has ended again since: a run that failed can be run again.

    Args:
        custom: its custom properties.
        ended: the end in the source.
        without_end: what to say of a record that has no end.
    """
    if stored_form.END not in custom:
        return without_end
    return ended is not None and ended > custom[stored_form.END].int_value


def _is_made_from_name(artifact_id: str) -> bool:
    try:
        return uuid.UUID(artifact_id).version == 5
    except ValueError:
        return False


def _told(link: Link) -> str:
    return f"{link.type or 'link'} {link.key!r} of task {link.task_id} and artifact {link.artifact_id}"


def _times(node_id: int, created: int | None, changed: int | None) -> tuple[int, int, int]:
    first = created or changed or now()
    return node_id, first, max(first, changed or first)
