"""The graph that events describe, read from their JSON alone, and the one that a store has, to compare the two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import lineal
from lineal.locations import joined, normal_form
from lineal.wire import metadata_store as pb

ENDS = {"COMPLETE": "COMPLETE", "FAIL": "FAILED", "ABORT": "CANCELED"}


@dataclass
class Graph:
    """Runs with their states, jobs, and what runs read and made.

    Attributes:
        runs: the state of each run that sent an event, by its id.
        jobs: the namespaces and names of jobs.
        edges: the id of the run, `inputs` or `outputs`, and the location of the data set.
    """

    runs: dict[str, str] = field(default_factory=dict)
    jobs: set[tuple[str, str]] = field(default_factory=set)
    edges: set[tuple[str, str, str]] = field(default_factory=set)


def described(events: Iterable[Mapping[str, Any]]) -> Graph:
    """Return the graph that events of runs describe."""
    found = Graph()
    for event in sorted(events, key=lambda each: each["eventTime"]):
        run, job = event["run"]["runId"], event["job"]
        if event["eventType"] in ENDS or run not in found.runs:
            found.runs[run] = ENDS.get(event["eventType"], "RUNNING")
        parent = event["run"].get("facets", {}).get("parent", {}).get("job")
        found.jobs |= {(each["namespace"], each["name"]) for each in (job, parent) if each}
        for direction in ("inputs", "outputs"):
            found.edges |= {
                (run, direction, location(each["namespace"], each["name"])) for each in event.get(direction) or ()
            }
    return found


def location(namespace: str, name: str) -> str:
    """Return the location of a data set, the same for all of its spellings."""
    return normal_form(joined(namespace, name))


def stored(url: str) -> Graph:
    """Return the graph of a store; runs of which only a child has told are left out."""
    store, found = lineal.connect(url), Graph()
    runs = {each.id: each for each in store.get_executions_by_type("openlineage.Run")}
    artifacts = {each.id: each.uri for each in store.get_artifacts()}
    ids = {key: text(each, "run_id") for key, each in runs.items()}
    states = pb.Execution.State.Name
    found.runs = {ids[key]: states(each.last_known_state) for key, each in runs.items() if each.last_known_state}
    jobs = store.get_contexts_by_type("openlineage.Job")
    found.jobs = {(text(each, "namespace"), text(each, "name")) for each in jobs}
    for event in store.get_events_by_execution_ids(list(runs)) if runs else ():
        direction = "inputs" if event.type == pb.Event.INPUT else "outputs"
        found.edges.add((ids[event.execution_id], direction, normal_form(artifacts[event.artifact_id])))
    return found


def text(node: Any, name: str) -> str:
    """Return a text of a node."""
    return str(node.properties[name].string_value)
