"""Artifacts' reports of a metric: from the index, and from properties that are numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.filter.search import among
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.index.entries import read_number
from lineal.store.tables.mlmd_tables import NODE, PROPERTY
from lineal.store.tables.own_tables import ENTRY, FACT, Family

_NODE = NODE[ARTIFACT].c
_PROPERTY = PROPERTY[ARTIFACT].c


class Report(NamedTuple):
    """One reported value: the node that it is about, the reporter and when the reporter was created."""

    about: int
    reporter: int
    value: float
    time: int


_Found = tuple[int, int, float]
"""A report without its time: thousands are read at once, and a tuple is made faster than an object."""


_TIMES = Statement(sa.select(_NODE.id, _NODE.create_time_since_epoch).where(listed(_NODE.id, "ids")))


def reports(session: Session, metric: str, ids: Sequence[int], *, limit: int) -> list[Report]:
    """Return up to `limit` reports of a metric by or on the artifacts; each once."""
    found: list[_Found] = []
    for piece in session.pieces(ids):
        for query, owner in _sources(metric):
            found += _read(session, query.where(listed(owner, "ids")).limit(2 * limit), {"ids": piece})
    return _reports(session, found)[:limit]


class IdSpan(NamedTuple):
    """Ids of artifacts from the first to the last, both included; none if the last is below the first."""

    first: int
    last: int


def ids_of_times(session: Session, since: int | None, until: int | None) -> tuple[IdSpan, int]:
    """Return ids from the first artifact created since a time to the last until another, and the greatest id of all.

    Args:
        session: the transaction.
        since: milliseconds since the epoch; None for the first artifact.
        until: the same; None for the last artifact.
    """
    time = _NODE.create_time_since_epoch
    first, last = sa.select(sa.func.min(_NODE.id)), sa.select(sa.func.max(_NODE.id))
    if since is not None:
        first = first.where(time >= sa.bindparam(None, since, sa.BigInteger()))
    until_then = last if until is None else last.where(time <= sa.bindparam(None, until, sa.BigInteger()))
    columns = [each.scalar_subquery() for each in (first, until_then, last)]
    lowest, highest, greatest = session.rows(Statement(sa.select(*columns)))[0]
    greatest = greatest or 0
    return IdSpan(greatest + 1 if lowest is None else lowest, highest or 0), greatest


def reports_within(
    session: Session, metric: str, span: IdSpan, *, limit: int, oldest_first: bool = False
) -> list[Report]:
    """Return the newest, or the oldest, reports of a metric by reporters with some ids; each once, in order of ids."""
    if span.last < span.first or limit <= 0:
        return []
    # The ids at one end are searched first: sorting all reports of a large store takes seconds.
    width = 4 * limit
    while True:
        piece = IdSpan(span.first, min(span.last, span.first + width))
        if not oldest_first:
            piece = IdSpan(max(span.first, span.last - width), span.last)
        found = [row for query, _ in _sources(metric) for row in _at_end(session, query, piece, limit, oldest_first)]
        kept = _reports(session, found)
        if len(kept) >= limit or piece == span:
            return kept[:limit] if oldest_first else kept[-limit:]
        width *= 8


def reports_by(session: Session, metric: str, reporters: Sequence[int]) -> list[Report]:
    """Return the reports of a metric by some reporters; each once, in order of ids."""
    found: list[_Found] = []
    for piece in session.pieces(reporters):
        for query, _ in _sources(metric):
            found += _read(session, query.where(listed(query.selected_columns[1], "ids")), {"ids": piece})
    return _reports(session, found)


def count_reports(session: Session, metric: str, span: IdSpan) -> int:
    """Return how many artifacts with some ids report a metric."""
    reporters = [
        sa.select(column).where(column.between(sa.bindparam("lowest"), sa.bindparam("last")), *conditions)
        for column, conditions in _reporters(metric)
    ]
    query = sa.select(sa.func.count()).select_from(sa.union(*reporters).subquery())
    return int(session.rows(Statement(query), {"lowest": span.first, "last": span.last})[0][0])


def _at_end(session: Session, query: sa.Select[Any], span: IdSpan, limit: int, oldest_first: bool) -> list[_Found]:
    reporter = query.selected_columns[1]
    query = query.where(reporter.between(sa.bindparam("lowest"), sa.bindparam("last")))
    query = query.order_by(reporter if oldest_first else reporter.desc())
    # An evaluation reports twice: about itself, and about its model.
    return _read(session, query.limit(2 * limit), {"lowest": span.first, "last": span.last})


def _read(session: Session, query: sa.Select[Any], values: dict[str, Any]) -> list[_Found]:
    loaded = session.dialect.loaded_value

    def read(number: Any, text: str | None, packed: Any) -> float:
        value = number if packed is None else loaded((None, number, None, packed, None))[1]
        return float(value) if isinstance(value, str) else read_number(value, text)

    return [
        (about, reporter, number if type(number) is float and text is packed is None else read(number, text, packed))
        for about, reporter, number, text, packed in session.rows(Statement(query), values)
    ]


def _reports(session: Session, found: Iterable[_Found]) -> list[Report]:
    """Return one report of each reporter that exists, with its time; an evaluation of a model counts for the model."""
    kept: dict[int, _Found] = {}
    for row in found:
        about, reporter, _ = row
        if reporter not in kept or (about != reporter and kept[reporter][0] == reporter):
            kept[reporter] = row
    times: dict[int, int] = dict(session.listed_rows(_TIMES, "ids", sorted(kept)))
    return [Report(*kept[each], times[each]) for each in sorted(kept) if each in times]


def _sources(metric: str) -> list[tuple[sa.Select[Any], sa.ColumnElement[int]]]:
    """Return the queries for reports, each with the column of its subject; each uses an index."""
    fact, row = FACT.c, _PROPERTY
    in_index, *in_properties = [conditions for _, conditions in _reporters(metric)]
    return [
        (sa.select(fact.node_id, fact.source_id, fact.number, fact.text, sa.null()).where(*in_index), fact.node_id),
        *[
            # A number that is not finite may have its name beside it.
            (
                sa.select(row.artifact_id, row.artifact_id.label("reporter"), column, sa.null(), row.proto_value).where(
                    *conditions
                ),
                row.artifact_id,
            )
            for (column, _), conditions in zip(_NUMBERS, in_properties, strict=True)
        ],
    ]


_NUMBERS = [(column, custom) for column in (_PROPERTY.double_value, _PROPERTY.int_value) for custom in (False, True)]


def _reporters(metric: str) -> list[tuple[sa.ColumnElement[int], list[sa.ColumnElement[bool]]]]:
    """Return where reporters of a metric are found: the column of their ids, and the conditions of its rows."""
    fact, row = FACT.c, _PROPERTY
    in_index = [
        fact.kind == ARTIFACT.type_kind,
        among(fact.family, [Family.METRIC, Family.EARLIER_METRIC]),
        fact.name == sa.bindparam(None, metric, sa.Text()),
    ]
    in_properties = [
        [
            row.name == sa.bindparam(None, metric, sa.Text()),
            row.is_custom_property == sa.literal(custom),
            column.is_not(None),
        ]
        for column, custom in _NUMBERS
    ]
    return [(fact.source_id, in_index), *[(row.artifact_id, conditions) for conditions in in_properties]]


class Named(NamedTuple):
    """The indexed fields of an artifact that a point is about."""

    name: str | None
    version: str | None
    workspace: str | None
    run: str | None


_NAMED = Statement(
    sa.select(ENTRY.c.node_id, *[ENTRY.c[name] for name in Named._fields]).where(
        ENTRY.c.kind == ARTIFACT.type_kind, listed(ENTRY.c.node_id, "ids")
    )
)
_LABELS = Statement(
    sa.select(FACT.c.node_id, FACT.c.text).where(
        FACT.c.kind == ARTIFACT.type_kind,
        listed(FACT.c.node_id, "ids"),
        FACT.c.family == int(Family.LABEL),
        FACT.c.name == sa.bindparam("label"),
    )
)
_TYPE_IDS = Statement(sa.select(_NODE.id, _NODE.type_id).where(listed(_NODE.id, "ids")))
_TEXTS = Statement(
    sa.select(_PROPERTY.artifact_id, _PROPERTY.string_value).where(
        listed(_PROPERTY.artifact_id, "ids"), _PROPERTY.name == sa.bindparam("text_name")
    )
)


def named(session: Session, ids: Sequence[int]) -> dict[int, Named]:
    """Return names and versions of artifacts that exist and are indexed, by id."""
    return {row[0]: Named._make(row[1:]) for row in session.listed_rows(_NAMED, "ids", ids)}


def labels(session: Session, ids: Sequence[int], name: str) -> dict[int, str]:
    """Return the value of a label of those of the artifacts that have it."""
    return {key: text for piece in session.pieces(ids) for key, text in _values(session, _LABELS, piece, label=name)}


def texts(session: Session, ids: Sequence[int], name: str) -> dict[int, str]:
    """Return the text of a property of those of the artifacts that have it."""
    return {key: text for piece in session.pieces(ids) for key, text in _values(session, _TEXTS, piece, text_name=name)}


def _values(session: Session, statement: Statement, ids: Sequence[int], **names: str) -> list[tuple[int, str]]:
    return [(key, text) for key, text in session.rows(statement, {"ids": ids, **names}) if text]


def type_ids(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return the ids of the types of artifacts, by id."""
    return dict(session.listed_rows(_TYPE_IDS, "ids", ids))


def newest_executions(session: Session, type_id: int, state: int, *, limit: int) -> list[int]:
    """Return the ids of the newest executions of a type in a state."""
    node = NODE[EXECUTION].c
    query = sa.select(node.id).where(node.type_id == type_id, node.last_known_state == state).order_by(node.id.desc())
    return [node_id for (node_id,) in session.rows(Statement(query.limit(limit)))]


_METRICS = Statement(
    sa.select(FACT.c.node_id, FACT.c.source_id, FACT.c.name, FACT.c.number, FACT.c.text).where(
        FACT.c.kind == sa.bindparam("kind"),
        listed(FACT.c.node_id, "ids"),
        among(FACT.c.family, [Family.METRIC, Family.EARLIER_METRIC]),
        listed(FACT.c.name, "names"),
    )
)


def metrics_of(session: Session, kind: Kind, ids: Sequence[int], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return (node id, id of the reporter, name, number) of nodes' metrics."""
    found: list[tuple[Any, ...]] = []
    for piece in session.pieces(ids):
        rows = session.rows(_METRICS, {"kind": kind.type_kind, "ids": piece, "names": names})
        found += [(*place, read_number(number, text)) for *place, number, text in rows]
    return found


_EVERY_METRIC = Statement(
    sa.select(FACT.c.node_id, FACT.c.source_id, FACT.c.name, FACT.c.number, FACT.c.text, FACT.c.family).where(
        FACT.c.kind == sa.bindparam("kind"),
        listed(FACT.c.node_id, "ids"),
        among(FACT.c.family, [Family.METRIC, Family.EARLIER_METRIC]),
    )
)
_NODES_AT_ONCE = 64  # a node may have thousands of reports


def every_metric_of(session: Session, kind: Kind, ids: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield, for some nodes at a time, (node id, id of the reporter, name, number) of their metrics."""
    for piece in session.pieces(ids, _NODES_AT_ONCE):
        rows = session.rows(_EVERY_METRIC, {"kind": kind.type_kind, "ids": piece})
        latest = {(row[0], row[2]) for row in rows if row[5] == Family.METRIC}
        yield [(*row[:3], read_number(row[3], row[4])) for row in rows if (row[0], row[2]) in latest]


_ALL_METRICS = Statement(
    sa.select(FACT.c.node_id, FACT.c.name, FACT.c.number, FACT.c.text).where(
        FACT.c.kind == sa.bindparam("kind"),
        listed(FACT.c.node_id, "ids"),
        FACT.c.family == int(Family.METRIC),
    )
)


def latest_metrics(session: Session, kind: Kind, ids: Sequence[int]) -> dict[int, dict[str, float]]:
    """Return the latest value of each metric that the index has of nodes, by node and name."""
    found: dict[int, dict[str, float]] = {}
    for piece in session.pieces(ids):
        for node_id, name, number, text in session.rows(_ALL_METRICS, {"kind": kind.type_kind, "ids": piece}):
            found.setdefault(node_id, {})[name] = read_number(number, text)
    return found


_REPORTS_ON = (
    sa.select(FACT.c.node_id, FACT.c.source_id, FACT.c.name, FACT.c.number, FACT.c.text)
    .where(
        FACT.c.kind == ARTIFACT.type_kind,
        listed(FACT.c.node_id, "ids"),
        FACT.c.source_id != FACT.c.node_id,
        among(FACT.c.family, [Family.METRIC, Family.EARLIER_METRIC]),
    )
    .order_by(FACT.c.source_id.desc())
)


def reports_on(session: Session, ids: Sequence[int], *, limit: int) -> list[tuple[int, int, str, float]]:
    """Return (node id, id of the reporter, name, number) of up to `limit` metrics that others report on artifacts."""
    found: list[tuple[int, int, str, float]] = []
    for piece in session.pieces(ids):
        rows = session.rows(Statement(_REPORTS_ON.limit(limit)), {"ids": piece})
        found += [(node_id, source, name, read_number(number, text)) for node_id, source, name, number, text in rows]
    return found[:limit]


def creation_times(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Return when artifacts were written, by id."""
    return dict(session.listed_rows(_TIMES, "ids", ids))
