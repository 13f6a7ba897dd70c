"""Pickles of the SDK's objects: by URL, opened again on the other side; and copies."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.client import MetadataStore, OpenError
from lineal.sdk import DataSet, Execution, Metrics, Model, Run, Store, Workspace
from lineal.wire import metadata_store as pb
from tests.engines import SQLITE_EVERY_DAY
from tests.serving import running_server


@pytest.fixture
def shared(database_url: str) -> Workspace:
    """A workspace that other processes can open, on each engine in turn."""
    return Workspace(Store(url=database_url), "bakery")


def pickled(thing: Any) -> Any:
    return pickle.loads(pickle.dumps(thing))


def log_in_worker(execution: Execution, model: Model) -> list[Any]:
    """Log in another process; return what it logged, and what it knows of the lineage of what it was given."""
    found = execution.log_output(Metrics(uri="gs://m", name="quality"))
    return [found, [each["id"] for each in model.lineage().upstream.executions]]


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_a_spawned_worker_logs_for_an_execution_that_its_parent_ends(shared: Workspace) -> None:
    with Execution("train", shared, Run(shared, "nightly")) as execution:
        model = execution.log_output(Model(uri="gs://loaves", name="loaves"))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            metrics, upstream = pool.apply(log_in_worker, (execution, model))
        assert upstream == [execution.id]
        assert [stored.last_known_state for stored in shared.store.get_executions()] == [pb.Execution.RUNNING]
    assert [each["id"] for each in metrics.lineage().upstream.executions] == [execution.id]
    assert [stored.last_known_state for stored in shared.store.get_executions()] == [pb.Execution.COMPLETE]


def test_a_pickled_workspace_lists_what_is_stored(shared: Workspace) -> None:
    Execution("train", shared).log_output(Model(uri="gs://loaves", name="loaves"))
    again = pickled(shared)
    assert [found["name"] for found in again.list()] == ["loaves"]
    again.store.close()
    assert [found["name"] for found in shared.list()] == ["loaves"]


def test_a_pickle_of_a_file_by_a_relative_path_opens_it_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store(url="sqlite:///a%20store.db")
    Workspace(store, "bakery")
    text = pickle.dumps(store)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert len(pickle.loads(text).store.get_contexts()) == 1


def test_a_store_of_a_server_pickles_with_its_token_file_and_certificates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_text("a certificate")
    monkeypatch.chdir(tmp_path)
    store = Store(url="grpcs://localhost:1?token_file=token&ca_file=ca.pem")
    (tmp_path / "ca.pem").unlink()
    with pytest.raises(errors.FailedPreconditionError, match=f"token_file {tmp_path}/token cannot be read"):
        pickled(store).store.get_artifacts()


def test_a_store_of_a_server_calls_it_after_pickling(tmp_path: Path) -> None:
    with running_server(f"sqlite:///{tmp_path / 'store.db'}") as server:
        workspace = Workspace(Store(url=f"grpc://{server.address}"), "bakery")
        data = Execution("train", workspace).log_input(DataSet(uri="u", name="n"))
        again = pickled(data)
        assert (again.id, again.name) == (data.id, "n")
        assert [each["name"] for each in again.lineage().downstream.executions] == ["train"]


def test_a_store_in_memory_says_why_it_cannot_be_pickled() -> None:
    with pytest.raises(errors.FailedPreconditionError, match=r"in memory .* cannot be pickled.*sqlite:///metadata.db"):
        pickle.dumps(Workspace(Store(url="sqlite://"), "bakery"))


def test_an_artifact_of_a_store_in_memory_asks_for_a_store_after_pickling(execution: Execution) -> None:
    model = execution.log_output(Model(uri="gs://loaves", name="loaves"))
    again = pickled(model)
    assert again.id == model.id
    with pytest.raises(ValueError, match=r"lineage\(store=workspace.store\)"):
        again.lineage()
    assert len(again.lineage(store=execution.workspace.store).upstream.executions) == 1


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_an_artifact_keeps_its_store_in_memory(execution: Execution, copied: Any) -> None:
    model = execution.log_output(Model(uri="gs://loaves", name="loaves"))
    assert len(copied(model).lineage().upstream.executions) == 1


def test_a_copy_of_an_artifact_keeps_its_store(shared: Workspace) -> None:
    model = Execution("train", shared).log_output(Model(uri="gs://loaves", name="loaves", labels={"a": "b"}))
    for again in (copy.copy(model), copy.deepcopy(model)):
        assert vars(again) == vars(model)
        assert len(again.lineage().upstream.executions) == 1


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_of_an_execution_uses_the_same_store_and_ends_nothing(execution: Execution, copied: Any) -> None:
    with execution:
        again = copied(execution)
        assert again.workspace.store is execution.workspace.store
        assert copied(again.workspace.store) is execution.workspace.store
        again.log_output(Metrics(uri="u", name="n"))
        del again
    [stored] = execution.workspace.store.get_executions()
    assert stored.last_known_state == pb.Execution.COMPLETE


def test_a_closed_store_is_closed_after_pickling(tmp_path: Path) -> None:
    store = MetadataStore.from_url(f"sqlite:///{tmp_path / 'store.db'}")
    store.close()
    with pytest.raises(errors.FailedPreconditionError, match="closed"):
        pickled(store).get_artifacts()


@pytest.mark.parametrize(
    "error", [OpenError("why", errors.NOT_FOUND), errors.StatusError("why", 5), errors.UnknownError("why")]
)
def test_errors_come_back_from_workers_as_they_are(error: errors.StatusError) -> None:
    again = pickled(error)
    assert (type(again), again.message, again.error_code) == (type(error), error.message, error.error_code)
