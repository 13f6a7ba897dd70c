"""What the audit log adds to a command about one record: who recorded it, what was changed since, that it was deleted.

A database is asked itself. A server is asked at its HTTP address, LINEAL_UI_URL, if LINEAL_URL names the server: a flag
may name another one, with other records and another token. What stays out: the entries (`audit.py`, `history.py`).
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

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
        found = _asked_of(args, kind_name, node_id, _recorded)
    except _FAILURES as error:
        note(f"whether the record was changed is not known: {getattr(error, 'message', error)}")
        return {}
    return {name: found[name] for name in _FIELDS if found.get(name) not in (None, [], 0)}


def deleted_outputs_of(
    args: argparse.Namespace, start: tuple[str, int], executions: Sequence[int], *, depth: int, nodes: int
) -> dict[int, int]:
    """Return how many outputs of executions were deleted, by their ids; without those that lost none.

    Args:
        args: the arguments.
        start: what the executions are downstream of, or is one of them.
        executions: their ids.
        depth: how many events they are away from the start at most.
        nodes: how many nodes there are in all.
    """
    if not executions:
        return {}
    query = {
        "focus": f"{start[0][0]}{start[1]}",
        "up": 0,
        "down": min(depth // 2 + 1, 10_000),
        "limit": min(nodes, 20_000),
    }
    try:
        found = _asked(args, partial(_deleted_outputs, executions), f"lineage?{urlencode(query)}")
    except _FAILURES as error:
        note(f"whether outputs were deleted is not known: {getattr(error, 'message', error)}")
        return {}
    downstream = [node for node in found.get("nodes", ()) if node["kind"] == "execution"]
    counts = {int(node["id"]): node.get("deleted_outputs") for node in downstream}
    return {execution_id: counts[execution_id] for execution_id in executions if counts.get(execution_id)}


@contextmanager
def told_of_deletions(args: argparse.Namespace, named: Iterable[tuple[str, int]]) -> Iterator[None]:
    """Say of a record that is not there when it was deleted and by whom, if the log knows and the caller may."""
    try:
        yield
    except errors.NotFoundError:
        from lineal.upkeep.history import DeletedRecordError

        for kind_name, node_id in named:
            try:
                _asked_of(args, kind_name, node_id, _existing)
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


def _asked_of(
    args: argparse.Namespace,
    kind_name: str,
    node_id: int,
    ask: Callable[[MetadataService, Kind, int], dict[str, Any]],
) -> dict[str, Any]:
    """Return what a function says of a record of a database, or what REST says of one of a server."""

    def of_database(service: MetadataService) -> dict[str, Any]:
        from lineal.kinds import KINDS

        return ask(service, next(each for each in KINDS if each.name == kind_name), node_id)

    return _asked(args, of_database, f"{kind_name}s/{node_id}")


def _asked(
    args: argparse.Namespace, of_database: Callable[[MetadataService], dict[str, Any]], path: str
) -> dict[str, Any]:
    """Return what a function says of a database, or what REST says at a path of a server."""
    from lineal.client.connection import settings_of_url

    url = required_url(args)
    settings = settings_of_url(url)
    if isinstance(settings, DatabaseSettings):
        from lineal.upkeep.archive.backing_up import open_for_reading  # slow, and of no use for a server

        with open_for_reading(settings) as service:
            return of_database(service)
    return _of_server(url, path) if ui_url_of_environment(args) else {}


def _recorded(service: MetadataService, kind: Kind, node_id: int) -> dict[str, Any]:
    from lineal.service.access import UNNAMED
    from lineal.upkeep.recorded import recorded

    found = recorded(service, kind, node_id, UNNAMED)
    by, changed, outputs = (found.by, found.changed, found.deleted_outputs) if found else (None, None, None)
    return {"recorded_by": by, "changed_since": changed, "deleted_outputs": outputs}


def _deleted_outputs(executions: Sequence[int], service: MetadataService) -> dict[str, Any]:
    """Return the executions with what the log says of their outputs, in the form of the lineage over REST."""
    from lineal.service.access import UNNAMED
    from lineal.upkeep.recorded import deleted_outputs, sees_log

    if not sees_log(service, UNNAMED):
        return {}
    counts = service.read(lambda session, _: deleted_outputs(session, executions)) or {}
    return {"nodes": [{"kind": "execution", "id": key, "deleted_outputs": count} for key, count in counts.items()]}


def _existing(service: MetadataService, kind: Kind, node_id: int) -> dict[str, Any]:
    """Return nothing of a record that exists.

    Raises:
        NotFoundError: it does not; a DeletedRecordError if it was deleted.
    """
    from lineal.service.access import UNNAMED
    from lineal.upkeep.history import history

    history(service, kind, node_id, cursor="", limit=1, caller=UNNAMED)
    return {}


def _of_server(url: str, path: str) -> dict[str, Any]:
    from lineal.client import MetadataStore
    from lineal.client.http_server import HttpServer
    from lineal.sdk.pictures.web_ui import address_of

    address = address_of(None) or ""
    with MetadataStore.from_url(url) as store:
        transport: Any = store._transport
        if not _may_ask(address, url, token=transport.bearer()):
            return {}
        server = HttpServer(address, transport.bearer, transport.root_certificates, timeout=_TIMEOUT)
        with server.answer("GET", f"api/v1/{path}") as answer:
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
