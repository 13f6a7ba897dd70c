"""Facets, columns and suggestions of a search's nodes, with counts.

At most 10,000 nodes are counted, so that a page is quick on any store; the answer says so ("exact").
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from lineal import conventions, json_form
from lineal.catalogue import failure_reasons, shapes
from lineal.catalogue.listing import COUNT_LIMIT, Asked
from lineal.catalogue.reading import Record
from lineal.catalogue.whole_counts import SPANS, WholeCounts
from lineal.filter import search
from lineal.filter.search import Comparison, Query, Term
from lineal.filter.search.tree import OPERATOR_CHARACTERS, quoted
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.index import archived
from lineal.store.index import facets as facet_rows
from lineal.store.index import metrics as metric_rows
from lineal.store.index import search as found_rows
from lineal.store.index.metric_names import MetricNames, names_in
from lineal.store.index.search import Selection
from lineal.store.rows import nodes as node_rows
from lineal.type_names import short_names

LONGEST_FACET = 50
MOST_LABEL_FACETS = 12
COLUMN_SAMPLE = 2000
_MOST_DISTINCT = 100
MOST_METRICS = 500


class _Sample:
    """The nodes that are counted, and whether they are all."""

    def __init__(self, session: Session, selection: Selection, limit: int = COUNT_LIMIT) -> None:
        self.selection = selection
        found = found_rows.sample_ids(session, selection, limit=limit + 1)
        self.ids = found[:limit]
        self.exact = len(found) <= limit
        self._session = session

    @cached_property
    def groups(self) -> Counter[tuple[str | None, str | None]]:
        """How many nodes have each (workspace, run)."""
        return facet_rows.by_group(self._session, self.selection.kind, self.ids)

    @cached_property
    def labels(self) -> Counter[tuple[str, str]]:
        """How many nodes have each (key, value) of a label."""
        return facet_rows.by_label(self._session, self.selection.kind, self.ids)


def facets(
    session: Session, types: KnownTypes, asked: Asked, *, labels: Sequence[str] | None, whole: WholeCounts
) -> shapes.Facets:
    """Return the facets under a search: type, state, workspace, run, and labels (the most frequent if not named)."""
    selection = asked.settled(session)
    sample = _Sample(session, selection)
    fixed = [key for key in ("type", "state", "workspace", "run") if _applies(asked.kind, key)]
    found = [_facet(session, types, _without(session, sample, key), key, whole) for key in fixed]
    named = [*labels] if labels is not None else _frequent_labels(sample.labels, selection.query)
    found += [_label_facet(_without(session, sample, f"label.{name}"), name) for name in named]
    return shapes.Facets(found, _created(session, sample, whole), len(sample.ids), sample.exact)


def _applies(kind: Kind, key: str) -> bool:
    return key != "state" or kind.state_field is not None


def _without(session: Session, sample: _Sample, key: str) -> _Sample:
    """Return a sample without the terms of one key, so that its other values can be chosen too."""
    terms = sample.selection.query.terms
    kept = tuple(term for term in terms if not _is_about(term, key))
    if len(kept) == len(terms):
        return sample
    return _Sample(session, replace(sample.selection, query=Query(kept)))


def _is_about(term: Term, key: str) -> bool:
    return isinstance(term.body, Comparison) and not term.negated and _plain_key(term.body) == key


def _plain_key(body: Comparison) -> str:
    return f"{body.key.field}.{body.key.name}" if body.key.name else body.key.field


def _facet(
    session: Session, types: KnownTypes, sample: _Sample, key: str, whole: WholeCounts, containing: str = ""
) -> shapes.Facet:
    counts, exact = _counts(session, types, sample, key, whole)
    return _listed(key, counts, exact, containing)


def _counts(
    session: Session, types: KnownTypes, sample: _Sample, key: str, whole: WholeCounts
) -> tuple[Counter[str], bool]:
    """Count by type, state, workspace or run; say whether all nodes are counted."""
    if key == "type":
        counts, everything = _types(session, sample, whole)
        types.load(session, counts)
        named: Counter[str] = Counter()
        for type_id, number in counts.items():
            named[types.name(session, type_id)] += number
        return named, sample.exact or everything
    return _states(session, sample) if key == "state" else _groups(session, sample, key), sample.exact


def _types(session: Session, sample: _Sample, whole: WholeCounts) -> tuple[Counter[int], bool]:
    """Count by the id of the type; say whether all nodes are counted: without a condition, or only without archived."""
    kind = sample.selection.kind
    if sample.selection.is_everything:
        return whole.by_type(session, kind), True
    if sample.selection.is_all_but_archived:
        return whole.by_type(session, kind) - archived.by_type(session, kind), True
    return facet_rows.by_column(session, kind, "type_id", sample.ids), False


def _states(session: Session, sample: _Sample) -> Counter[str]:
    kind = sample.selection.kind
    numbers = facet_rows.by_column(session, kind, kind.state_field or "", sample.ids)
    named: Counter[str] = Counter()
    for number, count in numbers.items():
        named[kind.node.State.Name(number or 0)] += count  # type: ignore[union-attr]
    return named


def _groups(session: Session, sample: _Sample, key: str) -> Counter[str]:
    """Count by workspace or run: the one that a record names, or else the contexts that hold it."""
    kind = sample.selection.kind
    names: Counter[str] = Counter()
    for pair, number in sample.groups.items():
        name = pair[key == "run"]
        if name is not None:
            names[name] += number
    if sum(names.values()) == len(sample.ids):
        return names
    types = conventions.WORKSPACE_TYPES if key == "workspace" else conventions.RUN_TYPES
    for name, count in facet_rows.by_context(session, kind, types, sample.ids).items():
        names[name] = max(names[name], count)
    return names


def _frequent_labels(counts: Counter[tuple[str, str]], query: Query) -> list[str]:
    """Return the most frequent label keys; those that the search names come first.

    Why executions failed is found by the key `error`: its texts are no labels to choose from.
    """
    keys: Counter[str] = Counter()
    for (name, _), number in counts.items():
        if name not in conventions.FAILURE_TEXTS:
            keys[name] += number
    bodies = [term.body for term in query.terms]
    named = [body.key.name for body in bodies if isinstance(body, Comparison) and body.key.field == "label"]
    frequent = [name for name, _ in keys.most_common(MOST_LABEL_FACETS)]
    return list(dict.fromkeys([*named, *frequent]))[:MOST_LABEL_FACETS]


def _label_facet(sample: _Sample, name: str, containing: str = "") -> shapes.Facet:
    values = Counter({value: number for (key, value), number in sample.labels.items() if key == name})
    return _listed(f"label.{name}", values, sample.exact, containing)


def _failures(session: Session, asked: Asked, containing: str) -> shapes.Facet:
    """Count executions by the type of their failure, as a search for the type finds them."""
    selection = asked.settled(session)
    ids = failure_reasons.sample(session, selection, limit=COUNT_LIMIT + 1)
    states = facet_rows.values_of(session, EXECUTION, "last_known_state", ids[:COUNT_LIMIT])
    found = failure_reasons.count(session, selection, states, most=LONGEST_FACET, containing=containing)
    values = [shapes.FacetValue(text, text, number, term) for text, number, term in found.counts]
    return shapes.Facet("error", values, found.others, len(ids) <= COUNT_LIMIT)


def _aliases(session: Session, asked: Asked, containing: str) -> shapes.Facet:
    counts, exact = _alias_counts(session, asked)
    return _listed("alias", counts, exact, containing)


def _alias_counts(session: Session, asked: Asked) -> tuple[Counter[str], bool]:
    """Count artifacts by their aliases; say whether all are counted."""
    sample = _Sample(session, replace(asked, search=f"{asked.search} has:alias").settled(session))
    counts: Counter[str] = Counter()
    for _, _, is_custom, text in facet_rows.texts_of(session, ARTIFACT, [conventions.ALIASES], sample.ids):
        if is_custom and text:
            counts.update(text.split(","))
    return counts, sample.exact


def _listed(key: str, counts: Counter[str], exact: bool, containing: str = "") -> shapes.Facet:
    """Return the most frequent values, of those that contain a text as they are shown."""
    wanted = containing.lower()
    names = _short_names(key, counts)
    fitting = (item for item in counts.items() if wanted in names[item[0]].lower())
    ordered = sorted(fitting, key=lambda item: (-item[1], item[0]))
    field, _, name = key.partition(".")
    written = f"{field}.{quoted(name, also=OPERATOR_CHARACTERS)}" if name else key
    values = [
        shapes.FacetValue(value, names[value], number, f"{written}={quoted(value)}")
        for value, number in ordered[:LONGEST_FACET]
    ]
    return shapes.Facet(key, values, max(0, len(ordered) - LONGEST_FACET), exact)


def _short_names(key: str, values: Collection[str]) -> dict[str, str]:
    """Return the texts for values: for a type its kind or last part, for a state a word."""
    if key == "type":
        return short_names(values)
    return {value: value.replace("_", " ").lower() if key == "state" else value for value in values}


def _created(session: Session, sample: _Sample, whole: WholeCounts) -> list[shapes.TimeSpan]:
    """Count by time of creation: without a condition all nodes, else those of the sample."""
    kind = sample.selection.kind
    if sample.selection.is_everything and not sample.exact:
        return list(whole.created(session, kind))
    if sample.selection.is_all_but_archived and not sample.exact:
        return _without_archived(session, kind, whole.created(session, kind))
    return _spans(facet_rows.created_times(session, kind, sample.ids))


def _without_archived(session: Session, kind: Kind, spans: Sequence[shapes.TimeSpan]) -> list[shapes.TimeSpan]:
    """Return the equal spans of all nodes without the archived ones."""
    if not spans:
        return []
    first = spans[0]
    gone = archived.by_span(session, kind, start=first.start, width=first.end - first.start)
    return [replace(span, count=span.count - gone[place]) for place, span in enumerate(spans)]


def _spans(times: Sequence[int]) -> list[shapes.TimeSpan]:
    """Count times in up to 24 equal spans."""
    if not times:
        return []
    first, last = min(times), max(times)
    width = max(1, math.ceil((last - first + 1) / SPANS))
    counts = Counter((time - first) // width for time in times)
    number = (last - first) // width + 1
    return [shapes.TimeSpan(first + i * width, first + (i + 1) * width, counts[i]) for i in range(number)]


def columns(session: Session, types: KnownTypes, asked: Asked) -> shapes.Columns:
    """Return the columns that a search's nodes fill."""
    sample = _Sample(session, asked.settled(session), COLUMN_SAMPLE)
    rows = node_rows.nodes_by_ids(session, asked.kind, sample.ids)
    reported = metric_rows.latest_metrics(session, asked.kind, sample.ids)
    seen: dict[str, _Seen] = {}
    for node in readable_messages(session, types, asked.kind, rows):
        for key, kind, value in _values(node, reported.get(node.id, {})):
            seen.setdefault(key, _Seen()).add(kind, value)
    further = _further_metrics(session, sample)
    seen |= {key: _Seen(["double"]) for key in (f"metric.{name}" for name in further.names) if key not in seen}
    found = [
        shapes.Column(key, sorted(each.kinds), each.filled, len(each.values), _is_internal(key))
        for key, each in seen.items()
    ]
    found.sort(key=lambda column: (column.internal, -column.filled, column.key))
    return shapes.Columns(found, len(sample.ids), sample.exact, further.are_all)


def _further_metrics(session: Session, sample: _Sample) -> MetricNames:
    """Return the names of metrics of a selection, whose nodes were not all looked at."""
    if sample.exact:
        return MetricNames([], are_all=True)
    return names_in(session, sample.selection, limit=MOST_METRICS)


class _Seen:
    """What was seen of one column."""

    def __init__(self, kinds: Iterable[str] = ()) -> None:
        self.kinds: set[str] = set(kinds)
        self.filled = 0
        self.values: set[Any] = set()

    def add(self, kind: str, value: Any) -> None:
        self.kinds.add(kind)
        self.filled += 1
        if len(self.values) < _MOST_DISTINCT:
            self.values.add(value)


def _values(node: Any, reported: Mapping[str, float]) -> Iterable[tuple[str, str, Any]]:
    """Yield (key, kind of value, value) of all that a node can show as a column; `reported` are its indexed metrics."""
    record = Record(node)
    found: dict[str, tuple[str, Any]] = {}
    for properties in (node.custom_properties, node.properties):
        for name, value in properties.items():
            kind = value.WhichOneof("value")
            if kind:
                shown = kind.removesuffix("_value")
                found[f"prop.{name}"] = shown, value.SerializeToString(deterministic=True)
    for name, scalar in record.json_values.items():
        found.setdefault(f"prop.{name}", ("string" if isinstance(scalar, str) else "double", scalar))
    found |= {f"label.{name}": ("string", value) for name, value in record.labels.items()}
    metrics = {**record.metrics, **reported}
    found |= {f"metric.{name}": ("double", value) for name, value in metrics.items()}
    return [(key, kind, json_form.plain(value)) for key, (kind, value) in found.items()]


def _is_internal(key: str) -> bool:
    name = key.partition(".")[2]
    return name.startswith(conventions.INTERNAL_PREFIX) or name == conventions.LABELS


def label_keys(session: Session, asked: Asked) -> shapes.Suggestions:
    """Return the label keys that a search's nodes have."""
    sample = _Sample(session, asked.settled(session))
    keys: Counter[str] = Counter()
    for (name, _), number in sample.labels.items():
        keys[name] += number
    items = [shapes.Suggestion(name, number, f"has:{quoted(f'label.{name}')}") for name, number in keys.most_common()]
    return shapes.Suggestions(items, len(sample.ids), sample.exact)


def label_values(session: Session, asked: Asked, name: str) -> shapes.Suggestions:
    """Return the values of a label that a search's nodes have."""
    sample = _Sample(session, asked.settled(session))
    values = Counter({value: number for (key, value), number in sample.labels.items() if key == name})
    items = [
        shapes.Suggestion(value, number, f"label.{quoted(name, also=OPERATOR_CHARACTERS)}={quoted(value)}")
        for value, number in values.most_common()
    ]
    return shapes.Suggestions(items, len(sample.ids), sample.exact)


def suggestions(
    session: Session, types: KnownTypes, asked: Asked, *, key: str, text: str, whole: WholeCounts
) -> shapes.Suggestions:
    """Return values that a search could name for a key and that contain a text, or keys if the key is ""."""
    if not key:
        return _suggested_keys(session, types, asked, text)
    field, _, name = key.partition(".")
    sample = _Sample(session, asked.settled(session))
    if field == "label":
        facet = _label_facet(sample, name, text)
    elif field == "error" and asked.kind is EXECUTION:
        facet = _failures(session, asked, text)
    elif field == "alias" and asked.kind is ARTIFACT:
        facet = _aliases(session, asked, text)
    elif field in ("type", "workspace", "run") or (field == "state" and asked.kind is not CONTEXT):
        facet = _facet(session, types, sample, field, whole, text)
    else:
        return shapes.Suggestions([], 0, True)
    items = [shapes.Suggestion(value.label, value.count, value.term) for value in facet.values]
    return shapes.Suggestions(items, len(sample.ids), facet.exact)


def values_of(session: Session, types: KnownTypes, asked: Asked, key: str) -> Counter[str]:
    """Count what a search's nodes have as type (whole names), workspace, run or alias, in up to 10,000 of the nodes."""
    if key == "alias":
        return _alias_counts(session, asked)[0]
    sample = _Sample(session, asked.settled(session))
    return _counts(session, types, sample, key, WholeCounts())[0]


def _suggested_keys(session: Session, types: KnownTypes, asked: Asked, text: str) -> shapes.Suggestions:
    found = columns(session, types, asked)
    own = [shapes.Suggestion(name, 0, name) for name, field in search.FIELDS.items() if not field.is_family]
    filled = [
        shapes.Suggestion(column.key, column.filled, f"has:{quoted(column.key)}")
        for column in found.columns
        if not column.internal
    ]
    items = [item for item in [*own, *filled] if text.lower() in item.text.lower()]
    return shapes.Suggestions(items[:LONGEST_FACET], found.counted, found.exact)
