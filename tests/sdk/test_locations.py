"""Artifacts at several spellings of one uri, with the SDK: one record, unless the spellings are to be kept apart."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import lineal
from lineal import errors
from lineal.sdk import DataSet, Execution, Store, Workspace
from lineal.sdk.identity import is_same_version
from lineal.wire import metadata_store as pb


@pytest.mark.parametrize("on_existing", ["keep", "update", "error"])
def test_another_spelling_is_the_stored_data_set_without_a_warning(execution: Execution, on_existing: str) -> None:
    first = execution.log_output(DataSet("s3a://b/k/", "orders", version="1"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = execution.log_output(DataSet("s3://b/k", "orders", version="1"), on_existing=on_existing)  # type: ignore[arg-type]
    assert again.id == first.id
    other = execution.log_input(DataSet("s3://b/K", "orders", version="1"))
    assert other.id != first.id


def test_a_path_and_its_uri_are_one_data_set(execution: Execution) -> None:
    first = execution.log_output(DataSet("/data/my orders.csv", "orders"))
    assert execution.log_input(DataSet(Path("/data/my orders.csv"), "orders")).id == first.id


@pytest.mark.parametrize("on_existing", ["keep", "update", "error"])
def test_a_table_that_openlineage_named_is_read_by_its_uri(
    store: Store, workspace: Workspace, execution: Execution, on_existing: str
) -> None:
    made = execution.log_output(DataSet("postgres://db:5432/shop.public.orders", "shop.public.orders"))
    [stored] = store.store.get_artifacts_by_id([made.id])
    stored.external_id = "openlineage:bakery:dataset:1"
    store.store.put_artifacts([stored])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = DataSet("postgresql://DB/shop.public.orders", "orders")
        other = Execution("build", workspace)
        assert other.log_output(read, on_existing=on_existing).id == made.id  # type: ignore[arg-type]
        assert other.log_input(DataSet("postgres://db/shop.public.orders", "o")).id == made.id
    assert read.name == "shop.public.orders"


def test_equality_of_two_records_looks_at_their_locations() -> None:
    one, other = pb.Artifact(uri="gcs://b/k/"), pb.Artifact(uri="gs://b/k")
    assert is_same_version(one, other)
    assert not is_same_version(one, pb.Artifact(uri="gs://b/k", type_id=2))


def test_a_store_can_take_uris_as_they_are_spelled(monkeypatch: pytest.MonkeyPatch) -> None:
    def ids() -> set[int]:
        execution = Execution("e", Workspace(Store.from_client(client), "bakery"))
        return {execution.log_output(DataSet(uri, "orders")).id for uri in ("s3a://b/k", "s3://b/k")}

    with lineal.connect("sqlite://", exact_uris=True) as client:
        assert len(ids()) == 2
    monkeypatch.setenv("LINEAL_EXACT_URIS", "1")
    with lineal.connect("sqlite://") as client:
        assert len(ids()) == 2
    with lineal.connect("sqlite://", exact_uris=False) as client:
        assert len(ids()) == 1


def test_what_is_no_yes_and_no_no_and_a_choice_for_a_server_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="a server decides how it takes uris"):
        lineal.connect("grpc://localhost:1", exact_uris=True)
    monkeypatch.setenv("LINEAL_EXACT_URIS", "perhaps")
    with pytest.raises(errors.InvalidArgumentError, match="LINEAL_EXACT_URIS is 'perhaps'; give 1 or 0"):
        lineal.connect("sqlite://")
