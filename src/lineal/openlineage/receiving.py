"""What an event of OpenLineage becomes: a run, its jobs and its data sets, merged with what earlier events said.

Every merge is commutative, associative and idempotent, so events may come in any order and any number of times
(docs/decisions/0056-openlineage-events-are-merged.md). What stays out: HTTP, and the checks of the event (checks.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineal import conventions
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.locations import normal_form
from lineal.openlineage import data_sets, edges, jobs, nodes, own_facets, records, runs, stored_form
from lineal.openlineage import facets as facet_rules
from lineal.openlineage.edges import Use
from lineal.openlineage.events import Event, Job
from lineal.openlineage.nodes import Named
from lineal.openlineage.plans import planned
from lineal.service.known_types import KnownTypes
from lineal.service.writes.held_nodes import write_held
from lineal.service.writes.put_nodes import write_nodes
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows import locations, values
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
    event = received.event
    if values.value_of(session, values.STORE_ID) in own_facets.stores_in(records.facets_of(event)):
        return Receipt(is_stored=False)
    if records.tells_of_record(event):
        is_new, left_out = records.store_records(session, types, received.workspace, event)
    else:
        receiving = _Receiving(session, types, received.workspace, records.without_own_facets(event))
        is_new, left_out = receiving.store(), receiving.left_out
    if is_new:
        session.received_events.append(json.dumps(event.given, ensure_ascii=False))
    return Receipt(is_stored=True, is_new=is_new, left_out=tuple(left_out))


class _Receiving:
    """One event within a transaction."""

    def __init__(self, session: Session, types: KnownTypes, workspace: str, event: Event) -> None:
        self._session, self._types, self._workspace, self._event = session, types, workspace, event
        self._plan = planned(workspace, event)
        self.left_out = self._plan.left_out
        self._changed = False
        self._ranks: dict[int, int] = {}  # of the job of each execution, before this event

    def store(self) -> bool:
        """Store the event; return whether anything changed."""
        self._find()
        named = self._plan.named
        workspace_id = self._workspace_id()
        links = self._hold()
        values = self._merge_facets(named)
        self._write(named, values)
        self._join(workspace_id)
        self._put_edges(links)
        self._nest()
        return self._changed

    # Finding and creating nodes.

    def _find(self) -> None:
        """Find the nodes, and note which are new; nobody else creates them until the transaction ends."""
        named = self._plan.named
        self._look(named)
        missing = [each for each in named if not each.id]
        wanted = sorted({locks.of_identity(normal_form(each.uri) or each.external_id) for each in missing})
        taken = [locks.take(self._session, lock) for lock in wanted]
        if any(taken):
            self._look(missing)
        self._plan.unite()
        for each in self._plan.named:
            each.is_new = not each.id

    def _look(self, named: Sequence[Named]) -> None:
        nodes.find(self._session, named)
        missing = [each for each in named if not each.id and each.kind is ARTIFACT]
        if not missing:
            return
        run = self._plan.run
        events = event_rows.events_of(self._session, EXECUTION, [run.id]) if run is not None and run.id else []
        linked = [event.artifact_id for event in events]
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

    def _hold(self) -> list[event_rows.Link]:
        """Lock the nodes that were there; return the edges of the execution."""
        nodes.hold(self._session, self._plan.named)
        if self._plan.run is None or self._plan.run.is_new:
            return []
        return event_rows.ask_for_links(self._session, [self._plan.run.id])()

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
                node.name = stored_form.context_name(self._workspace, job, is_folded=self._session.folds_names)
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

    def _join(self, workspace_id: int) -> None:
        """Put new nodes into the workspace, and executions into the jobs that they are of."""
        for kind in (EXECUTION, ARTIFACT):
            new = [each.id for each in self._plan.named if each.is_new and each.kind is kind]
            relations.add_members(self._session, kind, [(workspace_id, each) for each in new])
        for execution, job in ((self._plan.run, self._plan.job), (self._plan.parent, self._plan.parent_job)):
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

    def _put_edges(self, links: Sequence[event_rows.Link]) -> None:
        for external_id, names in self._plan.names.items():
            if names:
                locations.add_names(self._session, self._plan.artifacts[external_id].id, names)
        if self._plan.run is None or not self._plan.links:
            return
        uses = [
            Use(
                each.data_set.id,
                each.data_set.uri,
                stored_form.is_version(each.data_set.external_id, self._workspace),
                each.type,
                each.facets,
            )
            for each in self._plan.links
        ]
        time = self._event.time
        self._changed |= edges.put(self._session, self._workspace, self._plan.run.id, uses, links, time)

    def _nest(self) -> None:
        child, parent = self._plan.job, self._plan.parent_job
        if child is None or parent is None:
            return
        if stored_form.UNKNOWN_JOB not in (child.said["name"], parent.said["name"]):
            is_new = child.is_new
            self._changed |= jobs.nest(self._session, self._types, child.id, parent.id, is_new=is_new)


def _by_content(facet: tuple[str, str | None]) -> str:
    """Return what orders facets so that the last one of a name is the one that is stored."""
    return facet[1] or ""
