"""The nodes at which a walk ends, asked for many at once.

In this process, a walk asks about the nodes that it meets. On a server, it asks about those that were read ahead as
well, of both kinds, and reads further meanwhile. What stays out: what is done with an ending node (walk.py).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from lineal import errors
from lineal.event_directions import OTHER
from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.service.lineage.leads import Leads
from lineal.service.lineage.route import Ids, Route

_MOST_AT_ONCE = 2000  # nodes that the walk might not come to


class Endings:
    """Which nodes end a walk."""

    def __init__(self, route: Route, leads: Leads, *, is_remote: bool) -> None:
        self._ask = route.ask_for_ends or (lambda *_: set)
        self._is_needed = route.ask_for_ends is not None
        self._leads = leads
        self._is_remote = is_remote
        self._ending: dict[Kind, dict[int, bool]] = {ARTIFACT: {}, EXECUTION: {}}

    def of(self, kind: Kind, ids: set[int]) -> set[int]:
        """Return those of some nodes at which the walk ends.

        Raises:
            InvalidArgumentError: the filter is wrong.
        """
        if not (self._is_needed and ids):
            return set()
        if not self._is_remote:
            return self._ask(kind, sorted(ids))()
        ending = self._ending[kind]
        unknown = {node_id for node_id in ids if node_id not in ending}
        if unknown:
            self._find(kind, unknown)
        return {node_id for node_id in ids if ending[node_id]}

    def _find(self, kind: Kind, ids: set[int]) -> None:
        """Ask about nodes, and about those that the walk will come to."""
        ahead = self._ahead()
        asked = [self._asked(kind, ids | ahead[kind])]
        with suppress(errors.StatusError):  # the walk may not come to a node of that kind; if it does, it raises this
            asked.append(self._asked(OTHER[kind], ahead[OTHER[kind]]))
        self._leads.ask_beyond()
        for note in asked:
            note()

    def _asked(self, kind: Kind, ids: set[int]) -> Callable[[], None]:
        """Ask about nodes of a kind; return what notes the answer."""
        found = self._ask(kind, sorted(ids))

        def note() -> None:
            ends = found()
            self._ending[kind].update({node_id: node_id in ends for node_id in ids})

        return note

    def _ahead(self) -> Ids:
        """Return the next nodes that were read ahead and are not known to end the walk or not."""
        ahead: Ids = {ARTIFACT: set(), EXECUTION: set()}
        for kind, ids in self._leads.newly_met():
            if sum(map(len, ahead.values())) < _MOST_AT_ONCE:
                ahead[kind].update([node_id for node_id in ids if node_id not in self._ending[kind]])
        return ahead
