"""The public compatibility tests: every event is taken, and the graph has what the events name and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from tests.openlineage.graphs import differences, summary
from tests.openlineage.public import completed, fragments, needs_events, read, scenarios
from tests.openlineage.receiving import graph_after, shuffled

pytestmark = [needs_events, pytest.mark.slow]
_SCENARIOS, _FRAGMENTS = scenarios(), fragments()


@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_graph_has_the_runs_jobs_data_sets_and_edges_of_the_events(scenario: str) -> None:
    events = read(_SCENARIOS[scenario])

    assert summary(graph_after(events)) == counted(events)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_graph_is_the_same_in_any_order_and_with_every_event_twice(scenario: str, seed: int) -> None:
    events = read(_SCENARIOS[scenario])

    assert differences(graph_after(events), graph_after(shuffled(events, seed))) == ""


def test_all_scenarios_together_are_74_events_with_41_edges() -> None:
    events = [event for paths in _SCENARIOS.values() for event in read(paths)]
    graph = summary(graph_after(shuffled(events, 7)))

    assert len(events) == 74
    assert graph == counted(events)
    assert [len(graph[part]) for part in ("runs", "jobs", "data sets", "edges")] == [31, 30, 22, 41]


@pytest.mark.parametrize("scenario", _FRAGMENTS)
def test_completed_fragments_give_what_they_name_in_any_order(scenario: str) -> None:
    events = completed(scenario, _FRAGMENTS[scenario])
    graph = graph_after(events)

    assert summary(graph) == counted(events)
    assert differences(graph, graph_after(shuffled(events, 1))) == ""


def counted(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Count what events name, from their JSON alone."""
    runs, jobs, of_runs, edges = set(), set(), set(), set()
    told = {event["run"]["runId"] for event in events}
    for event in events:
        run, job = event["run"], event["job"]
        runs.add(run["runId"])
        jobs.add(_pair(job))
        of_runs.add((run["runId"], *_pair(job)))
        parent = run.get("facets", {}).get("parent") or run.get("facets", {}).get("parentRun")
        if parent:
            runs.add(parent["run"]["runId"])
            jobs.add(_pair(parent["job"]))
            if parent["run"]["runId"] not in told:
                of_runs.add((parent["run"]["runId"], *_pair(parent["job"])))
        for direction in ("input", "output"):
            edges |= {(run["runId"], direction, *_pair(each)) for each in event.get(f"{direction}s") or ()}
    return {
        "runs": sorted(runs),
        "jobs": sorted(jobs),
        "data sets": _data_sets(edges),
        "edges": sorted(edges),
        "run jobs": sorted(of_runs),
    }


def _pair(named: Mapping[str, Any]) -> tuple[str, str]:
    return named["namespace"], named["name"]


def _data_sets(edges: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted({edge[2:] for edge in edges})
