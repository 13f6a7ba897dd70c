"""A transaction that sees a part of the store: each of its queries sees only the nodes of its scope.

What stays out: what belongs to a scope (visibility.py), and the check of written nodes (service/scope_rules.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from lineal.kinds import CONTEXT, KINDS, Kind
from lineal.store.engine.session import OpenDatabase, Row, Session
from lineal.store.engine.statement import CompiledStatement, Statement, listed
from lineal.store.engine.transaction import Answer, Command, Transaction
from lineal.store.tables.mlmd_tables import NODE, TYPE
from lineal.store.workspaces import visibility
from lineal.store.workspaces.scope import Scope

_NAMED_CONTEXTS = Statement(
    sa.select(NODE[CONTEXT].c.id, TYPE.c.name, NODE[CONTEXT].c.name)
    .join(TYPE, TYPE.c.id == NODE[CONTEXT].c.type_id)
    .where(listed(NODE[CONTEXT].c.name, "names"), TYPE.c.type_kind == CONTEXT.type_kind)
)


class ScopedSession(Session):
    """A transaction whose queries see a scope. Statements that change rows name the rows, and see everything.

    Attributes:
        scope: the workspaces that the transaction sees.
        written: the ids of the nodes that the transaction created or changed.
    """

    sees_all = False

    def __init__(self, database: OpenDatabase, transaction: Transaction, scope: Scope) -> None:
        super().__init__(database, transaction)
        self.scope = scope
        self.written: dict[Kind, set[int]] = {kind: set() for kind in KINDS}
        self._shown: Mapping[str, Any] | None = None
        self._asked: Answer[list[Row]] | None = None

    @classmethod
    def of(cls, session: Session, scope: Scope) -> ScopedSession:
        """Return the same transaction, limited to a scope."""
        return cls(session._database, session._transaction, scope)

    @cached_property
    def unscoped(self) -> Session:
        """The same transaction, which sees the whole store."""
        return Session(self._database, self._transaction)

    @property
    def engine(self) -> str:
        """What a statement is compiled for."""
        return visibility.scoped_engine(self.dialect.name)

    def _query(self, compiled: CompiledStatement, values: Mapping[str, Any]) -> Command:
        """Return a query for the driver, whose rows are those that the scope shows."""
        if self._shown is None:
            self._shown = self._look()
        return super()._query(compiled, {**values, **self._shown})

    def _compiled(self, statement: Statement) -> CompiledStatement:
        dialect = self.dialect
        return statement.compiled(visibility.scoped_engine(dialect.name), visibility.scoped(dialect.sql_dialect))

    def prepare_write(self) -> None:
        """Ask for the contexts of the scope, since the check of what was written needs them."""
        if self._names:
            self._asked = self.unscoped.ask(_NAMED_CONTEXTS, {"names": self._names})

    @cached_property
    def _names(self) -> list[str]:
        return sorted({workspace.name for workspace in self.scope.workspaces})

    def note_written(self, kind: Kind, ids: Iterable[int]) -> None:
        """Record nodes that were created or changed; a new context may be one that the scope names."""
        self.written[kind].update(ids)
        if kind is CONTEXT:
            self._shown = self._asked = None

    def _look(self) -> Mapping[str, Any]:
        """Return the parameters of the scope: the names of its workspaces, and the ids of the contexts it names."""
        wanted = {(workspace.type_name, workspace.name) for workspace in self.scope.workspaces}
        with self._transaction.end.put_off():
            if self._asked is not None:
                found = self._asked()
            else:
                found = self.unscoped.listed_rows(_NAMED_CONTEXTS, "names", self._names)
        ids = [node_id for node_id, type_name, name in found if (type_name, name) in wanted]
        return {visibility.NAMES: self.scope.names or [_NO_NAME], visibility.CONTEXTS: ids or [visibility.NO_CONTEXT]}


# A list must not be empty, and no property of a workspace is.
_NO_NAME = ""
