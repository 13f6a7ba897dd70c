"""What the audit log adds to a command about one record: who recorded it, what was changed since, that it was deleted.

A database is asked itself; a server at its HTTP address, if LINEAL_UI_URL says it. What stays out: the entries
(`audit.py`, `history.py`).
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from lineal import errors
from lineal.cli.arguments import required_url
from lineal.cli.output import note
from lineal.config import UI_URL_VARIABLE, DatabaseSettings

_FIELDS = ("recorded_by", "changed_since", "deleted_outputs")
_GONE = " any more: "
"""What the message of a record that was deleted has, and no other (upkeep/history.py)."""


def said_of(args: argparse.Namespace, kind_name: str, node_id: int) -> dict[str, Any]:
    """Return what the log says of a record that exists, by the names of REST; what is not known is left out."""
    try:
        found = _asked(args, kind_name, node_id)
    except errors.StatusError as error:
        note(f"whether the record was changed is not known: {error.message}")
        return {}
    return {name: found[name] for name in _FIELDS if found.get(name) not in (None, [], 0)}


@contextmanager
def told_of_deletions(args: argparse.Namespace, named: Iterable[tuple[str, int]]) -> Iterator[None]:
    """Say of a record that is not there when it was deleted and by whom, if the log knows and the caller may."""
    try:
        yield
    except errors.NotFoundError:
        for kind_name, node_id in named:
            try:
                _asked(args, kind_name, node_id)
            except errors.NotFoundError as error:
                if _GONE in error.message:
                    raise errors.NotFoundError(_sentence(error.message, kind_name)) from None
            except errors.StatusError:
                break
        raise


def _sentence(message: str, kind_name: str) -> str:
    """Return the message of a server without what is before it."""
    return message[message.index(f"there is no {kind_name}") :]


def _asked(args: argparse.Namespace, kind_name: str, node_id: int) -> dict[str, Any]:
    from lineal.client.connection import settings_of_url

    url = required_url(args)
    settings = settings_of_url(url)
    if isinstance(settings, DatabaseSettings):
        return _of_database(settings, kind_name, node_id)
    address = os.environ.get(UI_URL_VARIABLE, "")
    return _of_server(url, address, kind_name, node_id) if address.startswith(("http://", "https://")) else {}


def _of_database(settings: DatabaseSettings, kind_name: str, node_id: int) -> dict[str, Any]:
    from lineal.kinds import KINDS
    from lineal.service.access import UNNAMED
    from lineal.upkeep.archive.backing_up import open_for_reading
    from lineal.upkeep.history import missing
    from lineal.upkeep.recorded import recorded

    kind = next(each for each in KINDS if each.name == kind_name)
    with open_for_reading(settings) as service:
        error = missing(service, kind, node_id, UNNAMED)
        if _GONE in error.message:
            raise error
        found = recorded(service, kind, node_id, UNNAMED)
    by, changed, outputs = (found.by, found.changed, found.deleted_outputs) if found else (None, None, None)
    return {"recorded_by": by, "changed_since": changed, "deleted_outputs": outputs}


def _of_server(url: str, address: str, kind_name: str, node_id: int) -> dict[str, Any]:
    from lineal.client import MetadataStore
    from lineal.client.http_server import HttpServer

    with MetadataStore.from_url(url) as store:
        transport: Any = store._transport
        server = HttpServer(address, transport.bearer, transport.root_certificates)
        with server.answer("GET", f"api/v1/{kind_name}s/{node_id}") as answer:
            try:
                found: dict[str, Any] = json.loads(answer.read())
            except ValueError:
                raise errors.UnavailableError(f"what answers at {address} is no Lineal server") from None
    return found if isinstance(found, dict) else {}
