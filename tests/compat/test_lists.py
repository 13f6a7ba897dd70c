"""Lists with options: page sizes, orders, page tokens, and what they do on an empty set."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS
from lineal.wire import metadata_store as pb
from tests.compat.build import listing, node, options, put, request
from tests.compat.differences import known
from tests.compat.pair import Pair
from tests.compat.stock import each_kind, new_nodes, new_type, relate
from tests.parameters import rare

COUNT = 7
ORDERS = ["CREATE_TIME", "LAST_UPDATE_TIME", "ID"]


@pytest.fixture
def stocked(pair: Pair) -> Pair:
    """Both stores with seven nodes of each kind, made and changed in calls of their own, all in context 1."""
    for kind in KINDS:
        type_id = new_type(pair, kind)
        for number in range(COUNT):
            new_nodes(pair, kind, node(kind, type_id, name=f"n{number}"))
        for number in (5, 2, 7):
            pair.ok(put(kind, node(kind, id=number, name=f"n{number - 1}", custom={"changed": 1})))
    relate(
        pair,
        attributions=[(1, number) for number in range(1, COUNT + 1)],
        associations=[(1, number) for number in range(1, COUNT + 1)],
    )
    return pair


def lists_of(kind) -> list[tuple[str, dict[str, Any]]]:
    """Return the RPCs that list nodes of a kind, with the fields that make them list all of it."""
    plural = kind.plural.capitalize()
    lists = [(f"Get{plural}", {}), (f"Get{plural}ByType", {"type_name": "t"})]
    return lists if kind is CONTEXT else [*lists, (f"Get{plural}ByContext", {"context_id": 1})]


each_list = pytest.mark.parametrize(
    ("rpc_name", "fields"), [one for kind in KINDS for one in lists_of(kind)], ids=lambda value: str(value)[:30]
)


def walk(pair: Pair, rpc_name: str, fields: dict[str, Any], **given: Any) -> int:
    """Go through all pages; return how many there were."""
    token, pages = None, 0
    while True:
        answer = pair.ok(request(rpc_name, options=options(token=token, **given), **fields))
        pages += 1
        token = answer.next_page_token
        if not token:
            return pages


@each_list
@pytest.mark.parametrize("size", [1, rare(2), 3, rare(COUNT - 1), COUNT, rare(COUNT + 1), rare(100), None])
def test_pages_of_every_size_reach_everything(stocked: Pair, rpc_name, fields, size) -> None:
    expected = -(-COUNT // (size or 20))
    assert walk(stocked, rpc_name, fields, size=size) == expected


@each_list
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("ascending", [True, False, rare(None)])
def test_pages_follow_the_order(stocked: Pair, rpc_name, fields, order, ascending) -> None:
    assert walk(stocked, rpc_name, fields, size=2, order=order, ascending=ascending) == 4
    walk(stocked, rpc_name, fields, size=3, order=order, ascending=ascending, where="name != 'n3'")


@each_list
def test_an_order_without_a_field_means_id(stocked: Pair, rpc_name, fields) -> None:
    walk(stocked, rpc_name, fields, size=4, ascending=False)
    empty = pb.ListOperationOptions(order_by_field=pb.ListOperationOptions.OrderByField())
    stocked.ok(request(rpc_name, options=empty, **fields))
    unspecified = options(order="FIELD_UNSPECIFIED")
    stocked.fails(errors.INVALID_ARGUMENT, request(rpc_name, options=unspecified, **fields))


@each_list
@pytest.mark.parametrize("size", [0, -1, -(2**31)])
def test_a_page_holds_at_least_one(stocked: Pair, rpc_name, fields, size) -> None:
    stocked.fails(errors.INVALID_ARGUMENT, request(rpc_name, options=options(size), **fields))


@each_list
def test_no_options_mean_everything_and_no_token(stocked: Pair, rpc_name, fields) -> None:
    assert not stocked.ok(request(rpc_name, **fields)).HasField("next_page_token")
    stocked.ok(request(rpc_name, options=options(), **fields))


@each_kind
def test_the_default_page_holds_twenty(stocked: Pair, kind) -> None:
    type_id = 10 + KINDS.index(kind)
    new_nodes(stocked, kind, *[node(kind, type_id, name=f"more{number}") for number in range(14)])
    answer = stocked.ok(listing(kind))
    assert len(getattr(answer, kind.plural)) == 20
    stocked.ok(listing(kind, token=answer.next_page_token))


def _web_safe(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


GARBAGE = {
    "text": "not a token",
    "one letter": "a",
    "base64 of text": _web_safe(b"hello world, this is nothing"),
    "unicode": "ünï",
    "null": "\x00",
    "padding": "====",
}


@each_list
@pytest.mark.parametrize("garbage", [*list(GARBAGE)[:3], *map(rare, list(GARBAGE)[3:])])
def test_a_token_that_is_none_is_refused(stocked: Pair, rpc_name, fields, garbage) -> None:
    given = options(2, token=GARBAGE[garbage])
    stocked.fails(errors.INVALID_ARGUMENT, request(rpc_name, options=given, **fields))


@each_list
def test_an_empty_token_is_no_token(stocked: Pair, rpc_name, fields) -> None:
    stocked.ok(request(rpc_name, options=options(3, token=""), **fields))


@each_list
def test_a_token_goes_with_another_size_but_not_with_another_order(stocked: Pair, rpc_name, fields) -> None:
    token = stocked.ok(request(rpc_name, options=options(2), **fields)).next_page_token
    for size in (1, 3, 50, None):
        stocked.ok(request(rpc_name, options=options(size, token=token), **fields))
    for spelled in ({"order": "ID"}, {"order": "ID", "ascending": True}, {"ascending": True}):
        stocked.ok(request(rpc_name, options=options(2, token=token, **spelled), **fields))
    for other in ({"order": "CREATE_TIME"}, {"ascending": False}, {"order": "LAST_UPDATE_TIME", "ascending": True}):
        stocked.fails(errors.INVALID_ARGUMENT, request(rpc_name, options=options(2, token=token, **other), **fields))
    stocked.fails(errors.INVALID_ARGUMENT, request(rpc_name, options=options(0, token=token), **fields))


@each_list
def test_a_token_of_an_order_needs_that_order_again(stocked: Pair, rpc_name, fields) -> None:
    given = {"order": "CREATE_TIME", "ascending": False}
    token = stocked.ok(request(rpc_name, options=options(2, **given), **fields)).next_page_token
    stocked.fails(errors.INVALID_ARGUMENT, request(rpc_name, options=options(2, token=token), **fields))
    stocked.ok(request(rpc_name, options=options(3, token=token, **given), **fields))


@each_kind
def test_pages_survive_new_nodes(stocked: Pair, kind) -> None:
    type_id = 10 + KINDS.index(kind)
    for given in ({}, {"ascending": False}, {"order": "CREATE_TIME"}, {"order": "CREATE_TIME", "ascending": False}):
        token = stocked.ok(listing(kind, 3, **given)).next_page_token
        new_nodes(stocked, kind, node(kind, type_id, name=f"late {given}"))
        stocked.ok(listing(kind, 3, token=token, **given))


@each_kind
def test_pages_by_last_update_survive_updates(stocked: Pair, kind) -> None:
    for number, ascending in ((1, True), (3, False)):
        given = {"order": "LAST_UPDATE_TIME", "ascending": ascending}
        token = stocked.ok(listing(kind, 3, **given)).next_page_token
        stocked.ok(put(kind, node(kind, id=number, name=f"n{number - 1}", custom={"again": ascending})))
        stocked.ok(listing(kind, 3, token=token, **given))


@each_kind
def test_a_filter_that_matches_nothing_gives_an_empty_page(stocked: Pair, kind) -> None:
    for rpc_name, fields in lists_of(kind):
        stocked.ok(request(rpc_name, options=options(where="id = 99"), **fields))
        stocked.ok(request(rpc_name, options=options(2, where="id < 4"), **fields))
        stocked.ok(request(rpc_name, options=options(2, where="id < 3"), **fields))


ODD_OPTIONS = [None, options(), options(0), options(where="nonsense ="), options(token="garbage")]


@each_kind
@pytest.mark.parametrize("given", ODD_OPTIONS, ids=str)
def test_lists_by_a_type_without_nodes_do_not_look_at_the_options(stocked: Pair, kind, given) -> None:
    new_type(stocked, kind, "empty")
    for type_name in ("empty", "unknown", "", None):
        stocked.ok(request(f"Get{kind.plural.capitalize()}ByType", type_name=type_name, options=given))
    stocked.ok(request(f"Get{kind.plural.capitalize()}ByType", type_name="t", type_version="none", options=given))


@pytest.mark.parametrize("kind", [ARTIFACT, EXECUTION], ids=lambda kind: kind.name)
@pytest.mark.parametrize("given", ODD_OPTIONS, ids=str)
def test_lists_by_a_context_without_members_do_not_look_at_the_options(stocked: Pair, kind, given) -> None:
    for context_id in (2, 99, 0, None):
        stocked.ok(request(f"Get{kind.plural.capitalize()}ByContext", context_id=context_id, options=given))


@each_kind
def test_lists_by_type_keep_to_the_version(stocked: Pair, kind) -> None:
    type_id = new_type(stocked, kind, version="1")
    new_nodes(stocked, kind, *[node(kind, type_id, name=name) for name in "abc"])
    get = f"Get{kind.plural.capitalize()}ByType"
    for version in (None, "", "1", "2"):
        for given in (None, options(2), options(50)):
            stocked.ok(request(get, type_name="t", type_version=version, options=given))


@each_list
def test_a_bad_filter_is_refused(stocked: Pair, rpc_name, fields) -> None:
    for where in ("nonsense", " ", "id =", "id = 'text'", "name"):
        stocked.fails(errors.INVALID_ARGUMENT, request(rpc_name, options=options(where=where), **fields))
    stocked.ok(request(rpc_name, options=options(where=""), **fields))


@each_kind
def test_more_than_a_hundred_fit_on_one_page(pair: Pair, kind) -> None:
    type_id = new_type(pair, kind)
    new_nodes(pair, kind, *[node(kind, type_id, name=f"n{number}") for number in range(130)])
    assert walk(pair, f"Get{kind.plural.capitalize()}", {}, size=100) == 2
    exchange = pair.differs("large-pages", listing(kind, 110), official=0, lineal=0)
    if not pair.against_itself:
        assert len(getattr(exchange.lineal.response, kind.plural)) == 110
        assert exchange.lineal.response.next_page_token


@each_kind
def test_a_page_of_any_size_is_no_error(stocked: Pair, kind) -> None:
    exchange = stocked.differs("large-pages", listing(kind, 2**31 - 1), official=errors.INVALID_ARGUMENT, lineal=0)
    assert stocked.against_itself or len(getattr(exchange.lineal.response, kind.plural)) == COUNT


@each_kind
def test_pages_by_last_update_end_also_when_all_times_are_equal(pair: Pair, kind) -> None:
    assert known("pages-by-last-update")
    type_id = new_type(pair, kind)
    new_nodes(pair, kind, *[node(kind, type_id, name=f"n{number}") for number in range(40)])
    token, seen = None, []
    for _ in range(4 if pair.against_itself else 14):
        exchange = pair.ask(listing(kind, 3, order="LAST_UPDATE_TIME", token=token))
        seen += [one.id for one in getattr(exchange.lineal.response, kind.plural)]
        token = exchange.lineal.response.next_page_token
    assert pair.against_itself or (sorted(seen) == list(range(1, 41)) and not token)
