"""The catalogue: the reads of the web UI and the REST interface, over the same service and store as the RPCs.

`Catalogue` is public; its answers are the dataclasses of shapes/. Everything about a node is stored in ML Metadata's
tables; the search index repeats parts of it. What stays out: HTTP, SQL, and writing nodes, which only the RPCs do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from lineal import errors
from lineal.catalogue import (
    cards,
    changing,
    compared,
    completing,
    details,
    environment,
    facets,
    home,
    keys,
    lineage_graph,
    listing,
    logged,
    monitoring,
    paths,
    rights,
    runs,
    searching,
    series,
    shapes,
    stores,
    unknown_names,
    versions,
)
from lineal.catalogue import files as file_pages
from lineal.catalogue.index import SearchIndex
from lineal.catalogue.listing import Asked
from lineal.catalogue.metric_points import MetricPoints
from lineal.catalogue.openlineage.reads import OpenLineageReads
from lineal.catalogue.search_shapes import Completed
from lineal.catalogue.series import Lines
from lineal.catalogue.views import StoredView, View, Views
from lineal.catalogue.whole_counts import WholeCounts
from lineal.files import ArtifactsRoot
from lineal.filter import search
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller
from lineal.service.callers_files import CallersFiles
from lineal.service.file_records import FileRecords
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows.events import Period
from lineal.upkeep import audit_log, recorded
from lineal.upkeep.audit_log import AuditFilter, AuditPage
from lineal.upkeep.history import History
from lineal.upkeep.history import history as record_history

__all__ = ["Asked", "Catalogue"]
Result = TypeVar("Result")


class Catalogue:
    """Reads of a store for people. Safe for any number of threads.

    Attributes:
        index: the search index, which a thread of the server may follow up.
        metrics: the points of metrics.
        openlineage: facets, columns and their lineage.
    """

    def __init__(self, service: MetadataService, *, caller: Callable[[], Caller] = lambda: UNNAMED) -> None:
        """Take the service, and the function that returns the current caller."""
        self._service = service
        self._caller = caller
        self.index = SearchIndex(service)
        self.index.prepare()
        self._whole = WholeCounts()
        self._views = Views(service)
        self.metrics = MetricPoints(service, caller)
        self.openlineage = OpenLineageReads(service, caller)
        self._file_records = FileRecords(service)

    def _read(self, work: Callable[[Session, KnownTypes], Result]) -> Result:
        return self._service.read(work, caller=self._caller())

    def _searched(self, kind: Kind) -> bool:
        """Bring the index up to date for a read that needs it; return whether it is complete."""
        self.index.require()
        return self.index.follow_for_read(kind)

    def _searched_all(self) -> bool:
        return all([self._searched(kind) for kind in KINDS])  # noqa: C419 each kind gets its turn

    def page(self, asked: Asked, *, order: str, columns: str, limit: int, cursor: str) -> shapes.Page:
        """Return a page of rows of a list."""
        complete = self._searched(asked.kind)
        read = partial(unknown_names.page, asked=asked, order=order, columns=columns, limit=limit, cursor=cursor)
        return replace(self._read(read), complete=complete)

    def count(self, asked: Asked, *, exact: bool) -> shapes.Count:
        """Return how many nodes fit."""
        complete = self._searched(asked.kind)
        found = self._read(lambda session, _: listing.count(session, asked, exact=exact))
        return replace(found, complete=complete)

    def facets(self, asked: Asked, *, labels: Sequence[str] | None) -> shapes.Facets:
        """Return the facets under a search."""
        complete = self._searched(asked.kind)
        found = self._read(
            lambda session, types: facets.facets(session, types, asked, labels=labels, whole=self._whole)
        )
        return replace(found, complete=complete)

    def columns(self, asked: Asked) -> shapes.Columns:
        """Return the columns that a search's nodes fill."""
        self._searched(asked.kind)
        return self._read(lambda session, types: facets.columns(session, types, asked))

    def suggestions(self, asked: Asked, *, key: str, text: str) -> shapes.Suggestions:
        """Return values for a key of the search, or keys."""
        self._searched(asked.kind)
        return self._read(
            lambda session, types: facets.suggestions(session, types, asked, key=key, text=text, whole=self._whole)
        )

    def label_keys(self, asked: Asked) -> shapes.Suggestions:
        """Return the label keys that a search's nodes have."""
        self._searched(asked.kind)
        return self._read(lambda session, _: facets.label_keys(session, asked))

    def label_values(self, asked: Asked, name: str) -> shapes.Suggestions:
        """Return the values of a label that a search's nodes have."""
        self._searched(asked.kind)
        return self._read(lambda session, _: facets.label_values(session, asked, name))

    def node(self, kind: Kind, node_id: int) -> shapes.Node:
        """Return a node with all that is recorded of it."""
        self._searched(kind)
        tables = self._tables()
        work = partial(details.node, kind=kind, node_id=node_id, tables=tables)
        return logged.node(self._service, self._caller(), lambda: self._read(work), key=(kind, node_id))

    def nodes(self, kind: Kind, ids: Sequence[int]) -> shapes.Nodes:
        """Return nodes by their ids."""
        self._searched(kind)
        tables = self._tables()
        return self._read(lambda session, types: details.nodes(session, types, kind, ids, tables=tables))

    def _tables(self) -> details.OwnTables:
        return details.OwnTables(self.index.has_unindexed, self.openlineage.has_tables())

    def neighbours(
        self, kind: Kind, node_id: int, *, direction: str, cursor: int | None, limit: int
    ) -> shapes.Neighbours:
        """Return a page of a node's events."""

        def read(session: Session, types: KnownTypes) -> shapes.Neighbours:
            cards.require(session, kind, node_id)
            return lineage_graph.neighbours(
                session, types, kind, node_id, direction=direction, cursor=cursor, limit=limit
            )

        return self._read(read)

    def versions(self, node_id: int, *, columns: str | None, limit: int, cursor: str) -> shapes.Versions:
        """Return a page of the artifacts of the same type, name and workspace."""
        complete = self._searched(KINDS[0])
        found = self._read(
            lambda session, types: versions.versions(
                session, types, node_id, columns=columns, limit=limit, cursor=cursor
            )
        )
        return replace(found, complete=complete)

    def evaluations(self, node_id: int) -> shapes.Evaluations:
        """Return the metrics reported by and on an artifact."""
        self._searched(KINDS[0])
        return self._read(lambda session, types: details.evaluations(session, types, node_id))

    def lineage(
        self,
        focus: str,
        *,
        up: int,
        down: int,
        limit: int,
        since: int | None,
        until: int | None,
        internal: bool,
        inside: str,
        columns: str,
    ) -> shapes.Lineage:
        """Return the lineage around a node."""
        shown, period = listing.read_columns(columns), Period(since, until)
        with_log = recorded.sees_log(self._service, self._caller())

        def read(session: Session, types: KnownTypes) -> shapes.Lineage:
            view = lineage_graph.make_view(session, period, internal=internal, inside=inside, with_log=with_log)
            return lineage_graph.around(session, types, focus, up=up, down=down, limit=limit, view=view, columns=shown)

        return self._read(read)

    def relatives(
        self, focus: str, *, direction: str, asked: Asked, limit: int, until: int | None, internal: bool
    ) -> shapes.Relatives:
        """Return the ancestors or descendants of a node that fit a search."""
        self._searched(asked.kind)
        view = lineage_graph.GraphPart(Period(None, until), internal)
        return self._read(
            lambda session, types: lineage_graph.relatives(
                session, types, focus, direction=direction, asked=asked, limit=limit, view=view
            )
        )

    def find(self, text: str, *, limit: int) -> shapes.Found:
        """Return what a text may mean: an id, a uri, a name."""
        self._searched_all()

        def read(session: Session, types: KnownTypes) -> shapes.Found:
            found = details.search_text(session, types, text, limit=limit)
            return replace(found, runs=runs.named(session, text.strip())[:limit])

        return self._read(read)

    def paths(
        self, first: str, second: str, *, limit: int, since: int | None, until: int | None, internal: bool
    ) -> shapes.Paths:
        """Return how two nodes are related."""
        view = lineage_graph.GraphPart(Period(since, until), internal)
        return self._read(lambda session, types: paths.between(session, types, first, second, limit=limit, view=view))

    def series(
        self, asked: Asked, *, metric: str, since: int | None, until: int | None, lines: Lines
    ) -> shapes.MetricSeries:
        """Return a metric over time and versions.

        Raises:
            InvalidArgumentError: points cannot be grouped by a key.
        """
        group_by = [keys.read_key(key, parameter="group_by") for key in lines.group_by]
        for key in group_by:
            if not series.is_group(key):
                raise errors.InvalidArgumentError(
                    f"points cannot be grouped by {key[:60]!r}; use label.NAME, type, name, version, workspace, run or "
                    "metrics_type"
                )
        self._searched(asked.kind)
        period, wanted = Period(since, until), replace(lines, group_by=group_by)
        return self._read(
            lambda session, types: series.series(session, types, asked, metric=metric, period=period, lines=wanted)
        )

    def compared(self, keys: Sequence[str]) -> shapes.ComparedMetrics:
        """Return the metrics of records that are compared, artifacts or executions, by their keys."""
        read = [cards.read_key(key) for key in keys]
        self._searched(KINDS[0])
        return self._read(lambda session, types: compared.reported(session, types, read))

    def environments(self, keys: Sequence[str]) -> shapes.RecordEnvironments:
        """Return where executions ran, and those that made artifacts, by their keys."""
        return self._read(lambda session, types: environment.environments(session, types, keys))

    def completed(self, kind: Kind | None, text: str, position: int) -> Completed:
        """Return the mistake in a search that is being written, and how it could go on; None is the kind of runs."""
        self._searched(kind or EXECUTION)
        found = self._read(
            lambda session, types: completing.completions(session, types, kind, text, position, whole=self._whole)
        )
        return Completed(searching.mistake_in(text, kind), found)

    def runs(self, *, q: str = "", workspace: str | None, name: str, cursor: str, limit: int) -> shapes.Runs:
        """Return a page of runs; what a search says of their names and workspace counts as well."""
        words, place = search.names_of_runs(search.parse(q))
        if workspace is not None and place is not None and workspace != place:
            return shapes.Runs([], None)
        workspace, name = place if workspace is None else workspace, " ".join(filter(None, (name, words)))
        self._searched_all()
        return self._read(
            lambda session, _: runs.page(session, workspace=workspace, name=name, cursor=cursor, limit=limit)
        )

    def run(self, run_id: int) -> shapes.Run:
        """Return a run."""
        self._searched_all()
        return self._read(lambda session, _: runs.one(session, run_id))

    def contents(self, run_id: int) -> shapes.Holding:
        """Return what a run holds."""
        self._searched_all()
        return self._read(lambda session, types: runs.contents(session, types, run_id))

    def children(self, context_id: int, *, q: str, order: str, limit: int, cursor: str) -> shapes.Page:
        """Return a page of the contexts below a context.

        Raises:
            NotFoundError: there is no such context.
        """
        self._read(lambda session, _: cards.require(session, CONTEXT, context_id))
        asked = Asked(CONTEXT, q, context_id=context_id)
        return self.page(asked, order=order, columns="", limit=limit, cursor=cursor)

    def holding(self, context_id: int) -> shapes.Holding:
        """Return what a context holds."""
        return self._read(lambda session, types: runs.holding(session, types, context_id))

    def running(self, asked: Asked, *, limit: int) -> shapes.Running:
        """Return the running executions of a search."""
        self._searched(asked.kind)
        return self._read(lambda session, types: monitoring.running(session, types, asked, limit=limit))

    def growth(self, kind: Kind, *, since: int | None, until: int | None, spans: int) -> shapes.Growth:
        """Return how many nodes of a kind were created in each span of time."""
        return self._read(lambda session, _: stores.growth(session, kind, since=since, until=until, spans=spans))

    def files(
        self, root: ArtifactsRoot, kind: Kind, node_id: int, *, path: str, start: int, limit: int
    ) -> shapes.RecordFiles:
        """Return a page of a folder of the files of a record, which are below a root."""
        place = self._read(lambda session, types: file_pages.place_of(session, types, kind, node_id))
        files = CallersFiles(root, self._caller(), self._file_records)
        found = file_pages.page(files, kind, place, path=path, start=start, limit=limit)
        return logged.with_digest(self._service, self._caller(), found, key=(kind, node_id))

    def change(self, kind: Kind, node_id: int, patch: str, *, tag: str | None) -> None:
        """Change a node by a JSON merge patch, if it has the tag that is given, if one is."""
        changing.change(self._service, self._caller(), kind, node_id, patch, tag=tag)

    def difference(self, kind: Kind, node_id: int, known: str) -> dict[str, Any]:
        """Return what of a node is different from the one with a tag."""
        return self._read(lambda session, types: changing.difference(session, types, kind, node_id, known))

    def put_alias(self, artifact_id: int, alias: str) -> shapes.NewAlias:
        """Give an alias to an artifact, and take it from the version that has it."""
        return changing.put_alias(self._service, self._caller(), artifact_id, alias)

    def delete_alias(self, artifact_id: int, alias: str) -> None:
        """Take an alias from an artifact."""
        changing.delete_alias(self._service, self._caller(), artifact_id, alias)

    def undo(self, audit_id: int) -> tuple[Kind, int]:
        """Undo the change of an entry of the audit log; return the node."""
        return changing.undo(self._service, self._caller(), audit_id)

    def rights(self) -> shapes.CallerRights:
        """Return who the caller is and what they can do."""
        return rights.rights(self._service, self._caller())

    def put_view(self, content: str) -> StoredView:
        """Store a view of the web UI."""
        self.index.require()
        return self._views.put(content, self._caller())

    def view(self, view_id: str) -> View:
        """Return a stored view of the web UI."""
        self.index.require()
        return self._views.get(view_id, self._caller())

    def audit(self, wanted: AuditFilter, *, cursor: str, limit: int) -> AuditPage:
        """Return a page of the audit log."""
        return audit_log.page(self._service, wanted, cursor=cursor, limit=limit, caller=self._caller())

    def history(self, kind: Kind, node_id: int, *, cursor: str, limit: int) -> History:
        """Return a page of the changes of one record."""
        return record_history(self._service, kind, node_id, cursor=cursor, limit=limit, caller=self._caller())

    def recent(self, *, since: int, state: str, limit: int) -> shapes.RecentExecutions:
        """Return the executions that ran since a time."""
        complete = self._searched(EXECUTION)
        found = self._read(lambda session, types: home.recent(session, types, since=since, state=state, limit=limit))
        return replace(found, complete=complete)

    def production(self, *, limit: int) -> shapes.ProductionModels:
        """Return the models in production."""
        complete = self._searched(ARTIFACT)
        found = self._read(lambda session, types: home.production(session, types, limit=limit))
        return replace(found, complete=complete)

    def workspaces(self, *, limit: int) -> shapes.Workspaces:
        """Return the workspaces with the newest executions, and what they hold."""
        complete = self._searched_all()
        found = self._read(lambda session, types: home.workspaces(session, types, limit=limit))
        return replace(found, complete=complete)

    def types(self, kinds: Sequence[Kind]) -> shapes.Types:
        """Return the types of some kinds with their counts."""
        return self._read(lambda session, _: stores.types(session, kinds))

    def totals(self) -> shapes.Totals:
        """Return how much the store holds."""
        complete = all([self.index.follow_for_read(kind, seconds=0) for kind in KINDS])  # noqa: C419 each kind gets its turn
        found = self._read(lambda session, _: stores.totals(session, has_unindexed=self.index.has_unindexed))
        return replace(found, searchable=self.index.is_available, complete=complete)
