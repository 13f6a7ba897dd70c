"""Cards in notebooks and short reprs: the facts of an object, a small lineage graph, and a link to the web UI.

A card reads from the store when it is drawn, at most a few calls and a few seconds. If it cannot, it says so:
a cell of a notebook must not fail because of a picture. What stays out: how a graph is drawn (pictures).
"""

from __future__ import annotations

import reprlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lineal import record_patch
from lineal.client import ListOptions, MetadataStore, OrderByField
from lineal.sdk import changing, filters, stored_form
from lineal.sdk.pictures import drawing, html, web_ui
from lineal.sdk.pictures.drawing import ARTIFACT, EXECUTION, Graph, Key
from lineal.type_names import short_name
from lineal.urls import redact
from lineal.wire import metadata_store as pb

SECONDS = 5.0
"""How long a card waits for the store."""
_MOST_EXECUTIONS = 4
_MOST_LOOKED_AT = 20
_MOST_COUNTED = 100


@dataclass(frozen=True)
class Surroundings:
    """What a card reads from the store: the graph around an object, and facts that only the store knows."""

    graph: Graph
    facts: Mapping[str, Any] = field(default_factory=dict)


def card(
    title: str,
    fields: Mapping[str, Any],
    read: Callable[[], Surroundings] | None,
    *,
    client: object = None,
    page: tuple[str, int] | None = None,
) -> str:
    """Return the card of an object.

    Args:
        title: what it is.
        fields: its facts.
        read: reads what is around it; None for an object that is not stored.
        client: the client of its store, None if it is not known.
        page: the kind and the id of its page in the web UI, such as ("artifacts", 5).

    """
    found, problem = (None, "") if read is None else _read_in_time(read)
    facts = {**fields, **(found.facts if found else {})}
    if client is not None:
        facts["store"] = web_ui.place_of(client)
    below = html.paragraph(f"The lineage cannot be shown: {problem}") if problem else ""
    if found:
        below = drawing.picture(found.graph)
    return html.card(
        title, facts, below + html.link(web_ui.link(client, *page) if page else None, "Open in the web UI")
    )


def _read_in_time(read: Callable[[], Surroundings]) -> tuple[Surroundings | None, str]:
    """Read in a thread, and return what was read, or why nothing was."""
    result: list[Surroundings | str] = [f"the store did not answer within {SECONDS:g} seconds"]

    def run() -> None:
        try:
            result.append(read())
        except Exception as error:
            result.append(str(error) or type(error).__name__)

    try:
        thread = threading.Thread(target=run, name="lineal-card", daemon=True)
        thread.start()
        thread.join(SECONDS)
    except RuntimeError as error:  # Python ends, or starts no more threads
        result.append(str(error))
    found = result[-1]
    return (None, found) if isinstance(found, str) else (found, "")


def short(kind: object, name: Any, **facts: Any) -> str:
    """Return a repr in one line: the class, the name, and those facts that are not None."""
    texts = [] if name is None else [_shown(name)]
    texts += [f"{key}={_shown(value)}" for key, value in facts.items() if value is not None]
    return redact(f"{type(kind).__name__}({', '.join(texts)})")


def _shown(value: Any) -> str:
    texts = reprlib.Repr()
    texts.maxstring = texts.maxother = 120
    return texts.repr(value)


# ---- what is around an object


def around_artifact(client: MetadataStore, artifact_id: int) -> Surroundings:
    """Read the executions that wrote or read an artifact, and what those read or wrote."""
    focus = (ARTIFACT, artifact_id)
    edges = drawing.edges_of(client.get_events_by_artifact_ids([artifact_id]))
    before = _newest(start for start, end in edges if end == focus)
    after = _newest(end for start, end in edges if start == focus)
    looked_at = [*before[:_MOST_LOOKED_AT], *after[:_MOST_LOOKED_AT]]
    further = client.get_events_by_execution_ids([key[1] for key in looked_at]) if looked_at else []
    edges = [*dict.fromkeys((*edges, *drawing.edges_of(further)))]
    known = len(drawing.reached(edges, focus))
    is_all = len(looked_at) == len(before) + len(after)
    [stored] = client.get_artifacts_by_id([artifact_id]) or [pb.Artifact()]
    graph = _named(client, drawing.chosen(edges, focus), edges, focus=focus, known=known, is_all=is_all)
    return Surroundings(graph, _standing(stored))


def _standing(stored: pb.Artifact) -> dict[str, Any]:
    """Return what other programs may have changed since the artifact was logged: run, aliases, state and archive."""
    return {
        "run": stored.custom_properties[stored_form.RUN_PROPERTY_NAME].string_value
        if stored_form.RUN_PROPERTY_NAME in stored.custom_properties
        else None,
        "aliases": ", ".join(changing.aliases_of(stored)) or None,
        "state": pb.Artifact.State.Name(stored.state) if stored.HasField("state") else None,
        "archived": "yes" if record_patch.is_archived(stored) else None,
    }


def around_execution(client: MetadataStore, execution_id: int) -> Surroundings:
    """Read what an execution read and wrote, and its state."""
    focus = (EXECUTION, execution_id)
    edges = drawing.edges_of(client.get_events_by_execution_ids([execution_id]))
    keys = drawing.chosen(edges, focus, of_a_step=6)
    [stored] = client.get_executions_by_id([execution_id]) or [pb.Execution()]
    state = {"state": stored_form.state_of(stored)}
    known = len(drawing.reached(edges, focus))
    return Surroundings(_named(client, keys, edges, focus=focus, known=known, is_all=True), state)


def around_workspace(client: MetadataStore, context_id: int) -> Surroundings:
    """Read the newest executions of a workspace, and what those read and wrote."""
    options = ListOptions(limit=_MOST_COUNTED, order_by=OrderByField.CREATE_TIME, is_asc=False)
    return _around_executions(client, client.get_executions_by_context(context_id, options))


def around_run(client: MetadataStore, workspace: str, run: str) -> Surroundings:
    """Read the newest executions of a run, and what those read and wrote."""
    names = {stored_form.WORKSPACE_PROPERTY_NAME: workspace, stored_form.RUN_PROPERTY_NAME: run}
    query = " AND ".join(filters.custom_property_equals(name, text) for name, text in names.items())
    options = ListOptions(limit=_MOST_COUNTED, order_by=OrderByField.CREATE_TIME, is_asc=False, filter_query=query)
    return _around_executions(client, client.get_executions(options))


def _around_executions(client: MetadataStore, executions: Sequence[pb.Execution]) -> Surroundings:
    is_counted = len(executions) < _MOST_COUNTED
    facts = {"executions": len(executions) if is_counted else f"{_MOST_COUNTED} or more"}
    shown = executions[:_MOST_EXECUTIONS]
    events = client.get_events_by_execution_ids([each.id for each in shown]) if shown else []
    edges = drawing.edges_of(events)
    keys = [*dict.fromkeys([*((EXECUTION, each.id) for each in shown), *(key for edge in edges for key in edge)])]
    known = len(keys) + len(executions) - len(shown)
    graph = _named(client, keys, edges, focus=None, known=known, is_all=len(executions) == len(shown))
    return Surroundings(graph, facts)


def _newest(keys: Iterable[Key]) -> list[Key]:
    return sorted(dict.fromkeys(keys), key=lambda key: -key[1])


def _named(
    client: MetadataStore,
    keys: Sequence[Key],
    edges: Sequence[drawing.Edge],
    *,
    focus: Key | None,
    known: int,
    is_all: bool,
) -> Graph:
    """Return the graph of the first keys, with the names that the store has."""
    drawn = keys[: drawing.MOST_NODES]
    ids: dict[str, list[int]] = {ARTIFACT: [], EXECUTION: []}
    for kind, node_id in drawn:
        ids[kind].append(node_id)
    names = {(ARTIFACT, each.id): artifact_names(each) for each in client.get_artifacts_by_id(ids[ARTIFACT])}
    names |= {(EXECUTION, each.id): execution_names(each) for each in client.get_executions_by_id(ids[EXECUTION])}
    ordered = {key: names[key] for key in drawn if key in names}
    return Graph(ordered, edges, focus, left_out=known - len(ordered), is_all=is_all)


def artifact_names(artifact: pb.Artifact) -> tuple[str, str]:
    """Return the two texts of an artifact in a graph: its name, and its type with the id."""
    return _names(artifact, artifact.uri.rstrip("/").rpartition("/")[2], artifact.type)


def execution_names(execution: pb.Execution) -> tuple[str, str]:
    """Return the two texts of an execution in a graph: its name, and its type with the id."""
    return _names(execution, "", execution.type)


def _names(node: pb.Artifact | pb.Execution, otherwise: str, type_name: str) -> tuple[str, str]:
    name = node.properties["name"].string_value if "name" in node.properties else ""
    kind = short_name(type_name)
    return name or node.name or otherwise or kind, f"{kind} {node.id}"
