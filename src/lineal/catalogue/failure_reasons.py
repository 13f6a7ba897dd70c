"""Why executions failed, counted by the type of the failure as searches for `error=TYPE` find them.

A count is the number of the list that its term leads to: of all executions of the selection, not only of those whose
first reason is that type. What stays out: the reason of one execution (endings.py), and the search (filter/search).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from lineal import conventions
from lineal.catalogue.listing import COUNT_LIMIT
from lineal.filter import search
from lineal.filter.search import Query
from lineal.filter.search.tree import quoted
from lineal.kinds import EXECUTION
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows
from lineal.store.index import search as found_rows
from lineal.store.index.search import Selection
from lineal.store.tables.own_tables import LONGEST_TEXT
from lineal.wire import metadata_store as pb

_LONGEST_READ = 1024
_BLANK = " "  # a text of blanks alone is empty for `has:`, too
WITHOUT_TYPE = " ".join(["state=failed", *[f"-has:prop.{name}" for name in conventions.FAILURE_TYPES]])
"""The search that finds failed executions of which no type is recorded."""
_WITHOUT_REASON = frozenset({pb.Execution.COMPLETE, pb.Execution.CACHED})


class Reasons(NamedTuple):
    """Types of failures with the number of executions that their terms find, the most frequent first.

    Attributes:
        counts: (type, number, term of a search); a type is cut to 255 characters.
        others: how many more types there are.
        without_type: how many failed executions WITHOUT_TYPE finds.
    """

    counts: list[tuple[str, int, str]]
    others: int
    without_type: int


def sample(session: Session, selection: Selection, *, limit: int) -> list[int]:
    """Return the ids of up to `limit` executions of a selection that have a reason."""
    return found_rows.sample_ids(session, with_terms(selection, search.parse("has:error").terms), limit=limit)


def count(
    session: Session, selection: Selection, states: Mapping[int, int | None], *, most: int, containing: str = ""
) -> Reasons:
    """Count executions by the type of their failure.

    Args:
        session: the transaction.
        selection: the executions; those that completed have no reason.
        states: the state of each execution of the selection by its id, or of those that have a reason.
        most: how many types to return.
        containing: a text that the types must hold, whatever the case.
    """
    open_ids = [node_id for node_id, state in states.items() if state not in _WITHOUT_REASON]
    types, typed = _types(session, open_ids)
    shown = Counter(each[0][:LONGEST_TEXT] for each in types.values())
    wanted = [text for text in shown if containing.lower() in text.lower()]
    likely = sorted(wanted, key=lambda text: (-shown[text], text))[:most]
    finding = _finding(session, open_ids, types, [text for text in likely if len(text) < LONGEST_TEXT])
    counts = [
        (text, len(finding[text]), f"error={quoted(text)}")
        if text in finding
        else (text, _containing(session, selection, text), f"error:{quoted(text)}")
        for text in likely
    ]
    failed = {node_id for node_id in open_ids if states.get(node_id) == pb.Execution.FAILED}
    without = len(failed - typed) if failed else 0
    return Reasons(sorted(counts, key=lambda each: (-each[1], each[0])), len(wanted) - len(likely), without)


def with_terms(selection: Selection, terms: Iterable[search.Term]) -> Selection:
    """Return a selection whose search has more terms."""
    return replace(selection, query=Query((*selection.query.terms, *terms)))


def _types(session: Session, ids: Sequence[int]) -> tuple[dict[int, list[str]], set[int]]:
    """Return the types of the failures of executions, the reason first, and which have a property of such a name."""
    found: dict[int, list[tuple[int, bool, str]]] = {}
    names = conventions.FAILURE_TYPES
    rows = facet_rows.texts_of(session, EXECUTION, names, ids, longest=_LONGEST_READ)
    for node_id, name, is_custom, text in rows:
        if text and text.strip(_BLANK):
            found.setdefault(node_id, []).append((names.index(name), not is_custom, text))
    typed = {node_id for node_id, _, _, text in rows if text is None or text.strip(_BLANK)} | facet_rows.having_value(
        session, EXECUTION, names, ids
    )
    return {node_id: [text for *_, text in sorted(texts)] for node_id, texts in found.items()}, typed


def _finding(
    session: Session, ids: Sequence[int], types: Mapping[int, Sequence[str]], texts: Sequence[str]
) -> dict[str, set[int]]:
    """Return the executions that `error=` finds for each of some types: the whole of a text, or the end of a type."""
    finding: dict[str, set[int]] = {text: set() for text in texts}
    having: dict[str, set[int]] = {}
    for node_id, own in types.items():
        for each in own:
            having.setdefault(each, set()).add(node_id)
    for each, nodes in having.items():
        for name in finding.keys() & set(_names(each)):
            finding[name] |= nodes
    if texts:
        messages = [name for name in conventions.FAILURE_TEXTS if name not in conventions.FAILURE_TYPES]
        for node_id, text in facet_rows.having_text(session, EXECUTION, messages, texts, ids):
            finding[text].add(node_id)
    return finding


def _names(text: str) -> Iterable[str]:
    """Yield what a type can be searched by: its whole text, and what follows each of its dots."""
    yield text
    for place, character in enumerate(text):
        if character == ".":
            yield text[place + 1 :]


def _containing(session: Session, selection: Selection, text: str) -> int:
    """Return how many executions have a text that begins with a type that is too long to be named as a whole."""
    return found_rows.count(
        session, with_terms(selection, search.parse(f"error:{quoted(text)}").terms), limit=COUNT_LIMIT
    )
