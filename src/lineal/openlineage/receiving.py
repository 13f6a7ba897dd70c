"""What an event of OpenLineage becomes: a run, its jobs and its data sets, merged with what earlier events said.

Every merge is commutative, associative and idempotent, so events may come in any order and any number of times
(docs/decisions/0056-openlineage-events-are-merged.md). What stays out: HTTP, and the checks of the event (checks.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal import conventions
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.openlineage import data_sets, edges, jobs, nodes, runs, stored_form
from lineal.openlineage import facets as facet_rules
from lineal.openlineage.edges import Use
from lineal.openlineage.events import DataSet, Event, Job
from lineal.openlineage.nodes import Named
from lineal.openlineage.runs import History
from lineal.service.known_types import KnownTypes
from lineal.service.writes.held_nodes import write_held
from lineal.service.writes.put_nodes import write_nodes
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows import locations
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb

_KINDS = (EXECUTION, CONTEXT, ARTIFACT)


@dataclass(frozen=True)
class Received:
    """An event that came.

    Attributes:
        workspace: the name of the workspace that it goes to.
        event: the event.
    """

    workspace: str
    event: Event


@dataclass(frozen=True)
class Receipt:
    """What became of an event.

    Attributes:
        is_stored: whether it is in the store now; False for a kind that is ignored.
        is_new: whether it changed anything; an event that came before does not.
        left_out: what of it was not stored, such as a facet that is too large, each with its JSON pointer.
    """

    is_stored: bool
    is_new: bool = False
    left_out: tuple[str, ...] = ()


def receive_event(session: Session, types: KnownTypes, received: Received) -> Receipt:
    """Store what an event says.

    Raises:
        FailedPreconditionError: a node with one of its external ids is not of the workspace.
        AbortedError: a node was deleted meanwhile.
    """
    receiving = _Receiving(session, types, received.workspace, received.event)
    is_new = receiving.store()
    if is_new:
        session.received_events.append(json.dumps(received.event.given, ensure_ascii=False))
    return Receipt(is_stored=True, is_new=is_new, left_out=tuple(receiving.left_out))


@dataclass
class _Link:
    """A data set that an execution reads or writes, as an event says."""

    data_set: Named
    type: int
    facets: list[tuple[str, str | None]]


@dataclass
class _Plan:
    """The nodes that an event names.

    Attributes:
        run: the execution whose data sets these are, None if the event has none.
        parent: the execution of the parent run.
        jobs: the jobs of the run.
        parent_job: the job of the parent.
        artifacts: the data sets, by external id.
        links: what the execution reads and writes.
        names: the other names of data sets, by the external id of each.
    """

    run: Named | None = None
    parent: Named | None = None
    job: Named | None = None
    parent_job: Named | None = None
    artifacts: dict[str, Named] = field(default_factory=dict)
    links: list[_Link] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)

    @property
    def named(self) -> list[Named]:
        """All nodes, each once."""
        found = [self.run, self.parent, self.job, self.parent_job, *self.artifacts.values()]
        return list({id(each): each for each in found if each is not None}.values())

    def unite(self) -> None:
        """Let names of data sets that turned out to be one artifact be one node."""
        by_id: dict[int, Named] = {}
        for external_id, each in self.artifacts.items():
            first = by_id.setdefault(each.id, each) if each.id else each
            if first is not each:
                first.facets += each.facets
                self.artifacts[external_id] = first
                for link in self.links:
                    link.data_set = first if link.data_set is each else link.data_set


class _Receiving:
    """One event within a transaction."""

    def __init__(self, session: Session, types: KnownTypes, workspace: str, event: Event) -> None:
        self._session, self._types, self._workspace, self._event = session, types, workspace, event
        self.left_out: list[str] = []
        self._changed = False
        self._ranks: dict[int, int] = {}  # of the job of each execution, before this event

    def store(self) -> bool:
        """Store the event; return whether anything changed."""
        plan = self._planned()
        self._find(plan)
        named = plan.named
        workspace_id = self._workspace_id()
        links = self._hold(plan)
        values = self._merge_facets(named)
        self._write(named, values)
        self._join(plan, workspace_id)
        self._put_edges(plan, links)
        self._nest(plan)
        return self._changed

    # What the event names.

    def _planned(self) -> _Plan:
        event, plan = self._event, _Plan()
        plan.job = self._job(event.job, "/job") if event.job is not None else None
        if event.run is not None:
            told = list(facet_rules.contents(event.run.facets, self.left_out, "/run/facets"))
            plan.run = self._execution(event.run.id, runs.of_event(event), told)
            self._plan_parent(plan, event.run.facets.get("parent", {}))
        for direction, given in (("inputs", event.inputs), ("outputs", event.outputs)):
            for index, data_set in enumerate(given):
                self._plan_use(plan, data_set, direction, f"/{direction}/{index}")
        if event.data_set is not None:
            self._artifact(plan, event.data_set, "/dataset")
        self._plan_lineage(plan)
        if plan.links and plan.run is None:
            plan.run = self._declared(plan)
        return plan

    def _job(self, job: Job, place: str) -> Named:
        told = list(facet_rules.contents(job.facets, self.left_out, f"{place}/facets"))
        external_id = stored_form.job_external_id(self._workspace, job.namespace, job.name)
        return Named(stored_form.JOB_TYPE, external_id, {"name": job.name, "namespace": job.namespace}, told)

    def _execution(self, run_id: str, history: History, told: list[tuple[str, str | None]]) -> Named:
        external_id = stored_form.run_external_id(self._workspace, run_id)
        said: facet_rules.Values = {"run_id": stored_form.run_id_of(run_id)}
        return Named(stored_form.RUN_TYPE, external_id, said, told, history=history)

    def _plan_parent(self, plan: _Plan, parent: Mapping[str, Any]) -> None:
        run, job = (each if isinstance(each, dict) else {} for each in (parent.get("run"), parent.get("job")))
        run_id, namespace, name = run.get("runId"), job.get("namespace"), job.get("name")
        is_named = isinstance(namespace, str) and isinstance(name, str) and bool(name)
        if is_named:
            plan.parent_job = self._job(Job(str(namespace), str(name)), "")
            if plan.job is not None and plan.parent_job.external_id == plan.job.external_id:
                plan.parent_job = plan.job
        if isinstance(run_id, str) and run_id:
            history = runs.of_parent(str(namespace), str(name)) if is_named else History()
            plan.parent = self._execution(run_id, history, [])
            if plan.run is not None and plan.parent.external_id == plan.run.external_id:
                plan.parent = None

    def _plan_use(self, plan: _Plan, data_set: DataSet, direction: str, place: str) -> None:
        artifact = self._artifact(plan, data_set, place)
        told = list(facet_rules.contents(data_set.use_facets, self.left_out, f"{place}/{direction[:-1]}Facets"))
        plan.links.append(_Link(artifact, self._type_of(direction), told))

    def _type_of(self, direction: str) -> int:
        if self._event.run is not None:
            return pb.Event.INPUT if direction == "inputs" else pb.Event.OUTPUT
        return pb.Event.DECLARED_INPUT if direction == "inputs" else pb.Event.DECLARED_OUTPUT

    def _artifact(self, plan: _Plan, data_set: DataSet, place: str) -> Named:
        named = data_sets.named(self._workspace, data_set, self.left_out, place)
        names = plan.names.setdefault(named.external_id, [])
        names += data_sets.other_names(data_set)
        known = plan.artifacts.setdefault(named.external_id, named)
        if known is not named:
            known.facets += named.facets
            data_sets.respell(known, named)
        return known

    def _plan_lineage(self, plan: _Plan) -> None:
        """Add what the facet `lineage` says of the job, or of a data set."""
        event = self._event
        if event.job is not None:
            targets, sources = data_sets.lineage_of_job(event.job)
        elif event.data_set is not None:
            targets, sources = data_sets.lineage_of_data_set(event.data_set)
        else:
            return
        for direction, found in (("outputs", targets), ("inputs", sources)):
            for data_set in found:
                artifact = self._artifact(plan, data_set, "")
                plan.links.append(_Link(artifact, self._type_of(direction), []))

    def _declared(self, plan: _Plan) -> Named:
        """Return the execution that stands for what a job or a data set declares."""
        of = plan.job or next(iter(plan.artifacts.values()))
        job = self._event.job
        history = History(claim=runs.Claim(runs.NAMED, 0, job.namespace, job.name)) if job is not None else History()
        said: facet_rules.Values = {"name": of.said["name"]}
        return Named(stored_form.DECLARED_TYPE, stored_form.declared_external_id(of.external_id), said, history=history)

    # Finding and creating nodes.

    def _find(self, plan: _Plan) -> None:
        """Find the nodes, and note which are new; nobody else creates them until the transaction ends."""
        named = plan.named
        self._look(plan, named)
        missing = [each for each in named if not each.id]
        wanted = sorted({locks.of_identity(each.uri or each.external_id) for each in missing})
        taken = [locks.take(self._session, lock) for lock in wanted]
        if any(taken):
            self._look(plan, missing)
        plan.unite()
        for each in plan.named:
            each.is_new = not each.id

    def _look(self, plan: _Plan, named: Sequence[Named]) -> None:
        nodes.find(self._session, named)
        missing = [each for each in named if not each.id and each.kind is ARTIFACT]
        if not missing:
            return
        linked: Iterable[int] = ()
        if plan.run is not None and plan.run.id:
            linked = [event.artifact_id for event in event_rows.events_of(self._session, EXECUTION, [plan.run.id])]
        data_sets.find_others(self._session, self._types, self._workspace, missing, linked)

    def _workspace_id(self) -> int:
        """Return the id of the context of the workspace, which is created if it is not there."""
        known = nodes.type_id(self._session, self._types, conventions.WORKSPACE_TYPE)
        name = self._workspace
        found = node_rows.node_by_type_and_name(self._session, CONTEXT, known, name)
        if found is None and locks.take(self._session, locks.of_identity(f"{conventions.WORKSPACE_TYPE}/{name}")):
            found = node_rows.node_by_type_and_name(self._session, CONTEXT, known, name)
        if found is not None:
            return found.id
        context = pb.Context(type_id=known, name=name)
        return int(write_nodes(self._session, self._types, CONTEXT, [context])[0])

    def _hold(self, plan: _Plan) -> list[event_rows.Link]:
        """Lock the nodes that were there; return the edges of the execution."""
        nodes.hold(self._session, plan.named)
        if plan.run is None or plan.run.is_new:
            return []
        return event_rows.ask_for_links(self._session, [plan.run.id])()

    # Writing.

    def _merge_facets(self, named: Sequence[Named]) -> dict[tuple[Kind, int], facet_rules.Values]:
        """Store facets of the nodes that were there; return the properties that changed with them."""
        found: dict[tuple[Kind, int], facet_rules.Values] = {}
        for kind in _KINDS:
            told = [
                Facet(each.id, name, self._event.time, content)
                for each in named
                if each.kind is kind and not each.is_new
                for name, content in each.facets
            ]
            if not told:
                continue
            merged = facet_rows.merge_into_nodes(self._session, kind, told)
            self._changed |= bool(merged)
            for facet in merged:
                place = found.setdefault((kind, facet.owner_id), {})
                place.update(facet_rules.values_of(kind, facet.name, facet.content))
        return found

    def _write(self, named: Sequence[Named], values: Mapping[tuple[Kind, int], facet_rules.Values]) -> None:
        for each in named:
            if not each.is_new:
                self._update(each, values.get((each.kind, each.id), {}))
        for kind in _KINDS:
            new = [each for each in named if each.is_new and each.kind is kind]
            if new:
                self._create(kind, new)

    def _update(self, named: Named, values: facet_rules.Values) -> None:
        node = nodes.stored_node(self._session, self._types, self._workspace, named)
        paths = nodes.put(node, values)
        if named.kind is EXECUTION:
            paths += self._tell(node, named)
        elif named.kind is ARTIFACT:
            paths += data_sets.respelled(node, named)
        if named.kind is ARTIFACT:
            named.uri, named.external_id = node.uri, node.external_id
        if paths:
            self._changed = True
            write_held(self._session, self._types, named.kind, named.stored, node, paths)

    def _create(self, kind: Kind, new: Sequence[Named]) -> None:
        made = []
        for each in new:
            type_id = nodes.type_id(self._session, self._types, each.type_name)
            node = nodes.new_node(type_id, self._workspace, each)
            for name, content in sorted(each.facets, key=_by_content):
                nodes.put(node, facet_rules.values_of(kind, name, content))
            if kind is CONTEXT:
                job = Job(str(each.said["namespace"]), str(each.said["name"]))
                node.name = stored_form.context_name(self._workspace, job)
            elif kind is EXECUTION:
                self._tell(node, each)
            made.append(node)
        ids = write_nodes(self._session, self._types, kind, made)
        self._changed = True
        for each, node_id in zip(new, ids, strict=True):
            each.id = node_id
        told = [Facet(each.id, name, self._event.time, content) for each in new for name, content in each.facets]
        if told:
            facet_rows.merge_into_nodes(self._session, kind, told, new=ids)

    def _tell(self, node: Any, named: Named) -> list[str]:
        """Give an execution what follows from its history; return the paths of a mask of what differs."""
        before = runs.read(stored_form.text_of(node, stored_form.HISTORY))
        history = before.joined(named.history)
        self._ranks[named.id] = before.claim.rank if before.claim is not None else -1
        claim = history.claim
        told: facet_rules.Values = {stored_form.HISTORY: history.text}
        if claim is not None:
            told.update(name=claim.name, job_namespace=claim.namespace)
        if node.type == stored_form.RUN_TYPE:
            told[stored_form.STARTED], told[stored_form.ENDED] = history.started, history.ended
        paths = nodes.put(node, told)
        if node.type == stored_form.RUN_TYPE:
            listed = runs.listed_as(node, history, stored_form.text_of(node, "run_id"))
            paths += nodes.put(node, {conventions.RUN_PROPERTY: listed})
        state = history.state if node.type == stored_form.RUN_TYPE else pb.Execution.COMPLETE
        if node.last_known_state != state or not node.HasField("last_known_state"):
            node.last_known_state = state
            paths.append("last_known_state")
        return paths

    def _join(self, plan: _Plan, workspace_id: int) -> None:
        """Put new nodes into the workspace, and executions into the jobs that they are of."""
        for kind in (EXECUTION, ARTIFACT):
            new = [each.id for each in plan.named if each.is_new and each.kind is kind]
            relations.add_members(self._session, kind, [(workspace_id, each) for each in new])
        for execution, job in ((plan.run, plan.job), (plan.parent, plan.parent_job)):
            if execution is not None and job is not None and execution.history.claim is not None:
                self._join_job(execution, job.id, execution.history.claim.rank)

    def _join_job(self, execution: Named, job: int, rank: int) -> None:
        """Put an execution into a job, and out of those that a lesser claim put it into."""
        before = -1 if execution.is_new else self._ranks[execution.id]
        if rank < before:
            return
        members = [] if execution.is_new else relations.memberships_of(self._session, EXECUTION, [execution.id])
        if rank > before >= 0:
            rows = node_rows.nodes_by_ids(self._session, CONTEXT, {context for context, _ in members})
            known = nodes.type_id(self._session, self._types, stored_form.JOB_TYPE)
            stale = [(row.id, execution.id) for row in rows if row.type_id == known and row.id != job]
            relations.remove_members(self._session, EXECUTION, stale)
        if (job, execution.id) not in members:
            relations.add_members(self._session, EXECUTION, [(job, execution.id)])
            self._changed = True

    def _put_edges(self, plan: _Plan, links: Sequence[event_rows.Link]) -> None:
        for external_id, names in plan.names.items():
            if names:
                locations.add_names(self._session, plan.artifacts[external_id].id, names)
        if plan.run is None or not plan.links:
            return
        uses = [
            Use(each.data_set.id, each.data_set.external_id, each.data_set.uri, each.type, each.facets)
            for each in plan.links
        ]
        time = self._event.time
        self._changed |= edges.put(self._session, self._workspace, plan.run.id, uses, links, time)

    def _nest(self, plan: _Plan) -> None:
        child, parent = plan.job, plan.parent_job
        if child is None or parent is None:
            return
        if stored_form.UNKNOWN_JOB not in (child.said["name"], parent.said["name"]):
            is_new = child.is_new
            self._changed |= jobs.nest(self._session, self._types, child.id, parent.id, is_new=is_new)


def _by_content(facet: tuple[str, str | None]) -> str:
    """Return what orders facets so that the last one of a name is the one that is stored."""
    return facet[1] or ""
