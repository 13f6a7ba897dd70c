"""Lineal's own tables, `lineal_*`: the search index, stored views, the audit log, aliases, metrics, files, and others.

The index repeats values of nodes, so that labels, metrics and values inside JSON can be searched, counted and
ordered by (docs/decisions/0014-search-index.md). Its rows may be deleted at any time; it fills again. Rows of the audit
log are never changed or deleted (docs/decisions/0016-life-of-data.md). What stays out: the tables of ML Metadata's
schema (mlmd_tables.py), creating them (store/schema/on_demand.py), and what goes into the index (catalogue/entries.py).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import sqlalchemy as sa

from lineal.store.tables.mlmd_tables import MEMBERSHIP, Double, Int, Key, LongText, Number, OrderedText, ShortText

metadata = sa.MetaData()


def _unattached(table: sa.Table) -> sa.Table:
    """Return a copy of a table whose new indexes are not created with the table itself."""
    return table.to_metadata(sa.MetaData())


LONGEST_TEXT = 255
RAN_FACT = "ran"
_Text = ShortText


class Family(IntEnum):
    """The kind of an indexed value."""

    LABEL = 1
    METRIC = 2
    META = 3
    EARLIER_METRIC = 4
    FOREIGN_METRIC = 5  # from a node of another workspace: it does not count
    RAN = 6  # when an execution ran last, in milliseconds since the epoch; the name is RAN_FACT


def _table(name: str, *items: Any, **options: Any) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        *items,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        **options,
    )


def _key(name: str, type_: Any = Int) -> sa.Column[Any]:
    return sa.Column(name, type_, primary_key=True, nullable=False, autoincrement=False)


ENTRY = _table(
    "lineal_entry",
    _key("kind", Number),
    _key("node_id"),
    sa.Column("updated", Int, nullable=False),
    sa.Column("type_id", Int, nullable=False),
    sa.Column("name", _Text),
    sa.Column("version", _Text),
    sa.Column("workspace", _Text),
    sa.Column("run", _Text),
    sa.Column("subject_id", Int),
    sa.Column("words", LongText, nullable=False),
    sa.Index("idx_lineal_entry_name", "kind", "name"),
    sa.Index("idx_lineal_entry_run", "kind", "workspace", "run"),
    sa.Index("idx_lineal_entry_run_only", "kind", "run"),
    sqlite_with_rowid=False,
)
FACT = _table(
    "lineal_fact",
    _key("kind", Number),
    _key("node_id"),
    _key("source_id"),
    _key("family", Number),
    _key("name", _Text),
    sa.Column("number", Double),
    sa.Column("text", _Text),
    sa.Index("idx_lineal_fact_value", "kind", "family", "name", "number", "text", "node_id"),
    sqlite_with_rowid=False,
)
UNINDEXED = _table(
    "lineal_unindexed",
    _key("kind", Number),
    _key("node_id"),
    sa.Column("reason", LongText, nullable=False),
)
MARK = _table(
    "lineal_index_mark",
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("kind", Number, nullable=False),
    sa.Column("node_id", Int, nullable=False),
    sa.Column("time", Int, nullable=False),
    sqlite_autoincrement=True,
)
PROGRESS = _table(
    "lineal_progress",
    _key("kind", Number),
    sa.Column("time", Int, nullable=False),
    sa.Column("node_id", Int, nullable=False),
)
RUN = _table(
    "lineal_run",
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("workspace", _Text, nullable=False),
    sa.Column("name", _Text, nullable=False),
    sa.Column("context_id", Int, nullable=False),
    sa.Column("created", Int, nullable=False),
    sa.Column("updated", Int, nullable=False),
    sa.UniqueConstraint("workspace", "name", "context_id"),
    sa.Index("idx_lineal_run_created", "created"),
    sqlite_autoincrement=True,
)
VIEW = _table(
    "lineal_view",
    sa.Column("id", sa.String(32), primary_key=True, nullable=False),
    sa.Column("content", LongText, nullable=False),
    sa.Column("created", Int, nullable=False),
)
# The callers that stored a view, and when it was last used. This is a separate table because existing own tables never
# get new columns, and older versions of Lineal write views as before. `caller` is a hash, because names have any
# length; it is empty if the caller is unknown.
VIEW_USE = _table(
    "lineal_view_use",
    sa.Column("view_id", sa.String(32), primary_key=True, nullable=False),
    sa.Column("caller", sa.String(32), primary_key=True, nullable=False),
    sa.Column("size", Int, nullable=False),
    sa.Column("used", Int, nullable=False),
    sa.Index("idx_lineal_view_use_caller", "caller", "used", "size"),
    sa.Index("idx_lineal_view_use_used", "used"),
    sqlite_with_rowid=False,
)
AUDIT = _table(
    "lineal_audit",
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("time", Int, nullable=False),
    sa.Column("who", _Text, nullable=False),
    sa.Column("rpc", _Text, nullable=False),
    sa.Column("action", _Text, nullable=False),
    sa.Column("subject", _Text, nullable=False),
    sa.Column("node_id", Int, nullable=False),
    sa.Column("old_values", LongText),
    sa.Column("new_values", LongText),
    sa.Index("idx_lineal_audit_node", "subject", "node_id"),
    sa.Index("idx_lineal_audit_time", "time"),
    sqlite_autoincrement=True,
)
# The version that has an alias. `identity` is a digest of the workspace, the type and the name, which have any length.
ALIAS = _table(
    "lineal_alias",
    sa.Column("identity", sa.String(64), primary_key=True, nullable=False),
    _key("alias", _Text),
    sa.Column("artifact_id", Int, nullable=False),
    sa.Column("workspace", LongText, nullable=False),
    sa.Column("type_id", Int, nullable=False),
    sa.Column("name", LongText, nullable=False),
    sa.Column("time", Int, nullable=False),
    sa.Index("idx_lineal_alias_artifact", "artifact_id"),
)
TOKEN = _table(
    "lineal_token",
    sa.Column("id", sa.String(32), primary_key=True, nullable=False),
    sa.Column("name", _Text, nullable=False),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("workspaces", LongText),
    sa.Column("created", Int, nullable=False),
    sa.Column("expires", Int),
    sa.Column("revoked", Int),
)
# The points of metrics, by node and name (docs/decisions/0040-metric-points.md). `last_*` is the latest point.
METRIC = _table(
    "lineal_metric",
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("kind", Number, nullable=False),
    sa.Column("node_id", Int, nullable=False),
    sa.Column("name", _Text, nullable=False),
    sa.Column("last_step", Int, nullable=False),
    sa.Column("last_time", Int, nullable=False),
    sa.Column("last_value", Double, nullable=False),
    sa.Column("last_special", Number, nullable=False),
    sa.UniqueConstraint("kind", "node_id", "name"),
    sqlite_autoincrement=True,
)
# `special` says which number that is not finite a value means (store/rows/metrics.py).
METRIC_POINT = _table(
    "lineal_metric_point",
    _key("metric_id"),
    _key("step"),
    _key("time"),
    _key("value", Double),
    _key("special", Number),
    sqlite_with_rowid=False,
)
# What was uploaded into the artifacts root (docs/decisions/0046-files-of-runs.md). `identity` is the SHA-256 of the
# path, which may be longer than a key; `beginning` is what of the path an index holds.
FILE = _table(
    "lineal_file",
    sa.Column("identity", sa.String(64), primary_key=True, nullable=False),
    sa.Column("path", LongText, nullable=False),
    sa.Column("beginning", OrderedText, nullable=False),
    sa.Column("size", Int, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("time", Int, nullable=False),
    sa.Index("idx_lineal_file_beginning", "beginning"),
)
# The artifacts at a location, but for those whose own uri is in the normal form. `identity` is the SHA-256 of the
# normal form (lineal/locations.py) of the artifact's uri, or of another name, whose text is `name`.
LOCATION = _table(
    "lineal_location",
    sa.Column("identity", sa.String(64), primary_key=True, nullable=False),
    _key("artifact_id"),
    sa.Column("name", LongText),
    sa.Index("idx_lineal_location_artifact", "artifact_id"),
    sqlite_with_rowid=False,
)
# The facets of OpenLineage as they came, by node and by event (lineal/openlineage). `time` is that of the event that
# brought it, in microseconds since the epoch; a facet without content was deleted.
FACET = _table(
    "lineal_facet",
    _key("kind", Number),
    _key("node_id"),
    _key("name", _Text),
    sa.Column("time", Int, nullable=False),
    sa.Column("content", LongText),
)
EVENT_FACET = _table(
    "lineal_event_facet",
    _key("event_id"),
    _key("name", _Text),
    sa.Column("time", Int, nullable=False),
    sa.Column("content", LongText),
)
# What is to be sent as OpenLineage: a node that was written, by kind and id, or several, whose ids are `payload`, or an
# event that came, as `payload`, whose kind is -1.
# `dead` is 1 for what the receiver refused; `reason` says why.
OUTBOX = _table(
    "lineal_outbox",
    sa.Column("id", Key, primary_key=True, autoincrement=True),
    sa.Column("time", Int, nullable=False),
    sa.Column("kind", Number, nullable=False),
    sa.Column("node_id", Int, nullable=False),
    sa.Column("payload", LongText),
    sa.Column("attempts", Number, nullable=False),
    sa.Column("dead", Number, nullable=False),
    sa.Column("reason", LongText),
    sqlite_autoincrement=True,
)
# What was sent last of a node as OpenLineage (lineal/openlineage/sending), so that nothing unchanged is sent again.
SENT = _table(
    "lineal_sent",
    _key("kind", Number),
    _key("node_id"),
    sa.Column("content", LongText, nullable=False),
)
# Single values of the whole store, such as its id.
VALUE = _table(
    "lineal_value",
    sa.Column("name", _Text, primary_key=True, nullable=False),
    sa.Column("value", LongText, nullable=False),
)
MEMBER_INDEXES = {
    kind: sa.Index(f"idx_lineal_{table.name.lower()}_{kind.id_column}", _unattached(table).c[kind.id_column])
    for kind, table in MEMBERSHIP.items()
}
"""Indexes that ML Metadata's tables of members lack.

Without them, a question for the contexts that hold a node reads the members of all contexts. They are made with the own
tables, so a store without these stays as the official library makes it.
"""
# What the catalogue reads; an audit log, tokens, marks and what is set aside may be missing.
SEARCHED = (ENTRY, FACT, PROGRESS, RUN, VIEW)
