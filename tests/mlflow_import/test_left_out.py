"""What an import cannot take over is counted and named, and the rest is there."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from lineal import errors
from lineal.wire import service as rpc
from tests.mlflow_import.conftest import Store
from tests.mlflow_import.mlflow_database import MlflowDatabase

RUN = "0123456789abcdef0123456789abcdef"


def test_a_key_that_is_too_long_is_named_and_the_rest_is_there(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, params={"k" * 250: "1", "k" * 249: "2"}, tags={"t" * 252: "1", "t": "2"})
    done = store.take(mlflow.url)
    assert done.left_out.counts() == {
        "parameters whose keys have more than 249 characters": 1,
        "tags whose keys have more than 251 characters": 1,
    }
    assert done.left_out.examples("parameters whose keys have more than 249 characters")[0].startswith(RUN)
    data = store.run(RUN)["data"]
    assert (data["params"], data["tags"]) == ([{"key": "k" * 249, "value": "2"}], [{"key": "t", "value": "2"}])


def test_texts_that_no_database_holds_are_named(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, params={"good": "1", "nul": "a\0b"}, metrics={"m\0": [1.0, 2.0], "m": [3.0]}, name="a\0b")
    done = store.take(mlflow.url)
    assert sum(done.left_out.counts().values()) == 4
    assert store.run(RUN)["info"]["run_name"] == "a\N{REPLACEMENT CHARACTER}b"
    assert store.run(RUN)["data"]["params"] == [{"key": "good", "value": "1"}]
    assert [value for *_, value in store.history(RUN, "m")] == [3.0]


def test_a_name_of_an_experiment_that_is_too_long_is_shortened(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.experiment(77, "n" * 250)
    mlflow.run_row(RUN, 77)
    done = store.take(mlflow.url)
    assert done.left_out.counts() == {"ends of names of experiments with more than 247 characters": 1}
    assert store.runs_of("n" * 242 + " (77)") == [RUN]
    assert +store.take(mlflow.url).new == {}


def test_traces_and_unknown_tables_are_counted(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.add("trace_info", *[{"request_id": f"tr-{each}", "experiment_id": 1} for each in range(3)])
    mlflow.run("CREATE TABLE something_new (id INTEGER)")
    mlflow.run("INSERT INTO something_new VALUES (1), (2)")
    mlflow.run_row(RUN, 99)
    done = store.take(mlflow.url)
    assert done.left_out.counts() == {
        "traces": 3,
        "rows of the table something_new, which Lineal does not know": 2,
        "runs whose experiment is missing": 1,
    }


def test_a_record_that_the_store_refuses_is_named_and_the_others_of_its_batch_are_there(
    mlflow: MlflowDatabase, store: Store
) -> None:
    store.ask("experiments/create", name="made by hand")
    mlflow.add("registered_models", {"name": "a/b"}, {"name": "good"})
    for each in range(3):
        mlflow.run_row(f"{each:032x}")
    done = store.take(mlflow.url)
    [(reason, count)] = done.failed.counts().items()
    assert (count, done.failed.examples(reason)) == (1, ["registered model a/b"])
    assert len(store.runs_of("first")) == 3
    assert [each["name"] for each in store.ask("registered-models/search")["registered_models"]] == ["good"]


def test_a_run_that_the_store_refuses_leaves_the_others_of_its_batch_alone(
    mlflow: MlflowDatabase, store: Store
) -> None:
    made: Any = store.service.call("PutExecutionType", rpc.PutExecutionTypeRequest(execution_type={"name": "theirs"}))
    holder = {"type_id": made.type_id, "external_id": f"mlflow:default:run:{RUN}"}
    store.service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[holder]))
    for each in (RUN, "a" * 32, "b" * 32):
        mlflow.run_row(each, metrics={"m": [1.0, 2.0]})
    done = store.take(mlflow.url)
    [(reason, count)] = done.failed.counts().items()
    assert (count, done.failed.examples(reason)) == (1, [f"run {RUN}"])
    assert store.runs_of("first") == ["a" * 32, "b" * 32]
    assert (done.new["runs"], done.new["metric points"]) == (2, 4)
    assert len(store.history("b" * 32, "m")) == 2


def test_an_experiment_that_is_refused_leaves_the_others_alone(mlflow: MlflowDatabase, store: Store) -> None:
    made: Any = store.service.call("PutContextType", rpc.PutContextTypeRequest(context_type={"name": "theirs"}))
    holder = {"type_id": made.type_id, "name": "x", "external_id": "mlflow:default:imported:2:1600000000002"}
    store.service.call("PutContexts", rpc.PutContextsRequest(contexts=[holder]))
    mlflow.experiment(2, "second")
    mlflow.run_row(RUN)
    mlflow.run_row("a" * 32, 2)
    done = store.take(mlflow.url)
    [(reason, _)] = done.failed.counts().items()
    assert done.failed.examples(reason) == ["experiment 2 with its runs ('second')"]
    assert store.runs_of("first") == [RUN]


def test_a_link_to_an_unknown_model_is_named(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN)
    link = {"input_uuid": "i", "source_type": "RUN_INPUT", "source_id": RUN, "destination_type": "MODEL_INPUT"}
    mlflow.add("inputs", {**link, "destination_id": "m-gone"})
    done = store.take(mlflow.url)
    assert done.left_out.counts() == {"inputs and outputs of runs that name an unknown logged model": 1}


def test_files_of_an_unknown_server_are_named(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, artifact_uri="mlflow-artifacts:/1/run/artifacts")
    [(what, count)] = store.take(mlflow.url).left_out.counts().items()
    assert "--artifacts-from" in what
    assert count == 1


@pytest.mark.parametrize(
    ("kept_at", "place"),
    [
        ("https://old.example:5000", "mlflow-artifacts://old.example:5000/1/run/artifacts"),
        ("s3://bucket/files/", "s3://bucket/files/1/run/artifacts"),
        ("/var/files", "/var/files/1/run/artifacts"),
    ],
)
def test_files_of_a_server_are_found_where_it_keeps_them(
    mlflow: MlflowDatabase, store: Store, kept_at: str, place: str
) -> None:
    mlflow.run_row(RUN, artifact_uri="mlflow-artifacts:/1/run/artifacts")
    store.take(mlflow.url, kept_at=kept_at)
    assert store.run(RUN)["info"]["artifact_uri"] == place


def test_files_of_a_server_below_a_path_are_named(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run_row(RUN, artifact_uri="mlflow-artifacts:/1/run/artifacts")
    [(what, _)] = store.take(mlflow.url, kept_at="https://example.org/mlflow/").left_out.counts().items()
    assert "has a path in its address" in what


def test_a_database_of_another_program_is_refused(store: Store, tmp_path: object) -> None:
    with pytest.raises(errors.InvalidArgumentError, match=r"no database of MLflow: it lacks the tables experiments"):
        store.take(store.url)


def test_a_database_that_is_too_old_is_refused(mlflow: MlflowDatabase, store: Store) -> None:
    mlflow.run("ALTER TABLE metrics DROP COLUMN is_nan")
    with pytest.raises(errors.FailedPreconditionError, match=r"too old: it lacks metrics\.is_nan"):
        store.take(mlflow.url)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("sqlite:///nowhere/mlflow.db", "there is no file"),
        ("sqlite://", "database in memory"),
        ("oracle://u:secret@host/db", "none that MLflow's records can be read from"),
        ("nowhere", "no folder, no SQLite file and no URL"),
        ("http://", "address of the server is wrong"),
        ("postgresql://ann:secret@127.0.0.1:1/mlflow", "cannot be read"),
        ("mysql://ann:secret@127.0.0.1:1/mlflow", "cannot be read"),
        ("postgresql://ann:se@cret@127.0.0.1:1/mlflow", "cannot be read"),
    ],
)
def test_a_wrong_source_is_named_without_its_password(store: Store, place: str, said: str) -> None:
    with pytest.raises(errors.StatusError, match=said) as caught:
        store.take(place)
    assert "secret" not in str(caught.value)
    assert "cret@" not in str(caught.value)


def test_what_a_driver_says_is_shown_without_the_password(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise exc.OperationalError("CONNECT", {}, Exception("the login of ann with hunter2 failed"))

    monkeypatch.setattr(sa, "create_engine", refuse)
    with pytest.raises(errors.UnavailableError, match=r"the login of \*\*\* with \*\*\* failed"):
        store.take("postgresql://ann:hunter2@h/mlflow")
