"""`lineal compare`: print what differs between records: parameters, metrics, versions, labels, inputs, environments.

`-` stands for what a record does not have, None for a recorded None.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from lineal.cli import things
from lineal.cli.arguments import Commands, add_store_flags, required_url
from lineal.cli.logged import told_of_deletions
from lineal.cli.node_words import RECORD_HELP, node_word
from lineal.cli.output import add_output_flags, is_text, print_record
from lineal.cli.terminal import note

if TYPE_CHECKING:
    from lineal.client import MetadataStore

_DIGEST = re.compile(r"((?:[a-z0-9]+:)?[0-9a-f]{12})[0-9a-f]{20,}")
_ABSENT = "-"


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("compare", help="print what differs between records", description=__doc__)
    parser.set_defaults(run=run)
    shown = f"two or more: {RECORD_HELP}"
    parser.add_argument("records", metavar="RECORD", nargs="+", type=_record, help=shown)
    parser.add_argument("--all", action="store_true", help="also what is the same")
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print a table with a line for each value that differs."""
    if len(args.records) < 2:
        args.usage_error("one record is named; name two or more to compare")
    from lineal.cli.named_nodes import require_types
    from lineal.sdk.comparing import compare

    named = [(each.kind, number) for each, number in args.records]
    with told_of_deletions(args, named), _opened(args) as store:
        require_types(store, args.records)
        found = compare(*[f"{kind}:{number}" for kind, number in named], store=store, same=args.all)
    print_record(args, found, _lines(found, same=args.all) if is_text(args) else ())
    _tell_types(found["records"])


def _tell_types(records: Sequence[Mapping[str, Any]]) -> None:
    """Say that records are of different types: most of what differs between them says little."""
    first = {each["type"]: f"{each['kind']} {each['id']} is of type {each['type']}" for each in reversed(records)}
    if len(first) > 1:
        note(f"the records are of different types: {', '.join(reversed(first.values()))}")


def _opened(args: argparse.Namespace) -> AbstractContextManager[MetadataStore]:
    """Open a server, which may be another than Lineal, or a database with its search index brought up to date."""
    from lineal.cli.searching import open_search
    from lineal.cli.store import open_store
    from lineal.client.connection import settings_of_url
    from lineal.config import DatabaseSettings
    from lineal.kinds import KINDS

    is_database = isinstance(settings_of_url(required_url(args)), DatabaseSettings)
    return open_search(args, KINDS[:2]) if is_database else open_store(args)


def _record(word: str) -> tuple[things.Things, int]:
    return node_word(word, things.IN_LINEAGE, default=things.ARTIFACTS)


def _lines(found: Mapping[str, Any], *, same: bool) -> Sequence[str]:
    from lineal.cli.text import plain, table

    # What reads the same is no difference: two durations of 0.2 s.
    rows = [row for row in _rows(found) if same or len({plain(each) for each in row[1:]}) > 1]
    if not rows:
        return ["nothing differs"]
    return table(["", *[_head(each) for each in found["records"]]], rows)


def _head(record: Mapping[str, Any]) -> str:
    said = [str(record[name]) for name in ("name", "version") if name in record]
    return f"{record['kind']} {record['id']}{': ' if said else ''}{' '.join(said)}"


def _cell(name: str, value: Any) -> object:
    """Return a value for the table: a digest by its first digits, and measurements as the web UI rounds them."""
    from lineal.cli.text import measured

    found = _DIGEST.fullmatch(value) if isinstance(value, str) else None
    return _ABSENT if value is None else found[1] if found else measured(name, value)


def _rows(found: Mapping[str, Any]) -> Iterator[list[object]]:
    for section, values in found.items():
        if section != "records":
            for name, each in values.items():
                key = name if section == "environment" else ""
                yield [f"{section}.{name}", *[_cell(key, value) for value in each]]
