"""What the home view of the web UI shows: what ran, why it failed, the models in production, the workspaces.

Each has the search that finds all of it, so that the view links to a list of the same records. What stays out: what
was made last and totals, which other reads answer (listing.py, stores.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timezone

from lineal import conventions
from lineal.catalogue import cards, chosen_columns, headline, listing, shapes
from lineal.catalogue.listing import COUNT_LIMIT, Asked
from lineal.event_directions import INPUTS
from lineal.filter.search.tree import quoted
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows
from lineal.store.index import search as found_rows
from lineal.store.index.search import Order
from lineal.store.rows import edges as edge_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import related_contexts

MOST_INPUTS = 3
MOST_REASONS = 5
_IN_PRODUCTION = "type:model (alias=production,champion OR label.stage=production,prod OR prop.stage=production,prod)"
_LIVE = "type=model,Model state=live"
# Lists of the web UI leave out archived records; so do the panels that lead to them.
_UNARCHIVED = " -has:archived"


def recent(session: Session, types: KnownTypes, *, since: int, state: str, limit: int) -> shapes.RecentExecutions:
    """Return what ran since a time.

    Args:
        session: the transaction.
        types: the known types.
        since: the time, in milliseconds since the epoch.
        state: the only state that the executions may have; "" for any.
        limit: how many to show.
    """
    q = f"(ran>={_written(since)} OR state=running)" + (f" state={state.lower()}" if state else "")
    q += _UNARCHIVED
    selection = Asked(EXECUTION, q).settled(session)
    sampled = found_rows.sample_ids(session, selection, limit=COUNT_LIMIT + 1)
    ids = sampled[:COUNT_LIMIT]
    rows = found_rows.find_page(session, selection, Order("ran"), limit=limit).rows
    inputs = {row.id: _inputs(session, types, row.id) for row in rows}
    return shapes.RecentExecutions(
        since=since,
        q=q,
        states=_states(session, ids),
        exact=len(sampled) <= COUNT_LIMIT,
        reasons=_reasons(session, ids),
        items=cards.cards(session, types, EXECUTION, rows, shape=shapes.RecentExecution, extra=inputs),
    )


def _written(time: int) -> str:
    """Return a time as searches write it, to the millisecond."""
    return datetime.fromtimestamp(time / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time % 1000:03}Z"


def _states(session: Session, ids: Sequence[int]) -> dict[str, int]:
    words: dict[str, int] = {}
    for number, count in facet_rows.by_column(session, EXECUTION, "last_known_state", ids).items():
        word = EXECUTION.node.State.Name(number or 0)  # type: ignore[union-attr]
        words[word] = words.get(word, 0) + count
    return words


def _reasons(session: Session, ids: Sequence[int]) -> list[shapes.FailureCount]:
    counts = facet_rows.by_text(session, EXECUTION, conventions.FAILURE_TYPES, ids)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [shapes.FailureCount(text, count, f"error={quoted(text)}") for text, count in ordered[:MOST_REASONS]]


def _inputs(session: Session, types: KnownTypes, execution_id: int) -> dict[str, object]:
    events = edge_rows.page_of_events(session, EXECUTION, execution_id, INPUTS, before=None, limit=10 * MOST_INPUTS)
    ids = list(dict.fromkeys(event.artifact_id for event in events))[:MOST_INPUTS]
    named = listing.references(session, types, ARTIFACT, ids)
    return {
        "inputs": [named[each] for each in ids if each in named],
        "input_count": edge_rows.count_events(session, EXECUTION, execution_id, INPUTS),
    }


def production(session: Session, types: KnownTypes, *, limit: int) -> shapes.ProductionModels:
    """Return the models in production: those that a writer says are, or else those in the state LIVE.

    Pipelines set LIVE on every model that they make, so it counts only if no model has an alias or a stage.
    """
    found = _models(session, types, "production", _IN_PRODUCTION + _UNARCHIVED, limit)
    return found if found.items else _models(session, types, "live", _LIVE + _UNARCHIVED, limit)


def _models(session: Session, types: KnownTypes, rule: str, q: str, limit: int) -> shapes.ProductionModels:
    """Return the models of a search, for which a large store is read once."""
    sampled = found_rows.sample_ids(session, Asked(ARTIFACT, q).settled(session), limit=COUNT_LIMIT + 1)
    ids = sampled[:COUNT_LIMIT]
    nodes = sorted(node_rows.nodes_by_ids(session, ARTIFACT, ids), key=lambda row: (row.updated, row.id), reverse=True)
    names = headline.of_nodes(session, ARTIFACT, ids[: chosen_columns.SAMPLE], ["model"])[:1] if ids else []
    columns = [f"metric.{name}" for name in names]
    rows = cards.cards(session, types, ARTIFACT, nodes[:limit], columns=columns, shape=shapes.Row)
    named = names[0] if names else None
    return shapes.ProductionModels(
        rule=rule,  # type: ignore[arg-type]
        q=q,
        count=len(ids),
        exact=len(sampled) <= COUNT_LIMIT,
        headline=named,
        items=rows if named is None else _with_metrics(session, rows),
    )


def _with_metrics(session: Session, rows: Sequence[shapes.Row]) -> list[shapes.Row]:
    """Return rows, each with a metric of its own if it lacks the one that stands for all."""
    own = cards.all_metric_values(session, ARTIFACT, [row.id for row in rows if not row.metrics])
    return [
        replace(row, metrics={name: own[row.id][name] for name in headline.of_record(row.type, own[row.id], [])[:1]})
        if row.id in own
        else row
        for row in rows
    ]


def workspaces(session: Session, types: KnownTypes, *, limit: int) -> shapes.Workspaces:
    """Return the workspaces and pipelines with the newest executions, and what each holds."""
    held = {
        kind: related_contexts.memberships(session, kind, conventions.WORKSPACE_TYPES) for kind in (EXECUTION, ARTIFACT)
    }
    asked = Asked(CONTEXT, type_names=conventions.WORKSPACE_TYPES)
    newest = sorted(held[EXECUTION], key=lambda each: held[EXECUTION][each].newest, reverse=True)
    rest = sorted(held[ARTIFACT], key=lambda each: held[ARTIFACT][each].newest, reverse=True)
    ids = list(dict.fromkeys([*newest, *rest]))[:limit]
    if len(ids) < limit:  # and those that hold nothing
        page = found_rows.find_page(session, asked.selection(), Order("updated"), limit=limit).rows
        ids = list(dict.fromkeys([*ids, *(row.id for row in page)]))[:limit]
    named = listing.references(session, types, CONTEXT, ids)
    items = [
        shapes.Workspace(
            **vars(named[each]), artifacts=_size(held[ARTIFACT], each), executions=_size(held[EXECUTION], each)
        )
        for each in ids
        if each in named
    ]
    return shapes.Workspaces(items, found_rows.count(session, asked.selection()))


def _size(held: dict[int, related_contexts.Members], context_id: int) -> int:
    return held[context_id].number if context_id in held else 0
