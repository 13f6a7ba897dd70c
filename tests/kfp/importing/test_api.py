"""The API server as a source: the same records as from its database, page by page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lineal import errors
from lineal.kfp_sources.http_client import TOKEN_FILE
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.kfp.importing.conftest import Store
from tests.kfp.importing.kfp_api import KfpApi, serving
from tests.kfp.importing.kfp_database import KfpDatabase
from tests.kfp.importing.pipeline import FIRST, SECOND


@pytest.fixture
def api(kfp: KfpDatabase) -> KfpApi:
    """What the server answers."""
    return KfpApi(kfp)


@pytest.fixture
def address(api: KfpApi) -> Iterator[str]:
    """The address of the server."""
    with serving(api) as found:
        yield found


def test_it_gives_the_same_records_as_the_database(kfp: KfpDatabase, address: str, store: Store) -> None:
    from_api = store.take(address)
    with open_service("sqlite://") as service:
        other = Store("sqlite://", service)
        from_database = other.take(kfp.url)
        assert (from_api.new, +from_api.known) == (from_database.new, +from_database.known)
        # The API does not say when a task started, so the time when it was recorded stands for it.
        mine, theirs = [_without_starts(each) for each in (store, other)]
    assert mine == theirs
    assert store.take(address).new.total() == 0


def test_a_dry_run_of_an_api_counts_what_the_import_does(kfp: KfpDatabase, address: str, store: Store) -> None:
    kfp.artifact("loose", 1)
    counted = store.take(address, dry=True)
    assert counted.record() == store.take(address).record()
    assert counted.new["artifacts"] == 7


def _without_starts(store: Store) -> list[str]:
    for run_id in (FIRST, SECOND):
        for each in store.executions(run_id).values():
            each.custom_properties["start_time"].int_value = 0
    nodes = [*store.executions(FIRST).values(), *store.executions(SECOND).values(), *store.artifacts().values()]
    for node in nodes:
        if "start_time" in node.custom_properties:
            node.custom_properties["start_time"].int_value = 0
        node.ClearField("id")
        node.ClearField("type_id")
        node.ClearField("last_update_time_since_epoch")
        node.custom_properties.pop("parent_dag_id", None)
    return sorted(str(node) for node in nodes)


def test_what_comes_in_pages_is_read_whole(api: KfpApi, kfp: KfpDatabase, address: str, store: Store) -> None:
    for number in range(7):
        kfp.run(f"r-{number}")
        kfp.artifact(f"loose-{number}", 1)
    done = store.take(address)
    assert (done.new["runs"], done.new["artifacts"]) == (9, 6 + 7)
    assert api.asked.count("/apis/v2beta1/runs") > 3


def test_a_run_that_refers_to_a_version_of_a_pipeline_has_its_name(
    kfp: KfpDatabase, address: str, store: Store
) -> None:
    spec = json.dumps({"pipelineInfo": {"name": "of-version"}})
    kfp.add("pipelines", UUID="p-1", Name="of-pipeline", CreatedAtInSec=1)
    kfp.add("pipeline_versions", UUID="v-1", PipelineId="p-1", PipelineSpec=spec)
    kfp.run("a", PipelineId="p-1", PipelineVersionId="v-1")
    kfp.run("b", PipelineId="p-1", PipelineVersionId="deleted")
    done = store.take(address)
    assert store.context("system.Pipeline", "of-version").id
    assert store.context("system.Pipeline", "of-pipeline").id
    assert done.left_out.counts()["pipelines with their versions"] == 1


def test_a_server_for_many_users_wants_namespaces_and_a_token(
    api: KfpApi, address: str, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.is_shared, api.token = True, "s3cret"
    with pytest.raises(
        errors.PermissionDeniedError, match=f"refuses /apis/v2beta1/artifact_tasks: HTTP 401; .*{TOKEN_FILE}"
    ):
        store.take(address, namespaces=["team-a"])
    (tmp_path / "token").write_text("s3cret\n")
    monkeypatch.setenv(TOKEN_FILE, str(tmp_path / "token"))
    with pytest.raises(errors.UnavailableError, match="HTTP 400 at /apis/v2beta1/runs"):
        store.take(address)
    assert store.take(address, namespaces=["team-a"]).new["runs"] == 2


def test_a_server_of_version_2_is_refused_with_advice(api: KfpApi, address: str, store: Store) -> None:
    api.is_old = True
    with pytest.raises(errors.FailedPreconditionError, match=r"before 3.*metadb.*without an import"):
        store.take(address)


def test_a_server_that_renamed_its_api_is_read(kfp: KfpDatabase, api: KfpApi, address: str, store: Store) -> None:
    api.version = "v2"
    assert store.take(address).new["runs"] == 2
    api.version = "v2beta1"
    assert store.take(address).new.total() == 0


def test_artifacts_of_a_run_that_version_2_recorded_here_are_not_imported(
    kfp: KfpDatabase, address: str, store: Store
) -> None:
    type_id = store.ask(rpc.PutContextTypeRequest(context_type=pb.ContextType(name="system.PipelineRun"))).type_id
    store.ask(rpc.PutContextsRequest(contexts=[pb.Context(type_id=type_id, name=FIRST)]))
    kfp.artifact("loose", 1)
    assert store.take(address).new["artifacts"] == 2
    assert store.artifacts().keys() == {"a-data", "loose"}  # the second run reads the first
    assert store.take(address).new.total() == 0


def test_a_database_after_an_api_adds_only_when_running_tasks_started(
    kfp: KfpDatabase, address: str, store: Store
) -> None:
    store.take(address)
    assert dict(+store.take(kfp.url).new) == {"changes of running tasks and archived runs": 2}
    before = store.everything()
    assert store.take(address).new.total() == 0
    assert store.take(kfp.url).new.total() == 0
    assert store.everything() == before


def test_an_artifact_that_no_task_tells_is_asked_for(kfp: KfpDatabase, address: str, store: Store) -> None:
    kfp.link("a-data", "t-if", FIRST, 3, "data")
    kfp.link("nowhere", "t-if", FIRST, 3, "other")
    done = store.take(address)
    assert done.left_out.counts()["links whose artifact is missing"] == 1
    assert ("a-data", 3, "data") in store.links(store.executions(FIRST)["t-if"])


def test_no_message_holds_the_password_of_an_address(store: Store) -> None:
    with pytest.raises(errors.StatusError) as caught:
        store.take("http://ann:secret@127.0.0.1:1?x=1")
    assert "secret" not in str(caught.value)
