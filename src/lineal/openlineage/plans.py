"""The nodes that an event names, before the store is asked for any of them.

What stays out: finding, creating and merging them (receiving.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lineal.event_directions import SAYS_INPUT, SAYS_OUTPUT
from lineal.openlineage import data_sets, runs, stored_form
from lineal.openlineage import facets as facet_rules
from lineal.openlineage.edges import Use
from lineal.openlineage.events import DataSet, Event, Job
from lineal.openlineage.nodes import Named
from lineal.openlineage.pointers import EventError
from lineal.openlineage.runs import History
from lineal.openlineage.stored_form import location_of
from lineal.wire import metadata_store as pb

MOST_DATA_SETS = 5000
"""How many data sets an event may name: more are not stored before its client gives up."""


@dataclass
class Plan:
    """The nodes that an event names.

    Attributes:
        run: the execution whose data sets these are, None if the event has none.
        parent: the execution of the parent run.
        job: the job of the event.
        parent_job: the job of the parent.
        artifacts: the data sets, by external id; names of one artifact share a node.
        told: the data sets as the event names them.
        uses: what the execution reads and writes.
        left_out: what is not stored, each with its JSON pointer.
    """

    run: Named | None = None
    parent: Named | None = None
    job: Named | None = None
    parent_job: Named | None = None
    artifacts: dict[str, Named] = field(default_factory=dict)
    told: list[Named] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def named(self) -> list[Named]:
        """All nodes, each once."""
        found = [self.run, self.parent, self.job, self.parent_job, *self.artifacts.values()]
        return list({id(each): each for each in found if each is not None}.values())

    def follow_names(self) -> None:
        """Give data sets also the other names of their other names, which the event may say of another one."""
        said = {(location_of(each.uri), each.version): each.other_names for each in self.told if each.other_names}
        if len(said) < 2:
            return
        for each in self.told:
            own = location_of(each.uri)
            for name in each.other_names:  # also those that are added on the way
                more = said.get((location_of(name), each.version), ())
                each.other_names += [one for one in more if one not in each.other_names and location_of(one) != own]

    def unite(self) -> None:
        """Give names of data sets that are one artifact one node."""
        by_id: dict[int, Named] = {}
        # The one that the artifact is named by comes first, since its spelling counts.
        for external_id, each in sorted(self.artifacts.items(), key=lambda item: item[0] != item[1].stored_external_id):
            first = by_id.setdefault(each.id, each) if each.id else each
            if first is not each:
                first.facets += each.facets
                first.is_locked &= each.is_locked
                self.artifacts[external_id] = first
                self.uses = [replace(use, data_set=first) if use.data_set is each else use for use in self.uses]


def planned(workspace: str, event: Event) -> Plan:
    """Return the nodes that an event names.

    Raises:
        EventError: these are too many data sets.
    """
    plan = _Planning(workspace, event).planned()
    if len(plan.artifacts) > MOST_DATA_SETS:
        raise EventError(
            "",
            f"names {len(plan.artifacts)} data sets, and may name {MOST_DATA_SETS}; send the same run in several "
            "events, which add up",
        )
    return plan


class _Planning:
    """One event."""

    def __init__(self, workspace: str, event: Event) -> None:
        self._workspace, self._event = workspace, event
        self._plan = Plan()

    def planned(self) -> Plan:
        """Return the nodes."""
        event, plan = self._event, self._plan
        plan.job = self._job(event.job, "/job") if event.job is not None else None
        if event.run is not None:
            told = list(facet_rules.contents(event.run.facets, plan.left_out, "/run/facets"))
            told += facet_rules.contents(facet_rules.of_run(event.job.facets if event.job else {}), [], "")
            plan.run = self._execution(event.run.id, runs.of_event(event), told)
            plan.run.is_locked = True
            self._add_parent(event.run.facets.get("parent", {}))
        for direction, given in (("inputs", event.inputs), ("outputs", event.outputs)):
            for index, data_set in enumerate(given):
                self._add_use(data_set, direction, f"/{direction}/{index}")
        if event.data_set is not None:
            self._artifact(event.data_set, "/dataset")
        self._add_lineage()
        if plan.uses and plan.run is None:
            plan.run = self._declared()
        plan.follow_names()
        return plan

    def _job(self, job: Job, place: str) -> Named:
        told = list(facet_rules.contents(job.facets, self._plan.left_out, f"{place}/facets"))
        external_id = stored_form.job_external_id(self._workspace, job.namespace, job.name)
        return Named(
            stored_form.JOB_TYPE,
            external_id,
            {"name": job.name, "namespace": job.namespace},
            told,
            is_locked=bool(told),
        )

    def _execution(self, run_id: str, history: History, told: list[tuple[str, str | None]]) -> Named:
        external_id = stored_form.run_external_id(self._workspace, run_id)
        said: facet_rules.Values = {"run_id": stored_form.run_id_of(run_id)}
        return Named(stored_form.RUN_TYPE, external_id, said, told, history=history)

    def _add_parent(self, parent: Mapping[str, Any]) -> None:
        run, job = (each if isinstance(each, dict) else {} for each in (parent.get("run"), parent.get("job")))
        plan, run_id, namespace, name = self._plan, run.get("runId"), job.get("namespace"), job.get("name")
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

    def _add_use(self, data_set: DataSet, direction: str, place: str) -> None:
        told = list(facet_rules.contents(data_set.use_facets, self._plan.left_out, f"{place}/{direction[:-1]}Facets"))
        if direction == "outputs":
            data_set, of_writing = data_sets.without_writing(data_set)
            told += facet_rules.contents(of_writing, self._plan.left_out, f"{place}/facets")
        artifact = self._artifact(data_set, place)
        self._plan.uses.append(Use(artifact, self._type_of(direction), told))

    def _type_of(self, direction: str) -> int:
        if self._event.run is not None:
            return pb.Event.INPUT if direction == "inputs" else pb.Event.OUTPUT
        return SAYS_INPUT if direction == "inputs" else SAYS_OUTPUT

    def _artifact(self, data_set: DataSet, place: str) -> Named:
        named = data_sets.named(self._workspace, data_set, self._plan.left_out, place)
        known = self._plan.artifacts.setdefault(named.external_id, named)
        known.other_names += data_sets.other_names(data_set)
        if known is named:
            self._plan.told.append(named)
        else:
            known.facets += named.facets
            known.is_locked |= named.is_locked
            data_sets.respell(known, named)
        return known

    def _add_lineage(self) -> None:
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
                artifact = self._artifact(data_set, "")
                told = list(facet_rules.contents(data_set.use_facets, [], ""))
                self._plan.uses.append(Use(artifact, self._type_of(direction), told))

    def _declared(self) -> Named:
        """Return the execution that stands for what a job or a data set declares."""
        of = self._plan.job or next(iter(self._plan.artifacts.values()))
        job = self._event.job
        history = History(claim=runs.Claim(runs.NAMED, 0, job.namespace, job.name)) if job is not None else History()
        said: facet_rules.Values = {"name": of.said["name"]}
        return Named(
            stored_form.DECLARED_TYPE,
            stored_form.declared_external_id(of.external_id),
            said,
            history=history,
            is_locked=True,
        )
