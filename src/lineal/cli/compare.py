"""`lineal compare`: print what differs between records: parameters, metrics, versions, labels, inputs, environments."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from lineal.cli import things
from lineal.cli.arguments import Commands, add_store_flags, required_url
from lineal.cli.logged import told_of_deletions
from lineal.cli.node_words import node_word
from lineal.cli.output import add_output_flags, is_text, print_record

if TYPE_CHECKING:
    from lineal.client import MetadataStore

_DIGEST = re.compile(r"((?:[a-z0-9]+:)?[0-9a-f]{12})[0-9a-f]{20,}")
Key = tuple[str, int]


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("compare", help="print what differs between records", description=__doc__)
    parser.set_defaults(run=run)
    shown = "two or more: an artifact's id, or KIND:ID such as execution:7 or model:4"
    parser.add_argument("nodes", metavar="NODE", nargs="+", type=_node, help=shown)
    parser.add_argument("--all", action="store_true", help="also what is the same")
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print a table with a line for each value that differs."""
    if len(args.nodes) < 2:
        args.usage_error("one record is named; name two or more to compare")
    from lineal.sdk.comparing import compare

    with told_of_deletions(args, args.nodes), _opened(args) as store:
        found = compare(*[f"{kind}:{number}" for kind, number in args.nodes], store=store, same=args.all)
    print_record(args, found, _lines(found) if is_text(args) else ())


def _opened(args: argparse.Namespace) -> AbstractContextManager[MetadataStore]:
    """Open a server, which may be another than Lineal, or a database with its search index brought up to date."""
    from lineal.cli.searching import open_search
    from lineal.cli.store import open_store
    from lineal.client.connection import settings_of_url
    from lineal.config import DatabaseSettings
    from lineal.kinds import KINDS

    is_database = isinstance(settings_of_url(required_url(args)), DatabaseSettings)
    return open_search(args, KINDS[:2]) if is_database else open_store(args)


def _node(word: str) -> Key:
    found, number = node_word(word, things.IN_LINEAGE, default=things.ARTIFACTS)
    return found.kind, number


def _lines(found: Mapping[str, Any]) -> Sequence[str]:
    from lineal.cli.text import table

    rows = list(_rows(found))
    if not rows:
        return ["nothing differs"]
    return table(["", *[_head(each) for each in found["records"]]], rows)


def _head(record: Mapping[str, Any]) -> str:
    said = [str(record[name]) for name in ("name", "version") if name in record]
    return f"{record['kind']} {record['id']}{': ' if said else ''}{' '.join(said)}"


def _cell(value: Any) -> object:
    """Return a value for the table: a digest by its first digits, which is enough to tell two apart."""
    found = _DIGEST.fullmatch(value) if isinstance(value, str) else None
    return "" if value is None else found[1] if found else value


def _rows(found: Mapping[str, Any]) -> Iterator[list[object]]:
    for section, values in found.items():
        if section != "records":
            for name, each in values.items():
                yield [f"{section}.{name}", *map(_cell, each)]
