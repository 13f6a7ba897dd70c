"""`lineal history`: print what was changed of one record, when and by whom, the newest first."""

from __future__ import annotations

import argparse
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

from lineal import errors
from lineal.cli import things
from lineal.cli.arguments import MOST_ROWS, Commands, add_store_flags, required_url, whole_number
from lineal.cli.logged import ui_url_of_environment
from lineal.cli.node_words import RECORD_HELP, node_word
from lineal.cli.output import add_output_flags
from lineal.cli.things import Things
from lineal.config import UI_URL_VARIABLE, URL_VARIABLE, DatabaseSettings

_DEFAULT_LIMIT = 50
_LONGEST_PAGE = 500
_RECORDS = tuple(each for each in things.SINGLE if each.kind)
_ONLY_OWN = "changes by others are left out: these credentials are limited to workspaces"
_NOT_ALL = (
    "the server records deletions, changes of records, moved aliases and replaced files, no other writes (--audit)"
)


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    what = "print what was changed of a record, and by whom"
    parser = commands.add_parser("history", help=what, description=__doc__)
    parser.set_defaults(run=run)
    parser.add_argument("record", metavar="RECORD", type=_record, help=RECORD_HELP)
    limit = f"how many (default: {_DEFAULT_LIMIT})"
    parser.add_argument("--limit", type=whole_number(1, MOST_ROWS), default=_DEFAULT_LIMIT, help=limit)
    address = f"the HTTP address of the server, such as http://localhost:8081 (default: {UI_URL_VARIABLE}, "
    address += "if no flag names the store)"
    parser.add_argument("--ui-url", metavar="URL", help=address)
    add_output_flags(parser)
    add_store_flags(parser)


def _record(word: str) -> tuple[Things, int]:
    return node_word(word, _RECORDS, default=things.ARTIFACTS)


def run(args: argparse.Namespace) -> None:
    """Print the changes of a record."""
    from lineal.cli.changes import change_record, print_changes
    from lineal.client.connection import settings_of_url

    wanted, node_id = args.record
    settings = settings_of_url(required_url(args))
    if isinstance(settings, DatabaseSettings):
        found = _of_database(settings, wanted.kind, node_id, args.limit)
    else:
        found = _of_server(args, wanted.kind, node_id)
    records = [change_record(each) for each in found.entries]
    print_changes(args, records, has_older=found.has_older, notes=found.notes)


class _Found(NamedTuple):
    """Entries of a record, whether there are older ones, and what to say of them."""

    entries: list[dict[str, Any]]
    has_older: bool
    notes: list[str]


def _of_database(settings: DatabaseSettings, kind_name: str, node_id: int, limit: int) -> _Found:
    """Return the entries of a record of a database, which its reader may all read."""
    from dataclasses import asdict

    from lineal.kinds import KINDS
    from lineal.service.access import UNNAMED
    from lineal.upkeep.archive.backing_up import open_for_reading
    from lineal.upkeep.history import history

    kind = next(each for each in KINDS if each.name == kind_name)
    with open_for_reading(settings) as service:
        found = history(service, kind, node_id, cursor="", limit=limit, caller=UNNAMED)
    return _Found([_plain(asdict(each)) for each in found.items], found.next_cursor is not None, [])


def _of_server(args: argparse.Namespace, kind_name: str, node_id: int) -> _Found:
    """Return the entries of a record that a server shows to the caller."""
    from lineal.cli.store import open_store
    from lineal.client.http_server import HttpServer

    address = _ui_url(args)
    found: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next_cursor": ""}
    with open_store(args) as store:
        transport: Any = store._transport
        server = HttpServer(address, transport.bearer, transport.root_certificates)
        while page["next_cursor"] is not None and len(found) < args.limit:
            limit = min(args.limit - len(found), _LONGEST_PAGE)
            asked = urlencode({"limit": limit, "cursor": page["next_cursor"]})
            with server.answer("GET", f"api/v1/{kind_name}s/{node_id}/history?{asked}") as answer:
                page = _read(answer.read(), address)
            found += [_plain(each) for each in page["items"]]
    notes = [*([_ONLY_OWN] if page["only_own"] else []), *([] if page["records_all_writes"] else [_NOT_ALL])]
    return _Found(found, page["next_cursor"] is not None, notes)


def _ui_url(args: argparse.Namespace) -> str:
    """Return the HTTP address of the server; without one, or with one that is none, end with a usage error."""
    from lineal.sdk.pictures.web_ui import address_of

    given = args.ui_url or ui_url_of_environment(args)
    if not given:
        args.usage_error(
            f"a server tells histories at its HTTP address: give --ui-url URL, or set {URL_VARIABLE} and "
            f"{UI_URL_VARIABLE} without --server and --db"
        )
    try:
        return str(address_of(given))
    except ValueError as error:
        args.usage_error(str(error))
        raise


def _read(answer: bytes, address: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(answer)
        return {name: found[name] for name in ("items", "next_cursor", "only_own", "records_all_writes")}
    except (ValueError, KeyError, TypeError):
        raise errors.UnavailableError(f"what answers at {address} is no Lineal server of this version") from None


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry with numbers as such, and without what only the web UI needs."""
    found = {name: value for name, value in entry.items() if name != "is_undoable"}
    return {**found, "id": int(found["id"]), "node_id": int(found["node_id"])}
