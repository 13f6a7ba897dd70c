"""The operations on artifacts, executions and contexts: lists, counts, single records, and changes of them."""

from __future__ import annotations

from collections.abc import Mapping

from lineal.server.rest.described.operation import Operation

_CHANGES = (
    "Readers cannot do this (403), and callers with workspaces only to records in them. It is written to the audit log "
    "with the values before and after."
)

RECORDS: Mapping[str, Operation] = {
    "list_{plural}": Operation(
        "Returns a page of the {plural} that a search (`q`), a filter query or both find; without them, all. Send "
        "`next_cursor` as `cursor` to get the rows after the last one; this works even if somebody writes meanwhile. "
        "To know how many there are, ask for the count. A mistake in the search is a 400 that says where it is "
        "(`position`, `length`) and what to write (`hint`). A name that no record has is no mistake: if the search "
        "finds nothing, `unknown` says which names these are, and `meant` is the search with the nearest ones.",
        query={"limit": "2", "order_by": "-created"},
    ),
    "export_{plural}": Operation(
        "Streams all {plural} that fit, however many they are. CSV begins with the fields from `key` to `run`; "
        "`columns` adds values behind them, and labels follow as JSON. A text that a spreadsheet would run as a "
        "formula gets an apostrophe in front; `format=json` has every text as it is stored. An export that is cut off "
        "ends with a line `INCOMPLETE: ...`, and the HTTP answer is incomplete.",
        query={"format": "csv"},
    ),
    "count_{plural}": Operation(
        "Counts the {plural} that fit, up to 10,000; with `exact=true` all of them, which takes longer in a large "
        "store.",
        query={"q": "created:30d"},
    ),
    "facet_{plural}": Operation(
        "Counts the types, states, workspaces, runs and labels of the {plural} that fit, and when they were created. "
        "If more than 10,000 fit, 10,000 of them are counted (`exact` is false)."
    ),
    "columns_of_{plural}": Operation(
        "Returns which properties, labels and metrics are filled, counted in up to 2,000 of the {plural} that fit. "
        "Metrics of the others are listed too; `all_metrics` is false if the store has more than 500 names of metrics, "
        "of which the first 500 were looked for."
    ),
    "suggest_{plural}": Operation(
        "Suggests how a search of {plural} could go on: keys, or with `key` the values of one, those first that most "
        "of the {plural} have.",
        query={"key": "type", "text": "m"},
    ),
    "labels_of_{plural}": Operation("Returns the keys of labels of the {plural} that fit, with counts."),
    "label_values_of_{plural}": Operation(
        "Returns the values of one label of the {plural} that fit, with counts.", query={"name": "team"}
    ),
    "{plural}_by_ids": Operation(
        "Returns up to 200 {plural} with everything recorded about them, to compare them. Ids that do not exist, or "
        "that the caller does not see, are left out.",
        query={"ids": "1,2"},
    ),
    "get_{kind}": Operation(
        "Returns one {kind} with everything recorded about it: properties, labels, metrics, the contexts that hold it, "
        "and the JSON that programs stored (`meta`). The header `ETag` is the field `tag`, for a later change. "
        "404 if there is none, or the caller does not see it."
    ),
    "change_{kind}": Operation(
        "Changes one {kind} by a JSON merge patch (RFC 7396): what you give is changed, `null` removes, and everything "
        "else stays. The answer is the record as it is now. With `If-Match` the change is made only if nobody has "
        "changed the record since: otherwise 412, where `changed` has the fields that have other values now. A name, a "
        f"version and a uri cannot be changed, because they say which record it is. {_CHANGES}",
        body={"labels": {"team": "vision"}, "description": "retrained"},
    ),
    "events_of_{kind}": Operation(
        "Returns the events of one {kind}, the newest first, each with the node at its other end.",
        query={"direction": "output"},
    ),
    "{kind}_history": Operation(
        "Returns the changes of one {kind} that the audit log holds, the newest first. Callers with workspaces see "
        "only their own changes. `is_undoable` says which the caller can undo."
    ),
    "facets_of_{kind}": Operation(
        "Returns what OpenLineage's events said of one {kind}. `details` are lines for people (SQL, owners, the "
        "engine); `content` is the facet as JSON. A facet of more than 65,536 characters comes without `content`; "
        "`name=NAME` returns that one with all of it. An execution also has the facets of its job, its inputs and its "
        "outputs (the newest 200)."
    ),
    "files_of_{kind}": Operation(
        "Returns a folder of the files of one {kind}: names, sizes, times, the SHA-256 if it is recorded, and where "
        "each is downloaded. It does not return the contents. If the files are not where this server "
        "keeps files (`--artifacts-root`), there are no items and `is_kept` is false."
    ),
    "logged_metrics": Operation(
        "Returns the metrics whose points were logged to an artifact, in the order in which they began: for each the "
        "latest and the first point, the number of points, the least and the greatest value. `latest_only=true` reads "
        "no more than the latest points, which is faster for long curves.",
        places={"node_id": "3"},
    ),
    "logged_metrics_of_execution": Operation(
        "Returns the metrics whose points were logged to an execution, as for an artifact."
    ),
    "metric_history": Operation(
        "Returns the points of one metric of an artifact as columns, ordered by step, time and value, in pages of up "
        "to 50,000. `first_step` and `last_step` limit them. A metric that nobody logged has none.",
        query={"name": "loss"},
        places={"node_id": "3"},
    ),
    "metric_history_of_execution": Operation(
        "Returns the points of one metric of an execution, as for an artifact.", query={"name": "loss"}
    ),
    "log_metrics": Operation(
        "Adds points (value, step, time) to metrics of an artifact, all of them or none. Without times, points get the "
        "present one. Identical points are kept once, so a request can be sent again. A body has at most 1 MiB, which "
        "is about 30,000 points. `values` of the record then hold the latest value of each name, up to 1,000 names; "
        "`left_out` counts the names of the request beyond that. Readers cannot do this (403), and callers with "
        "workspaces only to artifacts in them.",
        places={"node_id": "3"},
        body={"values": {"loss": 0.3}, "step": 7},
    ),
    "versions": Operation(
        "Returns the artifacts with the same type, name and workspace, the newest first, with the values of `columns`, "
        "or without it of the first four of the metrics that they have. `metrics` names those of the newest versions, "
        "2,000 at most; `counted` says of how many, and `total` how many versions there are.",
        query={"limit": "5"},
        places={"node_id": "3"},
    ),
    "evaluations": Operation(
        "Returns the metrics that an artifact reports and that others report on it, the last 1,000 that were written, "
        "with their `total`.",
        places={"node_id": "3"},
    ),
    "put_alias": Operation(
        "Gives an alias, such as `production`, to a version. One of the artifacts with the same workspace, type and "
        "name has an alias: the version that had it loses it in the same transaction, and `previous_artifact_id` "
        "names it. "
        f"400 for an artifact without a name. {_CHANGES}",
        places={"node_id": "3", "alias": "production"},
    ),
    "delete_alias": Operation(
        f"Takes an alias from a version; 404 if the version does not have it. The answer is empty. {_CHANGES}",
        places={"node_id": "3", "alias": "production"},
    ),
    "columns_of_artifact": Operation(
        "Returns the columns of a data set that OpenLineage's events told of, up to 20,000. A field within a column "
        "has a path as its name (`address.city`). `quality` has what was measured last; `assertions` the last result "
        "of each check in the newest 200 uses of the data set, and `are_all` says whether these are all uses."
    ),
    "column_lineage": Operation(
        "Goes up to 20 steps from a column to its sources (`up`) or to what became of it (`down`). A step leads "
        "through a run, which `execution` names: the newest that says so, and `runs` counts how many do. If "
        "`affects_all` is true, the source decides about the whole target, as a filter or a join does. One question "
        "reads the newest 50 runs of a data set and 200 in all, and returns up to 2,000 links; `cuts` says where it "
        "stopped.",
        query={"column": "revenue", "direction": "up"},
        places={"node_id": "1"},
    ),
    "children_of_context": Operation(
        "Returns a page of the contexts below a context, such as the task runs of a pipeline run."
    ),
    "holding": Operation("Counts what a workspace, run or other context holds, by type."),
}
"""The operations, by their ids."""
