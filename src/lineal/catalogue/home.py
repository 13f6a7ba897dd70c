"""What the home view of the web UI shows: what ran, why it failed, the models in production, the workspaces.

Each has the search that finds all of it, so that the view links to a list of the same records. What stays out: what
was made last and totals, which other reads answer (listing.py, stores.py).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from lineal import conventions
from lineal.catalogue import cards, chosen_columns, failure_reasons, headline, listing, shapes
from lineal.catalogue.listing import COUNT_LIMIT, Asked
from lineal.event_directions import INPUTS
from lineal.filter.search.tree import quoted
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows
from lineal.store.index import search as found_rows
from lineal.store.index import workspaces as workspace_rows
from lineal.store.index.search import Order, Selection
from lineal.store.rows import edges as edge_rows
from lineal.store.rows import types as type_rows
from lineal.store.rows.events import Period

MOST_INPUTS = 3
MOST_REASONS = 5
# How many of the newest nodes are asked for their workspaces, and of how many names the contexts are looked for.
_NEWEST = 2000
_MOST_NAMES = 100
# The types of models as headline.family_of knows them, in the words of a search.
_NO_MODELS = ("metric", "evaluat", "slicing", "confusion", "report")
_MODELS = f"type:model,encoder,checkpoint -type:{','.join(_NO_MODELS)}"
_EXCLUDED = re.compile("|".join(_NO_MODELS), re.IGNORECASE)
_IS_NAMED = re.compile("model|encoder|checkpoint", re.IGNORECASE)
_MOST_TYPES = 100
_IN_PRODUCTION = f"{_MODELS} (alias=production,champion OR label.stage=production,prod OR prop.stage=production,prod)"
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
    rows = found_rows.find_page(session, selection, Order("ran"), limit=limit, first=_all(sampled)).rows
    inputs = _inputs(session, types, [row.id for row in rows])
    found = facet_rows.values_of(session, EXECUTION, "last_known_state", ids)
    reasons = failure_reasons.count(session, selection, found, most=MOST_REASONS)
    return shapes.RecentExecutions(
        since=since,
        q=q,
        states=_states(found.values()),
        exact=len(sampled) <= COUNT_LIMIT,
        reasons=_reasons(reasons),
        other_reasons=reasons.others,
        items=cards.cards(session, types, EXECUTION, rows, shape=shapes.RecentExecution, extra=inputs),
    )


def _all(sampled: list[int]) -> list[int] | None:
    """Return the ids of a selection if they are all of it, or if there are too many to be sorted by themselves."""
    return sampled if len(sampled) <= COUNT_LIMIT or len(sampled) > found_rows.FEW else None


def _written(time: int) -> str:
    """Return a time as searches write it, to the millisecond."""
    return datetime.fromtimestamp(time / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time % 1000:03}Z"


def _states(numbers: Iterable[int | None]) -> dict[str, int]:
    word = EXECUTION.node.State.Name  # type: ignore[union-attr]
    return dict(Counter(word(number or 0) for number in numbers))


def _reasons(reasons: failure_reasons.Reasons) -> list[shapes.FailureCount]:
    counts = [shapes.FailureCount(*each) for each in reasons.counts]
    rest = shapes.FailureCount("", reasons.without_type, failure_reasons.WITHOUT_TYPE)
    return [*counts, rest] if rest.count else counts


def _inputs(session: Session, types: KnownTypes, ids: Sequence[int]) -> dict[int, dict[str, object]]:
    """Return the newest inputs of executions, and how many artifacts each reads."""
    newest = edge_rows.newest_neighbours(session, EXECUTION, ids, INPUTS, most=MOST_INPUTS)
    named = listing.references(session, types, ARTIFACT, [each for found in newest.values() for each in found])
    counts = edge_rows.degrees(session, EXECUTION, ids, INPUTS, period=Period(None, None))
    return {
        node_id: {
            "inputs": [named[each] for each in newest.get(node_id, ()) if each in named],
            "input_count": counts.get(node_id, 0),
        }
        for node_id in ids
    }


def production(session: Session, types: KnownTypes, *, limit: int) -> shapes.ProductionModels:
    """Return the models in production: those that a writer says are, or else those in the state LIVE.

    Pipelines set LIVE on every model that they make, so it counts only if no model has an alias or a stage.
    """
    q = _IN_PRODUCTION + _without_other_families(session) + _UNARCHIVED
    found = _models(session, types, "production", q, limit)
    return found if found.items else _models(session, types, "live", _LIVE + _UNARCHIVED, limit)


def _without_other_families(session: Session) -> str:
    """Return the term that excludes types that _MODELS finds and that are no models, "" if there are none.

    A search has no words with ends: `load` would exclude a model_upload as well as a model_load.
    """
    names = {row.name for row in type_rows.all_types(session, ARTIFACT)}
    others = sorted(name for name in names if _IS_NAMED.search(name) and headline.family_of(name) != "model")
    others = [name for name in others if not _EXCLUDED.search(name)][:_MOST_TYPES]
    return f" -type=={','.join(map(quoted, others))}" if others else ""


def _models(session: Session, types: KnownTypes, rule: str, q: str, limit: int) -> shapes.ProductionModels:
    """Return the models of a search, those that were changed last first."""
    selection = Asked(ARTIFACT, q).settled(session)
    sampled = found_rows.sample_ids(session, selection, limit=COUNT_LIMIT + 1)
    ids = sampled[:COUNT_LIMIT]
    nodes = found_rows.find_page(session, selection, Order("updated"), limit=limit, first=_all(sampled)).rows
    names = headline.of_nodes(session, ARTIFACT, ids[: chosen_columns.SAMPLE], ["model"])[:1] if ids else []
    columns = [f"metric.{name}" for name in names]
    rows = cards.cards(session, types, ARTIFACT, nodes, columns=columns, shape=shapes.Row)
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
    """Return the workspaces and pipelines that were active last, and what each holds, archived records left out."""
    selection = Asked(CONTEXT, _UNARCHIVED, type_names=conventions.WORKSPACE_TYPES).settled(session)
    count = found_rows.count(session, selection)
    ids = _active(session, selection, min(limit, count))
    known = listing.references(session, types, CONTEXT, ids)
    shown = [known[each] for each in ids if each in known]
    contexts = _contexts(session, [each.name or "" for each in shown])
    held = {kind: _held(session, kind, contexts) for kind in (ARTIFACT, EXECUTION)}
    items = [
        shapes.Workspace(**vars(each), artifacts=held[ARTIFACT][name], executions=held[EXECUTION][name])
        for each in shown
        for name in [each.name or ""]
    ]
    return shapes.Workspaces(items, count)


def _active(session: Session, selection: Selection, limit: int) -> list[int]:
    """Return the ids of the workspaces of the newest executions, then of the newest artifacts, then of the others."""
    found: dict[int, None] = {}
    for kind in (EXECUTION, ARTIFACT):
        if len(found) < limit:
            found |= dict.fromkeys(_newest(session, selection, kind))
    if len(found) < limit:
        rows = found_rows.find_page(session, selection, Order("updated"), limit=limit).rows
        found |= dict.fromkeys(row.id for row in rows)
    return list(found)[:limit]


def _newest(session: Session, selection: Selection, kind: Kind) -> list[int]:
    """Return the ids of the workspaces of the newest nodes of a kind, the latest active first."""
    last = workspace_rows.active(session, kind, conventions.WORKSPACE_TYPES, most=_NEWEST)
    names = sorted(last.names, key=last.names.__getitem__, reverse=True)[:_MOST_NAMES]
    newest = dict(last.contexts)
    for context_id, name in workspace_rows.named(session, conventions.WORKSPACE_TYPES, names):
        newest[context_id] = max(newest.get(context_id, 0), last.names.get(name, 0))
    shown = found_rows.within(selection, list(newest), session) if newest else set()
    return sorted(shown, key=newest.__getitem__, reverse=True)


def _contexts(session: Session, names: Sequence[str]) -> dict[str, list[int]]:
    """Return the ids of the workspaces that have each of some names: a pipeline may have that of another workspace."""
    found: dict[str, list[int]] = {name: [] for name in names}
    for context_id, name in workspace_rows.named(session, conventions.WORKSPACE_TYPES, list(found)):
        found[name].append(context_id)
    return found


def _held(session: Session, kind: Kind, contexts: Mapping[str, Sequence[int]]) -> dict[str, shapes.Count]:
    """Return how many unarchived nodes of a kind the workspaces of each name hold, given the contexts of the names."""
    places = [workspace_rows.Place(name, ids) for name, ids in contexts.items()]
    sizes = workspace_rows.sizes(session, kind, places, limit=COUNT_LIMIT)
    archived = found_rows.sample_ids(session, Asked(kind, "has:archived").selection(), limit=COUNT_LIMIT)
    holders = workspace_rows.holders(session, kind, conventions.WORKSPACE_TYPES, archived) if archived else {}
    is_exact = len(archived) < COUNT_LIMIT
    return {
        name: shapes.Count(max(0, size - len(holders.get(name, ()))), is_exact and size < COUNT_LIMIT)
        for name, size in zip(contexts, sizes, strict=True)
    }
