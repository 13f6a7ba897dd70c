"""The columns of a data set: their types, and what runs measured and checked of them.

What stays out: where columns come from (column_lineage.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from lineal.catalogue import shapes
from lineal.catalogue.openlineage import column_links
from lineal.catalogue.openlineage.data_set_names import DataSetNames
from lineal.catalogue.openlineage.reading import (
    EventFacets,
    Object,
    integer_in,
    milliseconds,
    newest_events,
    number_in,
    object_in,
    objects_in,
    quick_content_of,
    text_in,
)
from lineal.event_directions import INPUTS, OUTPUTS
from lineal.kinds import ARTIFACT
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows.events import EventRow

SCHEMA, METRICS, ASSERTIONS, TAGS = "schema", "dataQualityMetrics", "dataQualityAssertions", "tags"
MOST_COLUMNS = 20_000
_MOST_EVENTS = 200
"""How many of the last uses of a data set are read."""
_DEEPEST = 100
_Checks = dict[str | None, list[shapes.Assertion]]


def columns(session: Session, artifact_id: int) -> shapes.DataSetColumns:
    """Return the columns of a data set."""
    own = {facet.name: facet for facet in facet_rows.of_nodes(session, ARTIFACT, [artifact_id]) if facet.content}
    events, are_all = newest_events(session, artifact_id, INPUTS + OUTPUTS, most=_MOST_EVENTS)
    reading = EventFacets(session)
    measured = _measured(reading, own, events)
    checks = _checks(reading, own, events)
    tags = _tags(own)
    quality = object_in(measured, "columnMetrics")
    sources = _sources(session, reading, own, artifact_id, events)
    found = _fields(objects_in(quick_content_of(own[SCHEMA]), "fields") if SCHEMA in own else [])
    named = dict.fromkeys([*sources, *quality, *(column for column in (*checks, *tags) if column is not None)])
    for column in named:
        found.setdefault(column, shapes.DataSetColumn(column))
    items = [
        replace(
            column,
            tags=tags.get(name, []),
            quality=_quality(object_in(quality, name)) if name in quality else None,
            assertions=checks.get(name, []),
            has_sources=name in sources,
        )
        for name, column in list(found.items())[:MOST_COLUMNS]
    ]
    return shapes.DataSetColumns(
        items,
        total=len(found),
        time=milliseconds(own[SCHEMA].time) if SCHEMA in own else None,
        rows=integer_in(measured, "rowCount"),
        bytes=integer_in(measured, "bytes"),
        assertions=checks.get(None, []),
        tags=tags.get(None, []),
        are_all=are_all and reading.are_all,
    )


def _fields(given: Sequence[Object]) -> dict[str, shapes.DataSetColumn]:
    """Return columns and the fields within them by their paths, in their order."""
    return {column.name: column for column in _flat(given, "", 0)}


def _flat(given: Sequence[Object], prefix: str, depth: int) -> Iterator[shapes.DataSetColumn]:
    for field in given:
        name = text_in(field, "name")
        if name:
            yield shapes.DataSetColumn(f"{prefix}{name}", depth, text_in(field, "type"), text_in(field, "description"))
            if depth < _DEEPEST:
                yield from _flat(objects_in(field, "fields"), f"{prefix}{name}.", depth + 1)


def _measured(reading: EventFacets, own: dict[str, Facet], events: Sequence[EventRow]) -> Object:
    """Return what was measured last, of the data set itself or of one of its uses."""
    newest = [facet for _, facet in islice(reading.of(events, METRICS), 1)]
    last = max([*newest, *_own(own, METRICS)], key=lambda facet: facet.time, default=None)
    return quick_content_of(last) if last else {}


def _own(own: dict[str, Facet], name: str) -> list[Facet]:
    return [own[name]] if name in own else []


def _quality(given: Object) -> shapes.ColumnQuality:
    quantiles = object_in(given, "quantiles")
    return shapes.ColumnQuality(
        nulls=integer_in(given, "nullCount"),
        distinct=integer_in(given, "distinctCount"),
        count=number_in(given, "count"),
        sum=number_in(given, "sum"),
        least=number_in(given, "min"),
        greatest=number_in(given, "max"),
        quantiles={name: value for name in quantiles if (value := number_in(quantiles, name)) is not None},
    )


def _checks(reading: EventFacets, own: dict[str, Facet], events: Sequence[EventRow]) -> _Checks:
    """Return the last result of each check by its column; None is the whole data set."""
    found = [facet for _, facet in reading.of(events, ASSERTIONS)]
    last: dict[tuple[str | None, str, str], shapes.Assertion] = {}
    for facet in sorted([*found, *_own(own, ASSERTIONS)], key=lambda each: each.time):
        for given in objects_in(quick_content_of(facet), "assertions"):
            check = _check(given, milliseconds(facet.time))
            last[text_in(given, "column"), check.assertion, check.name] = check
    by_column: _Checks = {}
    for (column, *_), check in last.items():
        by_column.setdefault(column, []).append(check)
    return by_column


def _check(given: Object, time: int) -> shapes.Assertion:
    kind = text_in(given, "assertion") or "check"
    return shapes.Assertion(
        name=text_in(given, "name") or kind,
        assertion=kind,
        is_passed=given.get("success") is True,
        severity=text_in(given, "severity"),
        expected=text_in(given, "expected"),
        actual=text_in(given, "actual"),
        time=time,
    )


def _tags(own: dict[str, Facet]) -> dict[str | None, list[shapes.ColumnTag]]:
    """Return tags by their column; None is the whole data set."""
    found: dict[str | None, list[shapes.ColumnTag]] = {}
    for given in objects_in(quick_content_of(own[TAGS]), "tags") if TAGS in own else []:
        if key := text_in(given, "key"):
            tag = shapes.ColumnTag(key, text_in(given, "value") or "")
            found.setdefault(text_in(given, "field"), []).append(tag)
    return found


def _sources(
    session: Session, reading: EventFacets, own: dict[str, Facet], artifact_id: int, events: Sequence[EventRow]
) -> dict[str, None]:
    """Return the columns of which the last run that wrote the data set, or an event about it, says the sources."""
    names = DataSetNames(session)
    written = [event for event in events if event.type in OUTPUTS]
    for name in column_links.FACETS:
        last = next((facet for _, facet in reading.of(written, name)), own.get(name))
        if last:
            found = column_links.columns_with_sources(quick_content_of(last))
            return {column: None for target, column in found if names.mean(target, artifact_id)}
    return {}
