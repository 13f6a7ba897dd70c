"""The artifacts at a location, whichever form of its URI and whichever of its names they were stored with.

An artifact whose uri is in the normal form is found by its uri, and so are the usual other forms. Every other form, and
each other name of an artifact, has a row in `lineal_location`. What stays out: the forms (lineal/locations.py), and
which of the artifacts at a location is meant, which the callers' rules decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import sqlalchemy as sa

from lineal.kinds import ARTIFACT
from lineal.locations import identity_of, normal_form, other_forms
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.rows.nodes import NodeRow, nodes_by_uris, select_nodes
from lineal.store.tables.mlmd_tables import NODE
from lineal.store.tables.own_tables import LOCATION

_INSERT = insertion(LOCATION, ["identity", "artifact_id", "is_other"], keep_existing="identity")
_DELETE = Statement(sa.delete(LOCATION).where(listed(LOCATION.c.artifact_id, "ids")))
_AT = Statement(
    select_nodes(ARTIFACT)
    .add_columns(LOCATION.c.identity, LOCATION.c.is_other)
    .select_from(NODE[ARTIFACT].join(LOCATION, LOCATION.c.artifact_id == NODE[ARTIFACT].c.id))
    .where(listed(LOCATION.c.identity, "identities"))
    .order_by(NODE[ARTIFACT].c.id)
)


class LateLocations:
    """Writes the locations of artifacts just before the transactions that write them commit."""

    def __init__(self) -> None:
        self._has_table = False

    def begin(self, session: Session) -> Callable[[], None]:
        """Return what writes the locations of a transaction that begins."""

        def end() -> None:
            rows = _of_uris(session.artifact_uris)
            if rows and self._is_possible(session):
                session.change_many(_INSERT, rows)

        return end

    def _is_possible(self, session: Session) -> bool:
        self._has_table = self._has_table or is_present(session)
        return self._has_table


def is_present(session: Session) -> bool:
    """Say whether the store has the table."""
    return LOCATION.name in {name.lower() for name in session.dialect.table_names(session.script)}


def add_uris(session: Session, uris: Iterable[tuple[int, str | None]]) -> None:
    """Let artifacts be found by their URIs, as (id, uri), where these are not in the normal form."""
    session.change_many(_INSERT, _of_uris(uris))


def _of_uris(uris: Iterable[tuple[int, str | None]]) -> list[tuple[str, int, int]]:
    return sorted({(identity_of(uri), artifact_id, 0) for artifact_id, uri in uris if uri and normal_form(uri) != uri})


def add_names(session: Session, artifact_id: int, uris: Sequence[str]) -> None:
    """Let an artifact be found by other names too, given as URIs."""
    add_identities(session, {(identity_of(uri), artifact_id) for uri in uris})


def add_identities(session: Session, places: Iterable[tuple[str, int]]) -> None:
    """Let artifacts be found by other names, given as (identity of the name, id of the artifact)."""
    session.change_many(_INSERT, [(*place, 1) for place in sorted(places)])


def delete_of(session: Session, ids: Sequence[int]) -> None:
    """Delete the locations of artifacts, by their URIs and by other names."""
    for piece in session.pieces(ids):
        session.change(_DELETE, {"ids": piece})


def artifacts_at(session: Session, uris: Sequence[str]) -> dict[str, list[NodeRow]]:
    """Return the artifacts at the locations of URIs, by the URI as it was given, each list by id."""
    wanted = {uri: normal_form(uri) for uri in uris}
    spelled = {form for uri in wanted for form in (uri, *other_forms(uri))}
    found: dict[str, dict[int, NodeRow]] = {normal: {} for normal in wanted.values()}
    for row in nodes_by_uris(session, ARTIFACT, spelled):
        found.get(normal_form(row.uri or ""), {})[row.id] = row
    by_identity = {identity_of(normal): normal for normal in found}
    for *columns, identity, is_other in session.listed_rows(_AT, "identities", sorted(by_identity)):
        row, normal = NodeRow._make(columns), by_identity[identity]
        if is_other or normal_form(row.uri or "") == normal:  # the uri may have changed since
            found[normal][row.id] = row
    return {uri: [found[normal][node_id] for node_id in sorted(found[normal])] for uri, normal in wanted.items()}
