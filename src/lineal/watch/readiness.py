"""What `/readyz` says: whether everything is recorded, and if not, what is in the way.

A lost API server or store makes a watcher not ready. A kind that the cluster's roles forbid does not, because the
others are recorded; it is named. What stays out: serving it (`health.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Trouble:
    """Why a stream is not read at the moment.

    Attributes:
        reason: the word under which it is counted: `cluster_away`, `store_away` or `forbidden`.
        text: what was answered.

    """

    reason: str
    text: str


@dataclass(frozen=True)
class Stream:
    """How a stream of changes is.

    Attributes:
        name: its kind, and its namespace if it is of one.
        synced: whether its objects were listed.
        trouble: why it is not read at the moment.

    """

    name: str
    synced: bool
    trouble: Trouble | None = None

    def is_in(self, reason: str) -> bool:
        """Tell whether it is in a trouble of this kind."""
        return self.trouble is not None and self.trouble.reason == reason

    @property
    def text(self) -> str:
        """What was answered."""
        return self.trouble.text if self.trouble else ""


@dataclass(frozen=True)
class State:
    """What a watcher knows of its work.

    Attributes:
        streams: the streams that run.
        forbidden: kinds for which none could be started, with the reasons.
        unasked: kinds that the cluster was last asked for in vain, with the reasons.
        asked: whether the cluster was asked for every kind once.
        store_answers: whether the last write reached the store.

    """

    streams: Sequence[Stream] = ()
    forbidden: Mapping[str, str] = field(default_factory=dict)
    unasked: Mapping[str, str] = field(default_factory=dict)
    asked: bool = True
    store_answers: bool = True

    def refused(self) -> list[str]:
        """Return the kinds that the watcher may not read, a line for each."""
        streams = [(one.name, one.text) for one in self.streams if one.is_in("forbidden")]
        return [f"{name} cannot be watched: {text}" for name, text in (*streams, *self.forbidden.items())]

    def in_the_way(self) -> list[str]:
        """Return what keeps the records from being complete, a line for each."""
        lines = self._away()
        lines += [f"{one.name} is not listed yet" for one in self.streams if not one.synced and one.trouble is None]
        if not self.asked:
            lines.append("the watcher has not asked the cluster for every kind yet")
        if not self.store_answers or any(one.is_in("store_away") for one in self.streams):
            lines.append("the store does not answer")
        if self._allowed() == 0 and self.refused():
            lines.append("no kind can be watched")
        return lines

    def cluster_is_away(self) -> bool:
        """Tell whether no kind that the watcher may read can be read."""
        away = sum(one.is_in("cluster_away") for one in self.streams) + len(self.unasked)
        return 0 < away == self._allowed()

    def _allowed(self) -> int:
        """Return how many streams there are, or would be, that are not forbidden."""
        return sum(not one.is_in("forbidden") for one in self.streams) + len(self.unasked)

    def _away(self) -> list[str]:
        away = {one.name: one.text for one in self.streams if one.is_in("cluster_away")} | dict(self.unasked)
        if self.cluster_is_away():
            return [f"the API server does not answer: {next(iter(away.values()))}"]
        return [f"{name} cannot be read at the moment: {text}" for name, text in away.items()]
