"""An API server of Kubeflow Pipelines 3 as a source, over its REST interface.

It does not say when a task started. What stays out: HTTP (http_client.py), and the forms of values (forms.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lineal import errors
from lineal.importing.findings import Findings
from lineal.kfp_sources import forms
from lineal.kfp_sources.http_client import PipelinesClient
from lineal.kfp_sources.records import Artifact, Link, Run, Task, WholeRun

Fields = dict[str, Any]
_PAGE = 100
_RUNS = 20
"""How many runs are asked for together: each comes with its specification, which can have a megabyte."""
_OLD = (
    "{shown} has no tasks of runs: it is of Kubeflow Pipelines before 3, or no API server of it. Version 2 keeps "
    "lineage in the database of the metadata server (metadb), which Lineal opens without an import"
)


class ServerSource:
    """The source; `Source` explains its functions."""

    def __init__(self, url: str, namespaces: Sequence[str] = ()) -> None:
        """Connect to a server.

        Args:
            url: its address.
            namespaces: the namespaces whose runs are wanted; none for all, which a server for many users refuses.

        Raises:
            StatusError: the server refuses, cannot be reached, or is none of Kubeflow Pipelines 3.
        """
        self._client = PipelinesClient(url)
        self.shown, self.findings = self._client.shown, Findings()
        self._namespaces = list(namespaces) or [""]
        self._experiments: dict[str, Fields] = {}
        self._pipelines: dict[tuple[str, str], str] = {}
        self._total: int | None = None
        try:
            self._look()
        except BaseException:
            self._client.close()
            raise

    def _look(self) -> None:
        """See whether the server is one, and how many runs it has."""
        # Links are what version 2 does not have; some distributions of it list artifacts of ML Metadata.
        if not self._client.find("artifact_tasks"):
            raise errors.FailedPreconditionError(_OLD.format(shown=self.shown))
        asked = [self._client.get("runs", self._asked(each, page_size=1)) for each in self._namespaces]
        counts = [forms.whole(told.get("total_size")) for told in asked]
        self._total = sum(count or 0 for count in counts)

    @staticmethod
    def _asked(namespace: str, **more: Any) -> Fields:
        return {**({"namespace": namespace} if namespace else {}), **more}

    def count_runs(self) -> int | None:
        """Return how many runs there are."""
        return self._total

    def run_batches(self) -> Iterator[Sequence[WholeRun]]:
        """Yield the runs, the oldest first."""
        for namespace in self._namespaces:
            asked = self._asked(namespace, page_size=_RUNS, sort_by="created_at asc")
            for page in self._client.pages("runs", asked, "runs"):
                yield [self._whole(told, namespace) for told in page]

    def _whole(self, told: Fields, namespace: str) -> WholeRun:
        run = self._run(told, namespace)
        artifacts: dict[str, Artifact] = {}
        tasks = []
        for page in self._client.pages(f"runs/{run.run_id}/tasks", {"page_size": _PAGE}, "tasks", missing={}):
            for each in page:
                tasks.append(_task(each, run))
                artifacts.update({held.artifact_id: held for held in _artifacts_of(each)})
        links = [_link(each) for each in self._links(run_ids=[run.run_id])]
        for artifact_id in {link.artifact_id for link in links} - artifacts.keys():
            found = self._client.get(f"artifacts/{artifact_id}", missing={})
            if found:
                artifacts[artifact_id] = artifact_of(found)
        return WholeRun(run, tasks, links, artifacts)

    def _links(self, **of: Sequence[str]) -> Iterator[Fields]:
        for page in self._client.pages("artifact_tasks", {**of, "page_size": _PAGE}, "artifact_tasks", missing={}):
            yield from page

    def _run(self, told: Fields, namespace: str) -> Run:
        if told.get("error"):
            self.findings.add("runs of which the server tells a part", str(told.get("run_id")))
        experiment = self._experiment(told.get("experiment_id", ""))
        config = told.get("runtime_config") or {}
        return Run(
            run_id=told["run_id"],
            name=told.get("display_name", ""),
            pipeline=self._pipeline(told),
            namespace=experiment.get("namespace") or namespace,
            experiment_id=told.get("experiment_id", ""),
            experiment=experiment.get("display_name", ""),
            description=told.get("description", ""),
            state=told.get("state", "").replace("RUNTIME_STATE_UNSPECIFIED", ""),
            is_archived=told.get("storage_state") == "ARCHIVED",
            service_account=told.get("service_account", ""),
            recurring_run_id=told.get("recurring_run_id", ""),
            pipeline_root=config.get("pipeline_root", ""),
            parameters=config.get("parameters") or {},
            created=forms.moment(told.get("created_at")),
            scheduled=forms.moment(told.get("scheduled_at")),
            ended=forms.moment(told.get("finished_at")),
        )

    def _experiment(self, experiment_id: str) -> Fields:
        if experiment_id and experiment_id not in self._experiments:
            self._experiments[experiment_id] = self._client.get(f"experiments/{experiment_id}", missing={})
        return self._experiments.get(experiment_id, {})

    def _pipeline(self, told: Fields) -> str:
        """Return the name of a run's pipeline: of its specification, or of the version that it refers to."""
        name = forms.pipeline_name(told.get("pipeline_spec"))
        named = told.get("pipeline_version_reference") or told.get("pipeline_reference") or {}
        pipeline_id, version_id = named.get("pipeline_id", ""), named.get("pipeline_version_id", "")
        if name or not pipeline_id:
            return name
        if (pipeline_id, version_id) not in self._pipelines:
            self._pipelines[pipeline_id, version_id] = self._name_of(pipeline_id, version_id)
        return self._pipelines[pipeline_id, version_id]

    def _name_of(self, pipeline_id: str, version_id: str) -> str:
        if version_id:
            version = self._client.get(f"pipelines/{pipeline_id}/versions/{version_id}", missing={})
            if name := forms.pipeline_name(version.get("pipeline_spec")):
                return name
        pipeline = self._client.get(f"pipelines/{pipeline_id}", missing={})
        return str(pipeline.get("name") or pipeline.get("display_name") or "")

    def loose_artifacts(self) -> Iterator[Sequence[Artifact]]:
        """Yield the artifacts that no task is linked to."""
        for namespace in self._namespaces:
            for page in self._client.pages("artifacts", self._asked(namespace, page_size=_PAGE), "artifacts"):
                linked = {
                    each["artifact_id"] for each in self._links(artifact_ids=[one["artifact_id"] for one in page])
                }
                yield [artifact_of(each) for each in page if each["artifact_id"] not in linked]

    def left_behind(self) -> Mapping[str, int]:
        """Return how many things of kinds that are not imported there are, as far as a server tells."""
        found = {"recurring runs": 0, "pipelines with their versions": 0}
        for namespace in self._namespaces:
            asked = self._asked(namespace, page_size=1)
            for called, path in zip(found, ("recurringruns", "pipelines"), strict=True):
                found[called] += forms.whole(self._client.get(path, asked, missing={}).get("total_size")) or 0
        return {called: count for called, count in found.items() if count}

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def _task(told: Fields, run: Run) -> Task:
    attributes, status = told.get("type_attributes") or {}, told.get("status_metadata") or {}
    return Task(
        task_id=told["task_id"],
        run_id=told.get("run_id") or run.run_id,
        parent_id=told.get("parent_task_id", ""),
        name=told.get("name", ""),
        display_name=told.get("display_name", ""),
        kind=forms.named(told.get("type"), forms.TASK_TYPES),
        state=forms.named(told.get("state"), forms.TASK_STATES),
        message=status.get("message", ""),
        namespace=run.namespace,
        fingerprint=told.get("cache_fingerprint", ""),
        pods=forms.pods(told.get("pods")),
        iteration_index=forms.whole(attributes.get("iteration_index")),
        iteration_count=forms.whole(attributes.get("iteration_count")),
        downloads=bool(attributes.get("download_to_workspace")),
        scope_path=told.get("scope_path", ""),
        inputs=forms.parameters((told.get("inputs") or {}).get("parameters")),
        outputs=forms.parameters((told.get("outputs") or {}).get("parameters")),
        created=forms.moment(told.get("create_time")),
        ended=forms.moment(told.get("end_time")),
    )


def _artifacts_of(task: Fields) -> Iterator[Artifact]:
    for side in ("inputs", "outputs"):
        for held in (task.get(side) or {}).get("artifacts") or ():
            for each in held.get("artifacts") or ():
                if each.get("artifact_id"):
                    yield artifact_of(each)


def _link(told: Fields) -> Link:
    producer = told.get("producer") or {}
    return Link(
        told.get("artifact_id", ""),
        told.get("task_id", ""),
        told.get("run_id", ""),
        forms.named(told.get("type"), forms.LINK_TYPES),
        told.get("key", ""),
        forms.whole(producer.get("iteration")),
    )


def artifact_of(told: Fields) -> Artifact:
    """Return an artifact as the API tells it."""
    number = told.get("number_value")
    return Artifact(
        artifact_id=told["artifact_id"],
        type=forms.named(told.get("type"), forms.ARTIFACT_TYPES),
        name=told.get("name", ""),
        uri=told.get("uri", ""),
        namespace=told.get("namespace", ""),
        description=told.get("description", ""),
        metadata=told.get("metadata") or {},
        number=None if number is None else float(number),
        created=forms.moment(told.get("created_at")),
    )
