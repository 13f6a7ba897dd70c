"""What the catalogue answers about what OpenLineage's events said: facets, columns, and where columns come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from lineal.catalogue.shapes.graphs import Cut, StepDirection
from lineal.catalogue.shapes.records import Reference
from lineal.json_shapes import Decimal, Wide

DetailForm = Literal["text", "long", "code", "time", "link", "record", "number", "bytes"]


@dataclass(frozen=True)
class FacetDetail:
    """One thing that a facet says, for people.

    Attributes:
        label: what it is, such as "Engine".
        text: what it says; of a link its address, which a browser can open.
        form: how to show it: a short text, a long one, code, a time, a link, a record of the store, a whole number or a
            number of bytes.
        language: of code, the language or dialect, if the facet says it.
        record: the record that is meant, if the store has it.
    """

    label: str
    text: str
    form: DetailForm = "text"
    language: str | None = None
    record: Reference | None = None


@dataclass(frozen=True)
class RecordedFacet:
    """A facet of OpenLineage.

    Attributes:
        name: its key, such as "sql".
        time: when the event that brought it says that it happened, in milliseconds since the epoch.
        producer: the address of the program that made it.
        schema_url: the address of its schema.
        details: what it says, for people; empty for a facet that Lineal does not know.
        size: how many characters its JSON has.
        content: its JSON, None if that is long and the facet was not asked for by its name.
        of: the job that has it, for a facet that a run has from its job.
    """

    name: str
    time: int
    producer: str | None
    schema_url: str | None
    details: list[FacetDetail]
    size: int
    content: dict[str, Any] | None
    of: Reference | None = None


@dataclass(frozen=True)
class FacetsOfUse:
    """The facets of one input or output of an execution."""

    data_set: Reference
    direction: StepDirection
    facets: list[RecordedFacet]


@dataclass(frozen=True)
class RecordFacets:
    """The facets of a record.

    Attributes:
        items: its own, and after them those that an execution has from its jobs.
        uses: those of the inputs and outputs of an execution, newest first.
        are_all: whether all inputs and outputs were read.
    """

    items: list[RecordedFacet]
    uses: list[FacetsOfUse] = field(default_factory=list)
    are_all: bool = True


@dataclass(frozen=True)
class ColumnTag:
    """A tag of a column or a data set."""

    key: str
    value: str


@dataclass(frozen=True)
class Assertion:
    """A check of a data set or a column, as its last run found it.

    Attributes:
        name: what it is called, or the kind of check.
        assertion: the kind of check, such as "not_null".
        is_passed: whether it found nothing wrong.
        severity: what it means if it fails, such as "warn".
        expected: what was expected.
        actual: what was found.
        time: when it ran, in milliseconds since the epoch.
    """

    name: str
    assertion: str
    is_passed: bool
    severity: str | None
    expected: str | None
    actual: str | None
    time: int


@dataclass(frozen=True)
class ColumnQuality:
    """What was measured of a column; null for what was not."""

    nulls: Wide | None
    distinct: Wide | None
    count: Decimal | None
    sum: Decimal | None
    least: Decimal | None
    greatest: Decimal | None
    quantiles: dict[str, Decimal]


@dataclass(frozen=True)
class DataSetColumn:
    """A column, or a field within one.

    Attributes:
        name: its name; that of a field is a path, such as "address.city".
        depth: how many columns it lies within.
        type: its type, as the producer calls it.
        description: what it is, if that is recorded.
        tags: its tags.
        quality: what was measured of it last.
        assertions: the checks of it.
        has_sources: whether a run said where it comes from.
    """

    name: str
    depth: int = 0
    type: str | None = None
    description: str | None = None
    tags: list[ColumnTag] = field(default_factory=list)
    quality: ColumnQuality | None = None
    assertions: list[Assertion] = field(default_factory=list)
    has_sources: bool = False


@dataclass(frozen=True)
class DataSetColumns:
    """The columns of a data set.

    Attributes:
        items: the columns in their order, each before the fields within it; up to 20,000.
        total: how many there are in all.
        time: when the event says that it happened that named the columns; null if none did.
        rows: how many rows were counted last, None if that is not recorded.
        bytes: how large the data set was last, None if that is not recorded.
        assertions: the checks of the whole data set.
        tags: the tags of the whole data set.
        are_all: whether all runs that checked it were read, or only the last.
    """

    items: list[DataSetColumn]
    total: int
    time: int | None
    rows: Wide | None
    bytes: Wide | None
    assertions: list[Assertion]
    tags: list[ColumnTag]
    are_all: bool


@dataclass(frozen=True)
class ColumnTransformation:
    """What was done with a column on its way.

    Attributes:
        type: "DIRECT" if the value goes into the target, "INDIRECT" if it decides about it (a filter, a join).
        subtype: how, such as "IDENTITY", "AGGREGATION" or "JOIN".
        description: the same in words or code.
        masking: whether it hides the value.
    """

    type: str
    subtype: str | None
    description: str | None
    masking: bool


@dataclass(frozen=True)
class ColumnPlace:
    """A column of a data set, as an event names it.

    Attributes:
        namespace, name: the data set in OpenLineage's words.
        artifact: its record, None if the store has none that the caller sees.
        column: the column; null for the whole data set.
    """

    namespace: str
    name: str
    artifact: Reference | None
    column: str | None


@dataclass(frozen=True)
class ColumnLink:
    """One step of a column's lineage: a column, or a whole data set, came from another one.

    Attributes:
        source: what was read.
        target: what was written.
        execution: the last run that said so, None if an event about the data set did.
        time: when that happened, in milliseconds since the epoch.
        runs: how many of the runs that were read said so.
        distance: how many steps away from the column that was asked for, at least 1.
        affects_all: whether the source decides about all columns of the target, as a filter does.
        transformations: what was done with it.
    """

    source: ColumnPlace
    target: ColumnPlace
    execution: Reference | None
    time: int
    runs: int
    distance: int
    affects_all: bool
    transformations: list[ColumnTransformation]


@dataclass(frozen=True)
class ColumnLineage:
    """Where a column comes from, or what became of it.

    Attributes:
        links: the steps, nearest first.
        cuts: where the walk stopped before its end; empty if this is all.
    """

    links: list[ColumnLink]
    cuts: list[Cut]
