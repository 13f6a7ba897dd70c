"""A second import, what a source cannot say, and what is left out: nothing is silent."""

from __future__ import annotations

import json
from contextlib import closing

import pytest

from lineal import errors
from lineal.kfp_sources import forms
from lineal.wire import metadata_store as pb
from tests.kfp.importing.conftest import Store
from tests.kfp.importing.kfp_database import SHAPE, START, KfpDatabase
from tests.kfp.importing.pipeline import (
    DAG,
    FIRST,
    FROM_TASK,
    OUTPUT,
    ROOT,
    RUNNING,
    RUNTIME,
    SECOND,
    SUCCEEDED,
    parameter,
)


def test_the_second_time_brings_nothing_new_and_changes_nothing(kfp: KfpDatabase, store: Store) -> None:
    first = store.take(kfp.url)
    before = store.everything()
    again = store.take(kfp.url)
    assert dict(+again.new) == {}
    assert dict(again.known) == {what: first.new[what] for what in ("runs", "tasks", "artifacts", "links")} | {
        "artifacts": 7  # the second run has one of the first's
    }
    assert store.everything() == before


def test_a_dry_run_counts_the_same_and_changes_nothing(kfp: KfpDatabase, store: Store) -> None:
    before = store.everything()
    counted = store.take(kfp.url, dry=True)
    assert store.everything() == before
    imported = store.take(kfp.url)
    assert counted.record() == imported.record()
    assert +store.take(kfp.url, dry=True).new == {}


def test_a_dry_run_counts_once_what_runs_of_several_batches_have(kfp: KfpDatabase, store: Store) -> None:
    for number in range(30):  # more than a batch has
        run = kfp.run(f"more-{number}", CreatedAtInSec=START + 9000 + number)
        kfp.task(f"more-{number}", run, "read", kind=RUNTIME)
        kfp.link("a-data", f"more-{number}", run, FROM_TASK, "data")
    counted = store.take(kfp.url, dry=True)
    imported = store.take(kfp.url)
    assert counted.record() == imported.record()
    assert (counted.new["pipelines"], counted.new["artifacts"], counted.new["links"]) == (1, 6, 44)


def test_a_run_that_went_on_gets_its_end_and_its_new_tasks(kfp: KfpDatabase, store: Store) -> None:
    store.take(kfp.url)
    kfp.change("tasks", "u-train", State=SUCCEEDED, FinishedInSec=START + 99, OutputParameters=[parameter("auc", 1)])
    kfp.change("run_details", SECOND, State="SUCCEEDED", FinishedAtInSec=START + 100)
    kfp.task("u-more", SECOND, "more", parent="u-root")
    kfp.artifact("a-new", 1)
    kfp.link("a-new", "u-train", SECOND, OUTPUT, "out")
    done = store.take(kfp.url)
    assert dict(+done.new) == {"tasks": 1, "artifacts": 1, "links": 1, "ends": 2}
    train = store.executions(SECOND)["u-train"]
    assert train.last_known_state == pb.Execution.COMPLETE
    assert train.custom_properties["end_time"].int_value == (START + 99) * 1000
    assert train.custom_properties["outputs"].struct_value["auc"] == 1
    run = store.context("system.PipelineRun", SECOND)
    assert run.custom_properties["state"].string_value == "SUCCEEDED"
    assert store.take(kfp.url).new.total() == 0


def test_a_task_that_ran_gets_what_it_lacked(kfp: KfpDatabase, store: Store) -> None:
    """The driver makes a task; its pod, its start, its inputs and the tasks inside of it come later."""
    kfp.change("tasks", "u-train", StartedInSec=0)
    kfp.task("u-dag", SECOND, "dag", parent="u-root", kind=DAG, State=RUNNING, FinishedInSec=0)
    store.take(kfp.url)
    pods = [{"name": "impl", "uid": "u-9", "type": "EXECUTOR"}]
    kfp.change("tasks", "u-train", StartedInSec=START + 50, pods=pods, InputParameters=[parameter("rate", 1)])
    kfp.task("u-inside", SECOND, "inside", parent="u-dag")
    assert store.take(kfp.url).new["changes of running tasks and archived runs"] == 2
    found = store.executions(SECOND)
    train = found["u-train"].custom_properties
    assert (train["pod_name"].string_value, train["start_time"].int_value) == ("impl", (START + 50) * 1000)
    assert train["inputs"].struct_value["rate"] == 1
    assert found["u-dag"].custom_properties["total_dag_tasks"].int_value == 1
    kfp.change("tasks", "u-train", State=0)
    assert store.take(kfp.url).new.total() == 0
    assert store.executions(SECOND)["u-train"].last_known_state == pb.Execution.RUNNING


def test_a_run_that_failed_and_was_run_again_has_its_last_end(kfp: KfpDatabase, store: Store) -> None:
    kfp.change("run_details", FIRST, State="FAILED")
    store.take(kfp.url)
    kfp.change("run_details", FIRST, State="RUNNING", FinishedAtInSec=0)
    kfp.change("tasks", "t-report", State=RUNNING, FinishedInSec=0)
    differing = store.take(kfp.url).differing.counts()
    assert differing == {"runs with other states or ends": 1, "tasks with other states": 1}
    kfp.change("run_details", FIRST, State="SUCCEEDED", FinishedAtInSec=START + 500)
    kfp.change("tasks", "t-report", State=SUCCEEDED, FinishedInSec=START + 400, StatusMetadata={})
    done = store.take(kfp.url)
    assert (dict(+done.new), done.differing.counts()) == ({"ends": 2}, {})
    run, report = store.context("system.PipelineRun", FIRST), store.executions(FIRST)["t-report"]
    assert run.custom_properties["state"].string_value == "SUCCEEDED"
    assert report.last_known_state == pb.Execution.COMPLETE
    assert "failure_message" not in report.custom_properties
    assert store.take(kfp.url).new.total() == 0


def test_a_run_that_was_archived_since_says_so(kfp: KfpDatabase, store: Store) -> None:
    store.take(kfp.url)
    kfp.change("run_details", FIRST, StorageState="ARCHIVED")
    assert store.take(kfp.url).new["changes of running tasks and archived runs"] == 1
    assert store.context("system.PipelineRun", FIRST).custom_properties["storage_state"].string_value == "ARCHIVED"
    assert store.take(kfp.url).new.total() == 0
    kfp.change("run_details", FIRST, StorageState="AVAILABLE")
    assert store.take(kfp.url).differing.counts() == {"archived runs": 1}


def test_what_was_changed_here_is_kept_and_told(kfp: KfpDatabase, store: Store) -> None:
    store.take(kfp.url)
    kfp.change("tasks", "t-report", State=SUCCEEDED)
    done = store.take(kfp.url)
    assert done.differing.counts() == {"tasks with other states": 1}
    assert store.executions(FIRST)["t-report"].last_known_state == pb.Execution.FAILED


def test_only_the_namespaces_that_are_named_are_imported(kfp: KfpDatabase, store: Store) -> None:
    kfp.run("other", Namespace="team-b")
    done = store.take(kfp.url, namespaces=["team-b"])
    assert done.new["runs"] == 1
    assert done.left_out.counts() == {"runs in other namespaces": 2}


def test_what_is_left_out_is_named_and_counted(kfp: KfpDatabase, store: Store) -> None:
    kfp.add("jobs", UUID="job-1", DisplayName="nightly")
    kfp.add("pipeline_versions", UUID="v-1", Name="one", PipelineId="p-1")
    kfp.task("lost", "no-such-run", "lost")
    kfp.link("gone", "t-report", FIRST, OUTPUT, "gone")
    kfp.link("a-data", "no-such-task", FIRST, OUTPUT, "gone")
    kfp.link("a-base", "t-report", FIRST, 0, "unsaid")
    kfp.link("a-data", "t-report", FIRST, 3, "data again")
    kfp.task("t-odd", FIRST, "odd", parent="no-such-parent", kind=0)
    kfp.artifact("a-odd", 99, Name="odd", Metadata={"": 1, "x" * 300: 2})
    done = store.take(kfp.url)
    assert done.failed.counts() == {}
    assert done.left_out.counts() == {
        **{"recurring runs": 1, "versions of pipelines": 1, "tasks whose run is missing": 1},
        **{"links whose artifact is missing": 1, "links whose task is missing": 1, "metadata without a value": 1},
        **{"links that do not say whether they are inputs or outputs": 1, "parents of tasks that are not there": 1},
        **{"further names of an input or output of the same task": 1, "types of tasks that the source does not say": 1},
        **{"types of artifacts that Lineal does not know: 99": 1, "metadata whose names are empty, odd or too long": 2},
    }
    assert store.artifacts()["a-odd"].type == "system.Artifact"
    assert store.take(kfp.url).new.total() == 0


def test_a_table_that_nobody_knows_is_named(tmp_path: object, store: Store) -> None:
    shape = {**SHAPE, "secret_notes": {"UUID": SHAPE["jobs"]["UUID"]}}
    with closing(KfpDatabase(f"sqlite:///{tmp_path}/more.db", shape)) as database:
        database.add("secret_notes", UUID="x")
        done = store.take(database.url)
    assert done.left_out.counts() == {"rows of the table secret_notes, which Lineal does not know": 1}


def test_metrics_of_the_old_interface_become_artifacts_of_the_run(kfp: KfpDatabase, store: Store) -> None:
    for name, value in (("auc", 0.7), ("loss", 0.1)):
        kfp.add("run_metrics", RunUUID=FIRST, NodeID="churn-3", Name=name, NumberValue=value)
    assert store.take(kfp.url).new["steps with metrics of the old interface"] == 1
    found = store.artifacts()[f"kfp:run-metrics:{FIRST}:churn-3"]
    assert (found.type, found.custom_properties["auc"].double_value) == ("system.Metrics", 0.7)
    assert store.take(kfp.url).new.total() == 0


def test_tasks_that_are_inside_of_each_other_are_stored(kfp: KfpDatabase, store: Store) -> None:
    kfp.task("t-a", FIRST, "a", parent="t-b")
    kfp.task("t-b", FIRST, "b", parent="t-a")
    assert store.take(kfp.url).failed.counts() == {}
    assert store.executions(FIRST).keys() >= {"t-a", "t-b"}


def test_a_run_without_a_name_of_its_pipeline_is_told(kfp: KfpDatabase, store: Store) -> None:
    kfp.run("odd", PipelineSpecManifest="what: this", ExperimentUUID=None)
    done = store.take(kfp.url)
    assert done.left_out.counts()["names of pipelines that the source does not say"] == 1
    assert store.context("system.Pipeline", "unknown").id


def test_a_run_of_version_1_is_of_the_pipeline_that_its_workflow_names(kfp: KfpDatabase, store: Store) -> None:
    told = {"pipelines.kubeflow.org/pipeline_spec": '{"name": "old"}'}
    kfp.run("v1", PipelineSpecManifest="", WorkflowSpecManifest=json.dumps({"metadata": {"annotations": told}}))
    store.take(kfp.url)
    assert store.context("system.Pipeline", "old").id


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        ('{"pipelineInfo": {"name": "json"}}', "json"),
        ('{"pipeline_spec": {"pipelineInfo": {"name": "inner"}}, "platform_spec": {}}', "inner"),
        ("pipelineInfo:\n  name: 'quoted'\n", "quoted"),
        (
            "# a comment\ncomponents: {}\npipelineInfo:\n    description: d\n    name: plain\n---\nplatforms: {}\n",
            "plain",
        ),
        ('{"metadata": {"annotations": {"pipelines.kubeflow.org/pipeline_spec": "{\\"name\\": \\"v1\\"}"}}}', "v1"),
    ],
)
def test_the_name_of_a_pipeline_is_read_from_its_specification(spec: str, name: str) -> None:
    assert forms.pipeline_name(spec) == name


def test_a_run_that_is_refused_is_told_and_leaves_the_others(kfp: KfpDatabase, store: Store) -> None:
    run = kfp.run("two-roots")
    for number in (1, 2):
        kfp.task(f"w-{number}", run, "ROOT", kind=ROOT)
    done = store.take(kfp.url)
    [(reason, count)] = done.failed.counts().items()
    assert ("run/two-roots" in reason, count) == (True, 1)
    assert done.failed.examples(reason) == ["run two-roots"]
    assert (done.new["runs"], len(store.executions(FIRST))) == (2, 9)


def test_characters_that_not_every_database_holds_are_replaced(kfp: KfpDatabase, store: Store) -> None:
    kfp.change("run_details", FIRST, DisplayName="nul\0 in it")
    done = store.take(kfp.url)
    shown = store.context("system.PipelineRun", FIRST).custom_properties["display_name"].string_value
    assert shown == "nul\ufffd in it"
    assert sum("replaced" in what for what in done.left_out.counts()) == 1


def test_halves_of_surrogate_pairs_are_replaced_at_any_depth(kfp: KfpDatabase, store: Store) -> None:
    kfp.change("run_details", FIRST, RuntimeParameters='{"seed": "\\ud800"}')
    kfp.change("tasks", "t-prepare", OutputParameters=[parameter("names", ["a\ud800", {"b\ud800": 1}])])
    kfp.change("artifacts", "a-data", Metadata={"origin": {"bucket": "\ud800"}, "odd\ud800": 1})
    done = store.take(kfp.url)
    assert done.failed.counts() == {}
    assert sum(count for what, count in done.left_out.counts().items() if "replaced" in what) == 4
    assert store.context("system.PipelineRun", FIRST).custom_properties["inputs"].struct_value["seed"] == "\ufffd"
    outputs = store.executions(FIRST)["t-prepare"].custom_properties["outputs"].struct_value
    assert next(iter(outputs["names"])) == "a\ufffd"
    assert done.left_out.counts()["metadata whose names are empty, odd or too long"] == 1


def test_an_older_database_is_refused_with_advice(tmp_path: object, store: Store) -> None:
    old = {name: columns for name, columns in SHAPE.items() if name not in ("artifacts", "artifact_tasks")}
    said = r"lacks the tables artifact_tasks, artifacts.*metadb"
    with (
        closing(KfpDatabase(f"sqlite:///{tmp_path}/old.db", old)) as database,
        pytest.raises(errors.InvalidArgumentError, match=said),
    ):
        store.take(database.url)
    fewer = {**SHAPE, "tasks": {name: SHAPE["tasks"][name] for name in ("UUID", "RunUUID", "Name")}}
    said = r"too old: it lacks tasks\.State.*version 3"
    with (
        closing(KfpDatabase(f"sqlite:///{tmp_path}/fewer.db", fewer)) as database,
        pytest.raises(errors.FailedPreconditionError, match=said),
    ):
        store.take(database.url)
