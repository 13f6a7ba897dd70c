"""How each REST route that reads is asked: its own parameters, each with the values that find something there.

A route's table names every parameter of the route; test_rest.py compares the names with the OpenAPI description. The
values are valid for the route, so that no test compares one error with another. What stays out: the stores (stores.py).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.access.stores import VIEW_ID

NEXT = "<next page>"
"""The value of a cursor that stands for the `next_cursor` of the page before."""
_LATER = "4102444800000"  # the year 2100, in milliseconds since the epoch

_FILTERS = {
    "artifacts": ["events_0.execution_id > 0", "contexts_0.name = 'b' OR name LIKE '%data'"],
    "executions": ["events_0.artifact_id > 0", "contexts_0.name = 'b' OR name LIKE '%train'"],
    "contexts": [
        "artifacts_0.id > 0 OR executions_0.id > 0",
        "parent_contexts_0.name IN ('a', 'b')",
        "child_contexts_0.id > 0",
    ],
}
# Searches that find nothing: the answer says which names no record has, and which ones the caller may know instead.
_UNKNOWN = '(workspace=bb OR run="run of b-dta" OR label.taem=x OR type=Modle OR type=Trianer)'
_SEARCHES = {
    "artifacts": ["b", "a", "(workspace=b OR workspace=a)", "metric.size>0", "label.team:team", "has:run", _UNKNOWN],
    "executions": ["b", "a", "(workspace=b OR workspace=a)", "state=RUNNING", "label.team:team", "has:run", _UNKNOWN],
    "contexts": ["b", "a", "(type:experiment OR type:workspace)", "type=Experimnt workspace=bb"],
}
_COLUMNS = {
    "artifacts": ["metric.size,label.team", "prop.size"],
    "executions": ["label.team"],
    "contexts": ["label.team"],
}
_ORDERS = {
    "artifacts": ["-metric.size", "workspace", "-name", "label.team"],
    "executions": ["-updated", "workspace", "-name", "label.team"],
    "contexts": ["-created", "type", "name"],
}
_IDS = [str(number) for number in range(1, 12)]
_TEXTS = ["b-model", "a-model", "5", "s3://b-data", "s3://a-data", "run of b-data", "b-data-id", "a-data-id"]
_ARTIFACT_KEYS = [f"a{number}" for number in range(1, 9)]
_KEYS = [*_ARTIFACT_KEYS, *[f"e{number}" for number in range(1, 6)]]
_FILES = {"node_id": _IDS, "path": ["", "deep", "missing"], "limit": ["1", "100"], "cursor": [NEXT]}
_PERIOD = {"since": ["1"], "until": [_LATER]}


@dataclass(frozen=True)
class Route:
    """A way to ask a route.

    Attributes:
        values: the values of each parameter; all others keep their defaults while one of them is tried.
        required: values for the parameters without which the route answers nothing, in each way that is tried.
    """

    values: Mapping[str, list[str]] = field(default_factory=dict)
    required: Sequence[Mapping[str, str]] = ({},)


@dataclass(frozen=True)
class Address:
    """An address to be asked: a path, and its query."""

    path: str
    query: tuple[tuple[str, str], ...] = ()


def addresses_of(path: str, name: str) -> Iterator[Address]:
    """Yield an address for each value of one parameter, or the bare address for the name ""."""
    route = ROUTES[path]
    for value, required in itertools.product(route.values[name] if name else [""], route.required):
        yield _address(path, {**required, **({name: value} if name else {})})


def combined(path: str, most: int) -> Iterator[Address]:
    """Yield up to `most` addresses in which two parameters of a route have values."""
    route = ROUTES[path]
    found = [
        _address(path, {**required, first: one, second: other})
        for required in route.required
        for first, second in itertools.combinations(route.values, 2)
        for one, other in itertools.product(route.values[first], route.values[second])
    ]
    yield from found[:: max(1, len(found) // most)]


def _address(path: str, given: Mapping[str, str]) -> Address:
    query = tuple((name, value) for name, value in given.items() if f"{{{name}}}" not in path)
    return Address(path.format(**given), query)


def _of_kind(kind: str) -> dict[str, Route]:
    """Return the routes that every kind of node has."""
    asked = {"q": _SEARCHES[kind], "filter_query": _FILTERS[kind], "context_id": ["1", "4"]}
    shown = {"order_by": _ORDERS[kind], "columns": [*_COLUMNS[kind], "headline", "default"]}
    paged = {"limit": ["1", "100"], "cursor": [NEXT]}
    narrowed = {"key": ["workspace", "type", "label.team", ""], "text": ["e", "o"]}
    given = {
        "": Route({**asked, **shown, **paged}),
        "/export": Route({**asked, **shown, "format": ["csv", "json"], "bom": ["true"]}),
        "/count": Route({**asked, "exact": ["true", "false"]}),
        "/facets": Route({**asked, "label": ["team"]}),
        "/columns": Route(asked),
        "/suggest": Route({**asked, **narrowed}, [{"key": "type"}]),
        "/labels": Route(asked),
        "/label-values": Route({**asked, "name": ["team"]}, [{"name": "team"}]),
        "/batch": Route({"ids": [",".join(_IDS), "1,3"]}, [{"ids": "1"}]),
        "/{node_id}": Route({"node_id": _IDS}),
    }
    return {f"/api/v1/{kind}{end}": route for end, route in given.items()}


def _of_events(kind: str, node_id: str) -> dict[str, Route]:
    """Return the route to the events of one artifact or execution; the id is that of a node with several."""
    values = {"node_id": _IDS, "direction": ["input", "output", ""], "limit": ["1", "100"], "cursor": [NEXT]}
    return {f"/api/v1/{kind}/{{node_id}}/events": Route(values, [{"node_id": node_id}])}


def _of_points(kind: str, *with_points: str) -> dict[str, Route]:
    """Return the routes to the points of metrics of artifacts or executions, of which these have some."""
    named = {"node_id": _IDS, "limit": ["1", "100"], "cursor": [NEXT]}
    steps = {"name": ["loss", "auc"], "first_step": ["2"], "last_step": ["2"]}
    return {
        f"/api/v1/{kind}/{{node_id}}/metrics": Route(
            {**named, "name": ["loss"], "latest_only": ["true"]}, [{"node_id": each} for each in with_points]
        ),
        f"/api/v1/{kind}/{{node_id}}/metrics/history": Route(
            {**named, **steps}, [{"node_id": each, "name": "loss"} for each in with_points]
        ),
    }


def _of_facets(kind: str, *with_facets: str) -> dict[str, Route]:
    """Return the routes to the facets of nodes of a kind, of which these have some."""
    return {
        f"/api/v1/{kind}/{{node_id}}/facets": Route(
            {"node_id": _IDS, "name": ["schema", "sql"]}, [{"node_id": each} for each in with_facets]
        )
    }


# A place before all versions: no artifact of these stores has two.
_FUTURE = f"{10**14}-1"
_AROUND = {"as_of": [_LATER], "since": ["1"], "internal": ["true", "false"]}

ROUTES: dict[str, Route] = {
    **_of_kind("artifacts"),
    **_of_kind("executions"),
    **_of_kind("contexts"),
    **_of_events("artifacts", "2"),
    **_of_events("executions", "1"),
    "/api/v1/artifacts/{node_id}/versions": Route(
        {"node_id": _IDS, "columns": ["label.team,headline", ""], "limit": ["1", "100"], "cursor": [_FUTURE]},
        [{"node_id": "2"}, {"node_id": "5"}],
    ),
    "/api/v1/artifacts/{node_id}/evaluations": Route({"node_id": _IDS}),
    "/api/v1/artifacts/{node_id}/files": Route(_FILES, [{"node_id": "2"}, {"node_id": "5"}]),
    "/api/v1/executions/{node_id}/files": Route(_FILES, [{"node_id": "1"}, {"node_id": "3"}]),
    **_of_points("artifacts", "1", "4"),
    **_of_points("executions", "1", "3"),
    **_of_facets("artifacts", "1", "4"),
    **_of_facets("executions", "1", "3"),
    **_of_facets("contexts", "2", "5"),
    "/api/v1/artifacts/{node_id}/columns": Route({"node_id": _IDS}),
    "/api/v1/artifacts/{node_id}/columns/lineage": Route(
        {"node_id": _IDS, "column": ["a_score", "b_score"], "direction": ["up", "down"], "depth": ["1", "5"]},
        [{"node_id": "2", "column": "a_score"}, {"node_id": "5", "column": "b_score"}],
    ),
    "/api/v1/lineage": Route(
        {
            "focus": _KEYS,
            "up": ["0", "5"],
            "down": ["0", "5"],
            "limit": ["2", "100"],
            **_AROUND,
            "inside": ["c1", "c4", "r1", "r4"],
            "columns": ["metric.size,label.team"],
        },
        [{"focus": "a2"}],
    ),
    "/api/v1/lineage/relatives": Route(
        {
            "focus": _KEYS,
            "direction": ["up", "down"],
            "kind": ["artifact", "execution"],
            "q": ["b", "a", "(workspace=b OR workspace=a)"],
            "filter_query": ["name LIKE '%'", "events_0.type IN (INPUT, OUTPUT)"],
            "limit": ["1", "100"],
            "as_of": [_LATER],
            "internal": ["true", "false"],
        },
        [{"focus": "a2", "direction": "down", "kind": "execution"}],
    ),
    "/api/v1/lineage/path": Route(
        {"first": _KEYS, "second": _KEYS, "limit": ["1", "3"], **_AROUND},
        [{"first": "a1", "second": "a2"}, {"first": "a4", "second": "a2"}],
    ),
    "/api/v1/runs": Route(
        {
            "q": ["b", "workspace=a", "workspace=bb"],
            "workspace": ["a", "b"],
            "name": ["run of", "b-", "a-"],
            "limit": ["1", "100"],
            "cursor": [NEXT],
        }
    ),
    "/api/v1/runs/{node_id}": Route({"node_id": _IDS}),
    "/api/v1/runs/{node_id}/holding": Route({"node_id": _IDS}),
    "/api/v1/workspaces": Route(
        {
            "q": ["b", "a", "(type:workspace OR type:pipeline)"],
            "filter_query": _FILTERS["contexts"],
            "order_by": ["-name", "created"],
            "columns": ["label.team"],
            "limit": ["1", "100"],
            "cursor": [NEXT],
        }
    ),
    "/api/v1/contexts/{node_id}/children": Route(
        {"node_id": _IDS, "q": ["b", "a"], "order_by": ["-name", "created"], "limit": ["1", "100"], "cursor": [NEXT]},
        [{"node_id": "1"}, {"node_id": "4"}],
    ),
    "/api/v1/contexts/{node_id}/holding": Route({"node_id": _IDS}),
    "/api/v1/metrics/series": Route(
        {
            "metric": ["size"],
            "q": _SEARCHES["artifacts"],
            "filter_query": _FILTERS["artifacts"],
            "context_id": ["1", "4"],
            "group_by": ["workspace", "label.team", "name"],
            **_PERIOD,
            "buckets": ["1", "10"],
            "lines": ["0", "1"],
            "only": ["a", "b"],
        },
        [{"metric": "size"}],
    ),
    "/api/v1/metrics/names": Route({"keys": [",".join(_KEYS)]}, [{"keys": ",".join(_KEYS)}]),
    "/api/v1/metrics/curves": Route(
        {
            "keys": [",".join(_KEYS)],
            "name": ["loss", "auc"],
            "axis": ["step", "time", "elapsed"],
            "first": ["1"],
            "last": ["2"],
            "points": ["4", "100"],
        },
        [{"keys": ",".join(_KEYS), "name": "loss"}],
    ),
    "/api/v1/metrics/export": Route(
        {"keys": [*_KEYS], "name": ["loss", "auc"]}, [{"keys": each} for each in ("a1", "a4", "e1", "e3")]
    ),
    "/api/v1/metrics/compared": Route(
        {"keys": [",".join(f"a{each}" for each in _IDS), "e1,e2,a3"]},
        [{"keys": ",".join(f"{kind}{number}" for kind in "ae" for number in range(1, 12))}],
    ),
    "/api/v1/environments": Route({"keys": [",".join(_KEYS)]}, [{"keys": ",".join(_KEYS)}]),
    "/api/v1/monitor/running": Route(
        {"q": ["b", "a", "(workspace=b OR workspace=a)"], "context_id": ["1", "4"], "limit": ["1", "100"]}
    ),
    "/api/v1/monitor/growth": Route({"kind": ["artifact", "execution", "context"], **_PERIOD, "spans": ["1", "10"]}),
    "/api/v1/home/executions": Route(
        {"since": ["1"], "state": ["RUNNING", "FAILED"], "limit": ["1", "100"]}, [{"since": "0"}]
    ),
    "/api/v1/home/models": Route({"limit": ["1", "100"]}),
    "/api/v1/home/workspaces": Route({"limit": ["1", "100"]}),
    "/api/v1/totals": Route(),
    "/api/v1/types": Route({"kind": ["artifact", "execution", "context"]}),
    "/api/v1/find": Route({"text": _TEXTS, "limit": ["1", "100"]}, [{"text": "a"}, {"text": "b"}]),
    "/api/v1/search/parse": Route({"q": ["name:b", "metric.size>0"]}),
    "/api/v1/search/keys": Route(),
    "/api/v1/search/complete": Route(
        {
            "q": ["type=", "label.team=", "workspace=", "has:", ""],
            "kind": ["artifact", "execution", "context"],
            "position": ["0", "5"],
        },
        [{"q": "type="}],
    ),
    "/api/v1/search/edit": Route(
        {
            "q": ["name:b"],
            "choice": ["only", "any", "not", "none", "add"],
            "key": ["type"],
            "value": ["x y"],
            "low": ["1"],
            "high": ["2"],
        },
        [{"choice": "add", "key": "type", "value": "x"}],
    ),
    "/api/v1/views/{view_id}": Route({"view_id": [VIEW_ID]}, [{"view_id": VIEW_ID}]),
    "/api/v1/caller": Route({}),
    **{
        f"/api/v1/{kind}/{{node_id}}/history": Route(
            {"node_id": ["1"], "limit": ["1"], "cursor": [NEXT]}, [{"node_id": "1"}]
        )
        for kind in ("artifacts", "executions", "contexts")
    },
    "/api/v1/audit": Route(
        {
            "subject": ["artifact", "context"],
            "node_id": ["1", "2"],
            "who": ["unnamed"],
            "rpc": ["PutLineageSubgraph"],
            "action": ["create"],
            **_PERIOD,
            "limit": ["1", "100"],
            "cursor": [NEXT],
        }
    ),
}
