"""The operations on runs, workspaces and the whole store, and those that the web UI is made of."""

from __future__ import annotations

from collections.abc import Mapping

from lineal.server.rest.described.operation import Operation

STORES: Mapping[str, Operation] = {
    "healthz_healthz_get": Operation(
        "Answers as soon as the process runs, whatever the database does. It needs no token."
    ),
    "readyz_readyz_get": Operation(
        "Answers 200 if the database answers, and 503 with the reason otherwise. `caution` says what works but should "
        "be looked at. It needs no token, so probes can ask."
    ),
    "version_version_get": Operation("Returns the version of Lineal and the name of its gRPC service."),
    "list_runs": Operation(
        "Returns a page of runs, the newest first, with how much each holds and the states of its executions: the "
        "runs of the SDK, which are names that executions share, and those of pipelines. A search of runs knows words "
        "of the name, `name:` and `workspace=`. If there are none since no run is in the workspace, `unknown` says so.",
        query={"limit": "2"},
    ),
    "get_run": Operation("Returns one run. Its id is that of a list of runs; it is not the id of a context."),
    "holding_of_run": Operation("Counts what a run holds, by type."),
    "list_workspaces": Operation(
        "Returns a page of the contexts that are workspaces of the SDK or pipelines, by name.", query={"limit": "2"}
    ),
    "running": Operation(
        "Returns the executions that run now, the longest first, with how long earlier ones of the same name took, and "
        "whether each takes unusually long."
    ),
    "growth": Operation(
        "Counts how many nodes of a kind were created in each of some spans of time.",
        query={"kind": "execution", "spans": "7"},
    ),
    "recent_executions": Operation(
        "Returns what ran since a time and what runs now, the latest first, with counts by state and the reasons of "
        "failures, each with the `term` of a search that finds as many. `q` is the search that finds all of it.",
        query={"since": "1772355600000"},
    ),
    "production_models": Operation(
        "Returns the models in production: those with the alias `production` or `champion` or a label or property "
        "`stage` that says so, else those in the state `LIVE`. `rule` says which of these counted."
    ),
    "recent_workspaces": Operation(
        "Returns the workspaces that were active last and what they hold without archived records, counted up to "
        "10,000 each; `exact` says whether that is all."
    ),
    "totals": Operation(
        "Returns how many nodes there are and when they last changed, and how many the search index could not take in."
    ),
    "types": Operation(
        "Returns all types with their properties and how many nodes each has.", query={"kind": "artifact"}
    ),
    "caller": Operation(
        "Returns who calls, the role and the workspaces, and what the caller can do: change records (`may_change`, or "
        "`why_not`), undo changes, read the audit log."
    ),
    "find": Operation(
        "Finds what a text from a log may mean: an id, a uri or a name. In `names`, exact names come first, then those "
        "that begin with the text, then those that contain it; the versions of one name are one answer, with their "
        "number and the newest.",
        query={"text": "loaf"},
    ),
    "connection": Operation(
        "Returns the ports of gRPC and HTTP, and whether callers need TLS and a login, so that a program or a page can "
        "say how to connect."
    ),
    "audit": Operation(
        "Returns a page of the audit log, the newest first: who changed what, with the values before and after. For "
        "admins (403 otherwise). Without `--audit` it holds deletions, tokens, commands and changes of single records "
        "alone.",
        query={"subject": "artifact", "limit": "5"},
    ),
    "undo_change": Operation(
        "Puts the values back that a record had before a change, or gives an alias back. If one of the values has "
        "changed again since, nothing is undone (409). Deleted records cannot be brought back. A caller who is "
        "limited to workspaces cannot undo entries, because the log holds values of the whole store (403).",
        places={"audit_id": "1"},
    ),
    "parse_search": Operation(
        "Returns how the server understood a search: its terms, each with its key, operator and values. 400 if it has "
        "a mistake, with its place.",
        query={"q": "type:model metric.auc>0.9"},
    ),
    "search_keys": Operation("Returns the keys that a search can name, and the kinds of records that have them."),
    "complete_search": Operation(
        "Returns the mistake in an unfinished search (`position`, `length`, `problem`, `hint`), and completions at a "
        "place in it; each one is the whole new text and the new position of the cursor.",
        query={"q": "type:mo"},
    ),
    "edit_search": Operation(
        "Returns a search that says something else of a value, for example one that also excludes it. With `add`, the "
        "key `type==` stands for the whole name of a type.",
        query={"q": "type:model", "choice": "not", "key": "label.team", "value": "vision"},
    ),
    "put_view": Operation(
        "Stores a text, usually the parameters of a link to the web UI, under a short name. The same text gets the "
        "same name. `removed` is how many older views were removed to make room (`--max-views-mib`); 413 if "
        "it is larger than what the caller may store, 507 if the disk is full.",
        body={"content": "q=type:model"},
    ),
    "get_view": Operation(
        "Returns a stored view by its short name; 404 if it was removed, or never stored.",
        places={"view_id": "vm7yf7ufdajp7xbo"},
    ),
}
"""The operations, by their ids."""
