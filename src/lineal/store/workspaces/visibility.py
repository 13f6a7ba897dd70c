"""The rows of each table that a scope shows, enforced when statements become text.

The statements of a transaction with a scope are compiled by a special compiler. It replaces every table in a statement
with a query for the rows that the scope shows. So no statement can forget the scope: the counts, orders, neighbours,
subqueries and page tokens of a scope are those of a store that holds nothing else. A table without a rule here is not
shown at all. What stays out: who has which scope, and writing (service/).

- An artifact or execution belongs to a workspace if its property `__kf_workspace__` names it, or if the workspace's
  context holds it.
- A context belongs to a workspace if it is the workspace's context, if that is its parent, or if its property names the
workspace.
- An event shows if both its ends do; a membership, if the context and the node do; a fact of the index, if both the
  node it is about and the one that says so do.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from lineal import errors
from lineal.conventions import WORKSPACE_PROPERTY
from lineal.filter.dialects import ByBytes
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.store.tables.mlmd_tables import MEMBERSHIP, PARENT_CONTEXT, PROPERTY

NAMES = "scope_names"
CONTEXTS = "scope_contexts"
NO_CONTEXT = -1

Condition = sa.ColumnElement[bool]
_NAMES: sa.BindParameter[str] = sa.bindparam(NAMES, expanding=True, type_=sa.Text())
_CONTEXTS: sa.BindParameter[int] = sa.bindparam(CONTEXTS, expanding=True, type_=sa.BigInteger())
_ONE: sa.ColumnElement[int] = sa.literal_column("1")
_ZERO: sa.ColumnElement[int] = sa.literal_column("0")
_PROPERTY_NAME: sa.ColumnElement[str] = sa.literal_column(f"'{WORKSPACE_PROPERTY}'")


def _names_workspace(kind: Kind, node_id: Any) -> Condition:
    row = PROPERTY[kind].alias("scope_property")
    named = sa.and_(row.c[kind.id_column] == node_id, row.c.name == _PROPERTY_NAME)
    return sa.exists(sa.select(_ONE).where(named, ByBytes(row.c.string_value).in_(_NAMES)))


def _is_held(kind: Kind, node_id: Any) -> Condition:
    link = MEMBERSHIP[kind].alias("scope_link")
    return sa.exists(sa.select(_ONE).where(link.c[kind.id_column] == node_id, link.c.context_id.in_(_CONTEXTS)))


def _lies_inside(context_id: Any) -> Condition:
    link = PARENT_CONTEXT.alias("scope_parent")
    return sa.exists(sa.select(_ONE).where(link.c.context_id == context_id, link.c.parent_context_id.in_(_CONTEXTS)))


def _node_shows(kind: Kind, node_id: Any) -> Condition:
    """Return the condition that the scope shows a node."""
    if kind is CONTEXT:
        return sa.or_(node_id.in_(_CONTEXTS), _lies_inside(node_id), _names_workspace(CONTEXT, node_id))
    return sa.or_(_names_workspace(kind, node_id), _is_held(kind, node_id))


def _of_any_kind(row: Any, *columns: str) -> Condition:
    """Return the condition for a row of the index, whose column `kind` says what its ids are."""
    return sa.or_(
        *[sa.and_(row.kind == _number(kind), *[_node_shows(kind, row[column]) for column in columns]) for kind in KINDS]
    )


def _number(kind: Kind) -> sa.ColumnElement[int]:
    return sa.literal_column(str(kind.type_kind))


def _run_shows(row: Any) -> Condition:
    named = sa.and_(row.context_id == _ZERO, ByBytes(row.workspace).in_(_NAMES))
    return sa.or_(named, sa.and_(row.context_id != _ZERO, _node_shows(CONTEXT, row.context_id)))


def _event_shows(row: Any) -> Condition:
    return sa.and_(_node_shows(ARTIFACT, row.artifact_id), _node_shows(EXECUTION, row.execution_id))


def _membership_shows(kind: Kind) -> Callable[[Any], Condition]:
    return lambda row: sa.and_(_node_shows(CONTEXT, row.context_id), _node_shows(kind, row[kind.id_column]))


def _node_rule(kind: Kind, column: str) -> Callable[[Any], Condition]:
    return lambda row: _node_shows(kind, row[column])


# By the name of the table, the condition that a row is visible, given the columns of the table.
_RULES: dict[str, Callable[[Any], Condition]] = {
    **{kind.table: _node_rule(kind, "id") for kind in KINDS},
    **{f"{kind.table}Property": _node_rule(kind, kind.id_column) for kind in KINDS},
    **{table.name: _membership_shows(kind) for kind, table in MEMBERSHIP.items()},
    "ParentContext": lambda row: sa.and_(
        _node_shows(CONTEXT, row.context_id), _node_shows(CONTEXT, row.parent_context_id)
    ),
    "Event": _event_shows,
    "lineal_entry": lambda row: _of_any_kind(row, "node_id"),
    "lineal_fact": lambda row: _of_any_kind(row, "node_id", "source_id"),
    "lineal_run": _run_shows,
    "lineal_unindexed": lambda row: _of_any_kind(row, "node_id"),
    "lineal_metric": lambda row: _of_any_kind(row, "node_id"),
    "lineal_facet": lambda row: _of_any_kind(row, "node_id"),
    "lineal_location": lambda row: _node_shows(ARTIFACT, row.artifact_id),
}
# Tables whose rows belong to no workspace. The steps of a path and the facets of an event are only read by the ids of
# visible events, and points by those of visible metrics. A stored view is only found by a name that is made from its
# whole content, and its uses only count for the quota.
_SHARED = frozenset(
    {
        "Type",
        "TypeProperty",
        "ParentType",
        "EventPath",
        "lineal_event_facet",
        "lineal_metric_point",
        "lineal_progress",
        "lineal_view",
        "lineal_view_use",
        "lineal_lock",
    }
)


class _ScopedCompiler:
    """Part of a compiler: writes the query for the visible rows in place of each table.

    Their text is the same in every statement and kept with the dialect; only its parameters have to be made known.
    """

    _inside_rule = False

    def visit_table(self, table: Any, asfrom: bool = False, iscrud: bool = False, **options: Any) -> Any:
        """Return the text of a table, or of the query for its rows that show."""
        plain: Any = super().visit_table  # type: ignore[misc]
        if not asfrom or iscrud or self._inside_rule or table.name in _SHARED:
            return plain(table, asfrom=asfrom, iscrud=iscrud, **options)
        text = self._text_of(table)
        alias = options.get("enclosing_alias")
        if alias is not None and alias.element is table:  # it writes the name itself
            return f"({text})"
        return f"({text}) AS {self.preparer.format_table(table)}"  # type: ignore[attr-defined]

    def _text_of(self, table: sa.Table) -> str:
        texts: dict[sa.Table, str] = self.dialect.lineal_scoped_texts  # type: ignore[attr-defined]
        element = _PARAMETERS if table in texts else _shown_rows(table)
        self._inside_rule = True
        try:
            text: str = self.process(element, asfrom=True)  # type: ignore[attr-defined]
        finally:
            self._inside_rule = False
        return texts.setdefault(table, text)


_PARAMETERS = sa.and_(_ONE.in_(_NAMES), _ONE.in_(_CONTEXTS))


def _shown_rows(table: sa.Table) -> sa.Select[Any]:
    rule = _RULES.get(table.name)
    if rule is None:
        raise errors.PermissionDeniedError(
            f"{table.name} shows the whole store; it needs a caller who is not limited to workspaces"
        )
    return sa.select(*table.c).where(rule(table.c))


def scoped_engine(engine: str) -> str:
    """Return the target for compiling a statement with a scope."""
    return f"{engine} scoped"


@lru_cache(maxsize=16)
def scoped(dialect: Any) -> Any:
    """Return a dialect like the given one, whose statements read only what a scope shows."""
    found = copy.copy(dialect)
    found.lineal_scoped_texts = {}
    base = dialect.statement_compiler
    found.statement_compiler = type(f"Scoped{base.__name__}", (_ScopedCompiler, base), {})
    return found
