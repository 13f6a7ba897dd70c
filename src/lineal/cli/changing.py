"""The common parts of the commands that change records: which nodes they change, and changing them in batches.

Nodes are named one by one, or found by a search, whose hits are counted and confirmed first. A batch is changed as a
whole or not at all. What stays out: what is changed (set.py, archive.py), and aliases (promote.py).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lineal.cli import mistakes, things
from lineal.cli.arguments import Parser, read_words
from lineal.cli.logged import told_of_deletions
from lineal.cli.node_words import RECORD_HELP, node_word
from lineal.cli.output import add_yes_flag, confirm, print_record, showing_progress
from lineal.cli.things import Things

if TYPE_CHECKING:
    from lineal.client.lifecycle import LifecycleStore

_BATCH = 500
Ids = Mapping[str, list[int]]


def add_node_arguments(parser: Parser) -> None:
    """Add the words that name nodes, and the flags of a search."""
    words = f"one or more: {RECORD_HELP}; with -q, what to search: models, executions, ..."
    parser.add_argument("nodes", nargs="*", metavar="RECORD", help=words)
    searched = (
        "all that this search finds, such as 'metric.auc<0.5'; counts the records and asks before it changes them"
    )
    parser.add_argument("-q", "--query", metavar="SEARCH", help=searched)
    add_yes_flag(parser, "change what the search finds without asking")


def change(args: argparse.Namespace, patch: Mapping[str, Any], *, verb: str, done: str) -> None:
    """Change the nodes by a patch, and say how many; `verb` and `done` are "change" and "changed".

    Raises:
        StatusError: a change is refused; what the batches before it have changed stays changed, and the error says so.
    """
    if args.query is None:
        named = _named(args)
        from lineal.cli.named_nodes import require_types
        from lineal.cli.store import open_lifecycle_store

        ids = _by_kind(named)
        each_named = [(things.kind, node_id) for things, node_id in named]
        with told_of_deletions(args, each_named), open_lifecycle_store(args) as store:
            require_types(store, named)
            changed = _change(store, ids, patch)
    else:
        changed, ids = _change_found(args, patch, verb)
    total = sum(map(len, ids.values()))
    same = f", {total - changed} were so already" if changed < total else ""
    record = {"changed": changed, "unchanged": total - changed, **{f"{kind}s": found for kind, found in ids.items()}}
    reason = "all were so already" if total else "the search finds nothing"
    print_record(args, record, [f"{_counted(ids)} {done}{same}" if changed else f"nothing {done}: {reason}"])


def _named(args: argparse.Namespace) -> list[tuple[Things, int]]:
    """Return the named nodes; end with a usage error if a word names none."""
    if not args.nodes:
        args.usage_error("no record is named: give its id, such as model:7, or a search with -q")
    found = []
    for word in args.nodes:
        try:
            found.append(node_word(word, things.WITH_IDS, default=things.ARTIFACTS))
        except argparse.ArgumentTypeError as error:
            args.usage_error(str(error))
    return found


def _by_kind(named: Iterable[tuple[Things, int]]) -> Ids:
    """Return ids by kind, each once."""
    found: dict[str, list[int]] = {}
    for kind, node_id in dict.fromkeys((each.kind, node_id) for each, node_id in named):
        found.setdefault(kind, []).append(node_id)
    return found


def _change_found(args: argparse.Namespace, patch: Mapping[str, Any], verb: str) -> tuple[int, Ids]:
    """Change what the search finds, after the user has confirmed it."""
    from lineal.cli.records import type_names
    from lineal.cli.searching import note_unknown, open_search
    from lineal.client.search_calls import Asked
    from lineal.kinds import KINDS

    wanted = _searched(args)
    kind = next(kind for kind in KINDS if kind.name == wanted.kind)
    with open_search(args, [kind]) as store:
        names = type_names(store, wanted, None)
        asked = Asked(kind, args.query, type_names=names or ())
        found = [] if names == [] else read_words(args, lambda: store.found_ids(asked), args.query).ids
        ids = {kind.name: found}
        if not found:
            if names != []:
                said = store.search_nodes(asked, limit=1)
                note_unknown(said.unknown, wanted, is_complete=said.complete)
            return 0, ids
        confirm(args, f"{verb.capitalize()} {_counted(ids)}?")
        return _change(store, ids, patch), ids


def _searched(args: argparse.Namespace) -> Things:
    """Return what is searched; artifacts if no word says it."""
    searched = [each for each in things.LISTED if each.kind]
    found = things.named(args.nodes, searched) if args.nodes else things.ARTIFACTS
    if found is None:
        word = " ".join(args.nodes)
        hint = mistakes.meant(word, things.names(searched)) or "; with -q, name what to search, such as models"
        args.usage_error(f"{mistakes.quoted(word)} cannot be searched{hint}")
    assert found is not None  # noqa: S101 a usage error ends the program
    return found


def _change(store: LifecycleStore, ids: Ids, patch: Mapping[str, Any]) -> int:
    """Change nodes in batches; return how many are different now."""
    from lineal import errors, progress

    total, done, changed = sum(map(len, ids.values())), 0, 0
    with showing_progress("Changing"):
        for kind, found in ids.items():
            for start in range(0, len(found), _BATCH):
                batch = found[start : start + _BATCH]
                try:
                    changed += _send(store, kind, batch, patch)
                except errors.StatusError as error:
                    before = f"; {changed} were changed before, and the others were not" if done else ""
                    raise errors.make_exception(f"{error.message}{before}", error.error_code, error.details) from error
                done += len(batch)
                progress.report("records", done, total)
    return changed


def _send(store: LifecycleStore, kind: str, ids: list[int], patch: Mapping[str, Any]) -> int:
    from lineal.wire import records

    request = records.ChangeNodesRequest(kind=kind.upper(), ids=ids, patch=json.dumps(patch))
    return int(store.change_nodes(request).changed)


def _counted(ids: Ids) -> str:
    from lineal.cli.text import counted

    return counted({f"{kind}s": len(found) for kind, found in ids.items()})
