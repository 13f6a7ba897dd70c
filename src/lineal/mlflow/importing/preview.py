"""What an import would do: the same counts, without writing anything.

Points are counted by the source, so those of a server are unknown. What stays out: files, which are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from lineal import progress
from lineal.importing.report import Report
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.mlflow import registered, stored_form
from lineal.mlflow.importing import counted, experiments, fitting, registry
from lineal.mlflow.importing.importing import Options, default_first
from lineal.mlflow.new_models import external_id_of
from lineal.mlflow.requests import Request
from lineal.mlflow_sources import Experiment, RegisteredModel, Run, Source
from lineal.service import MetadataService
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows import node_points
from lineal.store.rows import nodes as node_rows

Result = TypeVar("Result")


def preview(service: MetadataService | None, source: Source, options: Options) -> Report:
    """Return what an import would do.

    Args:
        service: the store; None for one that does not exist yet.
        source: what would be imported.
        options: how.

    Raises:
        StatusError: the source or the store cannot be read.
    """
    return _Preview(service, source, options).run()


class _Preview:
    """One look at a source."""

    def __init__(self, service: MetadataService | None, source: Source, options: Options) -> None:
        self._service = service
        self._source = source
        self._options = options
        self._done = Report()

    def run(self) -> Report:
        """Look at everything."""
        done, total, runs_done = self._done, self._source.count_runs(), 0
        found = default_first(self._source.experiments())
        workspaces = {each.id: self._options.workspace_of(each.workspace) for each in found}
        for each in found:
            fitting.tags(each.tags, f"experiment {each.id}", done.left_out)
            fitting.experiment_name(workspaces[each.id], each.name, each.id, done.left_out)
            self._count(counted.EXPERIMENTS, self._has_experiment(workspaces[each.id], each))
        for each in found:
            for batch in self._source.run_batches(each.id, self._source.batch_size):
                self._look_at_runs(workspaces[each.id], batch)
                runs_done += len(batch)
                progress.report("runs", runs_done, total)
            for models in self._source.model_batches(each.id, self._source.batch_size):
                for model in models:
                    fitting.model(model, done.left_out)
                ids = [external_id_of(workspaces[each.id], model.model_id) for model in models]
                self._count_known(counted.MODELS, len(ids), len(self._held(ARTIFACT, ids)))
        for registered_model in self._source.registered_models():
            self._look_at_registered(registered_model)
        for called, count in self._source.left_behind().items():
            done.left_out.add(called, count=count)
        done.left_out.merge(self._source.findings)
        return done

    def _has_experiment(self, workspace: str, given: Experiment) -> bool:
        return self._read(lambda session, types: experiments.find(session, types, workspace, given) is not None, False)

    def _look_at_runs(self, workspace: str, batch: Sequence[Run]) -> None:
        batch = [fitting.run(run, self._done.left_out) for run in batch]
        ids = {run.run_id: stored_form.run_external_id(workspace, run.run_id) for run in batch}
        held = self._held(EXECUTION, list(ids.values()))
        self._count_known(counted.RUNS, len(ids), len(held))
        new = [run for run in batch if ids[run.run_id] not in held]
        self._done.new[counted.PARAMETERS] += sum(len(run.params) for run in new)
        self._done.new[counted.TAGS] += sum(len(run.tags) for run in new)
        told = self._source.point_counts(list(ids))
        if told is None:
            self._done.uncounted += len(ids)
            return
        more = sum(max(0, told.get(run_id, 0) - held.get(external_id, 0)) for run_id, external_id in ids.items())
        self._done.new[counted.POINTS] += more

    def _look_at_registered(self, given: RegisteredModel) -> None:
        workspace = self._options.workspace_of(given.workspace)

        def look(session: Session, types: KnownTypes) -> set[int] | None:
            context = registered.find(session, types, Request(workspace), given.name)
            if context is None:
                return None
            return registry.known_numbers(session, types, Request(workspace), context, given)

        known = self._read(look, None)
        self._count(counted.REGISTERED, known is not None)
        self._count_known(counted.VERSIONS, len(given.versions), len(known or ()))

    def _held(self, kind: Kind, external_ids: Sequence[str]) -> Mapping[str, int]:
        """Return how many points those of some nodes have that are there, by their external ids."""

        def look(session: Session, _: KnownTypes) -> dict[str, int]:
            rows = node_rows.ask_by_external_ids(session, kind, external_ids)()
            counts = node_points.count_points(session, kind, [row.id for row in rows])
            return {row.external_id or "": counts.get(row.id, 0) for row in rows}

        return self._read(look, {})

    def _read(self, look: Callable[[Session, KnownTypes], Result], without: Result) -> Result:
        return without if self._service is None else self._service.read(look)

    def _count(self, what: str, is_known: bool) -> None:
        self._count_known(what, 1, int(is_known))

    def _count_known(self, what: str, count: int, known: int) -> None:
        self._done.new[what] += count - known
        self._done.known[what] += known
