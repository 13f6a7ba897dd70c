"""What an import finds and cannot take over, counted by what it is, with a few examples of each."""

from __future__ import annotations


class Findings:
    """What was found and could not be taken over: how often, with a few examples of each."""

    MOST_EXAMPLES = 5

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, list[str]]] = {}

    def add(self, what: str, example: str = "", *, count: int = 1) -> None:
        """Count something.

        Args:
            what: what it is, as a plural: "parameters whose keys have more than 249 characters".
            example: which one it is.
            count: how many there are.
        """
        if not count:
            return
        known, examples = self._found.setdefault(what, (0, []))
        if example and len(examples) < self.MOST_EXAMPLES:
            examples.append(example)
        self._found[what] = known + count, examples

    def merge(self, other: Findings) -> None:
        """Add what others have found."""
        for what, (count, examples) in other._found.items():
            known, own = self._found.setdefault(what, (0, []))
            self._found[what] = known + count, [*own, *examples][: self.MOST_EXAMPLES]

    def counts(self) -> dict[str, int]:
        """Return how often each was found."""
        return {what: count for what, (count, _) in self._found.items()}

    def examples(self, what: str) -> list[str]:
        """Return a few examples of what was found."""
        return [*self._found[what][1]]
