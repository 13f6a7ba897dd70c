"""The order of an import: experiments, runs with their points, logged models, what joins them, the registry.

Each batch is one transaction, with more of them for points that it does not hold. An import that ends early has stored
whole batches, and is run again. What stays out: how each kind of thing is stored (the other modules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from lineal import errors, progress
from lineal.importing.findings import Findings
from lineal.importing.report import Report
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.mlflow import run_parents, stored_form
from lineal.mlflow.importing import counted, experiments, fitting, histories, logged_models, registry, runs
from lineal.mlflow.importing.files import Files, Target
from lineal.mlflow.importing.logged_models import PlacedModel
from lineal.mlflow.importing.runs import Placed, Stored
from lineal.mlflow_sources import (
    DEFAULT_EXPERIMENT,
    DEFAULT_WORKSPACE,
    Experiment,
    Model,
    RegisteredModel,
    Run,
    Series,
    Source,
)
from lineal.service import MetadataService
from lineal.service.audit import note
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows import node_points
from lineal.store.rows import nodes as node_rows
from lineal.store.schema import on_demand

Item = TypeVar("Item")
Result = TypeVar("Result")
_PIECE = 100
"""How many links between records are written together."""
_REFUSED = (
    errors.InvalidArgumentError,
    errors.AlreadyExistsError,
    errors.OutOfRangeError,
    errors.FailedPreconditionError,
    errors.NotFoundError,
)
"""Errors of one record, which leave the others of its batch alone."""
_LONGEST_REASON = 300


@dataclass(frozen=True)
class Options:
    """How to import.

    Attributes:
        workspace: the workspace in the store for the source's workspace `default`; others keep their names.
        files: what becomes of the files of runs.
        who: the name in the audit log; "" for no entry.
    """

    workspace: str = DEFAULT_WORKSPACE
    files: Files = field(default_factory=Files)
    who: str = ""

    def workspace_of(self, of_source: str) -> str:
        """Return the workspace in the store for one of the source."""
        return self.workspace if of_source == DEFAULT_WORKSPACE else of_source


def import_source(service: MetadataService, source: Source, options: Options) -> Report:
    """Import what a source holds; what is there already stays, and gets what it lacks.

    Raises:
        StatusError: the source cannot be read, or the store cannot be written; what is committed stays.
    """
    on_demand.prepare(service.database)
    return _Import(service, source, options).run()


class _Import:
    """One import."""

    def __init__(self, service: MetadataService, source: Source, options: Options) -> None:
        self._service = service
        self._source = source
        self._options = options
        self._done = Report()
        self._runs_done = 0
        self._total = source.count_runs()
        self._linked: dict[str, list[Run]] = {}
        self._parents: dict[str, dict[str, str]] = {}

    def run(self) -> Report:
        """Import everything."""
        found = [(each.id, self._experiment(each)) for each in default_first(self._source.experiments())]
        placed = [(source_id, target) for source_id, target in found if target is not None]
        for source_id, target in placed:
            for batch in self._source.run_batches(source_id, self._source.batch_size):
                self._run_batch(target, batch)
        for source_id, target in placed:
            for models in self._source.model_batches(source_id, self._source.batch_size):
                self._model_batch(target, models)
        self._join()
        for model in self._source.registered_models():
            self._put_together([model], self._registered_model, lambda each: f"registered model {each.name[:60]}")
        self._end()
        return self._done

    def _experiment(self, experiment: Experiment) -> Target | None:
        """Put an experiment; return where it is, None if the store refuses it."""
        workspace = self._options.workspace_of(experiment.workspace)
        place = self._options.files.place_of(experiment)
        try:
            context, done = self._service.write(
                lambda session, types: experiments.put(session, types, workspace, experiment, place)
            )
        except _REFUSED as error:
            called = f"experiment {experiment.id} with its runs ({experiment.name[:60]!r})"
            self._done.failed.add(error.message[:_LONGEST_REASON], called)
            return None
        self._done.merge(done)
        return Target(workspace, context.id, stored_form.experiment_id_of(context))

    def _run_batch(self, target: Target, batch: Sequence[Run]) -> None:
        fitted = [fitting.run(each, self._done.left_out) for each in batch]
        placed = [Placed(run, self._options.files.place_of_run(target, run, self._done)) for run in fitted]
        put = partial(self._put_runs, target)
        self._put_together(placed, put, lambda each: f"run {each.run.run_id}")
        linked = [run for run in fitted if run.models_read or run.models_made]
        self._linked.setdefault(target.workspace, []).extend(
            replace(run, params={}, tags={}, inputs=()) for run in linked
        )
        parents = {run.run_id: run.tags[run_parents.PARENT_TAG] for run in fitted if run_parents.PARENT_TAG in run.tags}
        self._parents.setdefault(target.workspace, {}).update(parents)
        self._runs_done += len(batch)
        progress.report("runs", self._runs_done, self._total)

    def _put_runs(self, target: Target, batch: Sequence[Placed]) -> None:
        wanted = self._with_new_points(target.workspace, [each.run.run_id for each in batch])
        odd = Findings()
        with closing(histories.pieces(self._source.points(wanted), odd)) as parts:
            first = next(parts, [])

            def begin(session: Session, types: KnownTypes) -> tuple[Stored, int]:
                stored = runs.put(session, types, target.workspace, target.context_id, batch)
                return stored, histories.add(
                    session, types, EXECUTION, stored.ids, first, counted=self._counted(stored)
                )

            stored, count = self._service.write(begin)
            self._done.merge(stored.report)
            self._done.new[counted.POINTS] += count
            for part in parts:
                add = partial(histories.add, kind=EXECUTION, ids=stored.ids, piece=part, counted=self._counted(stored))
                self._done.new[counted.POINTS] += self._service.write(add)
        self._done.left_out.merge(odd)

    def _with_new_points(self, workspace: str, run_ids: Sequence[str]) -> list[str]:
        """Return the ids of those runs that may have points which the store lacks."""
        external_ids = {stored_form.run_external_id(workspace, each): each for each in run_ids}

        def look(session: Session, _: KnownTypes) -> dict[str, int]:
            rows = node_rows.ask_by_external_ids(session, EXECUTION, external_ids)()
            held = node_points.count_points(session, EXECUTION, [row.id for row in rows])
            return {external_ids[row.external_id or ""]: held.get(row.id, 0) for row in rows}

        held = self._service.read(look)
        told = self._source.point_counts(list(held)) if held else {}
        full = {each for each, count in held.items() if told is not None and told.get(each, 0) <= count}
        return [each for each in run_ids if each not in full]

    def _counted(self, stored: Stored) -> frozenset[int]:
        """Return the nodes of which it must be counted how many points are new."""
        every = frozenset(stored.ids.values())
        return every if self._source.repeats_points else every - stored.new

    def _model_batch(self, target: Target, batch: Sequence[Model]) -> None:
        files = self._options.files
        fitted = [fitting.model(each, self._done.left_out) for each in batch]
        placed = [PlacedModel(each, files.place_of_model(target, each, self._done)) for each in fitted]
        put = partial(self._put_models, target)
        self._put_together(placed, put, lambda each: f"logged model {each.model.model_id}")

    def _put_models(self, target: Target, batch: Sequence[PlacedModel]) -> None:
        stored = self._service.write(
            lambda session, types: logged_models.put(session, types, target.workspace, target.context_id, batch)
        )
        self._done.merge(stored.report)
        odd = Findings()
        with closing(histories.pieces(self._source.model_points(list(stored.ids)), odd)) as parts:
            for part in parts:
                self._done.new[counted.POINTS] += self._service.write(
                    partial(self._add_to_models, target.workspace, part)
                )
        self._service.write(lambda session, _: logged_models.set_times(session, batch, stored))
        self._done.left_out.merge(odd)

    @staticmethod
    def _add_to_models(workspace: str, part: Sequence[Series], session: Session, types: KnownTypes) -> int:
        held, ids = logged_models.holders(session, types, workspace, part)
        return histories.add(session, types, ARTIFACT, ids, held, counted=frozenset(ids.values()))

    def _put_together(
        self, batch: Sequence[Item], put: Callable[[Sequence[Item]], None], called: Callable[[Item], str]
    ) -> None:
        """Put a batch; if something of it is refused, put the others without it."""
        try:
            put(batch)
        except _REFUSED as error:
            if len(batch) == 1:
                self._done.failed.add(error.message[:_LONGEST_REASON], called(batch[0]))
                return
            for each in batch:
                self._put_together([each], put, called)

    def _join(self) -> None:
        """Record which logged models runs made and read, and which runs are inside others."""
        for workspace, linked in self._linked.items():
            for piece in _pieces(linked):
                self._done.merge(self._service.write(partial(logged_models.join, workspace=workspace, runs=piece)))
        for workspace, parents in self._parents.items():
            for pairs in _pieces(list(parents.items())):
                self._service.write(partial(run_parents.nest, workspace=workspace, parents=dict(pairs)))

    def _registered_model(self, given: Sequence[RegisteredModel]) -> None:
        for each in given:
            workspace, moved = self._options.workspace_of(each.workspace), self._options.files.moved
            self._done.merge(self._service.write(partial(registry.put, workspace=workspace, given=each, moved=moved)))

    def _end(self) -> None:
        """Count what stays behind, and write the entry of the audit log."""
        for called, count in self._source.left_behind().items():
            self._done.left_out.add(called, count=count)
        self._done.left_out.merge(self._source.findings)
        if self._options.who:
            new: Mapping[str, object] = {"source": self._source.shown, **self._done.new}
            entry = partial(note, who=self._options.who, command="import", action="import", new=dict(new))
            self._service.write(lambda session, _: entry(session))


def default_first(found: Sequence[Experiment]) -> list[Experiment]:
    """Return experiments with those that every workspace has first: it is made with the workspace."""
    return sorted(found, key=lambda each: each.id != DEFAULT_EXPERIMENT)


def _pieces(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + _PIECE] for start in range(0, len(items), _PIECE))
