"""Plays a run: the calls of each pod of Kubeflow Pipelines 2, in the order of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from lineal.wire import metadata_store as pb
from tests.kfp.asking import Asking
from tests.kfp.metadata_client import (
    CONTAINER,
    DAG,
    IMPORTER,
    Contexts,
    Given,
    Inputs,
    MetadataClient,
    Whole,
)
from tests.kfp.runs import Run, Task

_DONE = (pb.Execution.COMPLETE, pb.Execution.CACHED, pb.Execution.CANCELED)


class Player:
    """Plays runs one after the other, with what earlier ones left for the cache.

    Attributes:
        executions: the ids of executions by their runs' ids and tasks' names.
        artifacts: the ids of artifacts by their runs' ids and `TASK.OUTPUT`.
    """

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self.executions: dict[tuple[str, str], int] = {}
        self.artifacts: dict[tuple[str, str], int] = {}
        self._before: dict[tuple[str, str], int] = {}

    def play(self, run: Run) -> None:
        """Play a run."""
        client = MetadataClient(self._asking)
        contexts = client.contexts(run.pipeline, run.run_id, namespace=run.namespace, root=run.root)
        custom = {"display_name": "", "task_name": "", "inputs": Inputs(run.parameters)}
        root = client.create(contexts, Given(DAG, custom, name=f"run/{run.run_id}"))
        if root is None:
            root = client.named(DAG, f"run/{run.run_id}")
        self.executions[run.run_id, ""] = root.id
        for task in run.tasks:
            self._task(run, task, root.id)

    def _task(self, run: Run, task: Task, dag_id: int, iteration: int | None = None) -> None:
        kinds: Mapping[str, Callable[[Run, Task, int, int | None], None]] = {
            "container": self._container,
            "importer": self._importer,
            "dag": self._dag,
            "loop": self._loop,
        }
        kinds[task.kind](run, task, dag_id, iteration)

    def _driver(self, run: Run, task: Task, dag_id: int) -> tuple[MetadataClient, Contexts, dict[str, list[int]]]:
        """Begin as every driver below the root: contexts, the dag above, what the task reads."""
        client = MetadataClient(self._asking)
        contexts = client.contexts(run.pipeline, run.run_id)
        dag, _ = client.execution(dag_id)
        client.artifacts(dag.id, pb.Event.INPUT)
        return client, contexts, self._resolve(client, run, task, dag, contexts)

    def _resolve(
        self, client: MetadataClient, run: Run, task: Task, dag: pb.Execution, contexts: Contexts
    ) -> dict[str, list[int]]:
        if not task.reads:
            return {}
        for each in client.inside(dag, contexts):
            if "parent_dag_id" in each.custom_properties and "total_dag_tasks" in each.custom_properties:
                below, _ = client.execution(each.id)
                client.inside(below, contexts)
        client.inside(dag, contexts, is_filtered=False)
        found = {}
        for name, source in task.reads.items():
            producer, _, output = source.partition(".")
            made = client.artifacts(self.executions[run.run_id, producer], pb.Event.OUTPUT)
            if output in made:
                found[name] = [made[output].id]
        return found

    def _custom(self, task: Task, dag_id: int, iteration: int | None) -> dict[str, object]:
        custom: dict[str, object] = {
            "display_name": task.name.replace("-", " "),
            "task_name": task.name,
            "parent_dag_id": Whole(dag_id),
            **task.plugins,
        }
        if iteration is not None:
            custom["iteration_index"] = Whole(iteration)
        if task.parameters:
            custom["inputs"] = Inputs(task.parameters)
        return custom

    def _dag(self, run: Run, task: Task, dag_id: int, iteration: int | None) -> None:
        made = self._create_dag(run, task, dag_id, iteration)
        if task.ends != "CANCELED":
            for each in task.tasks:
                self._task(run, each, made)

    def _create_dag(self, run: Run, task: Task, dag_id: int, iteration: int | None, **more: object) -> int:
        client, contexts, reads = self._driver(run, task, dag_id)
        outputs = {"artifactSelectors": [{"producerSubtask": each.name} for each in task.tasks]}
        custom = {
            **self._custom(task, dag_id, iteration),
            "total_dag_tasks": Whole(len(task.tasks)),
            "artifact_producer_task": json.dumps({"model": outputs}),
            "parameter_producer_task": Inputs({"score": json.dumps({"valueFromParameter": {}})}),
            **more,
        }
        state = pb.Execution.CANCELED if task.ends == "CANCELED" else pb.Execution.RUNNING
        made = client.create(contexts, Given(DAG, custom, reads=reads, state=state))
        assert made is not None
        self.executions[run.run_id, task.name] = made.id
        return made.id

    def _loop(self, run: Run, task: Task, dag_id: int, iteration: int | None) -> None:
        loop = self._create_dag(run, task, dag_id, iteration, iteration_count=Whole(len(task.items)))
        for index in range(len(task.items)):
            own = self._create_dag(run, task, loop, index)
            for each in task.tasks:
                self._task(run, each, own)

    def _container(self, run: Run, task: Task, dag_id: int, iteration: int | None) -> None:
        client, contexts, reads = self._driver(run, task, dag_id)
        before = self._before.get((run.pipeline, task.name))
        custom = {
            **self._custom(task, dag_id, iteration),
            **{"pod_name": "", "pod_uid": "", "namespace": run.namespace, "image": "example.org/step:1"},
            "cache_fingerprint": f"fp-{run.pipeline}-{task.name}",
        }
        if task.is_cached:
            custom["cached_execution_id"] = str(before)
        name = f"run/{run.run_id}/{dag_id}/{task.name}" if task.driver_restarts else ""
        given = Given(CONTAINER, custom, name=name, reads=reads)
        execution = client.create(contexts, given)
        if task.driver_restarts:
            client, contexts, _ = self._driver(run, task, dag_id)
            again = client.create(contexts, given)
            execution = again if again is not None else client.named(CONTAINER, name)
        assert execution is not None
        self.executions[run.run_id, task.name] = execution.id
        if task.is_cached and before is not None:
            client.execution(before)
            found = client.artifacts(before, pb.Event.OUTPUT)
            client.publish(execution, contexts, pb.Execution.CACHED, returns=task.returns, wrote=found)
            self._made(run, task, found)
            return
        self._launcher(run, task, execution.id)
        self._before[run.pipeline, task.name] = execution.id

    def _launcher(self, run: Run, task: Task, execution_id: int) -> None:
        client = MetadataClient(self._asking)
        execution, contexts = client.execution(execution_id)
        client.prepare(execution, f"{run.pipeline}-{execution_id}", run.namespace)
        wrote = {
            name: client.record(name, type_name, f"{run.root}/{run.run_id}/{task.name}/{execution_id}/{name}", metadata)
            for name, (type_name, metadata) in task.makes.items()
        }
        state = pb.Execution.State.Value(task.ends)
        client.publish(execution, contexts, state, returns=task.returns or None, wrote=wrote)
        self._made(run, task, wrote)
        dag, _ = client.execution(execution.custom_properties["parent_dag_id"].int_value)
        self._end_dag(client, dag, client.contexts_of(execution.id))

    def _end_dag(self, client: MetadataClient, dag: pb.Execution, contexts: Contexts) -> None:
        """End a dag whose tasks have ended, and then the one above."""
        custom = dag.custom_properties
        counted = "iteration_count" if "iteration_count" in custom else "total_dag_tasks"
        if counted not in custom:
            return
        states = [each.last_known_state for each in client.inside(dag, contexts)]
        if sum(state in _DONE for state in states) == custom[counted].int_value:
            state = pb.Execution.COMPLETE
        elif pb.Execution.FAILED in states:
            state = pb.Execution.FAILED
        else:
            return
        fresh, of = client.execution(dag.id)
        fresh.last_known_state = state
        client.put_state(fresh)
        if "parent_dag_id" in custom:
            above, _ = client.execution(custom["parent_dag_id"].int_value)
            self._end_dag(client, above, of)

    def _importer(self, run: Run, task: Task, dag_id: int, iteration: int | None) -> None:
        client = MetadataClient(self._asking)
        contexts = client.contexts(run.pipeline, run.run_id)
        execution = client.create(contexts, Given(IMPORTER, self._custom(task, dag_id, iteration)))
        assert execution is not None
        self.executions[run.run_id, task.name] = execution.id
        [(name, (type_name, metadata))] = task.makes.items()
        wanted = client.to_import(type_name, task.uri, metadata)
        found = None if task.reimports else client.matching(wanted, contexts)
        client.publish(execution, contexts, pb.Execution.COMPLETE, wrote={name: found or wanted})
        self._made(run, task, client.artifacts(execution.id, pb.Event.OUTPUT))

    def _made(self, run: Run, task: Task, artifacts: Mapping[str, pb.Artifact]) -> None:
        self.artifacts.update({(run.run_id, f"{task.name}.{name}"): each.id for name, each in artifacts.items()})


def play_all(asking: Asking, runs: Sequence[Run]) -> Player:
    """Play runs, and return what was recorded."""
    player = Player(asking)
    for run in runs:
        player.play(run)
    return player
