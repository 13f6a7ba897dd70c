"""Read facets, whose parts may be of any shape: a part of another shape than expected counts as missing.

What stays out: what the parts mean.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from lineal import json_text
from lineal.event_directions import EventTypes
from lineal.kinds import ARTIFACT
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets as facet_rows
from lineal.store.own_rows.facets import Facet
from lineal.store.rows.edges import page_of_events
from lineal.store.rows.events import EventRow

Object = dict[str, Any]
_PIECE = 10
_MOST_CHARACTERS = 1 << 26
"""How much of facets one question reads."""
# Answers can hold 255 levels, some of which are their own.
_DEEPEST = 200


def content_of(facet: Facet) -> Object:
    """Return the object of a facet; empty for one that was deleted."""
    try:
        found = json_text.loads(facet.content, deepest=_DEEPEST, escape=True) if facet.content else None
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def quick_content_of(facet: Facet) -> Object:
    """Return the same where only texts of it are answered, and not the object: it may be nested more deeply."""
    if "\\u" in (facet.content or ""):
        return content_of(facet)
    try:
        found = json.loads(facet.content or "null")
    except (ValueError, RecursionError):
        return content_of(facet)
    return found if isinstance(found, dict) else {}


def milliseconds(time: int) -> int:
    """Return the time of a facet in milliseconds since the epoch."""
    return time // 1000


def text_in(given: Object, name: str) -> str | None:
    """Return a text of an object, None for an empty one."""
    found = given.get(name)
    return found if isinstance(found, str) and found else None


def object_in(given: Object, name: str) -> Object:
    """Return an object of an object."""
    found = given.get(name)
    return found if isinstance(found, dict) else {}


def objects_in(given: Object, name: str) -> list[Object]:
    """Return the objects of a list of an object."""
    found = given.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def number_in(given: Object, name: str) -> float | None:
    """Return a number of an object."""
    found = given.get(name)
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    try:
        return float(found)
    except OverflowError:
        return math.inf if found > 0 else -math.inf


def integer_in(given: Object, name: str) -> int | None:
    """Return a whole number of an object."""
    found = given.get(name)
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def newest_events(session: Session, artifact_id: int, types: EventTypes, *, most: int) -> tuple[list[EventRow], bool]:
    """Return the newest events of an artifact, and whether these are all."""
    events = page_of_events(session, ARTIFACT, artifact_id, types, before=None, limit=most + 1)
    return events[:most], len(events) <= most


class EventFacets:
    """Reads facets of events, as many as one question may read.

    Attributes:
        are_all: whether everything was read that was asked for.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._left = _MOST_CHARACTERS
        self.are_all = True

    def of(self, events: Sequence[EventRow], name: str) -> Iterator[tuple[EventRow, Facet]]:
        """Yield the events that have a facet, in their order."""
        for start in range(0, len(events), _PIECE):
            if self._left <= 0:
                self.are_all = False
                return
            piece = events[start : start + _PIECE]
            found = facet_rows.of_events(self._session, [event.id for event in piece], name)
            by_event = {facet.owner_id: facet for facet in found if facet.content}
            self._left -= sum(len(facet.content or "") for facet in found)
            yield from ((event, by_event[event.id]) for event in piece if event.id in by_event)
