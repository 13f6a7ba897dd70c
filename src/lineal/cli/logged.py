"""What the audit log adds to a command about one record: who recorded it, what was changed since, that it was deleted.

A database is asked itself. A server is asked at its HTTP address, LINEAL_UI_URL, if LINEAL_URL names the server: a flag
may name another one, with other records and another token. What stays out: the entries (`audit.py`, `history.py`).
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lineal import errors
from lineal.cli.arguments import required_url
from lineal.cli.output import note
from lineal.config import UI_URL_VARIABLE, DatabaseSettings
from lineal.security import is_loopback

if TYPE_CHECKING:
    from lineal.kinds import Kind
    from lineal.service import MetadataService

_FIELDS = ("recorded_by", "changed_since", "deleted_outputs")
_TIMEOUT = 5.0
"""Seconds without an answer after which a command goes on without what the log says."""
_FAILURES = (errors.StatusError, OSError, ValueError)


def said_of(args: argparse.Namespace, kind_name: str, node_id: int) -> dict[str, Any]:
    """Return what the log says of a record that exists, by the names of REST; what is not known is left out."""
    try:
        found = _asked(args, kind_name, node_id, _recorded)
    except _FAILURES as error:
        note(f"whether the record was changed is not known: {getattr(error, 'message', error)}")
        return {}
    return {name: found[name] for name in _FIELDS if found.get(name) not in (None, [], 0)}


@contextmanager
def told_of_deletions(args: argparse.Namespace, named: Iterable[tuple[str, int]]) -> Iterator[None]:
    """Say of a record that is not there when it was deleted and by whom, if the log knows and the caller may."""
    try:
        yield
    except errors.NotFoundError:
        from lineal.upkeep.history import DeletedRecordError

        for kind_name, node_id in named:
            try:
                _asked(args, kind_name, node_id, _existing)
            except DeletedRecordError as error:
                raise errors.NotFoundError(error.message) from None
            except errors.NotFoundError:
                continue
            except _FAILURES:
                break
        raise


def ui_url_of_environment(args: argparse.Namespace) -> str:
    """Return the HTTP address of the server that LINEAL_URL names; "" if it is not said, or a flag names the store."""
    return "" if args.server or args.db else os.environ.get(UI_URL_VARIABLE, "")


_Ask = Callable[["MetadataService", "Kind", int], dict[str, Any]]


def _asked(args: argparse.Namespace, kind_name: str, node_id: int, ask: _Ask) -> dict[str, Any]:
    """Return what a function says of a record of a database, or what REST says of one of a server."""
    from lineal.client.connection import settings_of_url

    url = required_url(args)
    settings = settings_of_url(url)
    if isinstance(settings, DatabaseSettings):
        return _of_database(settings, kind_name, node_id, ask)
    return _of_server(url, kind_name, node_id) if ui_url_of_environment(args) else {}


def _of_database(settings: DatabaseSettings, kind_name: str, node_id: int, ask: _Ask) -> dict[str, Any]:
    from lineal.kinds import KINDS
    from lineal.upkeep.archive.backing_up import open_for_reading

    kind = next(each for each in KINDS if each.name == kind_name)
    with open_for_reading(settings) as service:
        return ask(service, kind, node_id)


def _recorded(service: MetadataService, kind: Kind, node_id: int) -> dict[str, Any]:
    from lineal.service.access import UNNAMED
    from lineal.upkeep.recorded import recorded

    found = recorded(service, kind, node_id, UNNAMED)
    by, changed, outputs = (found.by, found.changed, found.deleted_outputs) if found else (None, None, None)
    return {"recorded_by": by, "changed_since": changed, "deleted_outputs": outputs}


def _existing(service: MetadataService, kind: Kind, node_id: int) -> dict[str, Any]:
    """Return nothing of a record that exists.

    Raises:
        NotFoundError: it does not; a DeletedRecordError if it was deleted.
    """
    from lineal.service.access import UNNAMED
    from lineal.upkeep.history import history

    history(service, kind, node_id, cursor="", limit=1, caller=UNNAMED)
    return {}


def _of_server(url: str, kind_name: str, node_id: int) -> dict[str, Any]:
    from lineal.client import MetadataStore
    from lineal.client.http_server import HttpServer
    from lineal.sdk.pictures.web_ui import address_of

    address = address_of(None) or ""
    with MetadataStore.from_url(url) as store:
        transport: Any = store._transport
        if not _may_ask(address, url, token=transport.bearer()):
            return {}
        server = HttpServer(address, transport.bearer, transport.root_certificates, timeout=_TIMEOUT)
        with server.answer("GET", f"api/v1/{kind_name}s/{node_id}") as answer:
            try:
                found: dict[str, Any] = json.loads(answer.read())
            except ValueError:
                raise errors.UnavailableError(f"what answers at {address} is no Lineal server") from None
    return found if isinstance(found, dict) else {}


def _may_ask(address: str, url: str, *, token: str) -> bool:
    """Say whether the token, if there is one, stays as secret as it is in the calls of the command."""
    there, called = urlsplit(address), urlsplit(url)
    is_sent_to_it = called.scheme == "grpc" and called.hostname == there.hostname
    return not token or there.scheme == "https" or is_loopback(there.hostname or "") or is_sent_to_it
