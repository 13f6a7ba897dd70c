"""What an event of OpenLineage becomes: a run, its jobs and its data sets, merged with what earlier events said.

Every merge is commutative, associative and idempotent, so events may come in any order and any number of times
(docs/decisions/0056-openlineage-events-are-merged.md). What stays out: HTTP, and the checks of the event (checks.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lineal import conventions
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, LOCK_ORDER, Kind
from lineal.locations import normal_form
from lineal.openlineage import data_sets, edges, jobs, nodes, own_facets, records, runs, stored_form
from lineal.openlineage import facets as facet_rules
from lineal.openlineage.events import Event, Job
from lineal.openlineage.facets import Values
from lineal.openlineage.nodes import Named
from lineal.openlineage.other_names import merge_named
from lineal.openlineage.plans import Plan, planned
from lineal.service.known_types import KnownTypes
from lineal.service.writes.held_nodes import write_held
from lineal.service.writes.put_nodes import start_nodes, write_nodes
from lineal.store.engine.session import ReceivedEvent, Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows import locations, values
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb

LONGEST_TOGETHER = 0.1
"""The seconds after which a transaction takes no further event: large ones must not cost others their time."""


class Received:
    """An event that came, with all that can be made ready before a transaction begins.

    Attributes:
        workspace: the name of the workspace that it goes to.
        event: the event, without characters that cannot be stored (hiding.py).
    """

    def __init__(self, workspace: str, event: Event) -> None:
        self.workspace, self.event = workspace, event
        self._plan: Plan | None = None if records.tells_of_record(self.event) else self._planned()

    def take_plan(self) -> Plan:
        """Return the nodes that it names, of which none is known yet; a transaction that runs again gets others."""
        plan, self._plan = self._plan or self._planned(), None
        return plan

    def _planned(self) -> Plan:
        return planned(self.workspace, records.without_own_facets(self.event))


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
    passed = own_facets.stores_in(records.facets_of(event))
    if passed and values.value_of(session, values.STORE_ID) in passed:
        return Receipt(is_stored=False)
    left_out: Sequence[str]
    if records.tells_of_record(event):
        is_new, left_out, nodes = records.store_records(session, types, received.workspace, event)
    else:
        receiving = _Receiving(session, types, received)
        is_new, left_out, nodes = receiving.store(), receiving.left_out, receiving.nodes(event)
    if is_new:
        kind = EXECUTION if event.run else CONTEXT if event.job else ARTIFACT
        session.received_events.append(ReceivedEvent(event.given, kind, *nodes))
    return Receipt(is_stored=True, is_new=is_new, left_out=tuple(left_out))


def receive_events(session: Session, types: KnownTypes, events: Sequence[Received]) -> list[Receipt]:
    """Store the first ones of several events, at least one, and no more than fit into LONGEST_TOGETHER.

    Returns:
        The receipts of those that are stored.

    Raises:
        FailedPreconditionError, AbortedError: as `receive_event`, for one of them.
    """
    end = time.monotonic() + LONGEST_TOGETHER
    receipts: list[Receipt] = []
    for each in events:
        receipts.append(receive_event(session, types, each))
        if time.monotonic() > end:
            break
    return receipts


class _Receiving:
    """One event within a transaction.

    What can be asked at once is asked at once: to a database server, statements travel together.
    """

    def __init__(self, session: Session, types: KnownTypes, received: Received) -> None:
        self._session, self._types, self._workspace = session, types, received.workspace
        self._time = received.event.time
        self._plan = received.take_plan()
        self._changed = False
        self._new: dict[Kind, list[Named]] = {kind: [] for kind in LOCK_ORDER}
        self._known: dict[Kind, list[Named]] = {kind: [] for kind in LOCK_ORDER}
        self._ranks: dict[str, int] = {}  # of the job of each execution, before this event

    @property
    def left_out(self) -> tuple[str, ...]:
        """What of the event was not stored."""
        return tuple(self._plan.left_out)

    def nodes(self, event: Event) -> tuple[int, Sequence[int]]:
        """Return the id of what the event is about, and those of its data sets, inputs first, in their order."""
        plan, sets = self._plan, [*event.inputs, *event.outputs]
        known = [stored_form.data_set_external_id(self._workspace, each) for each in sets]
        about = plan.run if event.run else plan.job or next(iter(plan.artifacts.values()))
        return about.id if about else 0, [plan.artifacts[each].id for each in known]

    def store(self) -> bool:
        """Store the event; return whether anything changed."""
        links = self._find()
        for each in self._plan.named:
            (self._new if each.is_new else self._known)[each.kind].append(each)
        workspace = self._ask_for_workspace() if self._new[EXECUTION] or self._new[ARTIFACT] else None
        creating = [(new, self._start_creating(kind, new)) for kind, new in self._new.items() if new]
        merging = [
            (kind, facet_rows.start_merging_into_nodes(self._session, kind, told))
            for kind, known in self._known.items()
            if (told := self._told(known))
        ]
        edging = edges.start(self._session, self._workspace, self._plan.uses, links, self._time)
        nesting = self._start_nesting()
        for new, create in creating:
            self._create(new, create)
        values = self._values(merging)
        for kind, known in self._known.items():
            for each in known:
                self._update(each, values.get((kind, each.id), {}))
        self._join(workspace)
        if self._plan.run is not None:
            self._changed |= edging(self._plan.run.id)
        self._changed |= nesting()
        for each in self._plan.told:
            if each.other_names:
                self._changed |= merge_named(self._session, self._types, self._workspace, each)
        return self._changed

    # Finding what is there.

    def _ask_for_workspace(self) -> Callable[[], int]:
        """Return what returns the id of the context of the workspace, which is created then if it is not there."""
        known = nodes.type_id(self._session, self._types, conventions.WORKSPACE_TYPE)
        row = node_rows.ask_by_type_and_name(self._session, CONTEXT, known, self._workspace)

        def fetch() -> int:
            found = row()
            if found is not None:
                return found.id
            context = pb.Context(type_id=known, name=self._workspace)
            return int(write_nodes(self._session, self._types, CONTEXT, [context])[0])

        return cache(fetch)

    def _find(self) -> Sequence[event_rows.Link]:
        """Find the nodes that are there; return the edges of the execution."""
        plan, run = self._plan, self._plan.run
        note = nodes.ask(self._session, plan.named)
        if self._session.is_careful:  # nothing travels together, and a run that is not there has no edges
            note()
            run = None if run is None or run.is_new else run
        asked = event_rows.ask_for_links(self._session, run.external_id) if run is not None else list
        note()
        links = asked()
        missing = [each for each in plan.artifacts.values() if each.is_new]
        names = self._new_names()
        if missing or names:
            self._find_others(missing, links, names)
            plan.unite()
        return links

    def _new_names(self) -> set[str]:
        """Return the other names that no event has said yet, where events may be stored at the same time."""
        told = [each for each in self._plan.told if each.other_names]
        if not told or not self._session.dialect.has_lock_table:
            return set()
        at = locations.artifacts_at(self._session, sorted({name for each in told for name in each.other_names}))
        known = {(name, row.id) for name, rows in at.items() for row in rows}
        return {name for each in told for name in each.other_names if (name, each.id) not in known}

    def _find_others(self, missing: Sequence[Named], links: Sequence[event_rows.Link], names: Iterable[str]) -> None:
        """Find data sets that other doors made.

        Until the transaction ends, nobody makes any at the same locations, or under the other names of data sets.
        """
        linked = [link.event.artifact_id for link in links]
        data_sets.find_others(self._session, self._types, self._workspace, missing, linked)
        still = [each for each in missing if each.is_new]
        wanted = sorted({locks.of_identity(normal_form(uri)) for uri in (*(each.uri for each in still), *names)})
        if any([locks.take(self._session, lock) for lock in wanted]):  # noqa: C419 all of them
            nodes.ask(self._session, still)()
            still = [each for each in still if each.is_new]
            data_sets.find_others(self._session, self._types, self._workspace, still, linked)

    # Creating what is not.

    def _start_creating(self, kind: Kind, new: Sequence[Named]) -> Callable[[], Sequence[int]]:
        return start_nodes(self._session, self._types, kind, [self._node(each) for each in new])

    def _node(self, named: Named) -> Any:
        """Return a node that is to be created, with all that the event says of it."""
        type_id = nodes.type_id(self._session, self._types, named.type_name)
        node = nodes.new_node(type_id, self._workspace, named)
        for name, content in sorted(named.facets, key=_by_content):
            nodes.put(node, facet_rules.values_of(named.kind, name, content))
        if named.kind is CONTEXT:
            job = Job(str(named.said["namespace"]), str(named.said["name"]))
            node.name = stored_form.context_name(self._workspace, job, is_folded=self._session.folds_names)
        elif named.kind is EXECUTION:
            self._tell(node, named)
        return node

    def _create(self, new: Sequence[Named], create: Callable[[], Sequence[int]]) -> None:
        ids = create()
        for each, node_id in zip(new, ids, strict=True):
            each.new_id = node_id
        told = self._told(new)
        if told:
            facet_rows.merge_into_nodes(self._session, new[0].kind, told, new=ids)
        self._changed = True

    # Merging into what was there.

    def _told(self, named: Sequence[Named]) -> list[Facet]:
        """Return the facets of nodes, which have ids by now."""
        return [Facet(each.id, name, self._time, content) for each in named for name, content in each.facets]

    def _values(self, merging: Sequence[tuple[Kind, Callable[[], list[Facet]]]]) -> dict[tuple[Kind, int], Values]:
        """Store facets; return the properties that those decide which are later than the stored ones."""
        found: dict[tuple[Kind, int], Values] = {}
        for kind, merge in merging:
            for facet in merge():
                self._changed = True
                place = found.setdefault((kind, facet.owner_id), {})
                place.update(facet_rules.values_of(kind, facet.name, facet.content))
        return found

    def _update(self, named: Named, values: Values) -> None:
        node, paths = self._updated(named, values)
        if paths and not named.is_locked:
            nodes.hold(self._session, named, named.id)
            node, paths = self._updated(named, values)
        if paths:
            self._changed = True
            write_held(self._session, self._types, named.kind, named.stored, node, paths)

    def _updated(self, named: Named, values: Values) -> tuple[Any, list[str]]:
        """Return a node as it should become, and the paths of a mask of what differs."""
        node = nodes.stored_node(self._session, self._types, self._workspace, named)
        paths = nodes.put(node, values)
        if named.kind is EXECUTION:
            paths += self._tell(node, named)
        elif named.kind is ARTIFACT:
            paths += data_sets.respelled(node, named)
        return node, paths

    def _tell(self, node: Any, named: Named) -> list[str]:
        """Give an execution what follows from its history; return the paths of a mask of what differs."""
        before = runs.read(stored_form.text_of(node, stored_form.HISTORY))
        history = before.joined(named.history)
        self._ranks[named.external_id] = before.claim.rank if before.claim is not None else -1
        told: Values = {stored_form.HISTORY: history.text}
        if history.claim is not None:
            told.update(name=history.claim.name, job_namespace=history.claim.namespace)
        state = pb.Execution.COMPLETE
        paths = []
        if node.type == stored_form.RUN_TYPE:
            told[stored_form.STARTED], told[stored_form.ENDED] = history.started, history.ended
            listed = runs.listed_as(node, history, stored_form.text_of(node, "run_id"))
            told[conventions.RUN_PROPERTY], state = listed, history.state
        if node.last_known_state != state or not node.HasField("last_known_state"):
            node.last_known_state = state
            paths.append("last_known_state")
        return [*paths, *nodes.put(node, told)]

    # What joins nodes.

    def _join(self, workspace: Callable[[], int] | None) -> None:
        """Put new nodes into the workspace and executions into their jobs, and give data sets their other names."""
        session, plan = self._session, self._plan
        members = [(workspace(), each.id) for each in self._new[EXECUTION]] if workspace else []
        for execution, job in ((plan.run, plan.job), (plan.parent, plan.parent_job)):
            if execution is not None and job is not None and execution.history.claim is not None:
                members += self._of_job(execution, job, execution.history.claim.rank)
        relations.add_members(session, EXECUTION, members)
        if workspace and (new := self._new[ARTIFACT]):
            relations.add_members(session, ARTIFACT, [(workspace(), each.id) for each in new])
        locations.add_names(session, [(each.id, name) for each in plan.told for name in each.other_names])

    def _of_job(self, execution: Named, job: Named, rank: int) -> list[tuple[int, int]]:
        """Return the membership of an execution in a job, and take it out of those that a lesser claim put it into."""
        before = self._ranks[execution.external_id]
        if rank < before:
            return []
        if rank > before >= 0:
            members = relations.memberships_of(self._session, EXECUTION, [execution.id])
            rows = node_rows.nodes_by_ids(self._session, CONTEXT, {context for context, _ in members})
            known = nodes.type_id(self._session, self._types, stored_form.JOB_TYPE)
            stale = [(row.id, execution.id) for row in rows if row.type_id == known and row.id != job.id]
            relations.remove_members(self._session, EXECUTION, stale)
        return [(job.id, execution.id)]

    def _start_nesting(self) -> Callable[[], bool]:
        child, parent = self._plan.job, self._plan.parent_job
        if child is None or parent is None:
            return lambda: False
        return jobs.start_nesting(self._session, self._types, child, parent)


def _by_content(facet: tuple[str, str | None]) -> str:
    """Return what orders facets so that the last one of a name is the one that is stored."""
    return facet[1] or ""
