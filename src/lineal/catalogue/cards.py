"""Turn nodes into cards and rows: names, states, times and the requested values.

What stays out: which nodes (listing.py, lineage_graph.py).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from lineal import conventions, errors, json_form
from lineal.catalogue import endings, shapes
from lineal.catalogue.reading import Record
from lineal.catalogue.shapes import MetricValue, Value
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows
from lineal.store.index import metrics as metric_rows
from lineal.store.index.ordering import METRIC_FAMILIES
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import related_contexts
from lineal.store.rows.nodes import NodeRow
from lineal.wire import metadata_store as pb

LETTERS = {ARTIFACT: "a", EXECUTION: "e", CONTEXT: "c"}
_KIND_OF_LETTER = {letter: kind for kind, letter in LETTERS.items()}
_KIND_OF_NAME = {kind.name: kind for kind in KINDS}
CardT = TypeVar("CardT", bound=shapes.Card)


def key_of(kind: Kind, node_id: int) -> str:
    """Return the key of a node, such as a12."""
    return f"{LETTERS[kind]}{node_id}"


def read_key(key: str) -> tuple[Kind, int]:
    """Return the kind and id of a key such as a12.

    Raises:
        InvalidArgumentError: the text is no key.
    """
    kind = _KIND_OF_LETTER.get(key[:1])
    if kind is None or not (key[1:].isascii() and key[1:].isdigit()) or len(key) > 20 or int(key[1:]) >= 1 << 63:
        raise errors.InvalidArgumentError(
            f"{key[:40]!r} is not the key of a node; write a, e or c and the id, for example a12"
        )
    return kind, int(key[1:])


def require(session: Session, kind: Kind, node_id: int) -> None:
    """Refuse an id that does not exist.

    Raises:
        NotFoundError: there is no node with this id.
    """
    if not node_rows.existing_ids(session, kind, [node_id]):
        raise no_node(kind, node_id)


def no_node(kind: Kind, node_id: int) -> errors.NotFoundError:
    """Return the error of an id that does not exist."""
    return errors.NotFoundError(f"there is no {kind.name} with the id {node_id}")


def kind_named(name: str) -> Kind:
    """Return the kind of a name."""
    return _KIND_OF_NAME[name]


def value_of(value: pb.Value) -> Value | None:
    """Return a property's value, or None if it has none."""
    kind = value.WhichOneof("value")
    if kind == "int_value":
        return shapes.IntValue(value.int_value)
    if kind == "double_value":
        return shapes.DoubleValue(value.double_value)
    if kind == "string_value":
        return shapes.StringValue(value.string_value)
    if kind == "bool_value":
        return shapes.BoolValue(value.bool_value)
    if kind == "struct_value":
        return shapes.StructValue(json_form.plain(json_form.struct(value.struct_value)))
    if kind == "proto_value":
        return shapes.ProtoValue(value.proto_value.type_url, base64.b64encode(value.proto_value.value).decode())
    return None


def values_of(properties: Mapping[str, pb.Value]) -> dict[str, Value]:
    """Return all properties that have a value, by name."""
    found = {name: value_of(value) for name, value in sorted(properties.items())}
    return {name: value for name, value in found.items() if value is not None}


def state_of(kind: Kind, node: Any) -> str | None:
    """Return the word of a node's state, or None if it has none."""
    if not kind.state_field or not node.HasField(kind.state_field):
        return None
    number = getattr(node, kind.state_field)
    return str(kind.node.State.Name(number)) if number else None  # type: ignore[union-attr]


def card_fields(kind: Kind, node: Any) -> dict[str, Any]:
    """Return the fields of a card, without values."""
    record = Record(node)
    return {
        "key": key_of(kind, node.id),
        "kind": kind.name,
        "id": node.id,
        "name": record.name,
        "type": node.type,
        "type_id": node.type_id,
        "version": record.version,
        "state": state_of(kind, node),
        "uri": (node.uri or None) if kind.has_uri else None,
        "external_id": node.external_id or None,
        "created": node.create_time_since_epoch,
        "updated": node.last_update_time_since_epoch,
        "workspace": record.workspace,
        "run": record.run,
        **(_of_execution(node) if kind is EXECUTION else {}),
        "aliases": record.aliases,
        "archived": record.archived,
    }


def _of_execution(node: Any) -> dict[str, Any]:
    return {**vars(endings.times_of(node)), "failure": endings.in_short(endings.failure_of(node))}


def cards(
    session: Session,
    types: KnownTypes,
    kind: Kind,
    rows: Sequence[NodeRow],
    *,
    columns: Sequence[str] = (),
    shape: type[CardT] = shapes.Card,  # type: ignore[assignment]
    extra: Mapping[int, dict[str, Any]] | None = None,
) -> list[CardT]:
    """Return cards in the order of the rows.

    Args:
        session: the transaction.
        types: the known types.
        kind: the kind of the nodes.
        rows: the nodes.
        columns: the keys ("prop.K", "label.K", "metric.K", "least.K", "greatest.K") whose values to show.
        shape: the class of the cards.
        extra: further fields by id.
    """
    nodes = readable_messages(session, types, kind, rows)
    fields = {node.id: card_fields(kind, node) for node in nodes}
    if issubclass(shape, shapes.Row):
        for node in nodes:
            fields[node.id]["labels"] = Record(node).labels
    if columns:
        _fill_columns(session, kind, nodes, fields, columns)
    _fill_groups(session, types, kind, fields)
    return [shape(**fields[node.id], **(extra or {}).get(node.id, {})) for node in nodes]


def _fill_columns(
    session: Session, kind: Kind, nodes: Sequence[Any], fields: dict[int, dict[str, Any]], columns: Sequence[str]
) -> None:
    split = [column.partition(".")[::2] for column in columns]
    wanted = list(dict.fromkeys(name for family, name in split if family in METRIC_FAMILIES))
    reported = metric_values(session, kind, [node.id for node in nodes], wanted) if wanted else {}
    for node in nodes:
        record = Record(node)
        shown = {
            f"{family}.{name}": value
            for family, name in split
            if family not in METRIC_FAMILIES and (value := _column_value(record, family, name)) is not None
        }
        own = record.metrics if wanted else {}
        metrics = {name: MetricValue(own[name], own[name], own[name], 1) for name in wanted if name in own}
        fields[node.id] |= {"values": shown, "metrics": {**metrics, **reported.get(node.id, {})}}


def _column_value(record: Record, family: str, name: str) -> Value | None:
    if family == "label":
        labels = record.labels
        return shapes.StringValue(labels[name]) if name in labels else None
    for properties in (record.node.properties, record.node.custom_properties):
        if name in properties:
            return value_of(properties[name])
    scalar = record.json_values.get(name)
    if scalar is None:
        return None
    return shapes.StringValue(scalar) if isinstance(scalar, str) else shapes.DoubleValue(scalar)


def metric_values(
    session: Session, kind: Kind, ids: Sequence[int], names: Sequence[str]
) -> dict[int, dict[str, MetricValue]]:
    """Return the metrics of nodes in the index, over all reports."""
    return _over_reports(metric_rows.metrics_of(session, kind, ids, names))


def all_metric_values(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, dict[str, MetricValue]]:
    """Return all metrics of nodes in the index, over all reports, by id and name."""
    found: dict[int, dict[str, MetricValue]] = {}
    for rows in metric_rows.every_metric_of(session, kind, ids):
        found |= _over_reports(rows)
    return found


def _over_reports(rows: Iterable[tuple[Any, ...]]) -> dict[int, dict[str, MetricValue]]:
    found: dict[int, dict[str, list[tuple[int, float]]]] = {}
    for node_id, source, name, number in rows:
        found.setdefault(node_id, {}).setdefault(name, []).append((source, number))
    return {
        node_id: {name: _over(sorted(values)) for name, values in by_name.items()} for node_id, by_name in found.items()
    }


def _over(values: list[tuple[int, float]]) -> MetricValue:
    numbers = [number for _, number in values if not math.isnan(number)] or [math.nan]
    return MetricValue(values[-1][1], min(numbers), max(numbers), len(values))


def _fill_groups(session: Session, types: KnownTypes, kind: Kind, fields: dict[int, dict[str, Any]]) -> None:
    """Fill in the workspace and run of nodes that name none, from the contexts that hold them."""
    if kind is CONTEXT:
        return
    lacking = [node_id for node_id, each in fields.items() if each["workspace"] is None or each["run"] is None]
    held = related_contexts.contexts_of_many(session, kind, lacking)
    owners = [row.id for _, row in held if types.name(session, row.type_id) == conventions.OWNER_TYPE]
    watched_runs = _watched_runs(session, owners)
    for node_id, row in held:
        type_name = types.name(session, row.type_id)
        each = fields[node_id]
        if type_name in conventions.WORKSPACE_TYPES and each["workspace"] is None:
            each["workspace"] = row.name
        if each["run"] is None:
            each["run"] = row.name if type_name in conventions.RUN_TYPES else watched_runs.get(row.id)


def _watched_runs(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Return the names of the runs among the contexts of watched objects, by id."""
    return {
        context_id: name
        for context_id, (kind, name) in owners_of(session, ids).items()
        if conventions.is_run(conventions.OWNER_TYPE, kind)
    }


def owners_of(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return the kind and the name of the watched objects that contexts are of, by the contexts' ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    found: dict[int, dict[str, str]] = {}
    told = (conventions.OWNER_KIND, conventions.OWNER_NAME)
    for context_id, name, is_custom, text in facet_rows.texts_of(session, CONTEXT, told, wanted):
        if not is_custom and text:
            found.setdefault(context_id, {})[name] = text
    return {
        context_id: (texts.get(conventions.OWNER_KIND, ""), texts[conventions.OWNER_NAME])
        for context_id, texts in found.items()
        if conventions.OWNER_NAME in texts
    }


def ghost(shape: type[CardT], kind: Kind, node_id: int, **extra: Any) -> CardT:
    """Return the card of a node that events name but the store does not have."""
    return shape(key=key_of(kind, node_id), kind=kind.name, id=node_id, missing=True, **extra)  # type: ignore[arg-type]


def cards_by_key(
    session: Session,
    types: KnownTypes,
    keys: Sequence[tuple[Kind, int]],
    *,
    columns: Sequence[str] = (),
    shape: type[CardT] = shapes.Card,  # type: ignore[assignment]
    extra: Mapping[tuple[Kind, int], dict[str, Any]] | None = None,
) -> dict[tuple[Kind, int], CardT]:
    """Return the cards of nodes of any kind, with ghosts for those that are missing."""
    found: dict[tuple[Kind, int], CardT] = {}
    for kind in KINDS:
        ids = [node_id for each, node_id in keys if each is kind]
        if not ids:
            continue
        own = {node_id: (extra or {}).get((kind, node_id), {}) for node_id in ids}
        rows = node_rows.nodes_by_ids(session, kind, dict.fromkeys(ids))
        known = cards(session, types, kind, rows, columns=columns, shape=shape, extra=own)
        found |= {(kind, card.id): card for card in known}
        found |= {(kind, i): ghost(shape, kind, i, **own[i]) for i in ids if (kind, i) not in found}
    return found
