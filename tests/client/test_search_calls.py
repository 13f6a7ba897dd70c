"""Searches through the client: of an embedded store on each engine, and of a server."""

from __future__ import annotations

import weakref
from pathlib import Path
from typing import Any

import pytest

import lineal
from lineal import errors
from lineal.catalogue import comparing
from lineal.client import search_calls
from lineal.client.lifecycle import LifecycleStore
from lineal.client.search_calls import Asked
from lineal.kinds import ARTIFACT, EXECUTION
from lineal.wire import metadata_store as pb
from tests.serving import running_server


def fill(url: str) -> None:
    """Three models with a number, a label and an evaluation of the second."""
    with lineal.connect(url) as store:
        model = store.put_artifact_type(pb.ArtifactType(name="kf/model", properties={"version": pb.STRING}))
        report = store.put_artifact_type(pb.ArtifactType(name="kf/metrics", properties={"model_id": pb.STRING}))
        made = [pb.Artifact(type_id=model, name=f"net-{index}", uri="s3://net") for index in range(3)]
        for index, each in enumerate(made):
            each.properties["version"].string_value = f"v{index}"
            each.custom_properties["team"].string_value = "vision"
            each.custom_properties["auc"].double_value = 0.5 + index / 10
        ids = store.put_artifacts(made)
        judged = pb.Artifact(type_id=report, name="judged")
        judged.properties["model_id"].string_value = str(ids[1])
        judged.custom_properties["loss"].double_value = 0.25
        store.put_artifacts([judged])
        step = store.put_execution_type(pb.ExecutionType(name="Step"))
        run = pb.Execution(type_id=step, name="train", last_known_state=pb.Execution.COMPLETE)
        run.custom_properties["__kf_run__"].string_value = "monday"
        store.put_executions([run])


@pytest.fixture(scope="module")
def filled_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('searched') / 'store.db'}"
    fill(url)
    return url


def names(found: list[search_calls.pb.FoundNode]) -> list[str]:
    return [node.name for node in found]


def test_a_search_finds_and_orders_on_every_engine(database_url: str) -> None:
    fill(database_url)
    with LifecycleStore.from_url(database_url) as store:
        found = store.found_nodes(Asked(ARTIFACT, "type=model metric.auc>0.55", order_by="-metric.auc"), limit=10)
        assert names(found) == ["net-2", "net-1"]
        assert dict(found[1].metrics) == {"auc": 0.6, "loss": 0.25}  # the second is from its evaluation
        assert (found[1].version, dict(found[1].labels)) == ("v1", {"team": "vision"})
        assert found[1].artifact.uri == "s3://net"


@pytest.mark.long
def test_a_search_that_finds_nothing_says_why_on_every_engine(database_url: str) -> None:
    fill(database_url)
    search = "metric.auk>0 label.taem=x type=modle alias=best run=mondy"
    with LifecycleStore.from_url(database_url) as store:
        found = store.answered_nodes(Asked(ARTIFACT, search), limit=10)
        runs = store.answered_runs("workspace=bakery", limit=10)
    told = [(each.name, each.nearest, each.elsewhere) for each in found.unknown]
    expected = [("auk", "auc", ""), ("taem", "team", ""), ("modle", "model", ""), ("best", "", ""), ("mondy", "", "")]
    assert (list(found.nodes), told) == ([], expected)
    assert found.meant == "metric.auc>0 label.team=x type=model alias=best run=mondy"
    assert [(each.key, each.name, list(each.examples)) for each in runs.unknown] == [("workspace", "bakery", [])]


def test_an_answer_of_several_pages_is_one(filled_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_calls, "_MOST_NODES", 2)
    with LifecycleStore.from_url(filled_url) as store:
        whole = store.answered_nodes(Asked(ARTIFACT, "net", order_by="name"), limit=3)
        part = store.answered_nodes(Asked(ARTIFACT, "", order_by="name"), limit=3)
    assert (names([*whole.nodes]), whole.complete, whole.next_cursor) == (["net-0", "net-1", "net-2"], True, "")
    assert (len(part.nodes), bool(part.next_cursor)) == (3, True)


def test_a_server_finds_what_an_embedded_store_finds(filled_url: str) -> None:
    with LifecycleStore.from_url(filled_url) as store:
        expected = store.found_nodes(Asked(ARTIFACT, "net"), limit=10)
        runs = store.search_runs()
    with running_server(filled_url) as server, LifecycleStore.from_url(f"grpc://{server.address}") as store:
        assert store.found_nodes(Asked(ARTIFACT, "net"), limit=10) == expected
        assert store.search_runs() == runs
    assert [(run.name, dict(run.states)) for run in runs.runs] == [("monday", {"COMPLETE": 1})]


def test_the_ids_of_all_hits_come_page_by_page(filled_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_calls, "_MOST_IDS", 2)
    with LifecycleStore.from_url(filled_url) as store:
        found = store.found_ids(Asked(ARTIFACT, "net"))
    assert (found.ids, found.count, found.complete) == ([1, 2, 3], 3, True)


def test_a_page_says_how_many_there_are_and_goes_on(filled_url: str) -> None:
    asked = Asked(ARTIFACT, "net", order_by="name")
    with LifecycleStore.from_url(filled_url) as store:
        first = store.search_nodes(asked, limit=2, with_count=True)
        second = store.search_nodes(asked, limit=2, cursor=first.next_cursor)
    assert (first.count, names([*first.nodes, *second.nodes])) == (3, ["net-0", "net-1", "net-2"])
    assert (second.next_cursor, second.HasField("count")) == ("", False)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"search": "typ:model"}, "did you mean type?"),
        ({"search": "a\0"}, "NUL"),
        ({"order_by": "size"}, "there is no order 'size'"),
        ({"filter_query": "nope ="}, "filter_query, line 1"),
    ],
)
def test_a_wrong_search_is_a_clear_error(filled_url: str, wrong: dict[str, str], said: str) -> None:
    with LifecycleStore.from_url(filled_url) as store, pytest.raises(errors.InvalidArgumentError) as caught:
        store.search_nodes(Asked(ARTIFACT, **wrong))  # type: ignore[arg-type]
    assert said in caught.value.message


@pytest.mark.parametrize(("wrong", "said"), [({"cursor": "nope"}, "cursor is not one"), ({"limit": -1}, "limit is -1")])
def test_a_wrong_page_is_a_clear_error(filled_url: str, wrong: dict[str, Any], said: str) -> None:
    with LifecycleStore.from_url(filled_url) as store, pytest.raises(errors.InvalidArgumentError, match=said):
        store.search_nodes(Asked(ARTIFACT), **wrong)


def test_a_search_without_a_kind_is_refused(filled_url: str) -> None:
    with (
        LifecycleStore.from_url(filled_url) as store,
        pytest.raises(errors.InvalidArgumentError, match="give ARTIFACT"),
    ):
        store._send("SearchNodes", search_calls.pb.SearchNodesRequest())


def test_a_database_without_an_index_that_is_read_alone_says_so(tmp_path: Path) -> None:
    lineal.connect(f"sqlite:///{tmp_path / 'a.db'}").close()
    store = LifecycleStore.from_url(f"sqlite:///{tmp_path / 'a.db'}?mode=ro")
    with store, pytest.raises(errors.FailedPreconditionError, match="open it for writing once"):
        store.search_nodes(Asked(EXECUTION))


def test_a_store_that_is_dropped_before_a_search_is_freed_at_once(filled_url: str) -> None:
    store = LifecycleStore.from_url(filled_url)
    service = weakref.ref(store._transport.open())  # type: ignore[attr-defined]
    del store
    assert service() is None


def test_a_caller_who_waits_learns_that_the_index_of_a_large_store_is_complete(
    filled_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_FEW", "_CHEAP"):
        monkeypatch.setattr(comparing, name, -1)
    with LifecycleStore.from_url(filled_url) as store:
        assert not store.search_nodes(Asked(ARTIFACT)).complete
        assert store.search_nodes(Asked(ARTIFACT), wait_seconds=2.0).complete
