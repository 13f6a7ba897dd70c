"""The artifacts at a location, whichever form of its URI and whichever of its names they were stored with.

An artifact is found by its uri if that is the normal form or another usual one. Every odd form, and each other name of
an artifact, has a row in `lineal_location`. Where uris are exact (DatabaseSettings.exact_uris), forms mean nothing, no
row of one is written, and another name counts as it is spelled. What stays out: the forms (lineal/locations.py), and
which of the artifacts at a location is meant, which the callers' rules decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from lineal.kinds import ARTIFACT
from lineal.locations import identity_of, is_plain, normal_form, other_forms, path_in
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion, listed
from lineal.store.rows.nodes import NodeRow, select_nodes
from lineal.store.tables.mlmd_tables import NODE, PROPERTY, STORED_START, StartListed
from lineal.store.tables.own_tables import LOCATION

_ID, _URI = NODE[ARTIFACT].c.id, NODE[ARTIFACT].c.uri
_MOST_ALIKE = 1000
_AFTER: sa.BindParameter[int] = sa.bindparam("after", type_=sa.BigInteger())
_ALIKE = Statement(
    select_nodes(ARTIFACT)
    .where(_ID > _AFTER, _URI.like(sa.bindparam("pattern"), escape="!"))
    .order_by(_ID.desc())
    .limit(_MOST_ALIKE)
)
_INSERT = insertion(LOCATION, ["identity", "artifact_id", "name"], keep_existing="identity")
_NAMES = Statement(
    sa.select(LOCATION.c.identity, LOCATION.c.artifact_id, LOCATION.c.name).where(
        listed(LOCATION.c.artifact_id, "ids"), LOCATION.c.name.is_not(None)
    )
)
_DELETE_ONE = Statement(
    sa.delete(LOCATION).where(
        LOCATION.c.identity == sa.bindparam("of_identity"), LOCATION.c.artifact_id == sa.bindparam("of_artifact")
    ),
    order=["of_identity", "of_artifact"],
)
_DELETE = Statement(sa.delete(LOCATION).where(listed(LOCATION.c.artifact_id, "ids")))


class Told(NamedTuple):
    """A condition on artifacts at a location.

    Attributes:
        name: the name of a declared property.
        text: its text, None for artifacts that do not have the property.
        unless: artifacts whose external ids begin with this are found whatever they say.
    """

    name: str
    text: str | None
    unless: str = ""


class LateLocations:
    """Writes the locations of artifacts just before the transactions that write them commit."""

    def __init__(self) -> None:
        self._has_table = False

    def begin(self, session: Session) -> Callable[[], None]:
        """Return what writes the locations of a transaction that begins."""
        session.has_locations = self._has_table

        def end() -> None:
            odd = [(node_id, uri) for node_id, uri in session.artifact_uris if uri and is_odd(uri)]
            if odd and not session.exact_uris and is_present(session):
                add_uris(session, odd)
            self._has_table = session.has_locations

        return end


def is_odd(uri: str) -> bool:
    """Say whether an artifact with a uri is found by a row alone: it has no usual form of its location."""
    if is_plain(uri):
        return False
    normal = normal_form(uri)
    return uri != normal and uri not in other_forms(normal)


def is_present(session: Session) -> bool:
    """Say whether the store has the table."""
    if not session.has_locations:
        names = session.dialect.table_names(session.script)
        session.has_locations = LOCATION.name in {name.lower() for name in names}
    return session.has_locations


def add_uris(session: Session, uris: Iterable[tuple[int, str | None]]) -> None:
    """Let artifacts be found by their URIs, as (id, uri), where these are odd; the store must have the table."""
    odd = {(identity_of(uri), artifact_id) for artifact_id, uri in uris if uri and is_odd(uri)}
    session.change_many(_INSERT, [(*row, None) for row in sorted(odd)])


def add_names(session: Session, names: Iterable[tuple[int, str]]) -> None:
    """Let artifacts be found by other names too, as (id, name as a URI); the store must have the table."""
    rows = {(identity_of(name), artifact_id): name for artifact_id, name in sorted(names, reverse=True)}
    session.change_many(_INSERT, [(*key, rows[key]) for key in sorted(rows)])


def names_of(session: Session, artifact_id: int) -> list[str]:
    """Return the other names of an artifact, in order."""
    return sorted(name for _, _, name in session.rows(_NAMES, {"ids": [artifact_id]}))


def follow(session: Session, artifacts: Sequence[tuple[int, str | None]], *, renews: bool) -> None:
    """Write the missing locations of artifacts, as (id, uri); `renews` also those of an earlier normal form."""
    if session.exact_uris or not is_present(session):
        return
    add_uris(session, artifacts)
    if renews:
        _renew(session, [artifact_id for artifact_id, _ in artifacts])


def _renew(session: Session, ids: Sequence[int]) -> None:
    """Write the rows of other names again whose identities are those of an earlier normal form."""
    for piece in session.pieces(ids):
        outdated = [row for row in session.rows(_NAMES, {"ids": piece}) if row[0] != identity_of(row[2])]
        session.change_many(_DELETE_ONE, [(identity, artifact_id) for identity, artifact_id, _ in outdated])
        add_names(session, [(artifact_id, name) for _, artifact_id, name in outdated])


def delete_of(session: Session, ids: Sequence[int]) -> None:
    """Delete the locations of artifacts, by their URIs and by other names."""
    for piece in session.pieces(ids):
        session.change(_DELETE, {"ids": piece})


def artifacts_at(session: Session, uris: Sequence[str], told: Sequence[Told] = ()) -> dict[str, list[NodeRow]]:
    """Return the artifacts at the locations of URIs, by the URI as it was given, each list by id.

    A database may compare texts without regard to case, so the caller compares properties once more.

    Args:
        session: the transaction.
        uris: where.
        told: declared properties that the artifacts must have, or lack.
    """
    exact = session.exact_uris
    wanted = {uri: uri if exact else normal_form(uri) for uri in uris}
    found: dict[str, dict[int, NodeRow]] = {normal: {} for normal in wanted.values()}
    by_identity: dict[str, set[str]] = {}
    for uri, normal in wanted.items():
        by_identity.setdefault(identity_of(uri), set()).add(normal)
    spelled = {form for uri in wanted for form in (uri, *(() if exact else other_forms(uri)))}
    by_uri, by_row = _asked(session, spelled, sorted(by_identity), told)
    for row in by_uri():
        if row.uri in spelled:
            found[row.uri if exact else normal_form(row.uri)][row.id] = row
    for row, identity, name in by_row():
        for normal in by_identity[identity]:
            # The uri may have changed since.
            if name == normal if exact else name is not None or normal_form(row.uri or "") == normal:
                found[normal][row.id] = row
    return {uri: [found[normal][node_id] for node_id in sorted(found[normal])] for uri, normal in wanted.items()}


def artifacts_with_odd_uris(session: Session, uri: str, *, after: int) -> list[NodeRow]:
    """Return artifacts at the location of a URI whose own uris are odd, and for which nobody has written rows.

    This reads the uris of all artifacts with greater ids than `after`, at least until it has found many with the path.
    """
    normal = normal_form(uri)
    path = path_in(normal)
    if session.exact_uris or not path or not _can_be_stored(session, path):
        return []
    pattern = "".join(f"!{each}" if each in "!%_" else each for each in path)
    rows = map(NodeRow._make, session.rows(_ALIKE, {"pattern": f"%{pattern}%", "after": after}))
    return [row for row in rows if normal_form(row.uri or "") == normal]


_Located = tuple[NodeRow, str, str | None]


def _asked(
    session: Session, uris: Iterable[str], identities: Sequence[str], told: Sequence[Told]
) -> tuple[Callable[[], Iterator[NodeRow]], Callable[[], Iterator[_Located]]]:
    """Ask for artifacts by their uris and by rows together; return what returns them."""
    kept = [each for each in told if each.text is None or _can_be_stored(session, each.text)]
    statements = _statements(tuple((each.text is not None, bool(each.unless)) for each in kept))
    values: dict[str, Any] = {f"name_{number}": each.name for number, each in enumerate(kept)}
    values |= {f"text_{number}": each.text for number, each in enumerate(kept) if each.text is not None}
    values |= {f"start_{number}": f"{each.unless}%" for number, each in enumerate(kept) if each.unless}
    forms = sorted(uri for uri in uris if _can_be_stored(session, uri))
    by_uri = [
        session.ask(
            statements.by_uri, {**values, "uris": piece, "starts": sorted({uri[:STORED_START] for uri in piece})}
        )
        for piece in session.pieces(forms)
    ]
    by_row = [
        session.ask(statements.by_row, {**values, "identities": piece})
        for piece in (session.pieces(identities) if is_present(session) else ())
    ]
    return (
        lambda: (NodeRow._make(row) for each in by_uri for row in each()),
        lambda: ((NodeRow._make(row[:-2]), row[-2], row[-1]) for each in by_row for row in each()),
    )


def _can_be_stored(session: Session, text: str) -> bool:
    return session.dialect.holds_nul or "\0" not in text


class _Statements(NamedTuple):
    by_uri: Statement
    by_row: Statement


@lru_cache
def _statements(told: tuple[tuple[bool, bool], ...]) -> _Statements:
    """Return the queries for artifacts with texts of some properties, and without some others.

    `told` says of each property whether it has a text, and whether some artifacts need not meet the condition.
    """
    conditions = [_condition(number, *each) for number, each in enumerate(told)]
    at = select_nodes(ARTIFACT).add_columns(LOCATION.c.identity, LOCATION.c.name)
    at = at.select_from(NODE[ARTIFACT].join(LOCATION, LOCATION.c.artifact_id == _ID))
    by_uri = select_nodes(ARTIFACT).where(sa.and_(StartListed(_URI, "starts"), listed(_URI, "uris")), *conditions)
    return _Statements(
        Statement(by_uri.order_by(_ID)),
        Statement(at.where(listed(LOCATION.c.identity, "identities"), *conditions).order_by(_ID)),
    )


def _condition(number: int, has_text: bool, has_start: bool) -> sa.ColumnElement[bool]:
    condition = _tells(number) if has_text else sa.not_(_has(number))
    if not has_start:
        return condition
    return sa.or_(condition, NODE[ARTIFACT].c.external_id.like(sa.bindparam(f"start_{number}")))


def _has(number: int) -> sa.ColumnElement[bool]:
    return _exists(number, _property(number))


def _tells(number: int) -> sa.ColumnElement[bool]:
    row = _property(number)
    return _exists(number, row, row.string_value == sa.bindparam(f"text_{number}"))


def _exists(number: int, row: Any, *further: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    named = sa.and_(row.artifact_id == _ID, row.name == sa.bindparam(f"name_{number}"), ~row.is_custom_property)
    return sa.exists(sa.select(sa.literal_column("1")).where(named, *further))


def _property(number: int) -> Any:
    """Return the columns of an alias that is new each time: the conditions on one property share one."""
    return PROPERTY[ARTIFACT].alias(f"property_{number}").c
