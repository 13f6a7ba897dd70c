"""The lineage over REST: generations, counts of what is not shown, ways, ancestors, cycles, ghosts, times."""

from __future__ import annotations

from typing import Any

import pytest

from lineal.security import LimitSettings
from lineal.wire import lifecycle
from tests.server.rest.shelf import Shelf


@pytest.fixture(scope="module")
def chain(kept_shelf: Shelf) -> Shelf:
    """a1 and a2 → e1 → a3 → e2 → a4 and a5; a3 → e3 → a6; a7 has no relatives. Times: 100, 200, 300."""
    for number in range(1, 8):
        kept_shelf.put(name=f"thing {number}")
    kept_shelf.run([1, 2], [3], time=100)
    kept_shelf.run([3], [4, 5], time=200)
    kept_shelf.run([3], [6], time=300)
    return kept_shelf


def keys(graph: dict[str, Any]) -> list[str]:
    return sorted(node["key"] for node in graph["nodes"])


def node(graph: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in graph["nodes"] if each["key"] == key)


def test_a_generation_is_an_execution_and_its_artifacts(chain: Shelf) -> None:
    graph = chain.get("/lineage", focus="a3")
    assert keys(graph) == ["a1", "a2", "a3", "a4", "a5", "a6", "e1", "e2", "e3"]
    assert node(graph, "a1")["distance"] == -2
    assert node(graph, "a6")["distance"] == 2


def test_edges_run_along_the_flow(chain: Shelf) -> None:
    edges = chain.get("/lineage", focus="a4", up=1, down=0)["edges"]
    assert [(edge["source"], edge["target"], edge["direction"]) for edge in edges] == [
        ("a3", "e2", "input"),
        ("e2", "a4", "output"),
    ]


def test_neighbours_that_are_not_shown_are_counted(chain: Shelf) -> None:
    graph = chain.get("/lineage", focus="a4", up=1, down=1)
    assert keys(graph) == ["a3", "a4", "e2"]
    assert (node(graph, "a3")["hidden_up"], node(graph, "a3")["hidden_down"]) == (1, 1)
    assert node(graph, "e2")["hidden_down"] == 1


def test_the_most_nodes_are_kept_and_the_rest_is_told(chain: Shelf) -> None:
    graph = chain.get("/lineage", focus="a3", limit=3)
    assert len(graph["nodes"]) == 3
    assert graph["left_out"] > 0


def test_no_page_and_no_graph_is_larger_than_the_server_allows(chain: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain.service.database, "limits", LimitSettings(max_page_size=2, max_lineage_nodes=3))
    first = chain.get("/artifacts", order_by="id", limit=50)
    second = chain.get("/artifacts", order_by="id", limit=50, cursor=first["next_cursor"])
    assert [row["id"] for row in [*first["items"], *second["items"]]] == ["1", "2", "3", "4"]
    assert len(chain.get("/artifacts/3/events", limit=50)["items"]) == 2
    assert chain.client.get("/api/v1/artifacts/export", params={"q": ""}).text.count("\n") == 8
    graph = chain.get("/lineage", focus="a3", limit=50)
    assert (len(graph["nodes"]), graph["left_out"] > 0) == (3, True)


def test_as_of_a_time_later_events_are_hidden(chain: Shelf) -> None:
    assert "e3" not in keys(chain.get("/lineage", focus="a3", as_of=250))
    assert keys(chain.get("/lineage", focus="a3", since=250)) == ["a3", "a6", "e3"]


def test_an_execution_can_be_the_focus(chain: Shelf) -> None:
    assert keys(chain.get("/lineage", focus="e2")) == ["a3", "a4", "a5", "e2"]


def test_the_lineage_can_be_limited_to_what_a_context_holds(shelf: Shelf) -> None:
    from lineal.wire import metadata_store as pb
    from lineal.wire import service as rpc

    first, second = shelf.put(name="in"), shelf.put(name="out")
    step = shelf.run([first], [second])
    put_type = rpc.PutContextTypeRequest(context_type=pb.ContextType(name="place"))
    type_id = shelf.service.call("PutContextType", put_type).type_id  # type: ignore[attr-defined]
    put = rpc.PutContextsRequest(contexts=[pb.Context(type_id=type_id, name="here")])
    place = shelf.service.call("PutContexts", put).context_ids[0]  # type: ignore[attr-defined]
    link = rpc.PutAttributionsAndAssociationsRequest(
        attributions=[pb.Attribution(context_id=place, artifact_id=second)],
        associations=[pb.Association(context_id=place, execution_id=step)],
    )
    shelf.service.call("PutAttributionsAndAssociations", link)
    assert keys(shelf.get("/lineage", focus=f"a{second}", inside=f"c{place}")) == [f"a{second}", f"e{step}"]


@pytest.mark.parametrize(("first", "second", "direction"), [("a1", "a6", "down"), ("a6", "a1", "up")])
def test_the_way_between_two_nodes_is_found_from_either_side(
    chain: Shelf, first: str, second: str, direction: str
) -> None:
    found = chain.get("/lineage/path", first=first, second=second)
    way = ["a1", "e1", "a3", "e3", "a6"]
    assert found["direction"] == direction
    assert found["paths"] == [way if direction == "down" else way[::-1]]


def test_every_way_is_listed_shortest_first(shelf: Shelf) -> None:
    first, middle, last = (shelf.put(name=name) for name in "abc")
    shelf.run([first], [middle])
    shelf.run([middle], [last])
    shelf.run([first], [last])
    paths = shelf.get("/lineage/path", first="a1", second="a3")["paths"]
    assert paths == [["a1", "e3", "a3"], ["a1", "e1", "a2", "e2", "a3"]]


def test_without_a_way_the_nearest_common_ancestors_are_named(chain: Shelf) -> None:
    found = chain.get("/lineage/path", first="a4", second="a6")
    assert (found["direction"], found["paths"]) == (None, [])
    assert [ancestor["key"] for ancestor in found["ancestors"]] == ["a3"]
    assert keys(found) == ["a3", "a4", "a6", "e2", "e3"]


def test_nodes_that_are_not_related_have_neither(chain: Shelf) -> None:
    found = chain.get("/lineage/path", first="a4", second="a7")
    assert (found["paths"], found["ancestors"]) == ([], [])


def test_a_cycle_ends(shelf: Shelf) -> None:
    first, second = shelf.put(name="a"), shelf.put(name="b")
    shelf.run([first], [second])
    shelf.run([second], [first])
    graph = shelf.get("/lineage", focus="a1", up=20, down=20)
    assert keys(graph) == ["a1", "a2", "e1", "e2"]
    assert shelf.get("/lineage/path", first="a1", second="a2")["paths"] == [["a1", "e1", "a2"]]


def test_a_node_that_events_name_and_the_store_lacks_is_a_ghost(shelf: Shelf) -> None:
    first, second = shelf.put(name="a"), shelf.put(name="b")
    shelf.run([first], [second])
    shelf.service.database.write(lambda session: session.script(f'DELETE FROM "Artifact" WHERE id = {first}'))
    graph = shelf.get("/lineage", focus=f"a{second}")
    assert (node(graph, f"a{first}")["missing"], node(graph, f"a{first}")["name"]) == (True, None)
    assert node(graph, f"a{second}")["missing"] is False


def test_relatives_of_any_distance_are_found_by_a_search(chain: Shelf) -> None:
    found = chain.get("/lineage/relatives", focus="a1", direction="down", q="name:thing", limit=2)
    assert [(each["key"], each["distance"]) for each in found["items"]] == [("a3", 2), ("a4", 4)]
    assert (found["total"], found["exact"]) == (4, True)


def test_the_events_of_a_node_come_newest_first_and_in_pages(chain: Shelf) -> None:
    page = chain.get("/artifacts/3/events", limit=2)
    assert [item["node"]["key"] for item in page["items"]] == ["e3", "e2"]
    rest = chain.get("/artifacts/3/events", limit=2, cursor=page["next_cursor"])
    assert [item["node"]["key"] for item in rest["items"]] == ["e1"]
    assert (page["total"], rest["next_cursor"]) == (3, None)


def test_an_artifact_names_who_made_it(chain: Shelf) -> None:
    rows = {row["key"]: row for row in chain.get("/artifacts")["items"]}
    assert rows["a3"]["made_by"]["key"] == "e1"
    assert rows["a1"]["made_by"] is None


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        ("/lineage", {"focus": "a99"}, 404),
        ("/lineage", {"focus": "c1"}, 400),
        ("/lineage", {"focus": "x1"}, 422),
        ("/lineage", {"focus": "a9999999999999999999"}, 400),
        ("/lineage", {"focus": "a1", "up": "10001"}, 422),
        ("/lineage", {"focus": "a1", "limit": "20001"}, 422),
        ("/lineage", {"focus": "a1", "inside": "a1"}, 422),
        ("/lineage/path", {"first": "a1", "second": "e99"}, 404),
        ("/artifacts/99/events", {}, 404),
        ("/artifacts/9999999999999999999", {}, 404),
        ("/artifacts/abc", {}, 422),
    ],
)
def test_what_cannot_be_answered_is_a_problem(chain: Shelf, path: str, parameters: dict[str, str], status: int) -> None:
    assert chain.problem(path, **parameters)["status"] == status


def test_outputs_that_were_deleted_are_counted_downstream_of_a_node_and_nowhere_else(shelf: Shelf) -> None:
    first, second, third, fourth = (shelf.put(name=f"thing {number}") for number in range(4))
    train, score = shelf.run([first], [second, third]), shelf.run([third], [fourth])
    gone = lifecycle.NodeIds(artifact_ids=[second, fourth])
    shelf.service.call("DeleteNodes", lifecycle.DeleteNodesRequest(nodes=gone))

    def said(**asked: Any) -> dict[str, int | None]:
        return {each["key"]: each["deleted_outputs"] for each in shelf.get("/lineage", **asked)["nodes"]}

    known = {f"a{first}": None, f"e{train}": 1, f"a{third}": None, f"e{score}": 1}
    assert said(focus=f"a{first}", down=9) == known
    assert said(focus=f"e{train}", down=9, up=0) == {key: known[key] for key in list(known)[1:]}
    assert set(said(focus=f"e{score}", up=9, down=0).values()) == {None}
    assert set(said(focus=f"a{first}", down=9, since=1).values()) == {None}
    taken = shelf.statements("/lineage", focus=f"a{first}", down=9)
    assert sum(count for text, count in taken.items() if "lineal_audit" in text) == 1
