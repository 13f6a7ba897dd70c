"""The records whose files lie below the artifacts root: found by the path of a file.

A record names the folder of its files, or the one file that it is: an artifact by its uri, a version of a registered
model and a run of MLflow by a property. What stays out: the files (lineal/files), and their rows (store/rows/files.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from lineal.conventions import FILES_OF_RUN, FILES_OF_VERSION
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, listed
from lineal.store.own_rows.locations import artifacts_at
from lineal.store.tables.mlmd_tables import PROPERTY, STORED_START, StartListed

_BELOW_ROOT = ("mlflow-artifacts:/", "mlflow-artifacts:///")
_MOST = 100
"""The most records of one file; more share a folder than have files of their own."""
Owner = tuple[Kind, int]


def _by_place(kind: Kind, name: str, *, is_custom: bool) -> Statement:
    row = PROPERTY[kind].c
    named = sa.and_(row.name == name, row.is_custom_property if is_custom else ~row.is_custom_property)
    text = row.string_value
    return Statement(
        sa.select(row[kind.id_column], text).where(named, StartListed(text, "starts"), listed(text, "texts"))
    )


_BY_PLACE = {
    ARTIFACT: _by_place(ARTIFACT, FILES_OF_VERSION, is_custom=True),
    EXECUTION: _by_place(EXECUTION, FILES_OF_RUN, is_custom=False),
}


def records_of_files(session: Session, paths: Sequence[str]) -> dict[str, list[Owner]]:
    """Return the artifacts and executions to whose files each path belongs, by path; at most 100 of each path."""
    above = {path: _with_folders(path) for path in paths}
    uris = sorted({f"{start}{place}" for places in above.values() for place in places for start in _BELOW_ROOT})
    found: dict[str, set[Owner]] = {}
    for uri, rows in artifacts_at(session, uris).items():
        found.setdefault(_path(uri), set()).update((ARTIFACT, row.id) for row in rows)
    for kind, statement in _BY_PLACE.items():
        for piece in session.pieces(uris):
            starts = sorted({uri[:STORED_START] for uri in piece})
            for node_id, uri in session.rows(statement, {"texts": piece, "starts": starts}):
                found.setdefault(_path(uri), set()).add((kind, node_id))
    return {
        path: _ordered({owner for place in places for owner in found.get(place, ())}) for path, places in above.items()
    }


def _with_folders(path: str) -> list[str]:
    """Return a path and those of all folders in which it is."""
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def _path(uri: str) -> str:
    return uri.removeprefix("mlflow-artifacts:").lstrip("/")


def _ordered(owners: set[Owner]) -> list[Owner]:
    return sorted(owners, key=lambda owner: (owner[0].name, owner[1]))[:_MOST]
