"""The facets of a record: its own, those that a run has from its jobs, and those of its inputs and outputs.

What stays out: what facets say in words (facet_details.py), and the facets of searches (catalogue/facets.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lineal import conventions, json_form
from lineal.catalogue import cards, shapes
from lineal.catalogue.openlineage.facet_details import RunOf, details, named_runs
from lineal.catalogue.openlineage.reading import content_of, milliseconds, text_in
from lineal.event_directions import INPUTS, OUTPUTS
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import related_contexts
from lineal.store.rows.edges import page_of_events

_RUN_MARK = ":run:"
_LONGEST_CONTENT = 1 << 16
"""How many characters of JSON a facet has that is answered without being asked for by name."""
_MOST_USES = 200


def recorded(session: Session, types: KnownTypes, kind: Kind, node_id: int, name: str | None) -> shapes.RecordFacets:
    """Return the facets of a record; a name means that facet alone, however long it is."""
    own = facet_rows.of_nodes(session, kind, [node_id], name)
    runs = _runs(session, types, node_id, own) if kind is EXECUTION else {}
    write = _Writer(runs.get, is_whole=name is not None)
    items = write.all(own)
    if kind is not EXECUTION:
        return shapes.RecordFacets(items)
    jobs = _jobs(session, types, node_id)
    of_jobs = facet_rows.of_nodes(session, CONTEXT, list(jobs), name)
    said = {facet.name for facet in items}
    items += [each for each in write.all(of_jobs, jobs) if each.name not in said]
    return _with_uses(session, types, node_id, name, items, write)


def _with_uses(
    session: Session,
    types: KnownTypes,
    execution_id: int,
    name: str | None,
    items: list[shapes.RecordedFacet],
    write: _Writer,
) -> shapes.RecordFacets:
    events = page_of_events(session, EXECUTION, execution_id, INPUTS + OUTPUTS, before=None, limit=_MOST_USES + 1)
    shown = events[:_MOST_USES]
    by_event: dict[int, list[Facet]] = {}
    for facet in facet_rows.of_events(session, [event.id for event in shown], name):
        by_event.setdefault(facet.owner_id, []).append(facet)
    having = [event for event in shown if event.id in by_event]
    known = cards.cards_by_key(session, types, [(ARTIFACT, event.artifact_id) for event in having], shape=shapes.Card)
    uses = [
        shapes.FacetsOfUse(
            _reference(known[ARTIFACT, event.artifact_id]),
            "input" if event.type in INPUTS else "output",
            write.all(by_event[event.id]),
        )
        for event in having
    ]
    return shapes.RecordFacets(items, [use for use in uses if use.facets], are_all=len(events) <= _MOST_USES)


def _reference(card: shapes.Card) -> shapes.Reference:
    return shapes.Reference(card.key, card.id, card.name, card.type)


def _jobs(session: Session, types: KnownTypes, execution_id: int) -> dict[int, shapes.Reference]:
    """Return the jobs of a run, by id."""
    held = [row for _, row in related_contexts.contexts_of_many(session, EXECUTION, [execution_id])]
    types.load(session, {row.type_id for row in held})
    jobs = [row for row in held if types.name(session, row.type_id) == conventions.OPENLINEAGE_JOB]
    return {card.id: _reference(card) for card in cards.cards(session, types, CONTEXT, jobs, shape=shapes.Card)}


def _runs(
    session: Session, types: KnownTypes, execution_id: int, facets: Sequence[Facet]
) -> dict[str, shapes.Reference]:
    """Return the executions of the runs that a parent facet names, in the workspace of the execution, by the run."""
    named = [run for facet in facets if facet.name == "parent" for run in named_runs(content_of(facet))]
    [row] = node_rows.nodes_by_ids(session, EXECUTION, [execution_id])
    own = row.external_id or ""
    workspace, mark, _ = own.removeprefix(conventions.OPENLINEAGE_IDS).rpartition(_RUN_MARK)
    if not named or not mark or not own.startswith(conventions.OPENLINEAGE_IDS):
        return {}
    wanted = {run: conventions.openlineage_run(workspace, run) for run in named}
    rows = node_rows.ask_by_external_ids(session, EXECUTION, set(wanted.values()))()
    found = cards.cards(session, types, EXECUTION, rows, shape=shapes.Card)
    by_external_id = {card.external_id: _reference(card) for card in found}
    return {run: by_external_id[external_id] for run, external_id in wanted.items() if external_id in by_external_id}


class _Writer:
    """Writes facets for an answer, by their names; those that were deleted are left out."""

    def __init__(self, run_of: RunOf, *, is_whole: bool) -> None:
        self._run_of = run_of
        self._is_whole = is_whole

    def all(
        self, facets: Iterable[Facet], owners: dict[int, shapes.Reference] | None = None
    ) -> list[shapes.RecordedFacet]:
        """Return facets; `owners` are the jobs that have them."""
        return [
            self._one(facet, (owners or {}).get(facet.owner_id))
            for facet in sorted(facets, key=lambda each: (each.name, -each.time))
            if facet.content
        ]

    def _one(self, facet: Facet, owner: shapes.Reference | None) -> shapes.RecordedFacet:
        content, size = content_of(facet), len(facet.content or "")
        is_shown = self._is_whole or size <= _LONGEST_CONTENT
        return shapes.RecordedFacet(
            name=facet.name,
            time=milliseconds(facet.time),
            producer=text_in(content, "_producer"),
            schema_url=text_in(content, "_schemaURL"),
            details=details(facet.name, content, self._run_of),
            size=size,
            content=json_form.plain(content, wide_as_text=True) if is_shown else None,
            of=owner,
        )
