"""The metrics of records that are compared.

An artifact has its own and those of its evaluations, an execution its own and those of its outputs: its own value
counts before one of an output. A metric that was measured in several ways (validation, production) has a value for
each. What stays out: the metrics of one record with all their reports (details.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from lineal.catalogue import cards, headline, shapes
from lineal.catalogue.measured_times import CREATE_TIME, measured_at
from lineal.catalogue.reading import Record
from lineal.event_directions import OUTPUTS
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.index import metrics as metric_rows
from lineal.store.rows import edges as edge_rows
from lineal.store.rows import nodes as node_rows

MOST_REPORTS = 100_000
MOST_OUTPUTS = 10_000


class _Report(NamedTuple):
    """One value: what is measured and how, and when and by which record; a later one replaces an earlier one."""

    name: str
    way: str | None
    time: int
    source: int
    value: float


def reported(session: Session, types: KnownTypes, keys: Sequence[tuple[Kind, int]]) -> shapes.ComparedMetrics:
    """Return the latest value of each metric of artifacts and executions, by record and the way it was measured."""
    executions = [node_id for kind, node_id in keys if kind is EXECUTION]
    outputs = edge_rows.artifacts_of(session, executions, OUTPUTS, limit=MOST_OUTPUTS + 1)
    artifacts = [node_id for kind, node_id in keys if kind is ARTIFACT]
    ids = list(dict.fromkeys([*artifacts, *[artifact for _, artifact in outputs[:MOST_OUTPUTS]]]))
    found, is_whole = _of_artifacts(session, types, ids)
    own = _stated(session, types, EXECUTION, executions)
    of_outputs: dict[int, list[_Report]] = {}
    for execution, artifact in outputs[:MOST_OUTPUTS]:
        of_outputs.setdefault(execution, []).extend(found.get(artifact, ()))
    reports = {(ARTIFACT, each): _by_time(found.get(each, ())) for each in artifacts}
    reports |= {(EXECUTION, each): [*_by_time(of_outputs.get(each, ())), *own.get(each, ())] for each in executions}
    items = [shapes.RecordMetrics(cards.key_of(*key), _last(reports.get(key, ()))) for key in dict.fromkeys(keys)]
    return shapes.ComparedMetrics(items, exact=is_whole and len(outputs) <= MOST_OUTPUTS)


def _of_artifacts(session: Session, types: KnownTypes, ids: Sequence[int]) -> tuple[dict[int, list[_Report]], bool]:
    """Return the reports of artifacts and on them, and whether these are all."""
    found = _stated(session, types, ARTIFACT, ids)
    others = metric_rows.reports_on(session, ids, limit=MOST_REPORTS + 1)
    sources = sorted({source for _, source, _, _ in others})
    ways = metric_rows.texts(session, sources, "metrics_type")
    stated = metric_rows.texts(session, sources, CREATE_TIME)
    recorded = metric_rows.creation_times(session, sources)
    for subject, source, name, value in others[:MOST_REPORTS]:
        time = measured_at(stated.get(source), recorded=recorded.get(source, 0))
        found.setdefault(subject, []).append(_Report(name, ways.get(source), time, source, value))
    return found, len(others) <= MOST_REPORTS


def _stated(session: Session, types: KnownTypes, kind: Kind, ids: Sequence[int]) -> dict[int, list[_Report]]:
    """Return the results that nodes record themselves, by id."""
    rows = node_rows.nodes_by_ids(session, kind, dict.fromkeys(ids))
    return {message.id: list(_own(kind, message)) for message in readable_messages(session, types, kind, rows)}


def _own(kind: Kind, message: Any) -> Iterable[_Report]:
    """Yield the results that a node records itself; other numbers among its properties are parameters."""
    record = Record(message)
    metrics = record.metrics
    is_metrics = headline.is_of_metrics(kind, message.type)
    names: Collection[str] = headline.counting(
        dict.fromkeys(record.json_metrics, 1), dict.fromkeys(metrics, 1), is_metrics
    )
    time = measured_at(record.texts.get(CREATE_TIME), recorded=message.create_time_since_epoch)
    for name in names:
        yield _Report(name, record.metrics_type, time, message.id, metrics[name])


def _by_time(reports: Iterable[_Report]) -> list[_Report]:
    return sorted(reports, key=lambda report: (report.time, report.source))


def _last(reports: Iterable[_Report]) -> list[shapes.ComparedMetric]:
    """Return the last report of each metric and way."""
    last = {(report.name, report.way or ""): report for report in reports}
    return [shapes.ComparedMetric(each.name, each.way, each.time, each.value) for _, each in sorted(last.items())]
