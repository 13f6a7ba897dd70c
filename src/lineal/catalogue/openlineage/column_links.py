"""What the facets `columnLineage` and `lineage` say: from which columns the columns of a data set come.

`columnLineage` belongs to one data set. `lineage` is either of one data set, too, or of a run or job, where it has an
entry for each data set. What stays out: which facets, and which records the names mean (column_lineage.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from lineal.catalogue import shapes
from lineal.catalogue.openlineage.reading import Object, object_in, objects_in, text_in
from lineal.locations import DataSetName

COLUMN_LINEAGE, LINEAGE = "columnLineage", "lineage"
FACETS = (LINEAGE, COLUMN_LINEAGE)
"""The facets that say it; of two, the first one counts."""


class Source(NamedTuple):
    """A column, or a whole data set, from which something comes."""

    data_set: DataSetName
    column: str | None
    transformations: tuple[shapes.ColumnTransformation, ...]


@dataclass(frozen=True)
class Dependencies:
    """From what the columns of a data set come.

    Attributes:
        target: the data set, None if the facet belongs to it.
        columns: the sources of each column.
        of_all: the sources that decide about all columns.
    """

    target: DataSetName | None = None
    columns: dict[str, list[Source]] = field(default_factory=dict)
    of_all: list[Source] = field(default_factory=list)

    def of(self, column: str) -> Iterator[tuple[Source, bool]]:
        """Yield the sources of a column, and whether each decides about all columns."""
        yield from ((source, False) for source in self.columns.get(column, ()))
        yield from ((source, True) for source in self.of_all)


def read(content: Object) -> list[Dependencies]:
    """Return what one of the two facets says."""
    if "entries" in content:
        return [_of_entry(entry, _data_set(entry)) for entry in objects_in(content, "entries") if _is_data_set(entry)]
    if "dataset" not in content and not _has_old_fields(content):
        return [_of_entry(content, None)]
    fields = {column: each for column, each in object_in(content, "fields").items() if isinstance(each, dict)}
    columns = {column: list(_sources_before(each)) for column, each in fields.items()}
    return [Dependencies(None, columns, list(_sources(objects_in(content, "dataset"))))]


def _has_old_fields(content: Object) -> bool:
    return any(isinstance(each, dict) and "inputFields" in each for each in object_in(content, "fields").values())


def _of_entry(entry: Object, target: DataSetName | None) -> Dependencies:
    fields = {column: each for column, each in object_in(entry, "fields").items() if isinstance(each, dict)}
    columns = {column: list(_sources(objects_in(each, "inputs"))) for column, each in fields.items()}
    return Dependencies(target, columns, list(_sources(objects_in(entry, "inputs"))))


def _sources_before(given: Object) -> Iterator[Source]:
    """Yield the sources of a column in `columnLineage`, whose older form says the transformation once for all."""
    kind = text_in(given, "transformationType")
    description = text_in(given, "transformationDescription")
    older = (shapes.ColumnTransformation("DIRECT", kind, description, kind == "MASKED"),)
    for source in _sources(objects_in(given, "inputFields")):
        is_older = not source.transformations and (kind or description)
        yield source._replace(transformations=older) if is_older else source


def _sources(given: list[Object]) -> Iterator[Source]:
    for each in given:
        if _is_data_set(each):
            done = tuple(map(_transformation, objects_in(each, "transformations")))
            yield Source(_data_set(each), text_in(each, "field"), done)


def _is_data_set(given: Object) -> bool:
    is_named = text_in(given, "namespace") and text_in(given, "name")
    return bool(is_named) and given.get("type", "DATASET") == "DATASET"


def _data_set(given: Object) -> DataSetName:
    return DataSetName(given["namespace"], given["name"])


def _transformation(given: Object) -> shapes.ColumnTransformation:
    return shapes.ColumnTransformation(
        text_in(given, "type") or "",
        text_in(given, "subtype"),
        text_in(given, "description"),
        given.get("masking") is True,
    )
