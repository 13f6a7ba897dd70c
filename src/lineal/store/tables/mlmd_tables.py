"""The tables of ML Metadata's schema, version 10, as SQLAlchemy Core tables.

One definition serves every engine; a column type has the name of each engine. On SQLite the result is what the
official library creates. What stays out: own tables (`lineal_*`), statements, and creating (schema/).

Source: the schema that the official library 1.17 creates.
"""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from lineal.kinds import ARTIFACT, EXECUTION, KINDS, Kind

SCHEMA_VERSION = 10


class _NamedType(sa.types.TypeEngine[Any]):
    """A column type with a different name on each engine."""

    spelling: ClassVar[dict[str, str]]


class Int(_NamedType, sa.BigInteger):
    """A 64-bit integer."""

    spelling: ClassVar = {"sqlite": "INT", "mysql": "BIGINT", "postgresql": "BIGINT"}


class Number(_NamedType, sa.Integer):
    """A small number: an enum value or a kind of type."""

    spelling: ClassVar = {"sqlite": "INT", "mysql": "INT", "postgresql": "INTEGER"}


class TypeKind(_NamedType, sa.SmallInteger):
    """Which kind of node a type is for."""

    spelling: ClassVar = {"sqlite": "TINYINT(1)", "mysql": "TINYINT(1)", "postgresql": "SMALLINT"}


class Flag(_NamedType, sa.Boolean):
    """True or false, never NULL."""

    spelling: ClassVar = {"sqlite": "TINYINT(1)", "mysql": "TINYINT(1)", "postgresql": "BOOLEAN"}


class Truth(_NamedType, sa.Boolean):
    """The value of a boolean property."""

    spelling: ClassVar = {"sqlite": "BOOLEAN", "mysql": "TINYINT(1)", "postgresql": "BOOLEAN"}


class Double(_NamedType, sa.Float[float]):
    """A 64-bit floating point number."""

    spelling: ClassVar = {"sqlite": "DOUBLE", "mysql": "DOUBLE", "postgresql": "DOUBLE PRECISION"}


class LongText(_NamedType, sa.Text):
    """A text of any length."""

    spelling: ClassVar = {"sqlite": "TEXT", "mysql": "LONGBLOB", "postgresql": "TEXT"}


class Name(_NamedType, sa.String):
    """A name that an index holds completely: 512 characters of any script (the official library has 255)."""

    spelling: ClassVar = {"sqlite": "VARCHAR(255)", "mysql": "VARBINARY(2048)", "postgresql": "VARCHAR(512)"}


class ShortText(_NamedType, sa.String):
    """A name of at most 255 characters, for indexes of several columns."""

    spelling: ClassVar = {"sqlite": "VARCHAR(255)", "mysql": "VARBINARY(1020)", "postgresql": "VARCHAR(255)"}


class OrderedText(_NamedType, sa.String):
    """A text of at most 255 characters that every engine orders by its bytes, so that an index finds a prefix."""

    spelling: ClassVar = {
        "sqlite": "VARCHAR(255)",
        "mysql": "VARBINARY(1020)",
        "postgresql": 'VARCHAR(255) COLLATE "C"',
    }


class Bytes(_NamedType, sa.LargeBinary):
    """Bytes of any length."""

    spelling: ClassVar = {"sqlite": "BLOB", "mysql": "LONGBLOB", "postgresql": "BYTEA"}


def _spell(type_: _NamedType, compiler: Any, **_: Any) -> str:
    return type_.spelling[compiler.dialect.name]


for _type in _NamedType.__subclasses__():
    compiles(_type)(_spell)

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# How much of a text of any length an index holds: bytes on MySQL, characters on PostgreSQL.
MYSQL_START = 255
STORED_START = 128


class Start(sa.ColumnElement[str]):
    """The start of a text column in an index: the whole text on SQLite, elsewhere so much that any text fits."""

    inherit_cache = True
    type = sa.Text()
    _traverse_internals = [  # noqa: RUF012 SQLAlchemy declares it so
        ("column", InternalTraversal.dp_clauseelement)
    ]  # so that an index finds the column

    def __init__(self, column: sa.Column[str]) -> None:
        self.column = column


_START = {
    "sqlite": "{}",
    "mysql": f"{{}}({MYSQL_START})",
    "postgresql": f"left({{}}, {STORED_START})",
}


@compiles(Start)
def _start(element: Start, compiler: Any, **_: Any) -> str:
    return _START[compiler.dialect.name].format(compiler.preparer.quote(element.column.name))


class StartListed(sa.ColumnElement[bool]):
    """On PostgreSQL, that the start of a column is one of those listed: an index serves no more of it there."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: sa.ColumnElement[str], name: str) -> None:
        starts = sa.func.left(column, sa.literal_column(str(STORED_START)), type_=sa.Text())
        self.condition = starts.in_(sa.bindparam(name, expanding=True))


compiles(StartListed)(lambda element, compiler, **_: "1 = 1")
compiles(StartListed, "postgresql")(lambda element, compiler, **options: compiler.process(element.condition, **options))

metadata = sa.MetaData()


def _table(name: str, *items: Any) -> sa.Table:
    """Declare a table; on MySQL with texts of any script, compared byte by byte as the other engines do."""
    return sa.Table(
        name,
        metadata,
        *items,
        sqlite_autoincrement="id" in {getattr(item, "name", None) for item in items},
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def _id_column() -> sa.Column[int]:
    # A primary key is never NULL, whatever it says; saying so would differ from what the official library creates.
    return sa.Column("id", Key, primary_key=True, nullable=True, autoincrement=True)


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, Int, primary_key=True, nullable=False, autoincrement=False)


def _time(name: str) -> sa.Column[int]:
    return sa.Column(name, Int, nullable=False, server_default=sa.text("0"))


TYPE = _table(
    "Type",
    _id_column(),
    sa.Column("name", Name, nullable=False),
    sa.Column("version", Name),
    sa.Column("type_kind", TypeKind, nullable=False),
    sa.Column("description", LongText),
    sa.Column("input_type", LongText),
    sa.Column("output_type", LongText),
    sa.Column("external_id", Name, unique=True),
    sa.Index("idx_type_name", "name"),
    sa.Index("idx_type_external_id", "external_id"),
)
TYPE_PROPERTY = _table(
    "TypeProperty",
    _key("type_id"),
    sa.Column("name", Name, primary_key=True, nullable=False),
    sa.Column("data_type", Number),
)
PARENT_TYPE = _table("ParentType", _key("type_id"), _key("parent_type_id"))


def _node_table(kind: Kind) -> sa.Table:
    """Declare the table of a kind's nodes."""
    own: list[Any] = [sa.Column("uri", LongText)] if kind.has_uri else []
    if kind.state_field:
        own.append(sa.Column(kind.state_field, Number))
    if kind.has_uri:
        uri = own[0]
        own.append(sa.Index(f"idx_{kind.name}_uri", Start(uri)))
    times = ("create_time_since_epoch", "last_update_time_since_epoch")
    return _table(
        kind.table,
        _id_column(),
        sa.Column("type_id", Int, nullable=False),
        *own,
        sa.Column("name", Name, nullable=not kind.name_required),
        sa.Column("external_id", Name, unique=True),
        *[_time(time) for time in times],
        sa.UniqueConstraint("type_id", "name"),
        *[sa.Index(f"idx_{kind.name}_{time}", time) for time in times],
        sa.Index(f"idx_{kind.name}_external_id", "external_id"),
    )


def _property_table(kind: Kind) -> sa.Table:
    """Declare the table of a kind's properties: one row each, exactly one value column filled."""
    table = _table(
        f"{kind.table}Property",
        _key(kind.id_column),
        sa.Column("name", Name, primary_key=True, nullable=False),
        sa.Column("is_custom_property", Flag, primary_key=True, nullable=False),
        sa.Column("int_value", Int),
        sa.Column("double_value", Double),
        sa.Column("string_value", LongText),
        sa.Column("byte_value", Bytes),
        sa.Column("proto_value", Bytes),
        sa.Column("bool_value", Truth),
    )
    for value in ("int", "double", "string"):
        column = table.c[f"{value}_value"]
        sa.Index(
            f"idx_{kind.name}_property_{value}",
            table.c.name,
            table.c.is_custom_property,
            Start(column) if value == "string" else column,
            sqlite_where=column.is_not(None),
        )
    return table


NODE = {kind: _node_table(kind) for kind in KINDS}
PROPERTY = {kind: _property_table(kind) for kind in KINDS}

EVENT = _table(
    "Event",
    _id_column(),
    sa.Column("artifact_id", Int, nullable=False),
    sa.Column("execution_id", Int, nullable=False),
    sa.Column("type", Number, nullable=False),
    sa.Column("milliseconds_since_epoch", Int),
    sa.UniqueConstraint("artifact_id", "execution_id", "type"),
    sa.Index("idx_event_execution_id", "execution_id"),
)
EVENT_PATH = _table(
    "EventPath",
    sa.Column("event_id", Int, nullable=False),
    sa.Column("is_index_step", Flag, nullable=False),
    sa.Column("step_index", Int),
    sa.Column("step_key", LongText),
    sa.Index("idx_eventpath_event_id", "event_id"),
)


def _membership_table(name: str, kind: Kind) -> sa.Table:
    """Declare the table that says which nodes belong to which contexts."""
    return _table(
        name,
        _id_column(),
        sa.Column("context_id", Int, nullable=False),
        sa.Column(kind.id_column, Int, nullable=False),
        sa.UniqueConstraint("context_id", kind.id_column),
    )


MEMBERSHIP = {
    ARTIFACT: _membership_table("Attribution", ARTIFACT),
    EXECUTION: _membership_table("Association", EXECUTION),
}
PARENT_CONTEXT = _table(
    "ParentContext",
    _key("context_id"),
    _key("parent_context_id"),
    sa.Index("idx_parentcontext_parent_context_id", "parent_context_id"),
)
ENVIRONMENT = _table(
    "MLMDEnv", sa.Column("schema_version", sa.Integer, primary_key=True, nullable=True, autoincrement=False)
)


def text_indexes() -> list[sa.Index]:
    """Return the indexes that hold the start of a text, where the official library's hold the text."""
    return [
        index
        for table in metadata.sorted_tables
        for index in sorted(table.indexes, key=lambda each: str(each.name))
        if any(isinstance(part, Start) for part in index.expressions)
    ]
