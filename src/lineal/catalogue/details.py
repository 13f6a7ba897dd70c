"""Nodes with everything recorded about them, their versions and their evaluations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from lineal import conventions, json_form, record_tags
from lineal.catalogue import cards, endings, headline, shapes
from lineal.catalogue.environment import environment_of
from lineal.catalogue.measured_times import CREATE_TIME, measured_at
from lineal.catalogue.nesting import with_nesting
from lineal.catalogue.reading import Record
from lineal.event_directions import INPUTS, OUTPUTS
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.index import unindexed as unindexed_rows
from lineal.store.index.facets import texts_of
from lineal.store.index.names import names_like
from lineal.store.index.versions import evaluators
from lineal.store.own_rows import facet_names
from lineal.store.own_rows.locations import artifacts_at
from lineal.store.rows import edges as edge_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import related_contexts

MOST_EVALUATIONS = 1000
"""How many artifacts are read that report on one; of more, the last written."""


class OwnTables(NamedTuple):
    """Which of Lineal's own tables the store has: one that is open for reading only may lack some.

    Attributes:
        unindexed: that of what searches do not find by its content.
        facets: those of facets of OpenLineage.
    """

    unindexed: bool
    facets: bool


def node(session: Session, types: KnownTypes, kind: Kind, node_id: int, *, tables: OwnTables) -> shapes.Node:
    """Return one node, as `nodes` does.

    Raises:
        NotFoundError: there is none with this id.
    """
    found = nodes(session, types, kind, [node_id], tables=tables).items
    if not found:
        raise cards.no_node(kind, node_id)
    return with_nesting(session, types, found[0]) if kind is EXECUTION else found[0]


def nodes(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int], *, tables: OwnTables) -> shapes.Nodes:
    """Return nodes in the order of the ids."""
    rows = node_rows.nodes_by_ids(session, kind, dict.fromkeys(ids))
    messages = {message.id: message for message in readable_messages(session, types, kind, rows)}
    plain = {card.id: card for card in cards.cards(session, types, kind, rows, shape=shapes.Card)}
    found = _Found.read(session, types, kind, list(messages), tables)
    items = [
        _whole(kind, messages[node_id], plain[node_id], found) for node_id in dict.fromkeys(ids) if node_id in messages
    ]
    missing = [cards.key_of(kind, node_id) for node_id in dict.fromkeys(ids) if node_id not in messages]
    return shapes.Nodes(items, missing)


@dataclass(frozen=True)
class _Found:
    """What other tables have of nodes, by id."""

    contexts: Mapping[int, list[shapes.Reference]]
    metrics: Mapping[int, Mapping[str, shapes.MetricValue]]
    events: Mapping[int, Counter[int]]
    reasons: Mapping[int, str]
    facets: Mapping[int, list[str]]

    @classmethod
    def read(cls, session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int], tables: OwnTables) -> _Found:
        return cls(
            contexts=_contexts(session, types, kind, ids),
            metrics=cards.all_metric_values(session, kind, ids),
            events={} if kind is CONTEXT else edge_rows.event_counts(session, kind, ids),
            reasons=unindexed_rows.reasons(session, kind, ids) if tables.unindexed else {},
            facets=facet_names.names_of(session, kind, ids) if tables.facets else {},
        )


def _whole(kind: Kind, message: Any, card: shapes.Card, found: _Found) -> shapes.Node:
    record = Record(message)
    metrics = {name: shapes.MetricValue(value, value, value, 1) for name, value in record.metrics.items()}
    reported = found.metrics.get(message.id, {})
    failure = endings.failure_of(message) if kind is EXECUTION else None
    return shapes.Node(
        **{**vars(card), "metrics": {**metrics, **reported}, "failure": failure},
        properties=cards.values_of(message.properties),
        custom_properties=cards.values_of(message.custom_properties),
        labels=record.labels,
        meta=json_form.plain(record.meta, wide_as_text=True) or None,
        contexts=found.contexts.get(message.id, []),
        headline=headline.of_record(message.type, reported, metrics, kind=kind),
        tag=record_tags.tag(message),
        unindexed=found.reasons.get(message.id),
        facets=found.facets.get(message.id, []),
        environment=environment_of(message) if kind is EXECUTION else None,
        **_event_counts(found.events.get(message.id)),
    )


def _event_counts(counts: Counter[int] | None) -> dict[str, Any]:
    if counts is None:
        return {}
    return {
        "inputs": sum(counts[each] for each in INPUTS),
        "outputs": sum(counts[each] for each in OUTPUTS),
    }


def _contexts(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int]) -> dict[int, list[shapes.Reference]]:
    """Return the contexts that hold nodes; of a context its parents. Watched objects and jobs have their own names."""
    if kind is CONTEXT:
        held = related_contexts.parent_contexts(session, ids)
    else:
        held = related_contexts.contexts_of_many(session, kind, ids)
    types.load(session, {row.type_id for _, row in held})
    type_names = {row.id: types.name(session, row.type_id) for _, row in held}
    owners = cards.owners_of(session, (each for each, name in type_names.items() if name == conventions.OWNER_TYPE))
    jobs = _names_of_jobs(session, [each for each, name in type_names.items() if name == conventions.OPENLINEAGE_JOB])
    found: dict[int, list[shapes.Reference]] = {}
    for node_id, row in held:
        _, name = owners.get(row.id, ("", jobs.get(row.id, row.name)))
        reference = shapes.Reference(cards.key_of(CONTEXT, row.id), row.id, name, type_names[row.id])
        found.setdefault(node_id, []).append(reference)
    return found


def _names_of_jobs(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of OpenLineage's jobs without the workspace and the namespace, by the contexts' ids."""
    texts = texts_of(session, CONTEXT, ("name",), sorted(ids)) if ids else []
    return {context_id: text for context_id, _, is_custom, text in texts if text and not is_custom}


def evaluations(session: Session, types: KnownTypes, node_id: int) -> shapes.Evaluations:
    """Return the metrics that an artifact reports itself and those that others report on it, oldest first.

    Raises:
        NotFoundError: there is no such artifact.
    """
    cards.require(session, ARTIFACT, node_id)
    others, number = evaluators(session, node_id, limit=MOST_EVALUATIONS)
    rows = node_rows.nodes_by_ids(session, ARTIFACT, [node_id, *others])
    found = [_evaluation(message) for message in readable_messages(session, types, ARTIFACT, rows)]
    items = sorted((each for each in found if each.values), key=lambda each: each.time)
    return shapes.Evaluations(items, total=len(items) + number - len(others))


def _evaluation(message: Any) -> shapes.Evaluation:
    record = Record(message)
    return shapes.Evaluation(
        reporter=shapes.Reference(cards.key_of(ARTIFACT, message.id), message.id, record.name, message.type),
        time=measured_at(record.texts.get(CREATE_TIME), recorded=message.create_time_since_epoch),
        metrics_type=record.metrics_type,
        data_set_id=record.data_set_id,
        labels=record.labels,
        values=record.metrics,
    )


def search_text(session: Session, types: KnownTypes, text: str, *, limit: int) -> shapes.Found:
    """Return what a text may mean: an id or key, a uri, a name or a part of one."""
    text = text.strip()
    names = _names(session, types, text, limit) if text else []
    return shapes.Found(
        by_id=_by_id(session, types, text),
        by_uri=_by_uri(session, types, text, limit) if text else [],
        names=names,
        by_name=[name.newest for name in names],
        runs=[],
    )


def _by_id(session: Session, types: KnownTypes, text: str) -> list[shapes.Card]:
    digits = text.lstrip("aec")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18 or len(text) - len(digits) > 1:
        return []
    kinds = [kind for kind, letter in cards.LETTERS.items() if text in (digits, f"{letter}{digits}")]
    found: list[shapes.Card] = []
    for kind in kinds:
        found += cards.cards(session, types, kind, node_rows.nodes_by_ids(session, kind, [int(digits)]))
    return found


def _by_uri(session: Session, types: KnownTypes, text: str, limit: int) -> list[shapes.Card]:
    is_uri = ":" in text or "/" in text
    rows = artifacts_at(session, [text])[text] if is_uri else node_rows.nodes_by_uris(session, ARTIFACT, [text])
    return cards.cards(session, types, ARTIFACT, rows[-limit:][::-1])


_MATCHES: tuple[Literal["exact", "exact", "prefix", "part"], ...] = ("exact", "exact", "prefix", "part")


def _names(session: Session, types: KnownTypes, text: str, limit: int) -> list[shapes.FoundName]:
    """Return up to `limit` names of each kind; of names that are equally like the text, those of artifacts first."""
    found: list[tuple[int, shapes.FoundName]] = []
    for kind in cards.LETTERS:
        rows = names_like(session, kind, text, limit=limit)
        nodes = node_rows.nodes_by_ids(session, kind, [row.newest for row in rows])
        newest = {card.id: card for card in cards.cards(session, types, kind, nodes, shape=shapes.Card)}
        found += [
            (row.rank, shapes.FoundName(_MATCHES[row.rank], row.number, newest[row.newest]))
            for row in rows
            if row.newest in newest
        ]
    return [name for _, name in sorted(found, key=lambda ranked: ranked[0])]
