"""Rows of access tokens. A row holds the hash of a secret and never the secret."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa

from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement, insertion
from lineal.store.tables.own_tables import TOKEN


class TokenRow(NamedTuple):
    """A stored token. Times are milliseconds since the epoch; `workspaces` is JSON, or None for the whole store."""

    id: str
    name: str
    secret_hash: str
    role: str
    workspaces: str | None
    created: int
    expires: int | None
    revoked: int | None


_SELECT = sa.select(*[TOKEN.c[name] for name in TokenRow._fields])
_BY_ID = Statement(_SELECT.where(TOKEN.c.id == sa.bindparam("token_id")))
_ALL = Statement(_SELECT.order_by(TOKEN.c.created, TOKEN.c.id))
_INSERT = insertion(TOKEN, TokenRow._fields)
_REVOKE = Statement(
    sa.update(TOKEN)
    .values(revoked=sa.bindparam("at"))
    .where(TOKEN.c.id == sa.bindparam("token_id"), TOKEN.c.revoked.is_(None))
)


def token(session: Session, token_id: str) -> TokenRow | None:
    """Return a token, or None."""
    row = session.row(_BY_ID, {"token_id": token_id})
    return TokenRow._make(row) if row else None


def tokens(session: Session) -> list[TokenRow]:
    """Return all tokens, the oldest first."""
    return [TokenRow._make(row) for row in session.rows(_ALL)]


def add_token(session: Session, row: TokenRow) -> None:
    """Store a token.

    Raises:
        Conflict: its id is taken.
    """
    session.change_many(_INSERT, [row])


def revoke_token(session: Session, token_id: str, *, at: int) -> bool:
    """Record that a token is no longer valid; return whether there was a valid one."""
    return session.change(_REVOKE, {"at": at, "token_id": token_id}) > 0
