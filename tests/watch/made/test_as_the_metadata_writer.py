"""The same pods recorded by Lineal's watcher and as KFP's metadata writer does it, through the official core."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal.client import MetadataStore
from lineal.wire import metadata_store as pb
from tests.watch.kube import Api
from tests.watch.made.argo_pods import PODS, end_of, ended, started
from tests.watch.watching import Watching, eventually, watching

PROGRAM = Path(__file__).with_name("metadata_writer.py")
KFP_PODS = [told["name"] for told in PODS if told["run"].startswith("tulips")]
UNKNOWN_INPUT = "minio://beds/shared/vocabulary.txt"


@pytest.fixture
def by_the_writer(official_python: Path, tmp_path: Path) -> Iterator[MetadataStore]:
    """What the metadata writer records of the pods."""
    history = json.dumps([state(told) for told in PODS for state in (started, ended)]).encode()
    subprocess.run([official_python, PROGRAM, tmp_path / "written.db"], input=history, check=True, timeout=60)
    with lineal.connect(f"sqlite:///{tmp_path / 'written.db'}") as store:
        yield store


@pytest.fixture
def by_lineal(api: Api, namespace: str) -> Iterator[MetadataStore]:
    """What the watcher records of the same pods in an API server."""
    path = f"/api/v1/namespaces/{namespace}/pods"
    with watching(api.kubeconfig, namespaces=(namespace,)) as running:
        for told in PODS:
            api.create(path, started(told))
            running.execution(told["name"])
            last = api.patch(f"{path}/{told['name']}", end_of(told))
            eventually(partial(has_ended, running, told["name"]))
            assert api.call("GET", f"{path}/{told['name']}") == last  # the watcher changes no pod
        assert running.problems("not_understood") == 0
        yield running.store


def has_ended(running: Watching, name: str) -> bool:
    labels = running.execution(name).properties["labels"].string_value
    return "workflows.argoproj.io/completed" in labels


def artifacts(store: MetadataStore) -> set[tuple[Any, ...]]:
    """Type, uri and what the writer stores beside them, of all artifacts that are no objects of a cluster."""
    names = ("name", "pipeline_name", "run_id", "argo_artifact")
    found = [one for one in store.get_artifacts() if not one.type.startswith("kubeflow.org/Pod")]
    told = [(one.type, one.uri, *(one.custom_properties[name].string_value for name in names)) for one in found]
    assert len(set(told)) == len(told), "stored twice"
    return set(told)


def pods(store: MetadataStore) -> dict[int, str]:
    """The names of the pods of KFP, by the ids of their executions."""
    return {
        one.id: one.custom_properties["kfp_pod_name"].string_value
        for one in store.get_executions()
        if "kfp_pod_name" in one.custom_properties
    }


def events(store: MetadataStore) -> set[tuple[Any, ...]]:
    """Pod, type, path and uri of all events."""
    named = pods(store)
    found = store.get_events_by_execution_ids(list(named))
    uris = {one.id: one.uri for one in store.get_artifacts()}
    return {
        (named[one.execution_id], one.type, tuple(step.key for step in one.path.steps), uris[one.artifact_id])
        for one in found
    }


def parameters(store: MetadataStore) -> dict[str, dict[str, Any]]:
    """The properties that the writer stores, by pod; the kind of a value counts."""
    named = pods(store)
    found = {}
    for one in store.get_executions_by_id(list(named)):
        texts = {name: one.properties[name].string_value for name in ("pipeline_name", "run_id", "component_id")}
        given = {name: str(value) for name, value in one.custom_properties.items() if name.startswith("input:")}
        found[named[one.id]] = {**texts, **given}
    return found


def runs(store: MetadataStore) -> dict[str, tuple[Any, ...]]:
    """The runs: their properties, the pods and the URIs in them."""
    named = pods(store)
    return {
        one.name: (
            {name: value.string_value for name, value in one.properties.items()},
            {named[each.id] for each in store.get_executions_by_context(one.id)},
            {each.uri for each in store.get_artifacts_by_context(one.id) if not each.type.startswith("kubeflow.org/")},
        )
        for one in store.get_contexts_by_type("KfpRun")
    }


def test_pods_are_recorded_as_the_metadata_writer_records_them(
    by_the_writer: MetadataStore, by_lineal: MetadataStore
) -> None:
    told, seen = artifacts(by_the_writer), artifacts(by_lineal)
    written, recorded = events(by_the_writer), events(by_lineal)
    train = "tulips-x7q-102"

    assert sorted(pods(by_the_writer).values()) == sorted(pods(by_lineal).values()) == sorted(KFP_PODS)
    assert told <= seen
    assert written <= recorded
    assert {one[:2] for one in seen - told} == {("NoType", UNKNOWN_INPUT)}  # the writer leaves out what nobody made
    assert recorded - written == {(train, pb.Event.INPUT, ("vocabulary",), UNKNOWN_INPUT)}
    for name, values in parameters(by_the_writer).items():
        assert values.items() <= parameters(by_lineal)[name].items()


def test_runs_hold_the_same_pods_and_artifacts(by_the_writer: MetadataStore, by_lineal: MetadataStore) -> None:
    written, recorded = runs(by_the_writer), runs(by_lineal)

    assert written.keys() == recorded.keys() == {"tulips-x7q", "tulips-b2m"}
    for run, (properties, members, uris) in written.items():
        assert (properties, members) == recorded[run][:2]
        assert uris <= recorded[run][2] <= uris | {UNKNOWN_INPUT}
