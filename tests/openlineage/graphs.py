"""The whole graph of a store as plain values without ids, so that two stores can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.sdk.stored_form import plain_value
from lineal.service import MetadataService
from lineal.service.messages import node_messages
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.rows import events as event_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.wire import metadata_store as pb

Graph = dict[str, Any]
_UNEQUAL = ("id", "type_id", "create_time_since_epoch", "last_update_time_since_epoch", "properties")


def graph_of(service: MetadataService) -> Graph:
    """Return the nodes with all that they say, the edges, memberships and parents, each with the facets."""
    return service.read(_graph)


def _graph(session: Session, types: Any) -> Graph:
    rows = {kind: node_rows.all_nodes(session, kind) for kind in KINDS}
    nodes = {(kind, node.id): node for kind in KINDS for node in node_messages(session, types, kind, rows[kind])}
    names = {place: name_of(node) for place, node in nodes.items()}
    facets: dict[tuple[Kind, int], dict[str, Any]] = {}
    for kind in KINDS:
        ids = [row.id for row in rows[kind]]
        for facet in facet_rows.of_nodes(session, kind, ids) if ids else []:
            facets.setdefault((kind, facet.owner_id), {})[facet.name] = (facet.time, facet.content)
    executions = [row.id for row in rows[EXECUTION]]
    events = event_rows.events_of(session, EXECUTION, executions) if executions else []
    of_events: dict[int, dict[str, Any]] = {}
    for facet in facet_rows.of_events(session, [event.id for event in events], marked=True) if events else []:
        of_events.setdefault(facet.owner_id, {})[facet.name] = (facet.time, facet.content)
    contexts = [row.id for row in rows[CONTEXT]]
    return {
        "nodes": {names[place]: _plain(node, facets.get(place, {})) for place, node in nodes.items()},
        "edges": sorted(
            (
                names[EXECUTION, each.execution_id],
                names[ARTIFACT, each.artifact_id],
                each.type,
                each.time,
                sorted(of_events.get(each.id, {}).items()),
            )
            for each in events
        ),
        "members": sorted(
            (names[CONTEXT, context], names[kind, node])
            for kind in (ARTIFACT, EXECUTION)
            for context, node in relations.members_of(session, kind, contexts)
        ),
        "parents": sorted(
            (names[CONTEXT, child], names[CONTEXT, parent]) for child, parent in relations.parent_ids(session, contexts)
        ),
    }


def name_of(node: Any) -> str:
    """Return what a node is called in comparisons."""
    return f"{node.type} {node.external_id or node.name or node.uri}"


def _plain(node: Any, facets: Mapping[str, Any]) -> dict[str, Any]:
    own = {
        field.name: getattr(node, field.name)
        for field, _ in node.ListFields()
        if field.name not in (*_UNEQUAL, "custom_properties")
    }
    said = {
        f"{kind}.{name}": plain_value(value)
        for kind in ("properties", "custom_properties")
        for name, value in getattr(node, kind).items()
    }
    return {**own, **said, "facets": dict(facets)}


def summary(graph: Graph) -> dict[str, Any]:
    """Return the runs, jobs, data sets and edges of a graph as (namespace, name) and run ids, without versions."""
    nodes = graph["nodes"]

    def said(name: str, prop: str) -> str:
        node = nodes[name]
        return str(node.get(f"properties.{prop}", node.get(f"custom_properties.{prop}", "")))

    def pair(name: str) -> tuple[str, str]:
        return said(name, "namespace"), said(name, "name")

    of = {
        which: [name for name in nodes if nodes[name]["type"] == which]
        for which in ("openlineage.Run", "openlineage.Job", "kubeflow.org/alpha/data_set")
    }
    return {
        "runs": sorted(said(name, "run_id") for name in of["openlineage.Run"]),
        "jobs": sorted(pair(name) for name in of["openlineage.Job"]),
        "data sets": sorted(pair(name) for name in of["kubeflow.org/alpha/data_set"]),
        "edges": sorted(
            (said(run, "run_id"), "input" if type_ == pb.Event.INPUT else "output", *pair(data_set))
            for run, data_set, type_, *_ in graph["edges"]
        ),
        "run jobs": sorted(
            (said(run, "run_id"), *pair(job))
            for job, run in graph["members"]
            if job.startswith("openlineage.Job") and run.startswith("openlineage.Run")
        ),
    }


def twice(values: Sequence[Any]) -> list[Any]:
    """Return a list with everything in it once more."""
    return [*values, *values]


def differences(one: Graph, other: Graph) -> str:
    """Return what two graphs differ in, for people; "" if they are equal."""
    found = [
        f"{name}: {_difference(one['nodes'].get(name), other['nodes'].get(name))}"
        for name in sorted(one["nodes"].keys() | other["nodes"].keys())
        if one["nodes"].get(name) != other["nodes"].get(name)
    ]
    for part in ("edges", "members", "parents"):
        mine, theirs = (Counter(map(repr, each[part])) for each in (one, other))
        found += [f"{part}: only {each}" for each in [*(mine - theirs), *(theirs - mine)]]
    return "\n".join(found)


def _difference(one: Any, other: Any) -> str:
    if one is None or other is None:
        return "only one has it"
    return "; ".join(
        f"{key}: {one.get(key)!r} != {other.get(key)!r}"
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    )
