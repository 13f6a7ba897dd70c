"""What an import did: counts of what is new, of what was there, and of what could not be stored, with examples.

A part of an import returns a report of its own, because a transaction may run twice, and only what is committed counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from lineal.importing.findings import Findings


@dataclass
class Report:
    """The counts of an import.

    Attributes:
        new: how many things were stored, by what they are.
        known: how many were there already, by what they are.
        differing: what is another here than in the source, and stays as it is here.
        left_out: what could not be stored, or is of a kind that is not imported.
        failed: what could not be imported at all, by the reason.
        uncounted: the runs whose points a dry run could not count.
    """

    new: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)
    differing: Findings = field(default_factory=Findings)
    left_out: Findings = field(default_factory=Findings)
    failed: Findings = field(default_factory=Findings)
    uncounted: int = 0

    def merge(self, other: Report) -> None:
        """Add the counts of a part."""
        self.new += other.new
        self.known += other.known
        for own, others in (
            (self.differing, other.differing),
            (self.left_out, other.left_out),
            (self.failed, other.failed),
        ):
            own.merge(others)

    def record(self) -> dict[str, Any]:
        """Return the report as values that JSON has."""
        more = {"uncounted": self.uncounted} if self.uncounted else {}
        return {
            "new": {what: count for what, count in self.new.items() if count},
            "known": {what: count for what, count in self.known.items() if count},
            **{name: _listed(getattr(self, name)) for name in ("differing", "left_out", "failed")},
            **more,
        }


def _listed(found: Findings) -> list[dict[str, Any]]:
    return [{"what": what, "count": count, "examples": found.examples(what)} for what, count in found.counts().items()]
