"""What the facets `columnLineage` and `lineage` say: from which columns the columns of a data set come.

`columnLineage` belongs to one data set. `lineage` is either of one data set, too, or of a run or job, where it has an
entry for each data set. What stays out: which facets, and which records the names mean (column_lineage.py).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
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


class Pair(NamedTuple):
    """A column and one of its sources.

    Attributes:
        target: the data set of the column, None if the facet belongs to it.
        column: the column, None for all columns of the data set.
        source: from what it comes.
    """

    target: DataSetName | None
    column: str | None
    source: Source


class _Part(NamedTuple):
    """What a facet says of one data set: its columns, the member with the sources of each, and those of all columns."""

    target: DataSetName | None
    columns: dict[str, Object]
    member: str
    of_all: list[Object]

    def pairs(self, column: str) -> Iterator[tuple[Object, Object]]:
        """Yield the sources of a column, each with what is said of the column."""
        given = self.columns.get(column, {})
        yield from ((each, given) for each in objects_in(given, self.member) if _is_data_set(each))


def sources_of(content: Object, columns: Collection[str]) -> Iterator[Pair]:
    """Yield the sources of some columns, and those that decide about all columns."""
    for part in _parts(content):
        for column in columns:
            yield from (Pair(part.target, column, _source(*pair)) for pair in part.pairs(column))
        yield from (Pair(part.target, None, _source(each, {})) for each in part.of_all if _is_data_set(each))


def targets_of(content: Object, columns: Collection[str]) -> Iterator[Pair]:
    """Yield what comes from columns of these names, of whichever data set."""
    for part in _parts(content):
        for column in part.columns:
            for given, said in part.pairs(column):
                if given.get("field") in columns:
                    yield Pair(part.target, column, _source(given, said))
        for given in part.of_all:
            if given.get("field") in columns and _is_data_set(given):
                yield Pair(part.target, None, _source(given, {}))


def columns_with_sources(content: Object) -> Iterator[tuple[DataSetName | None, str]]:
    """Yield the columns that come from somewhere, each with its data set, None if the facet belongs to it."""
    for part in _parts(content):
        yield from ((part.target, column) for column in part.columns if any(part.pairs(column)))


def _parts(content: Object) -> Iterator[_Part]:
    """Yield what one of the two facets says, by data sets."""
    if "entries" in content:
        for entry in objects_in(content, "entries"):
            if _is_data_set(entry):
                yield _Part(_data_set(entry), _columns(entry), "inputs", objects_in(entry, "inputs"))
        return
    columns = _columns(content)
    if "dataset" in content or any("inputFields" in each for each in columns.values()):
        yield _Part(None, columns, "inputFields", objects_in(content, "dataset"))
    else:
        yield _Part(None, columns, "inputs", objects_in(content, "inputs"))


def _columns(given: Object) -> dict[str, Object]:
    return {column: each for column, each in object_in(given, "fields").items() if isinstance(each, dict)}


def _source(given: Object, said: Object) -> Source:
    """Return a source; the older form of `columnLineage` says the transformation once for all sources of a column."""
    done = tuple(map(_transformation, objects_in(given, "transformations")))
    kind, description = text_in(said, "transformationType"), text_in(said, "transformationDescription")
    if not done and (kind or description):
        done = (shapes.ColumnTransformation("DIRECT", kind, description, kind == "MASKED"),)
    return Source(_data_set(given), text_in(given, "field"), done)


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
