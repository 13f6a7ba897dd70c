"""Pages end, skip nothing and repeat nothing, whatever is written between them."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.service import MetadataService
from lineal.service.reads.lists import LONGEST_PAGE
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import artifact, put_artifact_type, put_artifacts

Field = pb.ListOperationOptions.OrderByField


def page(
    service: MetadataService,
    *,
    token: str = "",
    size: int = 3,
    field: int = Field.ID,
    ascending: bool = True,
    filter_query: str = "",
) -> tuple[list[int], str]:
    options = pb.ListOperationOptions(max_result_size=size, next_page_token=token, filter_query=filter_query)
    options.order_by_field.field = field
    options.order_by_field.is_asc = ascending
    response = service.call("GetArtifacts", rpc.GetArtifactsRequest(options=options))
    return [node.id for node in response.artifacts], response.next_page_token


def all_pages(service: MetadataService, **options: object) -> list[int]:
    ids, token = page(service, **options)
    while token:
        more, token = page(service, token=token, **options)
        ids += more
    return ids


@pytest.mark.parametrize("field", [Field.ID, Field.CREATE_TIME, Field.LAST_UPDATE_TIME])
@pytest.mark.parametrize("ascending", [True, False])
def test_pages_list_every_node_once_though_many_share_a_millisecond(
    service: MetadataService, field: int, ascending: bool
) -> None:
    ids = put_artifacts(service, *[artifact(put_artifact_type(service)) for _ in range(20)])
    assert sorted(all_pages(service, field=field, ascending=ascending)) == ids


def test_nodes_written_between_pages_neither_hide_nor_repeat_others(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    ids = put_artifacts(service, *[artifact(type_id) for _ in range(6)])
    first, token = page(service, ascending=False)
    put_artifacts(service, artifact(type_id), artifact(type_id))
    second, _ = page(service, ascending=False, token=token)
    assert first + second == ids[::-1]


def test_a_page_over_the_limit_is_cut_and_goes_on(service: MetadataService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lineal.service.reads.lists.LONGEST_PAGE", 4)
    ids = put_artifacts(service, *[artifact(put_artifact_type(service)) for _ in range(10)])
    assert len(page(service, size=LONGEST_PAGE)[0]) == 4
    assert all_pages(service, size=2**31 - 1) == ids


@pytest.mark.parametrize("token", ["garbage!", "AAAA", "CAE", "\N{SNOWMAN}"])
def test_a_made_up_token_is_refused(service: MetadataService, token: str) -> None:
    with pytest.raises(errors.InvalidArgumentError, match="next_page_token"):
        page(service, token=token)


def test_a_token_of_another_order_is_refused(service: MetadataService) -> None:
    put_artifacts(service, *[artifact(put_artifact_type(service)) for _ in range(5)])
    _, token = page(service)
    with pytest.raises(errors.InvalidArgumentError, match="another order"):
        page(service, token=token, ascending=False)


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize(
    "filter_query",
    [
        "custom_properties.part.int_value > 0",
        "type = 'Model' AND state = LIVE AND custom_properties.part.int_value != 1",
        "custom_properties.none.int_value IS NULL OR uri LIKE 'a%'",
        "custom_properties.part.int_value = 7",
    ],
)
def test_pages_from_the_front_of_an_order_are_those_of_the_whole(
    service: MetadataService, monkeypatch: pytest.MonkeyPatch, filter_query: str, ascending: bool
) -> None:
    types = [put_artifact_type(service, name) for name in ("Model", "Other")]
    nodes = [artifact(types[n % 7 == 0], state=2 - n % 2, properties={"part": n % 3}) for n in range(40)]
    put_artifacts(service, *nodes)
    options = {"field": Field.CREATE_TIME, "ascending": ascending, "filter_query": filter_query}
    monkeypatch.setattr(service.database.dialect, "knows_values", True)
    whole = all_pages(service, **options)
    monkeypatch.setattr(service.database.dialect, "knows_values", False)
    monkeypatch.setattr("lineal.store.rows.listing._FIRST_FRONT", 4)
    monkeypatch.setattr("lineal.store.rows.listing._IDS_PER_NODE_OF_FRONT", 1)
    seen: list[str] = []
    service.database.observe = seen.append
    assert all_pages(service, **options) == whole
    assert any("front" in sql for sql in seen)


def test_a_page_of_a_type_from_the_front_is_that_of_the_whole(
    service: MetadataService, monkeypatch: pytest.MonkeyPatch
) -> None:
    types = [put_artifact_type(service, name) for name in ("Model", "Other")]
    ids = put_artifacts(service, *[artifact(types[n % 3 == 0]) for n in range(30)])
    monkeypatch.setattr(service.database.dialect, "knows_values", False)
    monkeypatch.setattr("lineal.store.rows.listing._FIRST_FRONT", 4)
    monkeypatch.setattr("lineal.store.rows.listing._IDS_PER_NODE_OF_FRONT", 1)
    request = rpc.GetArtifactsByTypeRequest(type_name="Model", options=pb.ListOperationOptions(max_result_size=5))
    request.options.order_by_field.field = Field.ID
    found = service.call("GetArtifactsByType", request).artifacts
    assert [node.id for node in found] == [each for n, each in enumerate(ids) if n % 3][:5]


def test_a_list_in_a_small_store_does_not_look_at_the_front(service: MetadataService) -> None:
    put_artifacts(service, *[artifact(put_artifact_type(service)) for _ in range(5)])
    seen: list[str] = []
    service.database.observe = seen.append
    page(service, filter_query="type = 'Model'")
    assert not any("front" in sql for sql in seen)
