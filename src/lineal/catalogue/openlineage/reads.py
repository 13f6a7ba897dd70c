"""The reads of what OpenLineage's events said, as the current caller sees it; a store without their tables has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from lineal.catalogue import cards, shapes
from lineal.catalogue.openlineage import column_lineage, columns, recorded_facets
from lineal.kinds import ARTIFACT, Kind
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.schema import on_demand
from lineal.store.tables.own_tables import EVENT_FACET, FACET, LOCATION

Result = TypeVar("Result")
_NO_COLUMNS = shapes.DataSetColumns([], 0, None, None, None, [], [], are_all=True)


class OpenLineageReads:
    """Facets, columns and their lineage."""

    def __init__(self, service: MetadataService, caller: Callable[[], Caller]) -> None:
        self._service = service
        self._caller = caller
        self._has_tables = False

    def has_tables(self) -> bool:
        """Say whether the store has the tables, which one that is open for reading only may lack."""
        self._has_tables = self._has_tables or on_demand.holds(self._service.database, FACET, EVENT_FACET, LOCATION)
        return self._has_tables

    def _read(self, kind: Kind, node_id: int, work: Callable[[Session, KnownTypes], Result], nothing: Result) -> Result:
        """Run a read of a record.

        Raises:
            NotFoundError: the record does not exist.
        """
        has_tables = self.has_tables()

        def read(session: Session, types: KnownTypes) -> Result:
            cards.require(session, kind, node_id)
            return work(session, types) if has_tables else nothing

        return self._service.read(read, caller=self._caller())

    def columns(self, artifact_id: int) -> shapes.DataSetColumns:
        """Return the columns of a data set."""
        return self._read(ARTIFACT, artifact_id, lambda session, _: columns.columns(session, artifact_id), _NO_COLUMNS)

    def column_lineage(self, artifact_id: int, column: str, *, direction: str, depth: int) -> shapes.ColumnLineage:
        """Return where a column of a data set comes from, or what became of it."""
        return self._read(
            ARTIFACT,
            artifact_id,
            lambda session, types: column_lineage.lineage(
                session, types, artifact_id, column, direction=direction, depth=depth
            ),
            shapes.ColumnLineage([], []),
        )

    def facets(self, kind: Kind, node_id: int, *, name: str | None) -> shapes.RecordFacets:
        """Return the facets of a record; a name means that facet alone."""
        return self._read(
            kind,
            node_id,
            lambda session, types: recorded_facets.recorded(session, types, kind, node_id, name),
            shapes.RecordFacets([]),
        )
