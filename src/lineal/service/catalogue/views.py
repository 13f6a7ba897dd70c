"""Stored views: the state of the page that is too long for a link, kept under a short name."""

from __future__ import annotations

import base64
import hashlib

from lineal import errors
from lineal.service.catalogue import shapes
from lineal.service.clock import now
from lineal.store import own_reads
from lineal.store.database import Session

LONGEST_VIEW = 100_000


def put(session: Session, content: str) -> shapes.View:
    """Store a view; the same content always gets the same name."""
    view_id = base64.b32encode(hashlib.sha256(content.encode()).digest()[:10]).decode().lower()
    if own_reads.view(session, view_id) is None:
        own_reads.add_view(session, view_id, content, now())
    return shapes.View(view_id, content)


def get(session: Session, view_id: str) -> shapes.View:
    """Return a stored view.

    Raises:
        NotFoundError: none has this name.
    """
    content = own_reads.view(session, view_id)
    if content is None:
        raise errors.NotFoundError(f"there is no stored view {view_id!r}; it may belong to another store")
    return shapes.View(view_id, content)
