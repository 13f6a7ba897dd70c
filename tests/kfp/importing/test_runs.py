"""What runs, tasks, artifacts and links of Kubeflow Pipelines 3 become: the records of version 2."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict

from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.kfp.importing.conftest import Store
from tests.kfp.importing.kfp_database import START, KfpDatabase
from tests.kfp.importing.pipeline import FIRST, OUTPUT, SECOND

SECOND_OF = 1000


def values(node: Any) -> dict[str, Any]:
    """Return the custom properties of a node as plain values."""
    return {
        name: MessageToDict(value.struct_value)
        if value.WhichOneof("value") == "struct_value"
        else getattr(value, value.WhichOneof("value"))
        for name, value in node.custom_properties.items()
    }


@pytest.fixture
def taken(kfp: KfpDatabase, store: Store) -> Store:
    """A store with the two runs."""
    done = store.take(kfp.url)
    assert done.failed.counts() == {}
    assert done.left_out.counts() == {"metadata without a value": 1}
    assert dict(+done.new) == {"runs": 2, "pipelines": 1, "tasks": 12, "artifacts": 6, "links": 14}
    return store


def test_a_run_is_a_context_below_its_pipeline(taken: Store) -> None:
    run, pipeline = taken.context("system.PipelineRun", FIRST), taken.context("system.Pipeline", "churn")
    parents = taken.ask(rpc.GetParentContextsByContextRequest(context_id=run.id)).contexts
    assert [each.id for each in parents] == [pipeline.id]
    assert values(run) == {
        **{"namespace": "team-a", "pipeline_root": f"minio://artifacts/v2/churn/{FIRST}", "state": "SUCCEEDED"},
        **{"display_name": f"run {FIRST}", "description": "the first", "experiment_name": "nightly"},
        **{"experiment_id": "e-1", "service_account": "pipeline-runner", "recurring_run_id": "job-1"},
        **{"start_time": START * SECOND_OF, "end_time": (START + 60) * SECOND_OF, "inputs": {"seed": 7}},
    }
    assert run.create_time_since_epoch == START * SECOND_OF


def test_tasks_are_executions_of_the_types_of_version_2(taken: Store) -> None:
    found = taken.executions(FIRST)
    assert {name: each.type.removeprefix("system.") for name, each in found.items()} == {
        **dict.fromkeys(("t-root", "t-loop", "t-branch", "t-if"), "DAGExecution"),
        **dict.fromkeys(("t-prepare", "t-train-0", "t-train-1", "t-report"), "ContainerExecution"),
        "t-import": "ImporterExecution",
    }
    assert found["t-root"].name == f"run/{FIRST}"
    states = {name: pb.Execution.State.Name(each.last_known_state) for name, each in found.items()}
    assert (states["t-root"], states["t-if"], states["t-report"]) == ("COMPLETE", "CANCELED", "FAILED")
    assert taken.executions(SECOND)["u-prepare"].last_known_state == pb.Execution.CACHED


def test_a_step_has_the_properties_of_version_2(taken: Store) -> None:
    found = taken.executions(FIRST)
    assert values(found["t-prepare"]) == {
        **{"display_name": "prepare", "task_name": "prepare", "parent_dag_id": found["t-root"].id},
        **{"pod_name": "churn-impl", "pod_uid": "u-1", "namespace": "team-a", "cache_fingerprint": "fp-1"},
        **{"inputs": {"rows": 10, "names": ["a", {"b": None}]}, "outputs": {"classes": 3}, "task_type": "RUNTIME"},
        **{"scope_path": "root.prepare", "driver_pod_name": "churn-driver"},
        **{"start_time": (START + 2) * SECOND_OF, "end_time": (START + 30) * SECOND_OF},
    }
    assert values(found["t-report"])["failure_message"] == "exit code 137: OOMKilled"
    loop, iteration = values(found["t-loop"]), values(found["t-train-1"])
    assert (loop["iteration_count"], loop["total_dag_tasks"]) == (2, 2)
    assert (iteration["iteration_index"], iteration["parent_dag_id"]) == (1, found["t-loop"].id)
    assert (values(found["t-root"])["task_name"], "parent_dag_id" in values(found["t-root"])) == ("", False)


def test_artifacts_have_the_types_and_properties_of_version_2(taken: Store) -> None:
    found = taken.artifacts()
    assert {name: each.type.removeprefix("system.") for name, each in found.items()} == {
        **{"a-base": "Model", "a-model-0": "Model", "a-model-1": "Model", "a-data": "Dataset"},
        **{"a-accuracy": "Metrics", "a-loss": "Metrics"},
    }
    assert values(found["a-data"]) == {
        **{"display_name": "training_set", "description": "who leaves", "namespace": "team-a", "rows": 10.0},
        **{"header": 1, "origin": {"struct": {"bucket": "raw"}}, "columns": {"list": ["a", "ü"]}},
    }
    assert (found["a-data"].uri, found["a-data"].state) == ("minio://artifacts/a-data", pb.Artifact.LIVE)
    assert values(found["a-accuracy"]) == {"display_name": "metrics", "namespace": "team-a", "accuracy": 0.9}


def test_links_are_events_with_the_names_of_inputs_and_outputs(taken: Store) -> None:
    found = taken.executions(FIRST)
    read, wrote = pb.Event.INPUT, pb.Event.OUTPUT
    assert taken.links(found["t-prepare"]) == {
        *{("a-base", read, "base"), ("a-data", wrote, "training_set")},
        *{("a-accuracy", wrote, "metrics"), ("a-loss", wrote, "metrics")},
    }
    assert taken.links(found["t-report"]) == {
        *{("a-model-0", read, "models"), ("a-model-1", read, "models"), ("a-data", read, "data")}
    }
    [event] = [
        each
        for each in taken.ask(rpc.GetEventsByExecutionIDsRequest(execution_ids=[found["t-train-1"].id])).events
        if each.type == wrote
    ]
    assert [step.WhichOneof("value") for step in event.path.steps] == ["key", "index"]
    assert (event.path.steps[1].index, event.milliseconds_since_epoch) == (1, (START + 30) * SECOND_OF)


def test_the_lineage_leads_over_several_steps_and_runs(taken: Store) -> None:
    base = taken.artifacts()["a-base"].id
    options = pb.LineageSubgraphQueryOptions(max_num_hops=6, direction=pb.LineageSubgraphQueryOptions.DOWNSTREAM)
    options.starting_artifacts.filter_query = f"id = {base}"
    graph = taken.ask(rpc.GetLineageSubgraphRequest(lineage_subgraph_query_options=options)).lineage_subgraph
    reached = {each.id for each in graph.artifacts}
    names = {name for name, each in taken.artifacts().items() if each.id in reached}
    assert names == {"a-base", "a-data", "a-accuracy", "a-loss", "a-model-0", "a-model-1"}
    tasks = {**taken.executions(FIRST), **taken.executions(SECOND)}
    ids = {each.id for each in graph.executions}
    assert {name for name, each in tasks.items() if each.id in ids} >= {"t-prepare", "t-train-0", "t-report", "u-train"}


def test_artifacts_are_in_the_contexts_of_every_run_that_has_them(taken: Store) -> None:
    asked = rpc.GetContextsByArtifactRequest(artifact_id=taken.artifacts()["a-data"].id)
    assert {each.name for each in taken.ask(asked).contexts} == {"churn", FIRST, SECOND}


def test_a_run_that_version_2_recorded_here_stays_as_it_is(kfp: KfpDatabase, store: Store) -> None:
    type_id = store.ask(rpc.PutContextTypeRequest(context_type=pb.ContextType(name="system.PipelineRun"))).type_id
    store.ask(rpc.PutContextsRequest(contexts=[pb.Context(type_id=type_id, name=FIRST)]))
    done = store.take(kfp.url)
    assert done.known["runs that Kubeflow Pipelines 2 recorded here"] == 1
    added = "tasks that version 3 added to runs that Kubeflow Pipelines 2 recorded here"
    assert done.left_out.counts()[added] == 9
    assert store.executions(FIRST) == {}
    assert len(store.executions(SECOND)) == 3


def test_an_artifact_that_version_2_recorded_here_is_found_again(kfp: KfpDatabase, store: Store) -> None:
    """The migration of Kubeflow Pipelines makes the new id of an artifact from the old one."""
    type_id = store.ask(rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="system.Model"))).type_id
    old = pb.Artifact(type_id=type_id, uri="minio://artifacts/old")
    [old_id] = store.ask(rpc.PutArtifactsRequest(artifacts=[old])).artifact_ids
    new_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"artifact:{old_id}"))
    kfp.artifact(new_id, 2, URI="minio://artifacts/old")
    kfp.link(new_id, "u-train", SECOND, OUTPUT, "model")
    done = store.take(kfp.url)
    assert done.known["artifacts that Kubeflow Pipelines 2 recorded here"] == 1
    events = store.ask(rpc.GetEventsByArtifactIDsRequest(artifact_ids=[old_id])).events
    assert [each.execution_id for each in events] == [store.executions(SECOND)["u-train"].id]
