"""The rules of access tokens: create, list, revoke, and find the owner.

A token is `lineal_ID_SECRET`. The secret has 256 random bits, so its plain SHA-256 can be stored: nobody can guess it,
and a slow hash is not needed. It is shown once, when it is created. What stays out: how a request carries it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from lineal import errors
from lineal.service import MetadataService
from lineal.service.access import LONGEST_NAME, UNNAMED, Caller, Role, role_named, scope_of
from lineal.service.audit import note
from lineal.service.clock import now
from lineal.store.engine.session import Session
from lineal.store.schema import on_demand
from lineal.store.tables import own_tables
from lineal.store.upkeep import tokens as token_rows
from lineal.store.upkeep.tokens import TokenRow

_FORM = re.compile(r"lineal_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
_ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_SECRET_BYTES = 32
# Compared with if no token has the id, so that the time is the same.
_NO_HASH = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Token:
    """A stored token. Times are milliseconds since the epoch.

    Attributes:
        id: its name within commands.
        name: its owner; calls have this name.
        role: the role that it gives.
        workspaces: the workspaces that it is limited to, or None for the whole store.
        created: when it was made.
        expires: when it ends, or None for never.
        revoked: when it was revoked, or None.
    """

    id: str
    name: str
    role: Role
    workspaces: tuple[str, ...] | None
    created: int
    expires: int | None
    revoked: int | None

    @property
    def state(self) -> str:
        """Whether it is valid, expired or revoked."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= now() else "valid"


class Tokens:
    """The tokens of a store."""

    def __init__(self, service: MetadataService) -> None:
        """Take the service of the store, and create the table if it is missing.

        Raises:
            FailedPreconditionError: it is missing and the database is open for reading only.
        """
        self._service = service
        if not on_demand.prepare(service.database):
            raise errors.FailedPreconditionError(
                "tokens need a table of Lineal's own, which this database lacks and which cannot be made while it is "
                "open for reading only; open it for writing once"
            )

    def create(
        self,
        name: str,
        role: Role,
        *,
        workspaces: Sequence[str] | None = None,
        seconds: float | None = None,
        who: str = UNNAMED.name,
    ) -> str:
        """Make a token that is valid for some seconds, or for ever, and return it; it cannot be read again.

        `who` makes it; the audit log says so, without the secret and its hash.

        Raises:
            InvalidArgumentError: the name or a workspace is wrong, or an admin is limited to workspaces.
        """
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            raise errors.InvalidArgumentError(f"a token's name has 1 to {LONGEST_NAME} printable characters; give one")
        Caller(name, role, None if workspaces is None else scope_of(workspaces))  # the same rules
        token_id = "".join(secrets.choice(_ID_CHARACTERS) for _ in range(12))
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        created = now()
        expires = None if seconds is None else created + int(seconds * 1000)
        listed = None if workspaces is None else json.dumps(list(workspaces))
        row = TokenRow(token_id, name, _hash(secret), role.name.lower(), listed, created, expires, None)
        new = {"id": token_id, "name": name, "role": row.role, "workspaces": workspaces and [*workspaces]}

        def add(session: Session, _: object) -> None:
            token_rows.add_token(session, row)
            note(session, who=who, command="token", action="create", subject="token", new={**new, "expires": expires})

        self._service.write(add)
        return f"lineal_{token_id}_{secret}"

    def list(self) -> Sequence[Token]:
        """Return all tokens, the oldest first."""
        return stored_tokens(self._service)

    def revoke(self, token_id: str, *, who: str = UNNAMED.name) -> None:
        """Revoke a token; servers notice within seconds. The audit log says `who` revoked it.

        Raises:
            NotFoundError: there is no such token, or it is revoked already.
        """
        if not self._service.write(lambda session, _: _revoke(session, token_id, who)):
            raise errors.NotFoundError(
                f"no token with the id {token_id[:40]!r} can be revoked; `lineal token list` shows them"
            )

    def caller(self, text: str) -> Caller | None:
        """Return the owner of a token, or None if it is not valid."""
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        row = self._service.read(lambda session, _: token_rows.token(session, found[1]))
        fits = hmac.compare_digest(_hash(found[2]), row.secret_hash if row else _NO_HASH)
        if row is None or not fits:
            return None
        token = _token(row)
        return _caller(token) if token.state == "valid" else None


def stored_tokens(service: MetadataService) -> Sequence[Token]:
    """Return all tokens of a store, the oldest first; none if it has no table for them and is open for reading."""
    if not on_demand.holds(service.database, own_tables.TOKEN):
        return []
    return [_token(row) for row in service.read(lambda session, _: token_rows.tokens(session))]


def _revoke(session: Session, token_id: str, who: str) -> bool:
    at = now()
    if not token_rows.revoke_token(session, token_id, at=at):
        return False
    row = token_rows.token(session, token_id)
    new = {"id": token_id, "name": row and row.name, "revoked": at}
    note(session, who=who, command="token", action="revoke", subject="token", new=new)
    return True


def looks_like_token(text: str) -> bool:
    """Say whether a credential has the form of a token."""
    return text.startswith("lineal_")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _token(row: TokenRow) -> Token:
    workspaces = None if row.workspaces is None else tuple(json.loads(row.workspaces))
    return Token(row.id, row.name, role_named(row.role), workspaces, row.created, row.expires, row.revoked)


def _caller(token: Token) -> Caller:
    scope = None if token.workspaces is None else scope_of(token.workspaces)
    return Caller(token.name, token.role, scope, f"token {token.id}")
