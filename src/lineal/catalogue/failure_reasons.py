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
from lineal.filter import search
from lineal.filter.search import Query
from lineal.filter.search.tree import quoted
from lineal.kinds import EXECUTION
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows
from lineal.store.index import search as found_rows
from lineal.store.index.search import Selection

LONGEST_TYPE = 255
_LONGEST_READ = 1024
WITHOUT_TYPE = " ".join(["state=failed", *[f"-has:prop.{name}" for name in conventions.FAILURE_TYPES]])
"""The search that finds failed executions of which no type is recorded."""
_HAS_REASON = search.parse("has:error").terms


class Reasons(NamedTuple):
    """Types of failures with the number of executions that their terms find, the most frequent first.

    Attributes:
        counts: (type, number, term of a search); a type is cut to 255 characters.
        others: how many more types there are.
        exact: whether all executions of the selection were counted.
    """

    counts: list[tuple[str, int, str]]
    others: int
    exact: bool


def count(session: Session, selection: Selection, *, most: int, limit: int, containing: str = "") -> Reasons:
    """Count executions by the type of their failure.

    Args:
        session: the transaction.
        selection: the executions; those that completed have no reason.
        most: how many types to return.
        limit: how many executions to look at.
        containing: a text that the types must hold, whatever the case.
    """
    failed = with_terms(selection, _HAS_REASON)
    found = found_rows.sample_ids(session, failed, limit=limit + 1)
    ids = found[:limit]
    types = _types(session, ids)
    shown = Counter(each[0][:LONGEST_TYPE] for each in types.values())
    wanted = [text for text in shown if containing.lower() in text.lower()]
    # Those of which too few would be found are only counted, not looked for.
    likely = sorted(wanted, key=lambda text: (-shown[text], text))[:most]
    finding = _finding(session, ids, types, [text for text in likely if len(text) < LONGEST_TYPE])
    counts = [
        (text, len(finding[text]), f"error={quoted(text)}")
        if text in finding
        else (text, _containing(session, failed, text, limit), f"error:{quoted(text)}")
        for text in likely
    ]
    return Reasons(sorted(counts, key=lambda each: (-each[1], each[0])), len(wanted) - len(likely), len(found) <= limit)


def count_without_type(session: Session, selection: Selection, *, limit: int) -> int:
    """Return how many failed executions of a selection have no type of failure, up to a limit."""
    return found_rows.count(session, with_terms(selection, search.parse(WITHOUT_TYPE).terms), limit=limit)


def with_terms(selection: Selection, terms: Iterable[search.Term]) -> Selection:
    """Return a selection whose search has more terms."""
    return replace(selection, query=Query((*selection.query.terms, *terms)))


def _types(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the types of the failures of executions, the one that counts as the reason first."""
    found: dict[int, list[tuple[int, bool, str]]] = {}
    names = conventions.FAILURE_TYPES
    for node_id, name, is_custom, text in facet_rows.texts_of(session, EXECUTION, names, ids, longest=_LONGEST_READ):
        if text.strip():
            found.setdefault(node_id, []).append((names.index(name), not is_custom, text))
    return {node_id: [text for *_, text in sorted(texts)] for node_id, texts in found.items()}


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
        for node_id, text in facet_rows.having_text(session, EXECUTION, conventions.FAILURE_TEXTS, texts, ids):
            finding[text].add(node_id)
    return finding


def _names(text: str) -> Iterable[str]:
    """Yield what a type can be searched by: its whole text, and what follows each of its dots."""
    yield text
    for place, character in enumerate(text):
        if character == ".":
            yield text[place + 1 :]


def _containing(session: Session, failed: Selection, text: str, limit: int) -> int:
    return found_rows.count(session, with_terms(failed, search.parse(f"error:{quoted(text)}").terms), limit=limit)
