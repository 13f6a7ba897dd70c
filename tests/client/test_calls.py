"""What every call goes through: retries, pages, missing arguments."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lineal import errors
from lineal.client import ListOptions, MetadataStore, OrderByField, calls
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.client.fakes import ScriptedTransport


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Collect the pauses instead of making them; other threads of the process sleep as they do."""
    taken: list[float] = []
    monkeypatch.setattr(calls, "time", SimpleNamespace(sleep=taken.append))
    return taken


def _page(*ids: int, token: str | None = None) -> rpc.GetArtifactsResponse:
    return rpc.GetArtifactsResponse(artifacts=[pb.Artifact(id=id_) for id_ in ids], next_page_token=token)


def test_an_aborted_call_is_sent_again_after_a_pause(pauses: list[float]) -> None:
    transport = ScriptedTransport([errors.AbortedError("lost"), rpc.PutArtifactsResponse(artifact_ids=[7])])

    ids = MetadataStore.from_transport(transport).put_artifacts([pb.Artifact(type_id=1)])

    assert ids == [7]
    assert len(pauses) == 1
    assert pauses[0] > 0
    assert transport.sent[0] == transport.sent[1]


def test_the_fifth_aborted_attempt_is_the_last(pauses: list[float]) -> None:
    transport = ScriptedTransport([errors.AbortedError("lost")] * 9)

    with pytest.raises(errors.AbortedError, match="lost"):
        MetadataStore.from_transport(transport).get_artifact_types()

    assert len(transport.sent) == 5
    assert len(pauses) == 4


@pytest.mark.parametrize(("max_num_retries", "attempts"), [(0, 1), (1, 1), (3, 3)])
def test_the_configuration_says_how_often_an_aborted_call_is_sent(
    max_num_retries: int, attempts: int, pauses: list[float]
) -> None:
    config = pb.ConnectionConfig(fake_database={}, retry_options={"max_num_retries": max_num_retries})
    store = MetadataStore(config)
    store._transport = transport = ScriptedTransport([errors.AbortedError("lost")] * 9)

    with pytest.raises(errors.AbortedError):
        store.get_artifact_types()

    assert len(transport.sent) == attempts
    assert len(pauses) == attempts - 1


@pytest.mark.parametrize("error", [errors.UnavailableError("away"), errors.InternalError("fault")])
def test_no_other_error_is_retried(error: errors.StatusError, pauses: list[float]) -> None:
    transport = ScriptedTransport([error])

    with pytest.raises(type(error)):
        MetadataStore.from_transport(transport).get_artifact_types()

    assert pauses == []


def test_a_list_without_options_is_one_call_without_options() -> None:
    transport = ScriptedTransport([_page(1, 2)])

    found = MetadataStore.from_transport(transport).get_artifacts()

    assert [artifact.id for artifact in found] == [1, 2]
    assert transport.sent == [("GetArtifacts", rpc.GetArtifactsRequest())]


def test_a_list_without_limit_is_read_to_its_last_page() -> None:
    transport = ScriptedTransport([_page(1, 2, token="a"), _page(3, token="b"), _page(4)])

    found = MetadataStore.from_transport(transport).get_artifacts(ListOptions())

    assert [artifact.id for artifact in found] == [1, 2, 3, 4]
    assert [request.options.next_page_token for _, request in transport.sent] == ["", "a", "b"]
    assert {request.options.max_result_size for _, request in transport.sent} == {100}


def test_a_limit_asks_for_no_more_than_what_is_left_of_it() -> None:
    pages = [_page(*range(100), token="a"), _page(*range(100, 150), token="b")]
    transport = ScriptedTransport(pages)

    found = MetadataStore.from_transport(transport).get_artifacts(ListOptions(limit=150))

    assert len(found) == 150
    assert [request.options.max_result_size for _, request in transport.sent] == [100, 50]


def test_order_direction_and_filter_are_sent_with_every_page() -> None:
    transport = ScriptedTransport([_page(1, token="a"), _page(2)])
    options = ListOptions(order_by=OrderByField.UPDATE_TIME, is_asc=False, filter_query="uri = 'a'")

    MetadataStore.from_transport(transport).get_artifacts(options)

    order = {"field": "LAST_UPDATE_TIME", "is_asc": False}
    wanted = pb.ListOperationOptions(max_result_size=100, order_by_field=order, filter_query="uri = 'a'")
    assert transport.sent[0][1] == rpc.GetArtifactsRequest(options=wanted)
    wanted.next_page_token = "a"
    assert transport.sent[1][1] == rpc.GetArtifactsRequest(options=wanted)


def test_a_negative_limit_is_refused_before_anything_is_sent() -> None:
    transport = ScriptedTransport([])

    with pytest.raises(errors.InvalidArgumentError, match="limit is -1"):
        MetadataStore.from_transport(transport).get_artifacts(ListOptions(limit=-1))


def test_executions_of_a_context_come_newest_first_without_options() -> None:
    transport = ScriptedTransport([rpc.GetExecutionsByContextResponse()])

    MetadataStore.from_transport(transport).get_executions_by_context(3)

    order = {"field": "CREATE_TIME", "is_asc": False}
    options = pb.ListOperationOptions(max_result_size=100, order_by_field=order)
    assert transport.sent == [
        ("GetExecutionsByContext", rpc.GetExecutionsByContextRequest(context_id=3, options=options))
    ]


def test_none_in_place_of_an_argument_is_a_type_error_that_names_it() -> None:
    store = MetadataStore.from_transport(ScriptedTransport([]))

    with pytest.raises(TypeError, match="artifacts must not be None"):
        store.put_artifacts(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="type_name must not be None"):
        store.get_artifact_type(None)  # type: ignore[arg-type]


def test_a_node_of_another_kind_is_a_type_error() -> None:
    store = MetadataStore.from_transport(ScriptedTransport([]))

    with pytest.raises(TypeError):
        store.put_artifacts([pb.Execution()])  # type: ignore[list-item]


def test_an_empty_version_is_no_version() -> None:
    transport = ScriptedTransport([rpc.GetArtifactsByTypeResponse()])

    MetadataStore.from_transport(transport).get_artifacts_by_type("Model", "")

    assert transport.sent == [("GetArtifactsByType", rpc.GetArtifactsByTypeRequest(type_name="Model"))]
