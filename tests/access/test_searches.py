"""What a caller limited to workspaces finds by the calls of SearchService: as if the store held nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.service.access import Role
from lineal.wire import search as pb
from tests.access.stores import Stores, caller

SEARCHES = ["", "b", "-a", "type=Model", "workspace=b", "label.team:team", "metric.size>0", "has:run", "prop.size=7"]
UNKNOWN = ["workspace=bb", 'run="run of b-dta"', "label.taem=x", "type=Modle", "type=Trianer", "prop.sizee=1"]
ORDERS = ["-created", "name", "-metric.size", "workspace"]
KINDS = pb.SearchNodesRequest.Kind.values()[1:]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("search", SEARCHES)
def test_a_search_of_a_workspace_finds_what_it_would_find_alone(stores: Stores, kind: Any, search: str) -> None:
    for order in ORDERS:
        request = pb.SearchNodesRequest(kind=kind, search=search, order_by=order, with_count=True)
        expected = stores.alone.call("SearchNodes", request)
        assert stores.shared.call("SearchNodes", request, caller=caller(Role.READER, "a")) == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("search", UNKNOWN)
def test_a_name_that_no_record_has_is_told_without_the_names_of_other_workspaces(
    stores: Stores, kind: Any, search: str
) -> None:
    request = pb.SearchNodesRequest(kind=kind, search=search)
    expected: Any = stores.alone.call("SearchNodes", request)
    assert expected.unknown
    assert stores.shared.call("SearchNodes", request, caller=caller(Role.READER, "a")) == expected


def test_a_caller_with_the_whole_store_is_told_the_name_of_another_workspace(stores: Stores) -> None:
    request = pb.SearchNodesRequest(kind=pb.SearchNodesRequest.ARTIFACT, search="workspace=bb")
    runs = pb.SearchRunsRequest(search="workspace=bb")
    found: list[Any] = [stores.shared.call("SearchNodes", request), stores.shared.call("SearchRuns", runs)]
    assert [(each.unknown[0].nearest, each.meant) for each in found] == [("b", "workspace=b")] * 2
    for method, asked in (("SearchNodes", request), ("SearchRuns", runs)):
        limited: Any = stores.shared.call(method, asked, caller=caller(Role.READER, "a"))
        assert (limited.unknown[0].nearest, limited.unknown[0].examples, limited.meant) == ("", ["a"], "")


def test_a_caller_with_the_whole_store_finds_more(stores: Stores) -> None:
    request = pb.SearchNodesRequest(kind=pb.SearchNodesRequest.ARTIFACT, with_count=True)
    shared: Any = stores.shared.call("SearchNodes", request)
    alone: Any = stores.alone.call("SearchNodes", request)
    assert shared.count > alone.count > 0


def test_runs_of_another_workspace_are_not_found(stores: Stores) -> None:
    expected: Any = stores.alone.call("SearchRuns", pb.SearchRunsRequest())
    found = stores.shared.call("SearchRuns", pb.SearchRunsRequest(), caller=caller(Role.READER, "a"))
    assert found == expected
    assert expected.runs
