"""What the conditions of a search are about: the nodes, their tables, and how the nodes are gone through.

What stays out: building conditions (`builder.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from lineal.filter.search.value_tests import Expression
from lineal.kinds import Kind


@dataclass(frozen=True)
class Target:
    """The context in which a condition is built.

    Attributes:
        kind: the kind of the nodes.
        node: their table.
        tables: the tables of ML Metadata and of the search index by their names.
        workspace_types: names of the types of contexts that count as workspaces.
        run_types: names of the types of contexts that count as runs.
        one_by_one: whether the nodes are gone through in order, so that each is better tested by itself.
        entry_joined: whether the query joins each node with its row of the index, because the search needs that row.
    """

    kind: Kind
    node: sa.FromClause
    tables: Mapping[str, sa.FromClause]
    workspace_types: tuple[str, ...]
    run_types: tuple[str, ...]
    one_by_one: bool = False
    entry_joined: bool = False

    def has_row(self, owner: Expression, *conditions: Expression) -> Expression:
        """Return the condition that a row whose `owner` is the node fits."""
        if self.one_by_one:
            return sa.exists(sa.select(sa.literal_column("1")).where(owner == self.node.c.id, *conditions))
        return self.node.c.id.in_(sa.select(owner).where(*conditions))

    def unled(self, column: Expression) -> Expression:
        """Return a number of the node, written so that no index is used if the nodes are read in order."""
        return column + sa.literal(0) if self.one_by_one else column
