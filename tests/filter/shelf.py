"""A small database to filter, and the ids that a query finds in it.

Artifacts 1 to 5: `data` (LIVE, uri s3://bucket/A), `model` (PENDING), `Münch_100%` (no state), one without name, and
`MODEL`. Executions 1 and 2, contexts 1 (`exp`), 2 (`run`), 3 (`empty`); 2 is a child of 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from lineal.filter import build, parse
from lineal.kinds import KINDS
from lineal.store.tables.mlmd_tables import metadata

KIND = {kind.name: kind for kind in KINDS}
T = metadata.tables
_VALUE_COLUMN = {int: "int_value", float: "double_value", str: "string_value", bool: "bool_value"}

ARTIFACTS = [
    {"id": 1, "type_id": 10, "name": "data", "state": 2, "uri": "s3://bucket/A", "external_id": "x1"},
    {"id": 2, "type_id": 11, "name": "model", "state": 1, "uri": "s3://bucket/b"},
    {"id": 3, "type_id": 11, "name": "Münch_100%", "uri": ""},
    {"id": 4, "type_id": 10, "state": 6, "uri": ""},
    {"id": 5, "type_id": 11, "name": "MODEL", "state": 0, "uri": "/tmp/x"},
]
PROPERTIES = {
    1: {"step": 1, "score": 0.5, "owner": "Ann", "done": True, "a.b": 7, "name": "inner"},
    2: {"step": 2, "score": 0.75, "owner": "ann", "done": False, "Step": 20, "it's `q` \\": 1},
    3: {"step": -3, "owner": 'it\'s \\ "q"\n', "ünï 数": 1},
    4: {"step": 9223372036854775807, "score": 1e-9},
}
CUSTOM = {1: {"step": 100}, 2: {"mixed": 1}, 3: {"mixed": "1"}, 4: {"mixed": 1.5}, 5: {"mixed": True, "int_value": 3}}


def filled_database() -> sa.Engine:
    """Return a new database in memory with everything in it."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    metadata.create_all(engine)
    with engine.begin() as connection:
        for table, content in rows().items():
            for row in content:
                connection.execute(sa.insert(T[table]).values(**row))
    return engine


def rows() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table."""
    times = [{"create_time_since_epoch": 100 * i, "last_update_time_since_epoch": 100 * i + i % 2} for i in range(6)]
    return {
        "Type": [
            {"id": id_, "name": name, "type_kind": kind}
            for id_, name, kind in [(10, "Data", 1), (11, "Model", 1), (12, "Train", 0), (13, "Run", 2)]
        ],
        "Artifact": [{**row, **times[row["id"]]} for row in ARTIFACTS],
        "ArtifactProperty": [*_properties(PROPERTIES, custom=False), *_properties(CUSTOM, custom=True)],
        "Execution": [
            {"id": id_, "type_id": 12, "name": f"train{id_}", "last_known_state": id_ + 1, **times[id_]}
            for id_ in (1, 2)
        ],
        "Context": [
            {"id": id_, "type_id": 13, "name": name, "external_id": f"c{id_}", **times[id_]}
            for id_, name in [(1, "exp"), (2, "run"), (3, "empty")]
        ],
        "Attribution": [{"artifact_id": a, "context_id": c} for a, c in [(1, 1), (1, 2), (2, 2), (3, 1), (5, 2)]],
        "Association": [{"execution_id": 1, "context_id": 1}, {"execution_id": 2, "context_id": 2}],
        "ParentContext": [{"context_id": 2, "parent_context_id": 1}],
        "Event": [
            {"artifact_id": a, "execution_id": e, "type": t, "milliseconds_since_epoch": m}
            for a, e, t, m in [(1, 1, 3, 50), (2, 1, 4, 60), (2, 2, 3, 150), (5, 2, 4, 500), (3, 2, 7, 1)]
        ],
    }


def _properties(values: Mapping[int, Mapping[str, Any]], *, custom: bool) -> list[dict[str, Any]]:
    return [
        {"artifact_id": id_, "name": name, "is_custom_property": custom, _VALUE_COLUMN[type(value)]: value}
        for id_, properties in values.items()
        for name, value in properties.items()
    ]


def statement(query: str, kind: str = "artifact") -> sa.Select[Any]:
    """Return the statement that finds the ids a query selects."""
    node = T[KIND[kind].table]
    clauses = build(parse(query, kind=KIND[kind]), node=node, tables=T)
    return sa.select(node.c.id).select_from(clauses.source).where(clauses.condition)


def found(engine: sa.Engine, query: str, kind: str = "artifact") -> list[int]:
    """Return the ids that a query finds, in order, with any repetitions."""
    with engine.connect().execution_options(compiled_cache=None) as connection:
        return sorted(connection.execute(statement(query, kind)).scalars())
