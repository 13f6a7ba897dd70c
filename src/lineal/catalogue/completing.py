"""How a search that is being written could go on: keys, then the values that the store has for them.

The grammar says what is being written (`search.last_piece`); the store says what there is. What stays out: what is
wrong with the search (searching.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lineal.catalogue import facets
from lineal.catalogue import search_shapes as shapes
from lineal.catalogue.listing import Asked
from lineal.catalogue.whole_counts import WholeCounts
from lineal.filter import search
from lineal.filter.search import FIELDS, RUN_KEYS, Key, Piece
from lineal.filter.search.tree import OPERATOR_CHARACTERS, quoted
from lineal.filter.search.vocabulary import HAS, Sort
from lineal.kinds import EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session

MOST = 12
_AGES = {"1h": "1 hour ago", "1d": "1 day ago", "7d": "7 days ago", "30d": "30 days ago"}
_MEANINGS = {"label": "a label", "prop": "a property", "metric": "a metric"}


class _Offer:
    """What could be written: a title, the text that writes it, and whether a blank follows."""

    def __init__(
        self, title: str, written: str, *, meaning: str = "", count: int | None = None, ends: bool = True
    ) -> None:
        self.title = title
        self.written = written
        self.meaning = meaning
        self.count = count
        self.ends = ends


def completions(
    session: Session, types: KnownTypes, kind: Kind | None, text: str, position: int, *, whole: WholeCounts
) -> list[shapes.Completion]:
    """Return ways to go on at a position of a search, the likeliest first.

    Args:
        session: the store.
        types: the types of the store.
        kind: the kind of the nodes that are searched for; None for runs.
        text: the search.
        position: where in it, in characters from 0.
        whole: the counts of the whole store.
    """
    piece = search.last_piece(text[:position])
    if piece is None:
        return []
    store = _Store(session, types, kind, whole)
    is_exact = text[: piece.start].endswith("==")
    offers = store.values(piece.key, piece.written, is_exact=is_exact) if piece.key else store.keys(piece)
    return [_completion(offer, text, piece.start, position) for offer in offers[:MOST]]


def _completion(offer: _Offer, text: str, start: int, position: int) -> shapes.Completion:
    before = f"{text[:start]}{offer.written}{' ' if offer.ends else ''}"
    return shapes.Completion(offer.title, offer.meaning, offer.count, before + text[position:].lstrip(), len(before))


class _Store:
    """What a store has that a search could name."""

    def __init__(self, session: Session, types: KnownTypes, kind: Kind | None, whole: WholeCounts) -> None:
        self._session = session
        self._types = types
        self._kind = kind
        self._whole = whole
        self._asked = Asked(kind or EXECUTION)

    def keys(self, piece: Piece) -> list[_Offer]:
        """Return the keys that contain what is written of one; "?" stands for all of them."""
        written = piece.written.replace('"', "").lower().removeprefix("?")
        offers = self._filled() if piece.is_filled else [*self._fixed(), *self._own()]
        return _fitting(offers, written)

    def values(self, key: Key, written: str, *, is_exact: bool) -> list[_Offer]:
        """Return the values of a key that contain what is written of one; `is_exact` says that it follows `==`."""
        if FIELDS[key.field].sort is Sort.TIME:
            return [_Offer(age, age, meaning=meaning) for age, meaning in _AGES.items()]
        if self._kind is None and key.field != "workspace":
            return []
        name = f"{key.field}.{key.name}" if key.name else key.field
        found = facets.suggestions(
            self._session, self._types, self._asked, key=name, text=written, whole=self._whole
        ).items
        if name == "type" and is_exact:  # only the whole name is found
            return [_Offer(item.text, item.term.partition("=")[2], count=item.count) for item in found]
        if name == "type":  # its short name is shorter to read, and finds it as well
            return [_Offer(item.text, quoted(item.text), count=item.count) for item in found]
        # A type of a failure that is cut is the value of no search with =.
        whole = [item for item in found if item.term.endswith(f"={quoted(item.text)}")]
        return [_Offer(item.text, quoted(item.text), count=item.count) for item in whole]

    def _fixed(self) -> Iterator[_Offer]:
        for name, field in FIELDS.items():
            if not field.is_family and self._has(name):
                operator = field.example[len(name) :][:1]
                yield _Offer(name, name + operator, meaning=f"{field.meaning} · {field.example}", ends=False)
        if self._kind is not None:
            yield _Offer(HAS, f"{HAS}:", meaning="that something is filled · has:label.team", ends=False)

    def _has(self, field: str) -> bool:
        return field in RUN_KEYS if self._kind is None else search.has_key(self._kind, field)

    def _own(self) -> Iterator[_Offer]:
        """Yield the labels, properties and metrics that records have."""
        for key, field, name in self._columns():
            operator = ">" if field == "metric" else "="
            written = f"{field}.{quoted(name, also=OPERATOR_CHARACTERS)}{operator}"
            yield _Offer(key, written, meaning=f"{_MEANINGS[field]} in this store", ends=False)

    def _filled(self) -> Iterator[_Offer]:
        for key, field, name in self._columns():
            yield _Offer(key, f"{field}.{quoted(name, also=OPERATOR_CHARACTERS)}", meaning="is there")
        for name in FIELDS:
            if not FIELDS[name].is_family and self._has(name):
                yield _Offer(name, name, meaning="is there")

    def _columns(self) -> Iterator[tuple[str, str, str]]:
        """Yield (key, family, name) of what records fill, most filled first."""
        if self._kind is None:
            return
        for column in facets.columns(self._session, self._types, self._asked).columns:
            field, _, name = column.key.partition(".")
            if not column.internal and field in _MEANINGS:
                yield column.key, field, name


def _fitting(offers: Iterable[_Offer], written: str) -> list[_Offer]:
    """Return the offers that contain a text, those that begin with it first."""
    found = [offer for offer in offers if written in offer.title.lower()]
    return sorted(found, key=lambda offer: not offer.title.lower().startswith(written))
