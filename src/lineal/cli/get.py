"""`lineal get`: print one artifact, execution, context or type with all its fields."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from lineal import errors
from lineal.cli import mistakes, things
from lineal.cli.arguments import Commands, add_store_flags, node_id
from lineal.cli.logged import said_of, told_of_deletions
from lineal.cli.output import add_output_flags, print_record
from lineal.cli.things import Things

if TYPE_CHECKING:
    from lineal.cli.records import Record
    from lineal.client import MetadataStore

_MOST_COLUMNS = 20
"""How many names of columns are printed for people."""
_TIMES = ("__started__", "__ended__", "__archived__", "lineal.deleted")
"""Custom properties in milliseconds since the epoch."""


def add(commands: Commands) -> None:
    """Declare the command and its flags."""
    parser = commands.add_parser("get", help="print one artifact, execution, context or type", description=__doc__)
    parser.set_defaults(run=run)
    shown = f"what it is: {', '.join(each.one for each in things.SINGLE)}; or both in one word, as model:7, the model "
    shown += "with the id 7, not version 7; or the id of an artifact alone"
    kind = parser.add_argument("kind", metavar="KIND", type=_word, action=_Kind, help=shown)
    kind.words = things.names(things.SINGLE)  # type: ignore[attr-defined]
    kind.id = parser.add_argument("id", metavar="ID", type=node_id, help="its id")  # type: ignore[attr-defined]
    add_output_flags(parser)
    add_store_flags(parser)


class _Kind(argparse.Action):
    """Takes a kind, or a kind with the id, so that no id follows."""

    id: argparse.Action

    def __call__(self, parser: object, namespace: argparse.Namespace, values: Any, option: object = None) -> None:
        namespace.kind, namespace.id = values
        namespace.id_in_kind = namespace.id
        self.id.required = namespace.id is None


def _word(text: str) -> tuple[Things, int | None]:
    word, colon, number = text.rpartition(":")
    if text.isascii() and text.isdigit():
        return things.ARTIFACTS, node_id(text)
    return (_things(word), node_id(number)) if colon else (_things(text), None)


def _things(word: str) -> Things:
    found = things.named(word, things.SINGLE)
    if found is None:
        known = things.names(things.SINGLE)
        shown = mistakes.meant(word, known) or f" (choose from {', '.join(each.one for each in things.SINGLE)})"
        raise argparse.ArgumentTypeError(f"invalid choice: {mistakes.quoted(word)}{shown}")
    return found


def run(args: argparse.Namespace) -> None:
    """Print one record with all its fields."""
    from lineal.cli.named_nodes import require_type
    from lineal.cli.store import open_store

    wanted: Things = args.kind
    if args.id_in_kind not in (None, args.id):
        args.usage_error(f"two ids are given, {args.id_in_kind} and {args.id}; give one")
    named = [(wanted.kind, args.id)] if wanted.kind else []
    with told_of_deletions(args, named), open_store(args) as store:
        record = _type(store, args.id) if wanted is things.TYPES else _node(store, wanted.kind, args.id)
        if record is None:
            kind = wanted.kind or wanted.one
            raise errors.NotFoundError(f"There is no {kind} with the id {args.id} in this store")
    if wanted.kind:
        require_type(wanted, args.id, record.get("type", ""))
    record = {**record, **(said_of(args, *named[0]) if named else {})}
    print_record(args, record, _lines(record))


def _node(store: MetadataStore, kind_name: str, node_id: int) -> Record | None:
    from lineal.cli.records import whole_record
    from lineal.kinds import KINDS

    kind = next(kind for kind in KINDS if kind.name == kind_name)
    read: Any = getattr(store, f"get_{kind.plural}_by_id")
    for node in read([node_id]):
        more = {**_nesting(store, node), **_environment(node)} if kind_name == "execution" else _content(node)
        return {**whole_record(kind, node), **more}
    return None


def _nesting(store: MetadataStore, execution: Any) -> Record:
    """Return which execution this one is a part of, and which are its parts."""
    from lineal.catalogue.nesting import MOST_STEPS
    from lineal.client import ListOptions
    from lineal.conventions import PARENT

    parent = execution.custom_properties[PARENT].int_value if PARENT in execution.custom_properties else None
    found = store.get_executions_by_id([parent]) if parent else []
    query = f"custom_properties.`{PARENT}`.int_value = {execution.id}"
    steps = store.get_executions(ListOptions(limit=MOST_STEPS, filter_query=query))
    above = {"part_of": _named(found[0])} if found else {}
    return {**above, **({"steps": [_named(each) for each in steps]} if steps else {})}


def _named(execution: Any) -> Record:
    from lineal.cli.records import whole_record
    from lineal.kinds import EXECUTION

    record = whole_record(EXECUTION, execution)
    return {name: record[name] for name in ("id", "name", "state") if name in record}


def _environment(execution: Any) -> Record:
    """Return where an execution ran, as far as that is recorded."""
    from dataclasses import asdict

    from lineal.catalogue.environment import environment_of

    found = environment_of(execution)
    said = {} if found is None else {name: each for name, each in asdict(found).items() if each not in (None, {})}
    return {"environment": said} if said else {}


def _content(node: Any) -> Record:
    """Return what the record's JSON says of its content (digest, size and so on), and the parameters of a model."""
    from lineal import json_form
    from lineal.catalogue.reading import Record as Reading
    from lineal.conventions import CONTENT

    meta = Reading(node).meta
    said = {name: meta[name] for name in CONTENT if meta.get(name) not in (None, "")}
    given = meta.get("hyperparameters")
    more = {"hyperparameters": json_form.plain(given)} if isinstance(given, dict) and given else {}
    return {**({"content": said} if said else {}), **more}


def _type(store: MetadataStore, type_id: int) -> Record | None:
    """Look for the type among all three kinds, which share one sequence of ids."""
    from lineal.cli.records import type_record
    from lineal.kinds import KINDS

    for kind in KINDS:
        read: Any = getattr(store, f"get_{kind.name}_types_by_id")
        for found in read([type_id]):
            return type_record(kind, found)
    return None


def _shown(name: str, value: Any) -> str:
    """Return the value of a property as text; JSON has times as numbers."""
    from lineal.cli.text import plain, time

    if value is None:
        return "None"
    return (
        f"{time(value)} UTC" if name in _TIMES and isinstance(value, int) and value > 0 else plain(_short(name, value))
    )


def _short(name: str, value: Any) -> Any:
    """Return the first names of very many columns; JSON has more of them."""
    from lineal.conventions import COLUMN_NAMES

    names = value.split(", ") if name == COLUMN_NAMES and isinstance(value, str) else []
    if len(names) <= _MOST_COLUMNS:
        return value
    return f"{', '.join(names[:_MOST_COLUMNS])}, … ({len(names):,} names with -o json)"


def _is_said(key: str, record: Record) -> bool:
    """Say whether people do not need a property, because the record says it in words."""
    from lineal.conventions import ENV_PREFIX, ENVIRONMENT, GIT_PREFIX, OPENLINEAGE_OWN, PARENT

    is_of_environment = key == ENVIRONMENT or key.startswith((GIT_PREFIX, ENV_PREFIX))
    is_parent = key == PARENT and "part_of" in record
    return key in OPENLINEAGE_OWN or is_parent or ("environment" in record and is_of_environment)


def _words(name: str, value: Any) -> Any:
    """Return names with their values as a list of words: versions of packages, or why parts are not known."""
    if not isinstance(value, dict):
        return value
    between, after = (": ", "; ") if name == "missing" else (" ", ", ")
    return after.join(f"{each}{between}{inner}" for each, inner in value.items())


def _lines(record: Record) -> list[str]:
    """Return a line for each value; Lineal's own properties come last, and those not at all that are shown in words."""
    from lineal.conventions import INTERNAL_PREFIX

    lines = _pairs(record)
    own = [pair for pair in lines if pair[0].partition(".")[2].startswith(INTERNAL_PREFIX)]
    shown = [*[pair for pair in lines if pair not in own], *own]
    width = max(len(name) for name, _ in shown)
    return [f"{name:{width}}  {value}".rstrip() for name, value in shown]


def _pairs(record: Record) -> list[tuple[str, str]]:
    from lineal.cli.text import measured, plain, time

    shown: list[tuple[str, str]] = []
    for name, value in record.items():
        if name in ("part_of", "steps"):
            named = value if isinstance(value, list) else [value]
            shown.append((name, plain(", ".join(" ".join(str(word) for word in each.values()) for each in named))))
        elif name == "environment":
            shown += [(f"{name}.{key}", plain(_words(key, measured(key, inner)))) for key, inner in value.items()]
        elif isinstance(value, dict):
            read = {key: inner for key, inner in value.items() if not _is_said(key, record)}
            shown += [(f"{name}.{plain(key)}", _shown(key, inner)) for key, inner in read.items()]
        elif name == "changed_since":
            history = f"lineal history {record['kind']}:{record['id']}"
            shown.append((name, plain(f"{', '.join(value)} (see {history})")))
        elif name.endswith("_since_epoch"):
            shown.append((name.removesuffix("_since_epoch"), f"{time(value)} UTC"))
        else:
            shown.append((name, plain(measured(name, value))))
    return shown
