"""The operations on lineage, on the metrics of several records, and on OpenLineage's events."""

from __future__ import annotations

from collections.abc import Mapping

from lineal.server.rest.described.operation import Operation

_KEYS = "A key is `a3` for artifact 3, `e1` for execution 1, `c1` for context 1."
_EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-03-01T09:00:00Z",
    "run": {"runId": "0190d3c5-7a3e-7c4e-9f5b-2b1f6a1d9c10"},
    "job": {"namespace": "bakery", "name": "nightly"},
    "inputs": [{"namespace": "s3://bakery", "name": "sales"}],
    "producer": "urn:example:scheduler",
}
_TAKEN = (
    "Readers cannot do this (403). 201 for a stored event, 200 for a kind that is ignored, 400 with the JSON "
    "`pointer` of what is wrong, and 503 if sending it again helps."
)

LINEAGE: Mapping[str, Operation] = {
    "lineage": Operation(
        f"Returns the graph around a node, some generations up and down. {_KEYS} A generation is two steps: from an "
        "artifact to its executions, and from these to their artifacts. `hidden_up` and `hidden_down` count the "
        "neighbours that the answer leaves out. `as_of` hides later events. `cuts` says where a walk stopped before "
        "its end: at the generations asked for, at `limit`, at 100,000 events of one step, or at "
        "`--max-lineage-nodes`.",
        query={"focus": "a3", "up": "1", "down": "1"},
    ),
    "relatives": Operation(
        "Returns all ancestors (`up`) or descendants (`down`) of a node that fit a search, the nearest first, with the "
        "number of generations to each. The walk ends at 20,000 nodes or 10,000 generations, and `cuts` says so.",
        query={"focus": "a1", "direction": "down"},
    ),
    "path": Operation(
        "Says how two nodes are related. `direction` is which of them came from the other, and `paths` are the ways "
        "between them, the shortest first; if neither came from the other, their nearest common ancestors. `more` is "
        "true if the search was given up before all ways were found.",
        query={"first": "a1", "second": "a3"},
    ),
    "receive_event": Operation(
        "Takes an event of OpenLineage about a run, a job or a data set, of any version of its specification; the body "
        f"may be compressed with gzip. An event that is sent again changes nothing. {_TAKEN}",
        body=_EVENT,
    ),
    "receive_events": Operation(
        "Takes a list of events of OpenLineage, each by itself: what is wrong with one does not keep the others out, "
        "and `failed_events` says which failed and whether sending them again helps. Readers cannot do this (403).",
        body=[_EVENT],
    ),
    "metric_names": Operation(
        "Returns the names of the metrics that up to 200 artifacts and executions have points of, and which of the "
        f"records have each. {_KEYS}",
        query={"keys": "a3,e1"},
    ),
    "metric_curves": Operation(
        "Returns the points of one metric of up to 50 records, about as many of each as a chart can show (`points`). A "
        "longer curve is cut into spans of neighbours: the first, last, least and greatest point of each are given, so "
        "that no peak is lost. `spans` has the mean of each span, for smoothing; `total` counts all points.",
        query={"keys": "a3", "name": "loss", "points": "500"},
    ),
    "export_metrics": Operation(
        "Streams all points of metrics of up to 200 artifacts and executions as CSV: `key`, `name`, `metric`, `step`, "
        "`time`, `value`.",
        query={"keys": "a3"},
    ),
    "metric_series": Operation(
        "Returns a metric over time and versions, one series for each group (`group_by`). A series with too many "
        "points has the first, last, least and greatest of each span of time, and `downsampled` says so; ask for a "
        "shorter period to get all. `lines` limits the series to those with the newest values; `others` names the "
        "rest, 1,000 at most. Beyond 100,000 values of a metric the oldest are left out: `left_out` counts them, and "
        "`exact` is false.",
        query={"metric": "mean_error"},
    ),
    "environments": Operation(
        "Returns where up to 200 executions ran: commit, command, Python, packages, host, image; how long, and which "
        "versions they read (`inputs`, by name). For an artifact it is the execution that made it last. What was not "
        "recorded is absent. "
        f"{_KEYS}",
        query={"keys": "a3,e1"},
    ),
    "compared_metrics": Operation(
        "Returns the latest metrics of up to 200 artifacts or executions, one value for each way in which a metric was "
        "measured (`metrics_type`). An execution has its own metrics and those of its outputs; its own value counts "
        f"first. {_KEYS}",
        query={"keys": "a3,a4"},
    ),
}
"""The operations, by their ids."""
