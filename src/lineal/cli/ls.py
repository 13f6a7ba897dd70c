"""`lineal ls`: list what a store holds, or find it with a search.

Without a search it asks the calls of ML Metadata, which every metadata server answers, and writes nothing. A search
needs Lineal: a server, or a database, whose search index it brings up to date first.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING, Any

from lineal import nearest
from lineal.cli import mistakes, things
from lineal.cli.arguments import MOST_ROWS, Commands, add_store_flags, read_words, whole_number
from lineal.cli.columns import columns_of, needs_search
from lineal.cli.output import add_output_flags, print_records
from lineal.cli.things import Things
from lineal.type_names import of_kind

if TYPE_CHECKING:
    from lineal.cli.records import Record
    from lineal.client import MetadataStore

_DEFAULT_LIMIT = 20

_SEARCH_HELP = (
    "only what this search finds, such as 'metric.auc>0.9 -label.team=x'; runs are found by words of their name, name: "
    "and workspace="
)
_SORT_HELP = (
    "the order: created, updated, id, name, type, state, uri, version, workspace, run, ran (of executions), prop.NAME, "
    "label.NAME, metric.NAME, least.NAME or greatest.NAME; with - in front, the greatest first"
)


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("ls", help="list what a store holds, or search it", description=__doc__)
    parser.set_defaults(run=run)
    shown = f"what to list: {', '.join(each.name for each in things.LISTED)}"
    what = parser.add_argument("what", nargs="+", metavar="WHAT", help=shown)
    what.words = things.names(things.LISTED)  # type: ignore[attr-defined]
    parser.add_argument("-q", "--query", metavar="SEARCH", help=_SEARCH_HELP)
    parser.add_argument("--sort", metavar="KEY", help=_SORT_HELP)
    parser.add_argument(
        "--columns", metavar="NAMES", help="the columns of the table and of CSV, such as id,name,label.team,metric.auc"
    )
    of_type = "only records of this type, or of this kind of Kubernetes: Pod, Job.batch"
    parser.add_argument("--type", metavar="NAME", help=of_type)
    limit = f"how many, newest first unless sorted (default: {_DEFAULT_LIMIT})"
    parser.add_argument("--limit", type=whole_number(1, MOST_ROWS), default=_DEFAULT_LIMIT, help=limit)
    add_output_flags(parser)
    add_store_flags(parser)


def run(args: argparse.Namespace) -> None:
    """Print what the store holds, or what the search finds."""
    wanted = _things(args)
    columns = read_words(args, lambda: columns_of(wanted, args.columns), args.columns)
    if wanted is things.TYPES:
        records = _listed(args, wanted)
    elif wanted is things.RUNS:
        records = _runs(args)
    elif args.query is not None or args.sort or needs_search(columns):
        records = _searched(args, wanted)
    else:
        records = _listed(args, wanted)
    more = f"(there are more; see them with --limit, which is {args.limit} here)"
    notes = [more] if len(records) > args.limit else []
    print_records(args, records[: args.limit], columns, notes=notes)


def _things(args: argparse.Namespace) -> Things:
    """Return what is to be listed; end with a usage error if that is nothing, or cannot be searched."""
    found = things.named(args.what, things.LISTED)
    if found is None:
        word = " ".join(args.what)
        known = things.names(things.LISTED)
        shown = mistakes.meant(word, known) or f"; choose from {', '.join(each.name for each in things.LISTED)}"
        args.usage_error(f"there is nothing called {mistakes.quoted(word)}{shown}")
    if found is things.TYPES and (args.query is not None or args.sort):
        args.usage_error("types cannot be searched or sorted; leave -q and --sort out")
    if found is things.RUNS and (args.sort or args.type):
        args.usage_error("runs are listed newest first and have no types; leave --sort and --type out")
    return found  # type: ignore[return-value]


def _listed(args: argparse.Namespace, wanted: Things) -> list[Record]:
    from lineal.cli.store import open_store

    with open_store(args) as store:
        records = _types(store, args.type) if wanted is things.TYPES else _nodes(store, args, wanted)
        if args.type is not None and not records:
            _require_type(store, wanted, args.type)
    return records


def _nodes(store: MetadataStore, args: argparse.Namespace, wanted: Things) -> list[Record]:
    """Read one node more than requested, to know whether there are more."""
    from lineal.cli.records import type_names, whole_record
    from lineal.client import ListOptions, OrderByField
    from lineal.kinds import KINDS

    kind = next(kind for kind in KINDS if kind.name == wanted.kind)
    names = type_names(store, wanted, args.type)
    if names == []:
        return []
    options = ListOptions(
        limit=args.limit + 1, order_by=OrderByField.CREATE_TIME, is_asc=False, filter_query=_of_types(names)
    )
    read: Any = getattr(store, f"get_{kind.plural}")
    return [whole_record(kind, node) for node in read(list_options=options)]


def _searched(args: argparse.Namespace, wanted: Things) -> list[Record]:
    """Search for one node more than requested."""
    from lineal.cli.records import type_names, whole_record
    from lineal.cli.searching import note_unknown, open_search
    from lineal.client.search_calls import Asked
    from lineal.kinds import KINDS

    kind = next(kind for kind in KINDS if kind.name == wanted.kind)
    texts = (args.query, args.sort)
    with open_search(args, [kind]) as store:
        names = type_names(store, wanted, args.type)
        if args.type is not None and (not names or names == [args.type]):
            _require_type(store, wanted, args.type)
        asked = Asked(kind, args.query or "", type_names=names or (), order_by=args.sort or "")
        if names == []:
            return []
        found = read_words(args, partial(store.answered_nodes, asked, limit=args.limit + 1), *texts)
    note_unknown(found.unknown, wanted, is_complete=found.complete)
    return [whole_record(kind, getattr(each, kind.name), each) for each in found.nodes]


def _runs(args: argparse.Namespace) -> list[Record]:
    from lineal.cli.records import run_record
    from lineal.cli.searching import note_unknown, open_search
    from lineal.kinds import KINDS

    with open_search(args, KINDS) as store:
        read = partial(store.answered_runs, args.query or "", limit=args.limit + 1)
        found = read_words(args, read, args.query)
    note_unknown(found.unknown, things.RUNS)
    return [run_record(run) for run in found.runs]


def _of_types(names: list[str] | None) -> str | None:
    if names is None:
        return None
    escaped = [name.replace("\\", "\\\\").replace("'", "\\'") for name in names]
    return " OR ".join(f"type = '{name}'" for name in escaped)


def _types(store: MetadataStore, name: str | None) -> list[Record]:
    from lineal.cli.records import type_record
    from lineal.kinds import KINDS

    records: list[Record] = []
    for kind in KINDS:
        read: Any = getattr(store, f"get_{kind.name}_types")
        records += [type_record(kind, found) for found in read()]
    return [record for record in records if name in (None, record["name"])]


def _require_type(store: MetadataStore, wanted: Things, name: str) -> None:
    """Distinguish a type without nodes from an unknown type.

    Raises:
        NotFoundError: there is no such type.
    """
    types = [each for each in _types(store, None) if str(each["kind"]).startswith(wanted.kind)]
    known = {str(each["name"]) for each in types if wanted.have_type(str(each["name"]))}
    if name not in known and not of_kind(name, known):
        raise nearest.no_such_type(name, known, kind=wanted.kind)
