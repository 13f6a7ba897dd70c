"""The content of the search index for one node: its entry, and its labels, metrics, values and last run as facts.

What stays out: when a node is indexed (index.py), and the rows (store/index/entries.py).
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from lineal import conventions
from lineal.catalogue import endings, reading
from lineal.catalogue.reading import Record
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.store.index.entries import Entry, Fact, odd_fact
from lineal.store.rows.nodes import NodeRow
from lineal.store.tables.own_tables import LONGEST_TEXT, RAN_FACT, Family


class Derived(NamedTuple):
    """The entry of a node, and its facts about itself or about the node that it reports on."""

    entry: Entry
    facts: list[Fact]


def derived(kind: Kind, node: Any) -> Derived:
    """Return the entry and the facts of a node."""
    record = Record(node)
    subject = record.subject_id if kind is ARTIFACT else None
    entry = Entry(
        node_id=node.id,
        updated=node.last_update_time_since_epoch,
        type_id=node.type_id,
        name=_cut(record.name),
        version=_cut(record.version),
        workspace=_cut(_workspace(kind, node) or record.workspace),
        run=_cut(_run(kind, record) or record.run),
        subject_id=subject,
        words=record.words,
    )
    ran = [_fact(node.id, Family.RAN, RAN_FACT, endings.ran_at(node))] if kind is EXECUTION else []
    return Derived(entry, [*_facts(record, subject), *ran])


def bare(row: NodeRow) -> Entry:
    """Return the entry of a node that cannot be indexed; it says only that the node exists."""
    return Entry(row.id, row.updated, row.type_id, None, None, None, None, None, "")


def probe(row: NodeRow) -> Fact:
    """Return a fact about a node that every working index can hold."""
    return Fact(row.id, Family.META, "probe", None, "probe")


def _workspace(kind: Kind, node: Any) -> str | None:
    """Return the name of a context that is itself a workspace."""
    return str(node.name) if kind is CONTEXT and node.type in conventions.WORKSPACE_TYPES else None


def _run(kind: Kind, record: Record) -> str | None:
    """Return the name of a context that is itself a run."""
    node = record.node
    if kind is not CONTEXT or not conventions.is_run(node.type, record.texts.get(conventions.OWNER_KIND, "")):
        return None
    return record.name if node.type == conventions.OWNER_TYPE else str(node.name)


def _facts(record: Record, subject: int | None) -> list[Fact]:
    node_id = record.node.id
    stated: list[tuple[int, Family, dict[str, Any]]] = [
        (node_id, Family.LABEL, record.labels),
        (node_id, Family.METRIC, record.json_metrics),
        (node_id, Family.META, record.json_values),
    ]
    if subject is not None:
        stated.append((subject, Family.METRIC, record.metrics))
    kept = {
        (about, family, name[:LONGEST_TEXT]): value
        for about, family, values in stated
        for name, value in list(values.items())[: reading.MOST_VALUES]
    }
    return [_fact(*place, value) for place, value in kept.items()]


def _fact(node_id: int, family: Family, name: str, value: str | float) -> Fact:
    if isinstance(value, str):
        return Fact(node_id, family, name, None, value[:LONGEST_TEXT])
    if math.isfinite(value):
        # PostgreSQL's driver sends the rows of one statement by the types of the first: all are of one.
        return Fact(node_id, family, name, float(value), None)
    return odd_fact(node_id, family, name, value)


def _cut(text: str | None) -> str | None:
    return text[:LONGEST_TEXT] if text else None
